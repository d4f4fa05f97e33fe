//! What changed from one refresh to the next: rows that came, cells that are another namespace's, rows that went.
//!
//! A change stays marked for [`MARKED`] refreshes. What is gone is kept as it was last seen, in a snapshot of its own,
//! so that it can be filtered, sorted and explained like anything else.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::data::Data;
use crate::model::{Inode, Interface, Kind, Namespace, NetworkNamespace, Process, Snapshot};
use crate::query::{Cell, Id, Matrix, Row, RowId};

/// Refreshes for which a change is marked.
const MARKED: u8 = 3;
/// So many rows of a list are shown as gone at most; after a mass death the rest is only missing.
const GONE: usize = 500;

/// The changes that are marked at present.
#[derive(Debug)]
pub(super) struct Changes {
    /// Rows that are new, and for how many refreshes they are still called so.
    fresh: HashMap<Id, u8>,
    /// Rows of the matrix of which a cell shows another namespace than before, and the mark of each kind.
    cells: HashMap<RowId, [u8; 8]>,
    /// Rows that are gone.
    gone: HashMap<Id, u8>,
    /// The gone as they were.
    pub(super) past: Snapshot,
    /// Network namespaces of the past that are there still: only interfaces of theirs are gone.
    pub(super) partial: HashSet<Inode>,
    /// Gone rows of the matrix, each with the row that stood before it.
    pub(super) rows: Vec<(Row, Option<RowId>)>,
}

impl Changes {
    /// Nothing has changed yet.
    pub(super) fn none(snapshot: &Snapshot) -> Self {
        Self {
            fresh: HashMap::new(),
            cells: HashMap::new(),
            gone: HashMap::new(),
            past: snapshot.emptied(),
            partial: HashSet::new(),
            rows: Vec::new(),
        }
    }

    /// The changes from `old` to `snapshot` with its `matrix`. What is `kept` stays although it is gone.
    pub(super) fn between(
        old: &Data,
        snapshot: &Snapshot,
        matrix: &Matrix,
        kept: Option<&Id>,
    ) -> Self {
        // Names that arrive late are the same refresh once more.
        let ages = u8::from(old.snapshot.captured_at != snapshot.captured_at);
        let mut next = Self::none(snapshot);
        next.fresh = aged(&old.changes.fresh, ages);
        next.cells = aged_cells(&old.changes.cells, ages);
        next.gone = aged(&old.changes.gone, ages);
        for kept in kept.cloned().into_iter().chain(kept.and_then(space_of)) {
            if old.changes.gone.contains_key(&kept) {
                next.gone.insert(kept, 1);
            }
        }
        next.compare_processes(old, snapshot, kept);
        next.compare_namespaces(old, snapshot, kept);
        next.compare_network(old, snapshot, kept);
        next.compare_rows(old, matrix, kept);
        next.keep_rows_of_the_past(old);
        next.forget_the_returned();
        next
    }

    /// Whether the row is new.
    pub(super) fn is_fresh(&self, id: &Id) -> bool {
        self.fresh.contains_key(id)
    }

    /// Whether the row is gone; an interface goes with its namespace.
    pub(super) fn is_gone(&self, id: &Id) -> bool {
        let is_marked = |id: &Id| self.gone.contains_key(id);
        is_marked(id) || space_of(id).as_ref().is_some_and(is_marked)
    }

    /// Whether the cell shows another namespace than a few refreshes ago.
    pub(super) fn is_changed(&self, row: &RowId, kind: Kind) -> bool {
        let marks = self.cells.get(row);
        marks.is_some_and(|marks| marks[kind as usize] > 0)
    }

    /// Whether any cell of the row changed.
    pub(super) fn has_changed(&self, row: &RowId) -> bool {
        self.cells.contains_key(row)
    }

    fn compare_processes(&mut self, old: &Data, snapshot: &Snapshot, kept: Option<&Id>) {
        let key = |process: &Process| (process.pid, process.start_ticks);
        let (before, now) = (
            items(old.snapshot.processes.as_ref()),
            items(snapshot.processes.as_ref()),
        );
        self.fresh.extend(newcomers(before, now, key));
        let past = items(old.changes.past.processes.as_ref());
        self.past.processes = Some(self.lost([before, past], now, key, kept));
    }

