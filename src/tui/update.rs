//! What an action does to the state, and what it asks of the world outside.

use super::app::{App, Focus, Scroll, View};
use super::event::Wish;
use super::keymap::Action;
use super::view::Layout;

/// What an action led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Update {
    /// Something on screen changed.
    pub(super) changed: bool,
    /// Something has to be done outside.
    pub(super) effect: Option<Effect>,
}

/// Something to be done outside of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Tell the collector.
    Wish(Wish),
    /// Draw all of the screen anew.
    Redraw,
    /// Stop until continued.
    Suspend,
    /// End.
    Quit,
}

/// Carries out `action`.
pub(super) fn update(app: &mut App, action: Action) -> Update {
    let noted = app.note.take().is_some();
    let (changed, effect) = match action {
        Action::Left => (app.view() != View::Help && app.choose_column(-1), None),
        Action::Right => (app.view() != View::Help && app.choose_column(1), None),
        Action::NextPane => (next_pane(app), None),
        Action::Open => (open(app), None),
        Action::Back => (app.back(), None),
        Action::TogglePane => (toggle_pane(app), None),
        Action::Help => (toggle_help(app), None),
        Action::Refresh => refresh(app),
        Action::Pause => pause(app),
        Action::Redraw => (true, Some(Effect::Redraw)),
        Action::Suspend => (false, Some(Effect::Suspend)),
        Action::Quit => (false, Some(Effect::Quit)),
        motion => (go(app, motion), None),
    };
    Update {
        changed: changed || noted,
        effect,
    }
}

fn next_pane(app: &mut App) -> bool {
    let has_pane = Layout::of(app, app.area).details.is_some();
    if app.view() != View::Home || !has_pane {
        return false;
    }
    app.focus = match app.focus {
        Focus::Matrix => Focus::Pane,
        Focus::Pane => Focus::Matrix,
    };
    true
}

fn open(app: &mut App) -> bool {
    let can = app.view() == View::Home && app.data.is_some();
    if can {
        app.open(View::Details);
    }
    can
}

fn toggle_pane(app: &mut App) -> bool {
    let home = app.view() == View::Home;
    app.pane ^= home;
    home
}

fn toggle_help(app: &mut App) -> bool {
    if app.view() == View::Help {
        return app.back();
    }
    app.help_top = 0;
    app.open(View::Help);
    true
}

fn refresh(app: &mut App) -> (bool, Option<Effect>) {
    if app.source.interval.is_none() {
        app.note("a saved snapshot: nothing to refresh");
        return (true, None);
    }
    app.source.asked = true;
    (true, Some(Effect::Wish(Wish::Refresh)))
}

fn pause(app: &mut App) -> (bool, Option<Effect>) {
    if app.source.interval.is_none() {
        app.note("a saved snapshot: nothing to pause");
        return (true, None);
    }
    app.source.paused ^= true;
    let wish = if app.source.paused {
        Wish::Pause
    } else {
        Wish::Resume
    };
    (true, Some(Effect::Wish(wish)))
}

/// Moves within what the keys scroll; whether anything moved.
fn go(app: &mut App, motion: Action) -> bool {
    let scroll = app.scroll();
    let layout = Layout::of(app, app.area);
    let (at, page) = match scroll {
        Scroll::Matrix => (app.choice.index, usize::from(layout.rows())),
        Scroll::Details => (app.details_top, layout.details_page()),
        Scroll::Help => (app.help_top, layout.body()),
    };
    let to = target(at, page.max(1), motion);
    match scroll {
        Scroll::Matrix => return app.choose_row(to),
        // Where the end is depends on the width; `fit` brings it back before it is drawn.
        Scroll::Details => app.details_top = to,
        Scroll::Help => app.help_top = to,
    }
    to != at
}

fn target(at: usize, page: usize, motion: Action) -> usize {
    let half = page.div_ceil(2);
    match motion {
        Action::Up => at.saturating_sub(1),
        Action::Down => at.saturating_add(1),
        Action::PageUp => at.saturating_sub(page),
        Action::PageDown => at.saturating_add(page),
        Action::HalfUp => at.saturating_sub(half),
        Action::HalfDown => at.saturating_add(half),
        Action::First => 0,
        Action::Last => usize::MAX,
        _ => at,
    }
}
