//! The matrix: one row per container or group, one column per kind of namespace.
//!
//! ```text
//! NAME          KIND    PROCS  cgroup  ipc  mnt  net  pid  time  user  uts  NOTES
//! host                    201  H       H    H    H    H    H     H     H
//! shop
//!   shop-web-1  docker      6  ·       ·    ·    A2   ·    h     H     ·
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::Kind;
use crate::query::{Cell, Row, RowId};
use crate::tui::app::{App, Focus};
use crate::tui::data::{Data, indent};
use crate::tui::text;

use super::{put, sign, split};

/// Below this there are no notes.
const ROOM_FOR_NOTES: u16 = 100;
/// Room that notes should have, even if long names are shortened for it.
const NOTES: u16 = 12;
/// Names get no more than this, with notes and without.
const LONG_NAME: (u16, u16) = (30, 24);
/// Names get at least this before the columns of the kinds move together.
const SHORT_NAME: u16 = 14;
/// Columns between two columns.
const GAP: u16 = 2;

/// Where the columns are, counted from the left of the area; a width of 0 is a column that is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Columns {
    name: u16,
    what: u16,
    processes: u16,
    /// Kind, left end, width.
    kinds: Vec<(Kind, u16, u16)>,
    notes: u16,
    /// Where the columns after the name begin.
    after_name: u16,
}

impl Columns {
    /// Columns for `width`: first the notes go, then processes, then the kind of row, then names are shortened.
    fn fit(data: &Data, width: u16) -> Self {
        let what = data.widths.what.clamp(4, 12);
        let processes = data.widths.processes.max(5);
        let room = width.saturating_sub(1);
        let kinds = Kinds::wide(data);
        let others = GAP + what + GAP + processes + GAP + kinds.width();
        let name = data.widths.name.max(4);
        if width >= ROOM_FOR_NOTES {
            let left = room.saturating_sub(others + NOTES);
            let name = name.min(left.clamp(SHORT_NAME, LONG_NAME.0));
            return Self::at(name, what, processes, &kinds, width);
        }
        let name = name.min(LONG_NAME.1);
        if name + others <= room {
            return Self::at(name, what, processes, &kinds, width);
        }
        if name + others - processes - GAP <= room {
            return Self::at(name, what, 0, &kinds, width);
        }
        let tightest = [kinds, Kinds::tight(data), Kinds::tiny(data)];
        let kinds = tightest
            .iter()
            .find(|kinds| SHORT_NAME.min(name) + GAP + kinds.width() <= room);
        let kinds = kinds.unwrap_or(&tightest[2]);
        let left = room.saturating_sub(GAP + kinds.width());
        Self::at(name.min(left), 0, 0, kinds, width)
    }

    fn at(name: u16, what: u16, processes: u16, kinds: &Kinds, width: u16) -> Self {
        let mut at = 1 + name + GAP;
        let after_name = at;
        for width in [what, processes] {
            at += if width > 0 { width + GAP } else { 0 };
        }
        let mut columns = Vec::with_capacity(kinds.widths.len());
        for (kind, width) in &kinds.widths {
            columns.push((*kind, at, *width));
            at += width + kinds.gap;
        }
        let notes = if width >= ROOM_FOR_NOTES {
            width.saturating_sub(at + 1)
        } else {
            0
        };
        Self {
            name,
            what,
            processes,
            kinds: columns,
            notes,
            after_name,
        }
    }
}

/// How wide the columns of the kinds are.
struct Kinds {
    widths: Vec<(Kind, u16)>,
    gap: u16,
}

impl Kinds {
    fn new(data: &Data, gap: u16, heading: u16) -> Self {
        let cell = data.widths.cell.max(2);
        let width = |kind: Kind| u16::try_from(kind.name().len()).unwrap_or(0).min(heading);
        let columns = data.matrix.columns.iter();
        Self {
            widths: columns
                .map(|kind| (*kind, width(*kind).max(cell)))
                .collect(),
            gap,
        }
    }

    fn wide(data: &Data) -> Self {
        Self::new(data, GAP, 6)
    }

    fn tight(data: &Data) -> Self {
        Self::new(data, 1, 6)
    }

    fn tiny(data: &Data) -> Self {
        Self::new(data, 1, 3)
    }

    fn width(&self) -> u16 {
        self.widths.iter().map(|(_, width)| width + self.gap).sum()
    }
}

/// Draws the rows that are in sight.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, data: &Data) {
    let columns = Columns::fit(data, area.width);
    let (headings, body) = split(area, 1);
    draw_headings(buffer, headings, app, &columns);
    let rows = data.matrix.rows.iter().enumerate().skip(app.top);
    for ((index, row), at) in rows.zip(0..body.height) {
        let (_, line) = split(body, at);
        let chosen = index == app.choice.index;
        Line {
            buffer,
            area: line,
            app,
            data,
            columns: &columns,
            chosen,
        }
        .draw(row);
    }
}

fn chosen_style(app: &App) -> Style {
    match app.focus {
        Focus::Matrix => app.look.chosen,
        Focus::Pane => app.look.chosen_idle,
    }
}