    fn compare_namespaces(&mut self, old: &Data, snapshot: &Snapshot, kept: Option<&Id>) {
        let key = |namespace: &Namespace| (namespace.kind, namespace.inode);
        let (before, now) = (
            items(old.snapshot.namespaces.as_ref()),
            items(snapshot.namespaces.as_ref()),
        );
        self.fresh.extend(newcomers(before, now, key));
        let past = items(old.changes.past.namespaces.as_ref());
        self.past.namespaces = Some(self.lost([before, past], now, key, kept));
    }

    /// Network namespaces and interfaces, where both looks saw the network.
    fn compare_network(&mut self, old: &Data, snapshot: &Snapshot, kept: Option<&Id>) {
        let (Some(before), Some(now)) = (&old.snapshot.network, &snapshot.network) else {
            return;
        };
        let key = |namespace: &NetworkNamespace| namespace.namespace;
        self.fresh.extend(newcomers(before, now, key));
        let known: HashSet<(Inode, u32, &str)> = before.iter().flat_map(interfaces).collect();
        let came = now.iter().flat_map(interfaces);
        let came = came.filter(|interface| !known.contains(interface));
        self.fresh
            .extend(came.map(|(namespace, index, _)| (Id::Interface { namespace, index }, MARKED)));
        let past = items(old.changes.past.network.as_ref());
        let space = kept.and_then(space_of);
        let mut lost = self.lost([before, past], now, key, space.as_ref().or(kept));
        // What was there to the last tells more than what only had lost interfaces.
        let mut seen = HashSet::new();
        lost.retain(|space| seen.insert(space.namespace));
        let links = self.lost_links([before, past], now, kept);
        self.partial = links.iter().map(|space| space.namespace).collect();
        lost.extend(links);
        self.past.network = Some(lost);
    }

    /// Interfaces that are gone from namespaces that are there still: each such namespace with nothing but these.
    fn lost_links(
        &mut self,
        lists: [&[NetworkNamespace]; 2],
        now: &[NetworkNamespace],
        kept: Option<&Id>,
    ) -> Vec<NetworkNamespace> {
        let read = now.iter().filter(|space| space.interfaces.is_some());
        let read: HashSet<Inode> = read.map(|space| space.namespace).collect();
        let present = now.iter().flat_map(interfaces);
        let present: HashSet<_> = present.map(|(space, index, _)| (space, index)).collect();
        let mut lost: Vec<(&NetworkNamespace, &Interface)> = Vec::new();
        let mut seen = HashSet::new();
        for (spaces, is_new) in lists.into_iter().zip([true, false]) {
            for space in spaces.iter().filter(|one| read.contains(&one.namespace)) {
                for one in space.interfaces.iter().flatten() {
                    let (id, key) = identity(space, one);
                    if present.contains(&key) || !(is_new || self.gone.contains_key(&id)) {
                        continue;
                    }
                    if seen.insert(key) {
                        lost.push((space, one));
                        self.gone.entry(id).or_insert(MARKED);
                    }
                }
            }
        }
        keep_first(&mut lost, kept, |(space, one)| identity(space, one).0);
        lost.truncate(GONE);
        by_namespace(&lost)
    }

    /// What is gone of what was there before, and of what was gone already and is still marked; the newly gone are noted.
    fn lost<T: Clone, K: Hash + Eq>(
        &mut self,
        [before, past]: [&[T]; 2],
        now: &[T],
        key: impl Fn(&T) -> K,
        kept: Option<&Id>,
    ) -> Vec<T>
    where
        Id: for<'a> From<&'a T>,
    {
        let present: HashSet<K> = now.iter().map(&key).collect();
        let is_gone = |item: &&T| !present.contains(&key(item));
        let mut lost: Vec<&T> = before.iter().filter(is_gone).collect();
        let ids = lost.iter().map(|item| Id::from(*item));
        self.gone.extend(ids.map(|id| (id, MARKED)));
        let still = past.iter().filter(is_gone);
        lost.extend(still.filter(|item| self.gone.contains_key(&Id::from(*item))));
        keep_first(&mut lost, kept, |item| Id::from(*item));
        lost.truncate(GONE);
        lost.into_iter().cloned().collect()
    }

