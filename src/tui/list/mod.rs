//! A list: which rows it holds, in which order and shape, and which of them is chosen.
//!
//! A row is an [`Entry`]: the place of its thing in [`Data`]. Rows are worked out again when the data, the filter or
//! the order changes, never while drawing. The choice is held by identity, so it stays with its row.

mod arrange;
mod columns;
mod matrix;
mod namespaces;
mod network;
mod processes;
mod scope;

use std::borrow::Cow;
use std::cmp::Ordering;

use ratatui::style::Style;

use columns::fit;
pub(super) use columns::{Column, Placed};
pub(super) use processes::row_name;
pub(super) use scope::Scope;

use super::data::Data;
use super::theme::Look;
use crate::model::Kind;
use crate::query::{Filter, Id};

/// What the rows of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The host, containers and groups.
    Matrix,
    /// Namespaces.
    Namespaces,
    /// Processes.
    Processes,
    /// Network namespaces and their interfaces.
    Network,
}

/// How rows hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Not at all.
    Flat,
    /// Namespaces below the user namespace that owns them.
    Owners,
    /// Pid and user namespaces below their parents.
    Nesting,
    /// Processes below their parents.
    Tree,
    /// Interfaces below what they are plugged into.
    Topology,
    /// Interfaces instead of their namespaces.
    Interfaces,
}

/// By which column, and which way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sort {
    /// The column.
    pub(super) column: Column,
    /// Largest first.
    pub(super) reverse: bool,
}

/// What is left out of every list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    /// Threads of the kernel.
    pub(super) kernel_threads: bool,
    /// Units in the matrix, and processes that have nothing but the host's namespaces.
    pub(super) host_only: bool,
}

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its place in the data.
    pub(super) at: usize,
    /// How deep it hangs in the tree.
    pub(super) depth: u16,
    /// Lines of the tree that go on below it, as in [`crate::query::Branch`].
    pub(super) open: u64,
    /// It is no match itself, but something below it is: an ancestor, a heading.
    pub(super) context: bool,
}

/// A list and what the user made of it.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) what: What,
    /// What it is restricted to.
    pub(super) scope: Option<Scope>,
    pub(super) filter: Filter,
    /// The filter is what brought us here: it is not taken away before the place is left.
    pub(super) is_given: bool,
    pub(super) shape: Shape,
    /// `None` is the natural order.
    pub(super) sort: Option<Sort>,
    /// The chosen column.
    pub(super) column: Column,
    /// The chosen row; `None` before there is any.
    pub(super) chosen: Option<Id>,
    /// Where that row stands at present.
    pub(super) index: usize,
    /// First visible row.
    pub(super) top: usize,
    pub(super) entries: Vec<Entry>,
    /// Rows that the filter left out.
    pub(super) filtered: usize,
    /// Rows that are hidden.
    pub(super) hidden: usize,
    /// The state of the data that the rows were worked out for.
    stamp: Option<u64>,
    /// The rows around the chosen one, the nearest first: one of them is chosen where it is gone.
    near: Vec<Id>,
}

impl List {
    /// All of `what`, as it is at first.
    pub(super) fn new(what: What) -> Self {
        Self {
            what,
            scope: None,
            filter: Filter::default(),
            is_given: false,
            shape: Shape::Flat,
            sort: None,
            column: what.first_column(),
            chosen: None,
            index: 0,
            top: 0,
            entries: Vec::new(),
            filtered: 0,
            hidden: 0,
            stamp: None,
            near: Vec::new(),
        }
    }

    /// Those of `what` that match `filter`.
    pub(super) fn matching(what: What, filter: Filter) -> Self {
        Self {
            filter,
            ..Self::new(what)
        }
    }

    /// Those of `what` that are within `scope`.
    pub(super) fn within(what: What, scope: Scope) -> Self {
        Self {
            scope: Some(scope),
            ..Self::new(what)
        }
    }

    /// Whether the rows are those of the data with this stamp.
    pub(super) fn is_settled(&self, stamp: u64) -> bool {
        self.stamp == Some(stamp)
    }

    /// The rows have to be worked out again; `data` is what they were worked out from.
    pub(super) fn unsettle(&mut self, data: &Data, stamp: u64) {
        if self.is_settled(stamp) {
            self.near = self.neighbours(data);
        }
        self.stamp = None;
    }

    /// Works out the rows, and finds the chosen one again. True where the chosen row is not there any more and another
    /// one is chosen in its place.
    pub(super) fn settle(&mut self, data: &Data, hidden: Hidden, stamp: u64) -> bool {
        let rows = match self.what {
            What::Matrix => matrix::rows(self, data, hidden),
            What::Namespaces => namespaces::rows(self, data),
            What::Processes => processes::rows(self, data, hidden),
            What::Network => network::rows(self, data),
        };
        (self.filtered, self.hidden) = (rows.filtered, rows.hidden);
        self.entries = rows.entries;
        self.stamp = Some(stamp);
        self.choose_again(data)
    }

    fn neighbours(&self, data: &Data) -> Vec<Id> {
        const FAR: usize = 200;
        let places =
            (1..FAR).flat_map(|step| [self.index.checked_add(step), self.index.checked_sub(step)]);
        let entries = places.filter_map(|at| self.entries.get(at?));
        entries
            .filter_map(|entry| self.what.id(data, entry.at))
            .collect()
    }

    fn choose_again(&mut self, data: &Data) -> bool {
        let near = std::mem::take(&mut self.near);
        let place = |id: &Id| {
            let mut entries = self.entries.iter();
            entries.position(|entry| self.what.is(data, entry.at, id))
        };
        let found = self.chosen.as_ref().and_then(place);
        let other = || near.iter().find_map(place);
        let index = found.or_else(other).unwrap_or(self.index);
        let lost = self.chosen.is_some() && found.is_none();
        self.choose(data, index);
        lost
    }

