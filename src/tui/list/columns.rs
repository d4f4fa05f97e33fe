//! The columns of a list, and which of them fit into a width.
//!
//! Columns give way in a fixed order: those with the highest rank first; when none is left that may go, the columns
//! move together, and at last the first one is shortened.

use crate::model::Kind;

/// What a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::tui) enum Column {
    /// Name of a row of the matrix.
    Name,
    /// Engine or kind of group.
    What,
    /// Number of processes.
    Processes,
    /// The cell of a kind of namespace.
    Kind(Kind),
    /// Remarks.
    Notes,
    /// Kind of a namespace.
    Type,
    /// Inode of a namespace.
    Inode,
    /// User who owns a user namespace, or runs a process.
    User,
    /// Owning user namespace.
    Owner,
    /// Parent of a pid or user namespace, or of a process.
    Parent,
    /// Containers and groups in a namespace, or the one a process belongs to.
    Who,
    /// Pid of a process, or of the lowest member of a namespace.
    Pid,
    /// State letter of a process.
    State,
    /// Signature of a process's namespaces.
    Signature,
    /// In which kinds they are not the host's.
    Mask,
    /// Command line.
    Command,
    /// Number of interfaces of a network namespace.
    Interfaces,
    /// Addresses.
    Addresses,
    /// Networks of engines.
    Networks,
    /// Ports that listen.
    Listens,
    /// What an interface is plugged into.
    End,
    /// Bytes received per second.
    Received,
    /// Bytes sent per second.
    Sent,
}

/// What a column would like.
#[derive(Clone, Copy, Debug)]
pub(in crate::tui) struct Spec {
    pub(in crate::tui) column: Column,
    pub(in crate::tui) heading: &'static str,
    /// Columns of the screen that it needs before others give way.
    pub(in crate::tui) least: u16,
    /// Columns that it takes where there is room.
    pub(in crate::tui) most: u16,
    /// Columns that must do when nothing else can give way.
    pub(in crate::tui) floor: u16,
    /// The highest goes first; 0 never goes.
    pub(in crate::tui) rank: u8,
    /// Aligned to the right.
    pub(in crate::tui) right: bool,
}

impl Spec {
    pub(super) const fn new(column: Column, heading: &'static str, width: u16, rank: u8) -> Self {
        Self {
            column,
            heading,
            least: width,
            most: width,
            floor: width,
            rank,
            right: false,
        }
    }

    pub(super) const fn right(mut self) -> Self {
        self.right = true;
        self
    }

    pub(super) const fn up_to(mut self, most: u16) -> Self {
        self.most = most;
        self
    }

    pub(super) const fn down_to(mut self, floor: u16) -> Self {
        self.floor = floor;
        self
    }
}

/// A column in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Placed {
    pub(in crate::tui) column: Column,
    pub(in crate::tui) heading: &'static str,
    /// Counted from the left of the list.
    pub(in crate::tui) x: u16,
    pub(in crate::tui) width: u16,
    pub(in crate::tui) right: bool,
}

/// The first column of the screen holds marks.
const GUTTER: u16 = 1;

/// The columns that fit into `width`, placed.
pub(in crate::tui) fn fit(mut specs: Vec<Spec>, width: u16) -> Vec<Placed> {
    let room = width.saturating_sub(GUTTER);
    let mut gap = 2;
    while needed(&specs, gap, |spec| spec.least) > room {
        let droppable = specs.iter().filter(|spec| spec.rank > 0);
        let Some(rank) = droppable.map(|spec| spec.rank).max() else {
            break;
        };
        specs.retain(|spec| spec.rank != rank);
    }
    if needed(&specs, gap, |spec| spec.least) > room {
        gap = 1;
    }
    let first = specs.first().map_or(0, |spec| spec.floor);
    let others = needed(specs.get(1..).unwrap_or_default(), gap, |spec| spec.least);
    if first + gap + others > room {
        for spec in specs.iter_mut().skip(1) {
            spec.least = spec.floor;
            spec.most = spec.floor;
        }
    }
    place(&mut specs, gap, room)
}

/// Columns of the screen that `specs` take with `gap` between them.
fn needed(specs: &[Spec], gap: u16, width: impl Fn(&Spec) -> u16) -> u16 {
    let columns = specs.iter().map(|spec| width(spec) + gap);
    columns.fold(0, u16::saturating_add).saturating_sub(gap)
}

/// Gives each its least, what is left to the first that want more, and takes from the first what is missing.
fn place(specs: &mut [Spec], gap: u16, room: u16) -> Vec<Placed> {
    let taken = needed(specs, gap, |spec| spec.least);
    if let Some(first) = specs.first_mut() {
        first.least = first
            .least
            .saturating_sub(taken.saturating_sub(room))
            .max(1);
    }
    let mut left = room.saturating_sub(needed(specs, gap, |spec| spec.least));
    let mut x = GUTTER;
    let mut placed = Vec::with_capacity(specs.len());
    for spec in specs {
        let more = left.min(spec.most.saturating_sub(spec.least));
        left -= more;
        let width = spec.least + more;
        placed.push(Placed {
            column: spec.column,
            heading: spec.heading,
            x,
            width,
            right: spec.right,
        });
        x = x.saturating_add(width + gap);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Vec<Spec> {
        vec![
            Spec::new(Column::Name, "NAME", 20, 0).up_to(30).down_to(8),
            Spec::new(Column::What, "KIND", 6, 1),
            Spec::new(Column::Kind(Kind::Net), "net", 5, 0).down_to(3),
            Spec::new(Column::Notes, "NOTES", 12, 2).up_to(u16::MAX),
        ]
    }

    fn widths(width: u16) -> Vec<(Column, u16)> {
        let placed = fit(some(), width).into_iter();
        placed.map(|one| (one.column, one.width)).collect()
    }

    #[test]
    fn columns_give_way_in_their_order() {
        let (name, what, net, notes) = (
            Column::Name,
            Column::What,
            Column::Kind(Kind::Net),
            Column::Notes,
        );
        assert_eq!(widths(80), [(name, 30), (what, 6), (net, 5), (notes, 32)]);
        assert_eq!(widths(50), [(name, 20), (what, 6), (net, 5), (notes, 12)]);
        assert_eq!(widths(49), [(name, 30), (what, 6), (net, 5)]);
        assert_eq!(widths(30), [(name, 22), (net, 5)]);
        assert_eq!(widths(20), [(name, 13), (net, 5)]);
        assert_eq!(widths(15), [(name, 8), (net, 5)]);
        assert_eq!(widths(14), [(name, 9), (net, 3)]);
        assert_eq!(widths(6), [(name, 1), (net, 3)]);
    }

    #[test]
    fn nothing_overlaps_and_nothing_is_wider_than_the_screen() {
        for width in 8..120 {
            let placed = fit(some(), width);
            let ends = placed.iter().map(|one| one.x + one.width);
            let starts = placed.iter().skip(1).map(|one| one.x);
            assert!(ends.clone().zip(starts).all(|(end, start)| end < start));
            assert!(ends.max().unwrap() <= width, "{placed:?} in {width}");
        }
    }
}
