//! A snapshot, and what the views need of it: worked out once, not per drawing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::changes::Changes;
use super::network::Net;
use super::rates::Rates;
use super::text;
use crate::model::{
    Container, Gap, Group, Inode, Interface, Kind, Namespace, NetworkNamespace, Process, Reason,
    Snapshot,
};
use crate::query::{Cell, Id, Matrix, Row, RowId, Signatures};
use crate::report::words::Ends;

/// A snapshot ready to be drawn.
#[derive(Debug)]
pub(super) struct Data {
    /// As collected.
    pub(super) snapshot: Arc<Snapshot>,
    /// Its matrix.
    pub(super) matrix: Matrix,
    /// What is new, other, gone.
    pub(super) changes: Changes,
    /// Names for sets of namespaces.
    pub(super) signatures: Signatures,
    /// What goes through each interface.
    pub(super) rates: Rates,
    /// The rows of the network.
    pub(super) net: Net,
    /// Room that the columns would like.
    pub(super) widths: Widths,
    /// Things that could not be seen; what only `--deep` asks for is none of them.
    pub(super) gaps: u32,
    /// Those of them that we may not see.
    pub(super) denied: u32,
    /// When it was taken; `None` where the file tells no time.
    pub(super) taken: Option<SystemTime>,
    /// Where things stand in the snapshot.
    index: Index,
}

/// Where things stand in the snapshot.
#[derive(Debug, Default)]
struct Index {
    rows: HashMap<RowId, usize>,
    containers: HashMap<String, usize>,
    groups: HashMap<String, usize>,
    namespaces: HashMap<(Kind, Inode), usize>,
    processes: HashMap<u32, usize>,
    /// Groups by the namespaces that they are in.
    tenants: HashMap<(Kind, Inode), Vec<usize>>,
}

/// Columns of the screen that the widest entry of each column takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Widths {
    /// Names of rows, with their indent.
    pub(super) name: u16,
    /// Engine or kind of group.
    pub(super) what: u16,
    /// Number of processes.
    pub(super) processes: u16,
    /// Each kind's cells.
    pub(super) cell: u16,
}

impl Data {
    /// Works out what the views need of the first snapshot.
    pub(super) fn of(snapshot: Arc<Snapshot>) -> Self {
        let matrix = Matrix::of(&snapshot);
        let changes = Changes::none(&snapshot);
        Self::new(
            snapshot,
            matrix,
            changes,
            (Signatures::default(), Rates::default()),
        )
    }

    /// As [`Data::of`] for the snapshot after this one; what is `kept` stays although it is gone.
    pub(super) fn next(self, snapshot: Arc<Snapshot>, kept: Option<&Id>) -> Self {
        let matrix = Matrix::of(&snapshot);
        let changes = Changes::between(&self, &snapshot, &matrix, kept);
        Self::new(snapshot, matrix, changes, (self.signatures, self.rates))
    }

