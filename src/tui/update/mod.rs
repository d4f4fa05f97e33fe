//! What keys do to the state, and what they ask of the world outside.
//!
//! A key goes to the innermost thing that takes it: the line being typed, the palette, then the key table, of which
//! the chooser takes what moves in it, opens and leaves.

mod copy;
mod enter;
mod line;
mod motion;
mod mouse;
mod network;
mod travel;
mod typing;

use std::path::PathBuf;

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use super::app::{App, Focus, Follow};
use super::chooser::Errand;
use super::config::ThemeName;
use super::event::Wish;
use super::facts::About;
use super::keys::{Action, Found, Key, presses};
use super::list::{Sort, What};
use super::palette::Palette;
use super::place::{Page, Place};
use super::theme::Look;
use super::view::Layout;
use crate::enter::Plan;
use crate::query::Id;

pub(super) use enter::answer;

/// What an action led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Update {
    /// Something on screen changed.
    pub(super) changed: bool,
    /// Something has to be done outside.
    pub(super) effect: Option<Effect>,
}

/// Something to be done outside of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Tell the collector.
    Wish(Wish),
    /// Draw all of the screen anew.
    Redraw,
    /// Stop until continued.
    Suspend,
    /// Send these bytes to the terminal.
    Send(String),
    /// Give the terminal to a shell.
    Enter(Box<Errand>),
    /// Print this line where the interface was started.
    Print(String),
    /// Run the command of this plan, under this number.
    Ask(u64, Box<Plan>),
    /// End the command with this number.
    Cancel(u64),
    /// Write the snapshot to this file.
    Write(PathBuf),
    /// Take the mouse, or let it go.
    Mouse(bool),
    /// End.
    Quit,
}

impl Update {
    /// Something changed on screen, or not.
    const fn changed(changed: bool) -> Self {
        Self {
            changed,
            effect: None,
        }
    }

    /// Something has to be done outside.
    const fn effect(effect: Effect) -> Self {
        Self {
            changed: true,
            effect: Some(effect),
        }
    }
}

/// Handles a key press; Alt with a key is Esc and the key, so there may be two updates.
pub(super) fn press(app: &mut App, key: KeyEvent) -> Vec<Update> {
    let mut updates = Vec::new();
    for key in presses(key) {
        // What piled up is handled before one drawing: a list may have come into sight, or its data changed, since.
        app.settle();
        if app.prompt.is_some() || app.palette.is_some() {
            updates.push(typing::key(app, key));
            continue;
        }
        app.pending.push(key);
        updates.push(match app.keymap.find(&app.pending) {
            Found::Prefix => Update::changed(true),
            Found::Action(action) => {
                app.pending.clear();
                update(app, action)
            }
            Found::Nothing => nothing(app, key),
        });
    }
    updates
}

/// A key that does nothing here; behind the first of two, one with Ctrl means what it means alone.
fn nothing(app: &mut App, key: Key) -> Update {
    let was_second = app.pending.len() > 1;
    app.pending.clear();
    match app.keymap.find(&[key]) {
        Found::Action(action) if was_second && key.ctrl => update(app, action),
        _ => Update::changed(was_second),
    }
}

/// Handles what the mouse did.
pub(super) fn point(app: &mut App, event: MouseEvent) -> Update {
    app.settle();
    mouse::point(app, event)
}

/// Handles pasted text: it goes where text is typed, and nowhere else, since its letters are no keys.
pub(super) fn paste(app: &mut App, text: &str) -> Update {
    typing::paste(app, text)
}

/// Carries out `action`.
pub(super) fn update(app: &mut App, action: Action) -> Update {
    app.settle();
    let noted = app.note.take().is_some();
    let mut update = if app.chooser.is_some() {
        enter::act(app, action)
    } else {
        act(app, action)
    };
    update.changed |= noted;
    update
}

