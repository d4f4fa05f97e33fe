//! The matrix as a list: families with their containers, then groups; sorted by a column, without families.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use ratatui::style::Style;

use super::arrange::{Fate, arrange};
use super::columns::{Column, Spec};
use super::{Entry, Hidden, List, Rows, known_first, ordered};
use crate::model::{GroupKind, Kind, Snapshot};
use crate::query::{Cell, Hits, Id, Loudness, Row, RowId};
use crate::tui::data::Data;
use crate::tui::sign;
use crate::tui::text;
use crate::tui::theme::Look;

/// Below this there are no notes.
const ROOM_FOR_NOTES: u16 = 100;
/// Names get no more than this, with notes and without.
const LONG_NAME: (u16, u16) = (30, 24);
/// Names get at least this before the columns of the kinds move together.
const SHORT_NAME: u16 = 14;

/// The columns that the matrix would like.
pub(super) fn columns(data: &Data, width: u16) -> Vec<Spec> {
    let has_notes = width >= ROOM_FOR_NOTES;
    let longest = if has_notes { LONG_NAME.0 } else { LONG_NAME.1 };
    let name = data.widths.name.clamp(4, longest);
    let least = if has_notes {
        name.min(SHORT_NAME)
    } else {
        name
    };
    let mut specs = vec![
        Spec {
            least,
            ..Spec::new(Column::Name, "NAME", name, 0).down_to(name.min(SHORT_NAME))
        },
        Spec::new(Column::What, "KIND", data.widths.what.clamp(4, 12), 1),
        Spec::new(Column::Processes, "PROCS", data.widths.processes.max(5), 2).right(),
    ];
    let cell = data.widths.cell.max(2);
    specs.extend(data.matrix.columns.iter().map(|kind| {
        let heading = u16::try_from(kind.name().len()).unwrap_or(0);
        Spec::new(Column::Kind(*kind), kind.name(), heading.max(cell), 0)
            .down_to(heading.min(3).max(cell))
    }));
    if has_notes {
        specs.push(Spec::new(Column::Notes, "NOTES", 12, 3).up_to(u16::MAX));
    }
    specs
}

/// The rows that are shown.
pub(super) fn rows(list: &List, data: &Data, hidden: Hidden) -> Rows {
    let hits = (!list.filter.is_empty()).then(|| Matching::of(list, data));
    let count = data.matrix.rows.len() + data.changes.rows.len();
    let fate = |at: usize| {
        let Some(row) = data.row(at) else {
            return Fate::Elsewhere;
        };
        if hidden.host_only && is_unit(data, &row.id) {
            return Fate::Hidden;
        }
        match &hits {
            _ if matches!(row.id, RowId::Family(_)) => Fate::Elsewhere,
            Some(hits) if !hits.has(&row.id) => Fate::Filtered,
            _ => Fate::Shown,
        }
    };
    let natural = natural_order(data);
    let order = |a: usize, b: usize| {
        let natural = natural[a].cmp(&natural[b]);
        ordered(list.sort, natural, |column| compare(data, column, a, b))
    };
    let mut rows = arrange(count, list.shape, fate, order, |_| None);
    if list.sort.is_none() {
        rows.entries = with_headings(rows.entries, data);
    }
    rows
}

fn is_unit(data: &Data, row: &RowId) -> bool {
    let RowId::Group(id) = row else { return false };
    data.group(id)
        .is_some_and(|group| group.kind == GroupKind::Unit)
}

/// Rows that match the filter: those that are there and those that are gone.
struct Matching {
    host: bool,
    rows: HashSet<RowId>,
}

impl Matching {
    fn of(list: &List, data: &Data) -> Self {
        let now = list.filter.hits(&data.snapshot);
        let past = list.filter.hits(&data.changes.past);
        let mut rows: HashSet<RowId> = rows_hit(&data.snapshot, &now).collect();
        // Of a row that is there, the past knows only what is gone.
        let gone = rows_hit(&data.changes.past, &past);
        rows.extend(gone.filter(|row| data.changes.is_gone(&Id::from(row))));
        Self {
            host: now.host,
            rows,
        }
    }

    fn has(&self, id: &RowId) -> bool {
        match id {
            RowId::Reference => self.host,
            other => self.rows.contains(other),
        }
    }
}

/// The containers and groups of `snapshot` that are hit.
fn rows_hit<'a>(snapshot: &'a Snapshot, hits: &'a Hits) -> impl Iterator<Item = RowId> + 'a {
    let containers = snapshot.containers.iter().flatten().zip(&hits.containers);
    let containers = containers.filter(|(_, hit)| **hit);
    let containers = containers.map(|(row, _)| RowId::Container(row.id.clone()));
    let groups = snapshot.groups.iter().flatten().zip(&hits.groups);
    let groups = groups.filter(|(_, hit)| **hit);
    containers.chain(groups.map(|(row, _)| RowId::Group(row.id.clone())))
}

