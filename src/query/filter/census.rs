//! Who is in what: the look-ups that the questions of one expression share, made once.

use std::collections::HashMap;

use super::hits::Hits;
use super::network::Nets;
use crate::model::{Inode, Kind, PerKind, Process, Scope, Share, Snapshot};

/// The row of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Container(usize),
    Group(usize),
    Host,
    /// A container or group that is not listed.
    None,
}

/// Who is in what. Everything is named by its place in the snapshot's lists.
pub(super) struct Census<'a> {
    snapshot: &'a Snapshot,
    /// The row of each process.
    rows: Vec<Row>,
    /// The namespaces of each process.
    of_processes: Vec<PerKind<usize>>,
    /// The namespaces of each container.
    of_containers: Vec<PerKind<usize>>,
    /// The namespaces of each group.
    of_groups: Vec<PerKind<usize>>,
    /// How far the namespaces reach in which a container or group is.
    scopes: HashMap<(Kind, Inode), Scope>,
    /// What of the network each of them is in.
    nets: Nets,
}

impl<'a> Census<'a> {
    /// Takes it.
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut spaces = Spaces::of(snapshot);
        let containers = snapshot.containers.iter().flatten();
        let groups = snapshot.groups.iter().flatten();
        let processes = snapshot.processes.iter().flatten();
        Self {
            snapshot,
            rows: rows(snapshot),
            of_containers: containers.map(|row| spaces.of_row(&row.sharing)).collect(),
            of_groups: groups.map(|row| spaces.of_row(&row.sharing)).collect(),
            of_processes: processes
                .map(|process| spaces.of_process(process))
                .collect(),
            scopes: scopes(snapshot),
            nets: Nets::of(snapshot),
        }
    }

    /// How far a namespace reaches; unknown where no row tells.
    pub(super) fn scope(&self, kind: Kind, inode: Inode) -> Scope {
        if self.snapshot.host.namespaces.inode(kind) == Some(inode) {
            return Scope::Host;
        }
        let scope = self.scopes.get(&(kind, inode));
        scope.copied().unwrap_or(Scope::Unknown)
    }

    /// A process is hit where its container or group is.
    pub(super) fn inherit(&self, hits: &mut Hits) {
        for (row, hit) in self.rows.iter().zip(&mut hits.processes) {
            *hit |= match row {
                Row::Container(at) => hits.containers[*at],
                Row::Group(at) => hits.groups[*at],
                Row::Host | Row::None => false,
            };
        }
    }

    /// A container, a group and the host are hit where one of their processes is.
    pub(super) fn lift(&self, hits: &mut Hits) {
        let hit = self
            .rows
            .iter()
            .zip(&hits.processes)
            .filter(|(_, hit)| **hit);
        for (row, _) in hit {
            match row {
                Row::Container(at) => hits.containers[*at] = true,
                Row::Group(at) => hits.groups[*at] = true,
                Row::Host => hits.host = true,
                Row::None => {}
            }
        }
    }

    /// A namespace is hit where a process, container or group in it is.
    pub(super) fn fill(&self, hits: &mut Hits) {
        let members = self.of_processes.iter().zip(&hits.processes);
        let containers = self.of_containers.iter().zip(&hits.containers);
        let groups = self.of_groups.iter().zip(&hits.groups);
        let hit = members
            .chain(containers)
            .chain(groups)
            .filter(|(_, hit)| **hit);
        for (_, space) in hit.flat_map(|(spaces, _)| spaces.iter()) {
            hits.namespaces[*space] = true;
        }
        self.nets.fill(hits);
    }

    /// Everyone in a network namespace that is hit is hit, and the rows of those.
    pub(super) fn spread(&self, hits: &mut Hits) {
        self.nets.spread(hits);
        self.lift(hits);
    }

    /// The network namespaces of the containers and groups that are hit.
    pub(super) fn join(&self, hits: &mut Hits) {
        self.nets.join(hits);
    }

    /// A network namespace is hit where what it holds is.
    pub(super) fn mark(&self, hits: &mut Hits) {
        self.nets.mark(hits);
    }

    /// What a network namespace holds is hit just where that namespace is, if it is listed.
    pub(super) fn copy(&self, hits: &mut Hits) {
        self.nets.copy(hits);
    }
}

/// The row of each process.
fn rows(snapshot: &Snapshot) -> Vec<Row> {
    let containers = snapshot.containers.iter().flatten().enumerate();
    let containers: HashMap<_, _> = containers.map(|(at, row)| (row.id.as_str(), at)).collect();
    let groups = snapshot.groups.iter().flatten().enumerate();
    let groups: HashMap<_, _> = groups.map(|(at, row)| (row.id.as_str(), at)).collect();
    let row = |process: &Process| match (process.container.as_deref(), process.group.as_deref()) {
        (Some(id), _) => containers
            .get(id)
            .map_or(Row::None, |at| Row::Container(*at)),
        (None, Some(id)) => groups.get(id).map_or(Row::None, |at| Row::Group(*at)),
        (None, None) => Row::Host,
    };
    snapshot.processes.iter().flatten().map(row).collect()
}

/// How far the namespaces of the containers and groups reach.
fn scopes(snapshot: &Snapshot) -> HashMap<(Kind, Inode), Scope> {
    let containers = snapshot.containers.iter().flatten().map(|row| &row.sharing);
    let groups = snapshot.groups.iter().flatten().map(|row| &row.sharing);
    let shares = containers.chain(groups).flat_map(PerKind::iter);
    let known = shares.filter_map(|(kind, share)| Some(((kind, share.inode?), share.scope)));
    // Where no row's first process is, others of several containers may meet all the same.
    let namespaces = snapshot.namespaces.iter().flatten();
    let visited =
        namespaces.filter(|space| space.containers.as_ref().is_some_and(|all| all.len() > 1));
    let visited = visited.map(|space| ((space.kind, space.inode), Scope::Shared));
    visited.chain(known).collect()
}

/// Finds namespaces by kind and inode.
struct Spaces {
    places: HashMap<(Kind, Inode), usize>,
    /// What was found last in each kind: neighbours are often in the same.
    last: PerKind<(Inode, Option<usize>)>,
}

impl Spaces {
    fn of(snapshot: &Snapshot) -> Self {
        let namespaces = snapshot.namespaces.iter().flatten().enumerate();
        let places = namespaces.map(|(at, space)| ((space.kind, space.inode), at));
        Self {
            places: places.collect(),
            last: PerKind::default(),
        }
    }

    fn of_row(&mut self, sharing: &PerKind<Share>) -> PerKind<usize> {
        PerKind::from_fn(|kind| self.find(kind, sharing.get(kind)?.inode?))
    }

    fn of_process(&mut self, process: &Process) -> PerKind<usize> {
        PerKind::from_fn(|kind| self.find(kind, process.namespaces.inode(kind)?))
    }

    fn find(&mut self, kind: Kind, inode: Inode) -> Option<usize> {
        if let Some((_, found)) = self.last.get(kind).filter(|(last, _)| *last == inode) {
            return *found;
        }
        let found = self.places.get(&(kind, inode)).copied();
        self.last.set(kind, (inode, found));
        found
    }
}
