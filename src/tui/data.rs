//! A snapshot, and what the views need of it: worked out once, not per drawing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::text;
use crate::model::{Kind, Reason, Snapshot};
use crate::query::{Cell, Matrix, Row};

/// A snapshot ready to be drawn.
#[derive(Debug)]
pub(super) struct Data {
    /// As collected.
    pub(super) snapshot: Arc<Snapshot>,
    /// Its matrix.
    pub(super) matrix: Matrix,
    /// Room that the columns of the matrix would like.
    pub(super) widths: Widths,
    /// Things that could not be seen.
    pub(super) gaps: u32,
    /// Those of them that we may not see.
    pub(super) denied: u32,
    /// When it was taken; `None` where the file tells no time.
    pub(super) taken: Option<SystemTime>,
}

/// Columns of the screen that the widest entry of each column takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Widths {
    /// Names, with their indent.
    pub(super) name: u16,
    /// Engine or kind of group.
    pub(super) what: u16,
    /// Number of processes.
    pub(super) processes: u16,
    /// Each kind's cells.
    pub(super) cell: u16,
}

impl Data {
    /// Works out what the views need.
    pub(super) fn of(snapshot: Arc<Snapshot>) -> Self {
        let matrix = Matrix::of(&snapshot);
        let gaps = |wanted: fn(Reason) -> bool| {
            let gaps = snapshot.gaps.iter().filter(|gap| wanted(gap.reason));
            gaps.fold(0, |sum: u32, gap| sum.saturating_add(gap.count))
        };
        Self {
            widths: Widths::of(&matrix),
            gaps: gaps(|_| true),
            denied: gaps(|reason| reason == Reason::Denied),
            taken: humantime::parse_rfc3339(&snapshot.captured_at).ok(),
            matrix,
            snapshot,
        }
    }

    /// How old it is; `None` where that is not known.
    pub(super) fn age(&self, now: SystemTime) -> Option<Duration> {
        // A clock that was set back makes it new, not unknown.
        Some(now.duration_since(self.taken?).unwrap_or_default())
    }

    /// Whether the host itself is seen, and not only a container's inside.
    pub(super) fn sees_host(&self) -> bool {
        self.snapshot.host.pid_namespace_is_initial
    }

    /// The column that is chosen at first: the one that people ask for most.
    pub(super) fn first_column(&self) -> Option<Kind> {
        let columns = &self.matrix.columns;
        let net = columns.iter().find(|kind| **kind == Kind::Net);
        net.or(columns.first()).copied()
    }
}

impl Widths {
    fn of(matrix: &Matrix) -> Self {
        let mut widths = Self::default();
        for row in &matrix.rows {
            let name = text::width(&text::shown(&row.name, false)) + indent(row);
            widths.name = widths.name.max(columns(name));
            let what = text::width(&text::shown(&row.what, false));
            widths.what = widths.what.max(columns(what));
            let digits = row.processes.map_or(0, |count| count.to_string().len());
            widths.processes = widths.processes.max(columns(digits));
            let cells = row.cells.iter().map(|(_, cell)| match cell {
                Cell::Shared { letter, rows } => letter.len() + rows.to_string().len(),
                _ => 2,
            });
            widths.cell = widths.cell.max(columns(cells.max().unwrap_or(0)));
        }
        widths
    }
}

/// Rows of a family stand a little to the right of its heading.
pub(super) fn indent(row: &Row) -> usize {
    if row.family.is_some() { 2 } else { 0 }
}

fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}