    fn compare_rows(&mut self, old: &Data, matrix: &Matrix, kept: Option<&Id>) {
        let before: HashMap<&RowId, &Row> =
            old.matrix.rows.iter().map(|row| (&row.id, row)).collect();
        // A heading comes and goes with its rows, and with their names.
        let is_row = |row: &&Row| !matches!(row.id, RowId::Family(_));
        for row in matrix.rows.iter().filter(is_row) {
            match before.get(&row.id) {
                None => {
                    self.fresh.insert(Id::from(&row.id), MARKED);
                }
                Some(last) => self.compare_cells(last, row, &matrix.columns),
            }
        }
        let present: HashSet<&RowId> = matrix.rows.iter().map(|row| &row.id).collect();
        let mut last = None;
        for row in old.matrix.rows.iter().filter(is_row) {
            if present.contains(&row.id) {
                last = Some(row.id.clone());
            } else {
                self.gone.insert(Id::from(&row.id), MARKED);
                self.rows.push((row.clone(), last.clone()));
            }
        }
        let still = old.changes.rows.iter().filter(|(row, _)| {
            !present.contains(&row.id) && self.gone.contains_key(&Id::from(&row.id))
        });
        let still: Vec<_> = still.cloned().collect();
        self.rows.extend(still);
        keep_first(&mut self.rows, kept, |(row, _)| Id::from(&row.id));
        self.rows.truncate(GONE);
    }

    /// Marks the cells that show another namespace, or another meaning: that somebody came to share it is a change too,
    /// that one more shares it is not.
    fn compare_cells(&mut self, last: &Row, row: &Row, columns: &[Kind]) {
        for kind in columns {
            let means_the_same = match (last.cells.get(*kind), row.cells.get(*kind)) {
                (Some(Cell::Shared { .. }), Some(Cell::Shared { .. })) => true,
                (before, now) => before == now,
            };
            if !means_the_same || last.inodes.inode(*kind) != row.inodes.inode(*kind) {
                let marks = self.cells.entry(row.id.clone()).or_default();
                marks[*kind as usize] = MARKED;
            }
        }
    }

    /// What came back is not gone any more.
    fn forget_the_returned(&mut self) {
        let processes = items(self.past.processes.as_ref()).iter().map(Id::from);
        let namespaces = items(self.past.namespaces.as_ref()).iter().map(Id::from);
        let rows = self.rows.iter().map(|(row, _)| Id::from(&row.id));
        let networks = items(self.past.network.as_ref()).iter();
        let (partial, whole): (Vec<_>, Vec<_>) =
            networks.partition(|space| self.partial.contains(&space.namespace));
        let links = partial.into_iter().flat_map(|space| {
            let links = space.interfaces.iter().flatten();
            links.map(|one| identity(space, one).0)
        });
        let networks = whole.into_iter().map(Id::from).chain(links);
        let past = processes.chain(namespaces).chain(networks).chain(rows);
        let past: HashSet<Id> = past.collect();
        self.gone.retain(|id, _| past.contains(id));
    }

    /// Containers and groups that are gone, or that gone processes belonged to.
    fn keep_rows_of_the_past(&mut self, old: &Data) {
        let gone: HashSet<&RowId> = self.rows.iter().map(|(row, _)| &row.id).collect();
        let processes = items(self.past.processes.as_ref()).iter();
        let ids = |process: &'_ Process| process.container.clone().or(process.group.clone());
        let networks = items(self.past.network.as_ref()).iter();
        let inside = networks.flat_map(|space| space.containers.iter().flatten().cloned());
        let needed: HashSet<String> = processes.filter_map(ids).chain(inside).collect();
        let now = items(old.snapshot.containers.as_ref()).iter();
        let containers = now.chain(items(old.changes.past.containers.as_ref()));
        let mut seen = HashSet::new();
        let containers = containers.filter(|container| {
            let is_kept = needed.contains(&container.id)
                || gone.contains(&RowId::Container(container.id.clone()));
            is_kept && seen.insert(container.id.clone())
        });
        let containers: Vec<_> = containers.cloned().collect();
        let groups = items(old.snapshot.groups.as_ref())
            .iter()
            .chain(items(old.changes.past.groups.as_ref()));
        let groups: Vec<_> = groups
            .filter(|group| {
                let is_kept =
                    needed.contains(&group.id) || gone.contains(&RowId::Group(group.id.clone()));
                is_kept && seen.insert(group.id.clone())
            })
            .cloned()
            .collect();
        self.past.containers = Some(containers);
        self.past.groups = Some(groups);
    }
}