fn act(app: &mut App, action: Action) -> Update {
    match action {
        Action::ViewMatrix => Update::changed(travel::switch(app, What::Matrix)),
        Action::ViewNamespaces => Update::changed(travel::switch(app, What::Namespaces)),
        Action::ViewProcesses => Update::changed(travel::switch(app, What::Processes)),
        Action::ViewNetwork => Update::changed(travel::switch(app, What::Network)),
        Action::Open => Update::changed(travel::open(app)),
        Action::Back => enter::cancel(app).unwrap_or_else(|| Update::changed(travel::back(app))),
        Action::GoNamespaces => Update::changed(travel::to_namespaces(app)),
        Action::GoProcesses => Update::changed(travel::to_processes(app)),
        Action::GoContainer => Update::changed(travel::to_container(app)),
        Action::GoInterfaces => Update::changed(network::to_interfaces(app)),
        Action::GoEnd => Update::changed(network::to_end(app)),
        Action::Shell => enter::open(app),
        Action::NextPane => Update::changed(next_pane(app)),
        Action::TogglePane => Update::changed(toggle_pane(app)),
        Action::Help => Update::changed(open_page(app, About::Help(app.spot()))),
        Action::Gaps => Update::changed(open_page(app, About::Gaps)),
        Action::Compare => Update::changed(compare(app)),
        Action::Filter => Update::changed(typing::filter(app)),
        Action::Write => Update::changed(typing::write(app)),
        Action::Palette => {
            app.palette = Some(Palette {
                is_read_only: app.is_read_only(),
                ..Palette::default()
            });
            Update::changed(true)
        }
        Action::Sort | Action::Reverse => Update::changed(sort(app, action == Action::Reverse)),
        Action::Tree => Update::changed(reshape(app)),
        Action::Follow => Update::changed(follow(app)),
        Action::Mark => Update::changed(mark(app)),
        Action::Unmark => Update::changed(!std::mem::take(&mut app.marks).is_empty()),
        Action::KernelThreads | Action::HostOnly => Update::changed(hide(app, action)),
        _ => act_outside(app, action),
    }
}

/// Actions that reach beyond the screen, and motions.
fn act_outside(app: &mut App, action: Action) -> Update {
    match action {
        Action::Refresh => enter::again(app).unwrap_or_else(|| refresh(app)),
        Action::Pause => pause(app),
        Action::CopyCell | Action::CopyJson | Action::CopyEnter => copy::copy(app, action),
        Action::Mouse => {
            app.mouse = !app.mouse;
            app.note(if app.mouse { "mouse on" } else { "mouse off" });
            Update::effect(Effect::Mouse(app.mouse))
        }
        Action::ThemeDark => theme(app, ThemeName::Dark),
        Action::ThemeLight => theme(app, ThemeName::Light),
        Action::ThemeMono => theme(app, ThemeName::Mono),
        Action::Redraw => Update::effect(Effect::Redraw),
        Action::Suspend => Update {
            changed: false,
            effect: Some(Effect::Suspend),
        },
        Action::Quit => Update::effect(Effect::Quit),
        motion => Update::changed(motion::go(app, motion)),
    }
}

fn next_pane(app: &mut App) -> bool {
    if Layout::of(app, app.area).details.is_none() {
        return false;
    }
    app.focus = match app.focus {
        Focus::List => Focus::Pane,
        Focus::Pane => Focus::List,
    };
    true
}

/// Details beside the list; where there is no room for them, over all of it.
fn toggle_pane(app: &mut App) -> bool {
    if app.places.list().is_none() {
        return false;
    }
    if Layout::has_room_for_details(app.area) {
        app.pane = !app.pane;
        return true;
    }
    let about = app.about();
    about.is_some_and(|about| open_page(app, about))
}

/// Opens a page; the same one again closes it.
fn open_page(app: &mut App, about: About) -> bool {
    let present = app.places.page().map(|page| &page.about);
    let is_again = match (present, &about) {
        (Some(About::Help(_)), About::Help(_)) => true,
        (present, about) => present == Some(about),
    };
    if is_again {
        return app.places.leave();
    }
    app.places.enter(Place::Page(Page::new(about)));
    true
}

