//! A list: headings, and the rows in sight.
//!
//! ```text
//!  NAME          KIND    PROCS  cgroup  ipc  mnt  net  pid  time  user  uts  NOTES
//!  host                    201  H       H    H    H    H    H     H     H
//!  shop
//! *  shop-web-1  docker      6  ·       ·    ·    A2   ·    h     H     ·
//! +  shop-job-1  docker      1  ·       ·    ·    ·    ·    h     H     ·
//! ```
//!
//! In the matrix the chosen cell stands out at the crossing of its row and column; elsewhere the whole row does.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::model::Kind;
use crate::query::{Cell, Id, Row, RowId};
use crate::tui::app::{App, Focus};
use crate::tui::data::Data;
use crate::tui::keys::Action;
use crate::tui::list::{Column, Entry, List, Placed, Shape, What};
use crate::tui::text;

use super::{put, split};

/// A heading stands out over the width of its column, up to this.
const LONG_HEADING: usize = 30;

/// Draws the list.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, data: &Data, list: &List) {
    let (headings, body) = split(area, 1);
    let columns = list.columns(data, area.width);
    draw_headings(buffer, headings, app, list, &columns);
    if list.entries.is_empty() {
        return draw_nothing(buffer, body, app, list);
    }
    let lines = list.entries.iter().enumerate().skip(list.top);
    for ((index, entry), at) in lines.zip(0..body.height) {
        let (_, line) = split(body, at);
        Line {
            buffer,
            area: Rect { height: 1, ..line },
            app,
            data,
            list,
            entry: *entry,
            chosen: index == list.index,
        }
        .draw(&columns);
    }
}

fn chosen_style(app: &App) -> Style {
    match app.focus {
        Focus::List => app.look.chosen,
        Focus::Pane => app.look.chosen_idle,
    }
}

fn draw_headings(buffer: &mut Buffer, area: Rect, app: &App, list: &List, columns: &[Placed]) {
    for column in columns {
        let width = usize::from(column.width);
        let name = text::cut(short(column), width, "");
        // The last column reaches to the edge; its heading need not.
        let heading = match (column.right, width > LONG_HEADING) {
            (true, _) => Cow::Owned(format!("{name:>width$}")),
            (false, false) => Cow::Owned(format!("{name:width$}")),
            (false, true) => name.clone(),
        };
        let chosen = column.column == list.column;
        let style = if chosen {
            chosen_style(app)
        } else {
            app.look.title
        };
        let end = put(buffer, area, column.x, &heading, style);
        if let Some(sort) = list.sort.filter(|sort| sort.column == column.column) {
            let fill = if column.right {
                0
            } else {
                heading.len() - name.len()
            };
            let at = end - u16::try_from(fill).unwrap_or(0);
            put(buffer, area, at, app.look.sorted(sort.reverse), style);
        }
    }
}

/// The heading, or what stands for it where three columns must do.
fn short(column: &Placed) -> &'static str {
    match column.column {
        Column::Kind(kind) if usize::from(column.width) < kind.name().len() => match kind {
            Kind::Cgroup => "cgr",
            Kind::Time => "tim",
            Kind::User => "usr",
            Kind::Ipc | Kind::Mnt | Kind::Net | Kind::Pid | Kind::Uts => kind.name(),
        },
        _ => column.heading,
    }
}

/// There are no rows, and why.
fn draw_nothing(buffer: &mut Buffer, area: Rect, app: &App, list: &List) {
    let words = if list.filtered > 0 {
        let rows = text::counted(list.filtered, "row", "rows");
        let leads = if list.is_given {
            "leads back"
        } else {
            "clears it"
        };
        format!("no row matches the filter ({rows} left out); Esc {leads}")
    } else if list.hidden > 0 {
        let rows = text::counted(list.hidden, "row is", "rows are");
        let [threads, units] = [Action::KernelThreads, Action::HostOnly].map(|one| app.key(one));
        format!(
            "{rows} hidden: {threads} shows kernel threads, {units} units and host-only processes"
        )
    } else {
        nothing(app, list).to_owned()
    };
    let words = text::wrap(&words, usize::from(area.width.saturating_sub(2)).max(1));
    for (line, at) in words.iter().zip(0..area.height) {
        let (_, below) = split(area, at);
        put(buffer, below, 1, line, app.look.notable);
    }
}

/// Why there is nothing, where nothing was left out.
fn nothing(app: &App, list: &List) -> &'static str {
    let snapshot = app.data.as_ref().map(|data| &data.snapshot);
    let is_network = list.what == What::Network;
    if is_network && app.source.interval.is_some() && !has_network(app) {
        return if app.source.paused {
            "the data is held still, and was taken without the network: a new look (r) has it"
        } else {
            "looking at the network"
        };
    }
    let is_collected = snapshot.is_none_or(|snapshot| match list.what {
        What::Matrix => true,
        What::Namespaces => snapshot.namespaces.is_some(),
        What::Processes => snapshot.processes.is_some(),
        What::Network => snapshot.network.is_some(),
    });
    if is_collected && is_network && list.shape != Shape::Flat {
        "no interface is known here; ! tells what could not be seen"
    } else if is_collected {
        "nothing here"
    } else {
        "this snapshot was taken without this section"
    }
}