fn draw_headings(buffer: &mut Buffer, area: Rect, app: &App, columns: &Columns) {
    let title = app.look.title;
    put(buffer, area, 1, "NAME", title);
    let mut at = columns.after_name;
    if columns.what > 0 {
        put(buffer, area, at, "KIND", title);
        at += columns.what + GAP;
    }
    if columns.processes > 0 {
        let right = columns.processes.saturating_sub(5);
        put(buffer, area, at + right, "PROCS", title);
    }
    for (kind, at, width) in &columns.kinds {
        let chosen = Some(*kind) == app.choice.kind;
        let style = if chosen { chosen_style(app) } else { title };
        let room = usize::from(*width);
        let name = if room < kind.name().len() {
            short(*kind)
        } else {
            kind.name()
        };
        put(buffer, area, *at, &format!("{name:room$.room$}"), style);
    }
    if columns.notes > 0 {
        let at = area.width - columns.notes - 1;
        put(buffer, area, at, "NOTES", title);
    }
}

/// The name of `kind` where three columns must do.
const fn short(kind: Kind) -> &'static str {
    match kind {
        Kind::Cgroup => "cgr",
        Kind::Time => "tim",
        Kind::User => "usr",
        Kind::Ipc | Kind::Mnt | Kind::Net | Kind::Pid | Kind::Uts => kind.name(),
    }
}

/// One line of the matrix being drawn.
struct Line<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    app: &'a App,
    data: &'a Data,
    columns: &'a Columns,
    chosen: bool,
}

impl Line<'_> {
    fn draw(&mut self, row: &Row) {
        self.draw_name(row);
        self.draw_what(row);
        for (kind, at, width) in &self.columns.kinds {
            self.draw_cell(row, *kind, *at, usize::from(*width));
        }
        self.draw_notes(row);
    }

    fn put(&mut self, at: u16, text: &str, style: Style) {
        put(self.buffer, self.area, at, text, style);
    }

    /// The name; the chosen one stands out over its whole column.
    fn draw_name(&mut self, row: &Row) {
        let is_family = matches!(row.id, RowId::Family(_));
        let quiet = is_family || row.id == RowId::Reference;
        let style = match (self.chosen, quiet) {
            (true, _) => chosen_style(self.app),
            (false, true) => self.app.look.dim,
            (false, false) => Style::new(),
        };
        // A heading has the whole line.
        let room = if is_family {
            self.area.width.saturating_sub(2)
        } else {
            self.columns.name
        };
        let indent = indent(row);
        let name = text::shown(&row.name, self.app.look.ascii);
        let room = usize::from(room).saturating_sub(indent);
        let name = text::shorten(&name, room, self.app.look.ellipsis());
        let fill = usize::from(self.columns.name).saturating_sub(indent + text::width(&name));
        let line = format!("{:indent$}{name}{:fill$}", "", "");
        self.put(1, &line, style);
    }

    fn draw_what(&mut self, row: &Row) {
        let mut at = self.columns.after_name;
        let what = usize::from(self.columns.what);
        if what > 0 {
            let word = text::shown(&row.what, self.app.look.ascii);
            let word = text::shorten(&word, what, self.app.look.ellipsis());
            self.put(at, &word, self.app.look.dim);
            at += self.columns.what + GAP;
        }
        let width = usize::from(self.columns.processes);
        if let (1.., Some(count)) = (width, row.processes) {
            self.put(at, &format!("{count:>width$}"), Style::new());
        }
    }

    fn draw_cell(&mut self, row: &Row, kind: Kind, at: u16, width: usize) {
        let cell = row.cells.get(kind);
        let signed = cell.map(|cell| sign::sign(cell, &self.app.look, self.data.sees_host()));
        let (sign, style) = signed.unwrap_or_default();
        if self.app.choice.kind != Some(kind) {
            self.put(at, &sign, style);
        } else if self.chosen {
            let style = style.patch(chosen_style(self.app));
            self.put(at, &format!("{sign:width$}"), style);
        } else if self.is_kin(cell, kind) {
            self.put(at, &sign, style.patch(self.app.look.kin));
        } else {
            self.put(at, &sign, style);
        }
    }

    /// Whether `cell` is the same shared namespace as the chosen one.
    fn is_kin(&self, cell: Option<&Cell>, kind: Kind) -> bool {
        let chosen = self.app.row().and_then(|row| row.cells.get(kind));
        matches!(cell, Some(Cell::Shared { .. })) && cell == chosen
    }

    fn draw_notes(&mut self, row: &Row) {
        if self.columns.notes == 0 || row.notes.is_empty() {
            return;
        }
        let notes = row.notes.join(", ");
        let notes = text::shown(&notes, self.app.look.ascii);
        let room = usize::from(self.columns.notes);
        let notes = text::cut(&notes, room, self.app.look.ellipsis());
        self.put(
            self.area.width - self.columns.notes - 1,
            &notes,
            self.app.look.dim,
        );
    }
}