/// Compares the two marked rows, or the marked one with the chosen one.
fn compare(app: &mut App) -> bool {
    let chosen = app.subject();
    let pair = match (&app.marks[..], chosen) {
        ([left, right], _) => Some((left.clone(), right.clone())),
        ([left], Some(chosen)) if *left != chosen => Some((left.clone(), chosen)),
        _ => None,
    };
    let Some((left, right)) = pair else {
        let key = app.key(Action::Mark);
        app.note(format!(
            "mark two rows with {key} (or one, and choose another) to compare them"
        ));
        return true;
    };
    open_page(app, About::Compare(left, right))
}

fn mark(app: &mut App) -> bool {
    let Some(id) = app.places.list().and_then(|list| list.chosen.clone()) else {
        return false;
    };
    if let Some(at) = app.marks.iter().position(|mark| *mark == id) {
        app.marks.remove(at);
    } else {
        // Two are compared; a third mark takes the place of the first.
        if app.marks.len() == 2 {
            app.marks.remove(0);
        }
        app.marks.push(id);
    }
    motion::go(app, Action::Down);
    true
}

/// The chosen row keeps its line, or is let go.
fn follow(app: &mut App) -> bool {
    if app.follow.take().is_some() {
        app.note("follows nothing any more");
        return true;
    }
    let Some(list) = app.places.list() else {
        return false;
    };
    let line = list.index.saturating_sub(list.top);
    let chosen = list.chosen.clone();
    app.follow = chosen.map(|id: Id| Follow { id, line });
    if app.follow.is_some() {
        app.note("follows this row: it keeps its line, and stays when it is gone");
    }
    app.follow.is_some()
}

/// Sorts by the chosen column: first up, then down, then as before.
fn sort(app: &mut App, reverse: bool) -> bool {
    let Some(list) = app.places.list_mut() else {
        return false;
    };
    let column = list.column;
    let present = list.sort.filter(|sort| sort.column == column);
    list.sort = match (present, reverse) {
        (None, reverse) => Some(Sort { column, reverse }),
        (Some(sort), true) => Some(Sort {
            column,
            reverse: !sort.reverse,
        }),
        (Some(sort), false) if sort.reverse => None,
        (Some(_), false) => Some(Sort {
            column,
            reverse: true,
        }),
    };
    app.unsettle_list();
    true
}

fn reshape(app: &mut App) -> bool {
    let Some(list) = app.places.list_mut() else {
        return false;
    };
    if list.reshape() {
        app.unsettle_list();
    } else {
        app.note("the matrix has no tree; the other lists have");
    }
    true
}

fn hide(app: &mut App, action: Action) -> bool {
    let (hidden, what) = if action == Action::KernelThreads {
        (&mut app.hidden.kernel_threads, "kernel threads")
    } else {
        (&mut app.hidden.host_only, "units and host-only processes")
    };
    *hidden = !*hidden;
    let verb = if *hidden { "hidden" } else { "shown" };
    app.note(format!("{what} are {verb}"));
    app.unsettle();
    true
}

fn theme(app: &mut App, theme: ThemeName) -> Update {
    if app.is_colorless && theme != ThemeName::Mono {
        app.note("no colour: NO_COLOR or --color never");
        return Update::changed(true);
    }
    app.theme = theme;
    app.look = Look::new(theme, app.look.ascii);
    app.unsettle();
    Update::effect(Effect::Redraw)
}

fn refresh(app: &mut App) -> Update {
    if app.source.interval.is_none() {
        app.note("a saved snapshot: nothing to refresh");
        return Update::changed(true);
    }
    app.source.asked = true;
    Update::effect(Effect::Wish(Wish::Refresh))
}

fn pause(app: &mut App) -> Update {
    if app.source.interval.is_none() {
        app.note("a saved snapshot: nothing to pause");
        return Update::changed(true);
    }
    app.source.paused = !app.source.paused;
    Update::effect(Effect::Wish(if app.source.paused {
        Wish::Pause
    } else {
        Wish::Resume
    }))
}