    fn new(
        snapshot: Arc<Snapshot>,
        matrix: Matrix,
        changes: Changes,
        (mut signatures, mut rates): (Signatures, Rates),
    ) -> Self {
        signatures.learn(&snapshot);
        let taken = humantime::parse_rfc3339(&snapshot.captured_at).ok();
        rates.learn(&snapshot, taken);
        let gaps = |wanted: fn(&Gap) -> bool| {
            let gaps = snapshot.gaps.iter().filter(|gap| wanted(gap));
            gaps.fold(0, |sum: u32, gap| sum.saturating_add(gap.count))
        };
        Self {
            widths: Widths::of(&matrix),
            gaps: gaps(|gap| !gap.is_left_to_deep()),
            denied: gaps(|gap| gap.reason == Reason::Denied),
            taken,
            net: Net::of(&snapshot, &changes, &matrix, &rates),
            rates,
            index: Index::of(&snapshot, &matrix),
            changes,
            signatures,
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

    /// The processes, those that are gone behind those that are there.
    pub(super) fn process(&self, at: usize) -> Option<&Process> {
        let now = self.snapshot.processes.as_deref().unwrap_or_default();
        let past = self.changes.past.processes.as_deref().unwrap_or_default();
        now.get(at).or_else(|| past.get(at.checked_sub(now.len())?))
    }

    /// The namespaces, those that are gone behind those that are there.
    pub(super) fn namespace(&self, at: usize) -> Option<&Namespace> {
        let now = self.snapshot.namespaces.as_deref().unwrap_or_default();
        let past = self.changes.past.namespaces.as_deref().unwrap_or_default();
        now.get(at).or_else(|| past.get(at.checked_sub(now.len())?))
    }

    /// The rows of the matrix, those that are gone behind those that are there.
    pub(super) fn row(&self, at: usize) -> Option<&Row> {
        let now = &self.matrix.rows;
        let past = &self.changes.rows;
        now.get(at)
            .or_else(|| Some(&past.get(at.checked_sub(now.len())?)?.0))
    }

    /// Place of the row with this id; of a gone one where it is gone.
    pub(super) fn row_at(&self, id: &RowId) -> Option<usize> {
        let past = || {
            let at = self.changes.rows.iter().position(|(row, _)| row.id == *id);
            Some(at? + self.matrix.rows.len())
        };
        self.index.rows.get(id).copied().or_else(past)
    }

    /// Place of the namespace among those that are there.
    pub(super) fn namespace_at(&self, kind: Kind, inode: Inode) -> Option<usize> {
        self.index.namespaces.get(&(kind, inode)).copied()
    }

    /// Place of the process among those that are there.
    pub(super) fn process_at(&self, pid: u32) -> Option<usize> {
        self.index.processes.get(&pid).copied()
    }

    /// The container with this id, there or gone.
    pub(super) fn container(&self, id: &str) -> Option<&Container> {
        let now = || {
            self.snapshot
                .containers
                .as_ref()?
                .get(*self.index.containers.get(id)?)
        };
        let mut past = self.changes.past.containers.iter().flatten();
        now().or_else(|| past.find(|container| container.id == id))
    }

    /// The group with this id, there or gone.
    pub(super) fn group(&self, id: &str) -> Option<&Group> {
        let now = || {
            self.snapshot
                .groups
                .as_ref()?
                .get(*self.index.groups.get(id)?)
        };
        let mut past = self.changes.past.groups.iter().flatten();
        now().or_else(|| past.find(|group| group.id == id))
    }

    /// The namespace, there or gone.
    pub(super) fn find_namespace(&self, kind: Kind, inode: Inode) -> Option<&Namespace> {
        let mut past = self.changes.past.namespaces.iter().flatten();
        let now = self
            .namespace_at(kind, inode)
            .and_then(|at| self.namespace(at));
        now.or_else(|| past.find(|one| (one.kind, one.inode) == (kind, inode)))
    }

    /// The process with this pid and start, there or gone.
    pub(super) fn find_process(&self, pid: u32, start: Option<u64>) -> Option<&Process> {
        let is_it = |process: &&Process| (process.pid, process.start_ticks) == (pid, start);
        let mut past = self.changes.past.processes.iter().flatten();
        self.present(pid, start).or_else(|| past.find(is_it))
    }

    /// The network namespaces, those that are gone behind those that are there.
    pub(super) fn network(&self, at: usize) -> Option<&NetworkNamespace> {
        let now = self.snapshot.network.as_deref().unwrap_or_default();
        let past = self.changes.past.network.as_deref().unwrap_or_default();
        now.get(at).or_else(|| past.get(at.checked_sub(now.len())?))
    }

    /// The network namespace, there or gone.
    pub(super) fn find_network(&self, inode: Inode) -> Option<&NetworkNamespace> {
        self.network(self.net.find(inode)?)
    }

    /// The interface, there or gone, and its namespace.
    pub(super) fn find_interface(
        &self,
        namespace: Inode,
        index: u32,
    ) -> Option<(&NetworkNamespace, &Interface)> {
        let node = &self.net.nodes[self.net.find_interface(namespace, index)?];
        let namespace = self.network(node.space)?;
        Some((namespace, namespace.interfaces.as_ref()?.get(node.link?)?))
    }

    /// Whether the thing is there, and not gone.
    pub(super) fn has(&self, id: &Id) -> bool {
        match id {
            Id::Row(row) => self.index.rows.contains_key(row),
            Id::Namespace(kind, inode) => {
                let is_network = *kind == Kind::Net && self.net.has(*inode);
                is_network || self.namespace_at(*kind, *inode).is_some()
            }
            Id::Process { pid, start } => self.present(*pid, *start).is_some(),
            Id::Interface { namespace, index } => self.net.has_interface(*namespace, *index),
        }
    }

    /// The process with this pid and start, if it is there.
    pub(super) fn present(&self, pid: u32, start: Option<u64>) -> Option<&Process> {
        let process = self.process_at(pid).and_then(|at| self.process(at));
        process.filter(|process| process.start_ticks == start)
    }

    /// The parent of a process, where whoever has that pid is not younger than the child.
    pub(super) fn parent(&self, process: &Process) -> Option<usize> {
        let at = self.process_at(process.ppid?)?;
        let parent = self.process(at)?;
        let is_older = match (parent.start_ticks, process.start_ticks) {
            (Some(parent), Some(child)) => parent <= child,
            _ => true,
        };
        is_older.then_some(at)
    }

    /// The snapshot that tells of a thing: the present one, or of what is gone the past.
    pub(super) fn telling(&self, id: &Id) -> &Snapshot {
        if self.changes.is_gone(id) {
            &self.changes.past
        } else {
            &self.snapshot
        }
    }

    /// Where the other ends of a thing's interfaces are looked up.
    pub(super) fn ends(&self, id: &Id) -> Ends<'_> {
        if self.changes.is_gone(id) {
            Ends::of_gone(&self.changes.past, &self.snapshot)
        } else {
            Ends::of(&self.snapshot)
        }
    }

    /// Groups in the namespace.
    pub(super) fn groups_in(&self, kind: Kind, inode: Inode) -> impl Iterator<Item = &Group> {
        let places = self.index.tenants.get(&(kind, inode));
        let groups = self.snapshot.groups.as_deref().unwrap_or_default();
        places
            .into_iter()
            .flatten()
            .filter_map(|at| groups.get(*at))
    }

    /// The inode of `kind` that rows are compared with: the host's, or our own where the host is not seen.
    pub(super) fn reference(&self, kind: Kind) -> Option<Inode> {
        let host = &self.snapshot.host;
        if self.sees_host() {
            host.namespaces.inode(kind)
        } else {
            self.snapshot.viewer.namespaces.inode(kind)
        }
    }
}

impl Index {
    fn of(snapshot: &Snapshot, matrix: &Matrix) -> Self {
        let rows = matrix.rows.iter().enumerate();
        let containers = snapshot.containers.iter().flatten().enumerate();
        let groups = snapshot.groups.iter().flatten().enumerate();
        let namespaces = snapshot.namespaces.iter().flatten().enumerate();
        let processes = snapshot.processes.iter().flatten().enumerate();
        Self {
            rows: rows.map(|(at, row)| (row.id.clone(), at)).collect(),
            containers: containers.map(|(at, row)| (row.id.clone(), at)).collect(),
            groups: groups.map(|(at, row)| (row.id.clone(), at)).collect(),
            namespaces: namespaces
                .map(|(at, one)| ((one.kind, one.inode), at))
                .collect(),
            processes: processes.map(|(at, one)| (one.pid, at)).collect(),
            tenants: tenants(snapshot),
        }
    }
}

fn tenants(snapshot: &Snapshot) -> HashMap<(Kind, Inode), Vec<usize>> {
    let mut tenants: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, group) in snapshot.groups.iter().flatten().enumerate() {
        for (kind, share) in group.sharing.iter() {
            if let Some(inode) = share.inode {
                tenants.entry((kind, inode)).or_default().push(at);
            }
        }
    }
    tenants
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
fn indent(row: &Row) -> usize {
    if row.family.is_some() { 2 } else { 0 }
}

fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}