    /// Chooses the row at `index`, the last one where there are fewer; whether that is another row.
    pub(super) fn choose(&mut self, data: &Data, index: usize) -> bool {
        self.index = index.min(self.entries.len().saturating_sub(1));
        let entry = self.entries.get(self.index);
        let id = entry.and_then(|entry| self.what.id(data, entry.at));
        let changed = id != self.chosen;
        self.chosen = id;
        changed
    }

    /// Moves the window so that the chosen row is in it.
    pub(super) fn scroll(&mut self, page: usize) {
        self.top = self.top.min(self.index);
        self.top = self.top.max((self.index + 1).saturating_sub(page));
        self.top = self.top.min(self.entries.len().saturating_sub(page));
    }

    /// The columns that fit into `width`.
    pub(super) fn columns(&self, data: &Data, width: u16) -> Vec<Placed> {
        let specs = match self.what {
            What::Matrix => matrix::columns(data, width),
            What::Namespaces => namespaces::columns(data),
            What::Processes => processes::columns(data),
            What::Network => network::columns(self.shape, data),
        };
        fit(specs, width)
    }

    /// The column, wherever it is in sight.
    pub(super) const fn kind(&self) -> Option<Kind> {
        match self.column {
            Column::Kind(kind) => Some(kind),
            _ => None,
        }
    }

    /// The next shape.
    pub(super) fn reshape(&mut self) -> bool {
        let shapes = self.what.shapes();
        let at = shapes.iter().position(|shape| *shape == self.shape);
        let next = shapes[(at.unwrap_or(0) + 1) % shapes.len()];
        let changed = next != self.shape;
        self.shape = next;
        changed
    }
}

impl What {
    /// The word for its view.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Matrix => "Matrix",
            Self::Namespaces => "Namespaces",
            Self::Processes => "Processes",
            Self::Network => "Network",
        }
    }

    /// The shapes that it can take, the first one at first.
    pub(super) const fn shapes(self) -> &'static [Shape] {
        match self {
            Self::Matrix => &[Shape::Flat],
            Self::Namespaces => &[Shape::Flat, Shape::Owners, Shape::Nesting],
            Self::Processes => &[Shape::Flat, Shape::Tree],
            Self::Network => &[Shape::Flat, Shape::Topology, Shape::Interfaces],
        }
    }

    /// The column that is chosen at first: the one that people ask for most.
    const fn first_column(self) -> Column {
        match self {
            Self::Matrix => Column::Kind(Kind::Net),
            Self::Namespaces => Column::Inode,
            Self::Processes => Column::Pid,
            Self::Network => Column::Name,
        }
    }

    /// Who the row at this place of the data is.
    pub(super) fn id(self, data: &Data, at: usize) -> Option<Id> {
        match self {
            Self::Matrix => data.row(at).map(|row| Id::from(&row.id)),
            Self::Namespaces => data.namespace(at).map(Id::from),
            Self::Processes => data.process(at).map(Id::from),
            Self::Network => network::id(data, at),
        }
    }

    /// Whether the row at this place is `id`; nothing is copied.
    pub(super) fn is(self, data: &Data, at: usize, id: &Id) -> bool {
        match (self, id) {
            (Self::Matrix, Id::Row(id)) => data.row(at).is_some_and(|row| row.id == *id),
            (Self::Namespaces, Id::Namespace(kind, inode)) => data
                .namespace(at)
                .is_some_and(|one| (one.kind, one.inode) == (*kind, *inode)),
            (Self::Processes, Id::Process { pid, start }) => data
                .process(at)
                .is_some_and(|one| (one.pid, one.start_ticks) == (*pid, *start)),
            (Self::Network, id) => network::id(data, at).as_ref() == Some(id),
            _ => false,
        }
    }

    /// What stands in a cell, and how.
    pub(super) fn cell<'a>(
        self,
        data: &'a Data,
        entry: Entry,
        column: Column,
        look: &Look,
    ) -> (Cow<'a, str>, Style) {
        match self {
            Self::Matrix => matrix::cell(data, entry, column, look),
            Self::Namespaces => namespaces::cell(data, entry, column, look),
            Self::Processes => processes::cell(data, entry, column, look),
            Self::Network => network::cell(data, entry, column, look),
        }
    }
}

impl Shape {
    /// The word for it; none where it is the plain one.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Flat => None,
            Self::Owners => Some("by owner"),
            Self::Nesting => Some("by nesting"),
            Self::Tree => Some("tree"),
            Self::Topology => Some("topology"),
            Self::Interfaces => Some("interfaces"),
        }
    }
}

/// The rows of a list, and how many are not among them.
#[derive(Debug, Default)]
struct Rows {
    entries: Vec<Entry>,
    filtered: usize,
    hidden: usize,
}

/// The order by the sorted column, and the natural one where there is none or it does not tell.
fn ordered(
    sort: Option<Sort>,
    natural: Ordering,
    by_column: impl FnOnce(Column) -> Ordering,
) -> Ordering {
    let Some(sort) = sort else {
        return natural;
    };
    let order = by_column(sort.column);
    let order = if sort.reverse { order.reverse() } else { order };
    order.then(natural)
}

/// Orders two numbers of which either may be unknown: unknown last.
fn known_first<T: Ord>(left: Option<T>, right: Option<T>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => left.cmp(&right),
        (left, right) => right.is_some().cmp(&left.is_some()),
    }
}

/// What stands for a number that could not be learned.
fn number(value: Option<impl ToString>) -> Cow<'static, str> {
    value.map_or(Cow::Borrowed("?"), |value| Cow::Owned(value.to_string()))
}