fn has_network(app: &App) -> bool {
    let data = app.data.as_ref();
    data.is_some_and(|data| data.snapshot.network.is_some())
}

/// One row being drawn.
struct Line<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    app: &'a App,
    data: &'a Data,
    list: &'a List,
    entry: Entry,
    chosen: bool,
}

impl Line<'_> {
    fn draw(&mut self, columns: &[Placed]) {
        let Some(id) = self.list.what.id(self.data, self.entry.at) else {
            return;
        };
        let is_gone = self.data.changes.is_gone(&id);
        self.draw_gutter(&id, is_gone);
        // A heading has the whole line.
        let is_family = matches!(id, Id::Row(RowId::Family(_)));
        let shown = if is_family { 1 } else { columns.len() };
        for column in columns.iter().take(shown) {
            self.draw_cell(column, is_gone, is_family);
        }
        if self.chosen && self.list.what != What::Matrix {
            let style = chosen_style(self.app);
            self.buffer.set_style(self.area, style);
        }
    }

    /// Marks at the left of the row.
    fn draw_gutter(&mut self, id: &Id, is_gone: bool) {
        let app = self.app;
        let changes = &self.data.changes;
        let is_followed = app.follow.as_ref().is_some_and(|follow| follow.id == *id);
        let (sign, style) = if app.marks.contains(id) {
            ("*", app.look.title)
        } else if is_gone {
            ("-", app.look.notable)
        } else if changes.is_fresh(id) {
            ("+", app.look.good)
        } else if matches!(id, Id::Row(row) if changes.has_changed(row)) {
            ("~", app.look.notable)
        } else if is_followed {
            ("@", app.look.title)
        } else {
            return;
        };
        put(self.buffer, self.area, 0, sign, style);
    }

    fn draw_cell(&mut self, column: &Placed, is_gone: bool, is_family: bool) {
        let what = self.list.what;
        let look = &self.app.look;
        let (words, style) = what.cell(self.data, self.entry, column.column, look);
        let style = if is_gone {
            look.dim.add_modifier(Modifier::CROSSED_OUT)
        } else if self.entry.context {
            look.dim
        } else {
            style
        };
        let room = if is_family {
            usize::from(self.area.width.saturating_sub(2))
        } else {
            usize::from(column.width)
        };
        let words = match column.column {
            Column::Name | Column::What | Column::Who => {
                text::shorten(&words, room, look.ellipsis())
            }
            _ => text::cut(&words, room, look.ellipsis()),
        };
        let fill = usize::from(column.width).saturating_sub(text::width(&words));
        let x = if column.right {
            column.x + u16::try_from(fill).unwrap_or(0)
        } else {
            column.x
        };
        put(self.buffer, self.area, x, &words, style);
        if what == What::Matrix {
            self.cross(column);
        }
    }

    /// In the matrix: the chosen name and cell, cells of the same namespace, and changed cells.
    fn cross(&mut self, column: &Placed) {
        let Some(row) = self.data.row(self.entry.at) else {
            return;
        };
        let is_column = column.column == self.list.column;
        let cell = Rect {
            x: self.area.x + column.x,
            width: column.width.min(self.area.width.saturating_sub(column.x)),
            ..self.area
        };
        if self.chosen && (is_column || column.column == Column::Name) {
            self.buffer.set_style(cell, chosen_style(self.app));
        }
        let Column::Kind(kind) = column.column else {
            return;
        };
        if is_column && !self.chosen && self.is_kin(row, kind) {
            let sign = Rect {
                width: cell.width.min(2),
                ..cell
            };
            self.buffer.set_style(sign, self.app.look.kin);
        }
        if self.data.changes.is_changed(&row.id, kind) {
            let behind = column.x + column.width.min(2);
            put(self.buffer, self.area, behind, "~", self.app.look.notable);
        }
    }

    /// Whether the cell is the same shared namespace as the chosen one.
    fn is_kin(&self, row: &Row, kind: Kind) -> bool {
        let chosen = self.list.entries.get(self.list.index);
        let chosen = chosen.and_then(|entry| self.data.row(entry.at));
        let chosen = chosen.and_then(|row| row.inodes.inode(kind));
        let is_shared = matches!(row.cells.get(kind), Some(Cell::Shared { .. }));
        is_shared && chosen.is_some() && row.inodes.inode(kind) == chosen
    }
}