/// The network namespace of an interface.
const fn space_of(id: &Id) -> Option<Id> {
    match id {
        Id::Interface { namespace, .. } => Some(Id::Namespace(Kind::Net, *namespace)),
        _ => None,
    }
}

/// Who an interface is.
fn identity(space: &NetworkNamespace, interface: &Interface) -> (Id, (Inode, u32)) {
    let (namespace, index) = (space.namespace, interface.index);
    (Id::Interface { namespace, index }, (namespace, index))
}

/// Each namespace with those of its interfaces that are named, and nothing else.
fn by_namespace(lost: &[(&NetworkNamespace, &Interface)]) -> Vec<NetworkNamespace> {
    let mut spaces: Vec<NetworkNamespace> = Vec::new();
    let mut places: HashMap<Inode, usize> = HashMap::new();
    for (space, interface) in lost {
        let at = *places.entry(space.namespace).or_insert_with(|| {
            spaces.push(NetworkNamespace {
                namespace: space.namespace,
                name: space.name.clone(),
                leader_pid: space.leader_pid,
                containers: space.containers.clone(),
                source: space.source,
                interfaces: Some(Vec::new()),
                routes: None,
                rules: None,
                neighbours: None,
                forwarding: None,
                sockets: None,
                port_forwards: None,
            });
            spaces.len() - 1
        });
        let interfaces = spaces[at].interfaces.get_or_insert_default();
        interfaces.push((*interface).clone());
    }
    spaces
}

/// Puts what is kept where it is not cut.
fn keep_first<T>(items: &mut [T], kept: Option<&Id>, id: impl Fn(&T) -> Id) {
    let kept = kept.and_then(|kept| items.iter().position(|item| id(item) == *kept));
    if let Some(at) = kept {
        items.swap(0, at);
    }
}

/// What is in `now` and was not there before, marked.
fn newcomers<T, K: Hash + Eq>(before: &[T], now: &[T], key: impl Fn(&T) -> K) -> Vec<(Id, u8)>
where
    Id: for<'a> From<&'a T>,
{
    let known: HashSet<K> = before.iter().map(&key).collect();
    let came = now.iter().filter(|item| !known.contains(&key(item)));
    came.map(|item| (Id::from(item), MARKED)).collect()
}

/// The interfaces of a namespace, each by what tells it from others.
fn interfaces(namespace: &NetworkNamespace) -> impl Iterator<Item = (Inode, u32, &str)> {
    let all = namespace.interfaces.iter().flatten();
    all.map(|one| (namespace.namespace, one.index, one.name.as_str()))
}

/// A section's items; none where it was not collected.
fn items<T>(section: Option<&Vec<T>>) -> &[T] {
    section.map(Vec::as_slice).unwrap_or_default()
}

/// The marks that are left after so many refreshes.
fn aged<K: Clone + Hash + Eq>(marks: &HashMap<K, u8>, ages: u8) -> HashMap<K, u8> {
    let left = marks
        .iter()
        .map(|(key, left)| (key.clone(), left.saturating_sub(ages)));
    left.filter(|(_, left)| *left > 0).collect()
}

/// As [`aged`], for rows that have a mark for each kind.
fn aged_cells(rows: &HashMap<RowId, [u8; 8]>, ages: u8) -> HashMap<RowId, [u8; 8]> {
    let left = rows
        .iter()
        .map(|(row, marks)| (row.clone(), marks.map(|left| left.saturating_sub(ages))));
    left.filter(|(_, marks)| *marks != [0; 8]).collect()
}