/// The place of each row in the order of the matrix, a gone one behind the row that it stood behind.
fn natural_order(data: &Data) -> Vec<(usize, usize)> {
    let now = data.matrix.rows.len();
    let mut places: Vec<_> = (0..now).map(|at| (at, 0)).collect();
    for (at, (_, before)) in data.changes.rows.iter().enumerate() {
        let before = before.as_ref().and_then(|id| data.row_at(id));
        let place = before.and_then(|before| places.get(before)).copied();
        places.push((place.map_or(now, |(place, _)| place), at + 1));
    }
    places
}

/// Puts the heading of each family above its first row.
fn with_headings(entries: Vec<Entry>, data: &Data) -> Vec<Entry> {
    let mut all = Vec::with_capacity(entries.len() + 8);
    let mut last = None;
    for entry in entries {
        let family = data.row(entry.at).and_then(|row| row.family.as_ref());
        if family != last {
            let heading = family.and_then(|name| data.row_at(&RowId::Family(name.clone())));
            let heading = heading.map(|at| Entry {
                at,
                context: true,
                ..entry
            });
            all.extend(heading);
        }
        last = family;
        // Rows of a family stand a little to the right of its heading.
        all.push(Entry {
            depth: u16::from(family.is_some()),
            ..entry
        });
    }
    all
}

fn compare(data: &Data, column: Column, a: usize, b: usize) -> Ordering {
    let (Some(a), Some(b)) = (data.row(a), data.row(b)) else {
        return Ordering::Equal;
    };
    match column {
        Column::What => a.what.cmp(&b.what),
        Column::Processes => known_first(a.processes, b.processes),
        Column::Notes => a.notes.is_empty().cmp(&b.notes.is_empty()),
        Column::Kind(kind) => rank(a, kind).cmp(&rank(b, kind)),
        _ => a.name.cmp(&b.name),
    }
}

/// The loudest first, then shared ones by letter, then the unknown, the quiet, the private.
fn rank(row: &Row, kind: Kind) -> (u8, usize, &str) {
    match row.cells.get(kind) {
        Some(Cell::SameAsReference(Loudness::Loud)) => (0, 0, ""),
        Some(Cell::SameAsReference(Loudness::Notable)) => (1, 0, ""),
        Some(Cell::Shared { letter, .. }) => (2, letter.len(), letter),
        Some(Cell::Unknown { .. }) => (3, 0, ""),
        Some(Cell::SameAsReference(Loudness::Quiet)) => (4, 0, ""),
        Some(Cell::Private) => (5, 0, ""),
        Some(Cell::Reference) => (6, 0, ""),
        None => (7, 0, ""),
    }
}

/// What stands in a cell.
pub(super) fn cell<'a>(
    data: &'a Data,
    entry: Entry,
    column: Column,
    look: &Look,
) -> (Cow<'a, str>, Style) {
    let Some(row) = data.row(entry.at) else {
        return (Cow::Borrowed(""), Style::new());
    };
    let is_quiet = matches!(row.id, RowId::Family(_) | RowId::Reference);
    match column {
        Column::Name => {
            let name = text::shown(&row.name, look.ascii);
            let indent = usize::from(entry.depth) * 2;
            let name = match indent {
                0 => name,
                indent => Cow::Owned(format!("{:indent$}{name}", "")),
            };
            let style = if is_quiet { look.dim } else { Style::new() };
            (name, style)
        }
        Column::What => (text::shown(&row.what, look.ascii), look.dim),
        Column::Processes => {
            let count = row.processes.map(|count| count.to_string());
            (Cow::Owned(count.unwrap_or_default()), Style::new())
        }
        // Letters are given anew with each look: an old one may be another namespace's by now.
        Column::Kind(kind)
            if entry.at >= data.matrix.rows.len()
                && matches!(row.cells.get(kind), Some(Cell::Shared { .. })) =>
        {
            (Cow::Borrowed("-"), look.dim)
        }
        Column::Kind(kind) => row
            .cells
            .get(kind)
            .map(|cell| sign::sign(cell, look, data.sees_host()))
            .unwrap_or_default(),
        _ => {
            let notes = row.notes.join(", ");
            (
                Cow::Owned(text::shown(&notes, look.ascii).into_owned()),
                look.dim,
            )
        }
    }
}
