//! The mouse: tabs, headings, rows, the wheel. Everything it does a key does too.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{Update, enter, motion, travel, typing, update};
use crate::tui::app::{App, Focus};
use crate::tui::keys::Action;
use crate::tui::view::{Layout, chooser, palette, tabs};

/// Handles what the mouse did.
pub(super) fn point(app: &mut App, event: MouseEvent) -> Update {
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::ScrollDown => Update::changed(wheel(app, at, true)),
        MouseEventKind::ScrollUp => Update::changed(wheel(app, at, false)),
        MouseEventKind::Down(MouseButton::Left) => {
            let noted = app.note.take().is_some();
            let mut update = click(app, at);
            update.changed |= noted;
            update
        }
        _ => Update::default(),
    }
}

fn wheel(app: &mut App, at: Position, down: bool) -> bool {
    if let Some(palette) = &mut app.palette {
        palette.step(if down { 1 } else { -1 });
        return true;
    }
    if let Some(chooser) = &mut app.chooser {
        let to = if down {
            chooser.chosen + 1
        } else {
            chooser.chosen.saturating_sub(1)
        };
        return chooser.choose(to);
    }
    let layout = Layout::of(app, app.area);
    if let Some(page) = app.places.page_mut() {
        return motion::wheel(page, down);
    }
    if layout.details.is_some_and(|details| details.contains(at)) {
        let details = app.details.as_mut();
        return details.is_some_and(|details| motion::wheel(details, down));
    }
    motion::rows(app, down)
}

fn click(app: &mut App, at: Position) -> Update {
    let layout = Layout::of(app, app.area);
    if let Some(palette) = &mut app.palette {
        let Some(row) = palette::row_at(layout.palette(), at) else {
            app.palette = None;
            return Update::changed(true);
        };
        palette.chosen = palette.top + row;
        return typing::run(app);
    }
    if let Some(area) = layout.chooser(app) {
        return click_chooser(app, area, at);
    }
    if app.prompt.is_some() {
        return Update::default();
    }
    if layout.tabs.contains(at) {
        let what = tabs::what_at(app, at.x.saturating_sub(layout.tabs.x));
        return Update::changed(what.is_some_and(|what| travel::switch(app, what)));
    }
    if layout.details.is_some_and(|details| details.contains(at)) && app.places.list().is_some() {
        app.focus = Focus::Pane;
        return Update::changed(true);
    }
    click_list(app, &layout, at)
}

/// A line is chosen, and done where it was chosen already; beside the chooser, it closes.
fn click_chooser(app: &mut App, area: Rect, at: Position) -> Update {
    let row = chooser::row_at(area, at);
    let Some(chooser) = &mut app.chooser else {
        return Update::default();
    };
    match row.map(|row| chooser.top + row) {
        None if area.contains(at) => Update::default(),
        None => {
            app.chooser = None;
            Update::changed(true)
        }
        Some(line) if line == chooser.chosen => enter::run(app),
        Some(line) if line < chooser.choices.len() => Update::changed(chooser.choose(line)),
        Some(_) => Update::default(),
    }
}

/// A heading sorts; a cell is chosen, and opened where it was chosen already.
fn click_list(app: &mut App, layout: &Layout, at: Position) -> Update {
    if !layout.list.contains(at) {
        return Update::default();
    }
    let (Some(data), Some(list)) = (&app.data, app.places.list_mut()) else {
        return Update::default();
    };
    app.focus = Focus::List;
    let columns = list.columns(data, layout.list.width);
    let x = at.x - layout.list.x;
    let column = columns.iter().rev().find(|column| column.x <= x);
    let before = list.column;
    list.column = column.map_or(before, |column| column.column);
    let same_column = list.column == before;
    let Some(line) = (at.y - layout.list.y).checked_sub(1) else {
        return update(app, Action::Sort);
    };
    let index = list.top + usize::from(line);
    if index >= list.entries.len() {
        return Update::changed(!same_column);
    }
    if index == list.index && same_column {
        return Update::changed(travel::open(app));
    }
    motion::choose(app, index);
    Update::changed(true)
}
