//! Up and down, left and right, in what the keys go to.

use crate::model::Kind;
use crate::tui::app::{App, Focus};
use crate::tui::facts::About;
use crate::tui::keys::Action;
use crate::tui::place::Page;
use crate::tui::view::Layout;

/// Moves; whether anything moved.
pub(super) fn go(app: &mut App, motion: Action) -> bool {
    match motion {
        Action::Left => aside(app, false),
        Action::Right => aside(app, true),
        _ => along(app, motion),
    }
}

fn along(app: &mut App, motion: Action) -> bool {
    let layout = Layout::of(app, app.area);
    if app.focus == Focus::Pane {
        let page = usize::from(layout.details_body().map_or(0, |body| body.height));
        return app
            .details
            .as_mut()
            .is_some_and(|details| scroll(details, page, motion));
    }
    let page = usize::from(layout.page_body().height);
    if let Some(text) = app.places.page_mut() {
        return scroll(text, page, motion);
    }
    let rows = usize::from(layout.rows());
    let Some(list) = app.places.list() else {
        return false;
    };
    choose(app, target(list.index, rows, motion))
}

/// Chooses the row at `index`.
pub(super) fn choose(app: &mut App, index: usize) -> bool {
    let (Some(data), Some(list)) = (&app.data, app.places.list_mut()) else {
        return false;
    };
    let before = list.chosen.clone();
    let changed = list.choose(data, index);
    let was_followed = app.follow.as_ref().map(|follow| &follow.id) == before.as_ref();
    if changed && was_followed && app.follow.take().is_some() {
        app.note("follows nothing any more");
    }
    changed
}

/// Some rows up or down, whatever the keys go to.
pub(super) fn rows(app: &mut App, down: bool) -> bool {
    const STEP: usize = 3;
    let index = app.places.list().map_or(0, |list| list.index);
    choose(
        app,
        if down {
            index + STEP
        } else {
            index.saturating_sub(STEP)
        },
    )
}

/// Where the end is depends on the width; `fit` brings the page back before it is drawn.
fn scroll(page: &mut Page, lines: usize, motion: Action) -> bool {
    let to = target(page.top, lines, motion);
    let moved = to != page.top;
    page.top = to;
    moved
}

/// Scrolls what is under the mouse, or the list by rows.
pub(super) fn wheel(page: &mut Page, down: bool) -> bool {
    let motion = if down { Action::Down } else { Action::Up };
    (0..3).fold(false, |moved, _| scroll(page, 1, motion) || moved)
}

/// Where a motion leads from the line `at`, with so many lines in sight; it may be behind the last.
pub(super) fn target(at: usize, page: usize, motion: Action) -> usize {
    let page = page.max(1);
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

/// The column to the left or to the right; in a page about a cell, the kind.
fn aside(app: &mut App, right: bool) -> bool {
    let width = app.area.width;
    let Some(data) = &app.data else { return false };
    if let Some(page) = app.places.page_mut() {
        return turn(page, &data.matrix.columns, right);
    }
    let Some(list) = app.places.list_mut() else {
        return false;
    };
    let columns = list.columns(data, width);
    let at = columns.iter().position(|one| one.column == list.column);
    let next = match at {
        // The chosen column gave way on a narrow screen.
        None => columns.first(),
        Some(at) => beside(at, right).and_then(|at| columns.get(at)),
    };
    let Some(next) = next else { return false };
    list.column = next.column;
    true
}

/// The details of the cell beside the present one.
fn turn(page: &mut Page, kinds: &[Kind], right: bool) -> bool {
    let About::Cell(row, kind) = &page.about else {
        return false;
    };
    let at = kinds.iter().position(|other| other == kind);
    let next = at.and_then(|at| beside(at, right));
    let Some(next) = next.and_then(|at| kinds.get(at)) else {
        return false;
    };
    *page = Page::new(About::Cell(row.clone(), *next));
    true
}

fn beside(at: usize, right: bool) -> Option<usize> {
    if right {
        at.checked_add(1)
    } else {
        at.checked_sub(1)
    }
}
