//! The matrix: one row per container or other isolated group, one column per kind of namespace.
//!
//! One rule decides how a cell looks: what is normal is quiet, what is unusual is loud.

use std::borrow::Cow;
use std::collections::HashMap;

use super::letter::letter;
use crate::model::{
    Container, Group, GroupKind, Inode, Kind, PerKind, Process, Scope, Share, Snapshot,
};

/// The matrix of a snapshot, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Kinds of namespace that this kernel has.
    pub columns: Vec<Kind>,
    /// The host (or our own inside) first, then containers by project or pod, then the other groups.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who it is, across refreshes.
    pub id: RowId,
    /// Name, as the host says: not yet made visible.
    pub name: String,
    /// Engine, `unit`, `process`, or empty.
    pub what: String,
    /// Compose project or pod it stands under.
    pub family: Option<String>,
    /// Processes in it; `None` where that is not known.
    pub processes: Option<u32>,
    /// A cell for each column.
    pub cells: PerKind<Cell>,
    /// The namespace behind each cell, where it is known.
    pub inodes: PerKind<Option<Inode>>,
    /// Short remarks: what is shared with the host, drift, state.
    pub notes: Vec<String>,
}

/// Who a row is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowId {
    /// The host; our own inside where the host is not seen.
    Reference,
    /// The heading of a compose project or pod.
    Family(String),
    /// A container by id.
    Container(String),
    /// A group by id.
    Group(String),
}

impl RowId {
    /// The row that a process belongs to; `None` where it may be in any, since a namespace of it is not known.
    #[must_use]
    pub fn of(process: &Process) -> Option<Self> {
        match (&process.container, &process.group) {
            (Some(container), _) => Some(Self::Container(container.clone())),
            (None, Some(group)) => Some(Self::Group(group.clone())),
            (None, None) => is_known(process).then_some(Self::Reference),
        }
    }

    /// Whether the process is known to belong to this row.
    #[must_use]
    pub fn has(&self, process: &Process) -> bool {
        let (container, group) = (process.container.as_deref(), process.group.as_deref());
        match self {
            Self::Container(id) => container == Some(id),
            Self::Group(id) => container.is_none() && group == Some(id),
            Self::Reference => container.is_none() && group.is_none() && is_known(process),
            Self::Family(_) => false,
        }
    }
}

/// Whether all namespaces of a process are known; a zombie has left them.
fn is_known(process: &Process) -> bool {
    let mut namespaces = process.namespaces.iter();
    process.state == Some('Z') || namespaces.all(|(_, inode)| inode.is_some())
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The reference row's own namespace.
    Reference,
    /// The same namespace as the reference row.
    SameAsReference(Loudness),
    /// In no other row.
    Private,
    /// In other rows too: the letter that stands for it in this column, and the number of rows.
    Shared {
        /// A, B, … in this column; the same letter is the same namespace.
        letter: String,
        /// Rows that share it.
        rows: usize,
    },
    /// Not known.
    Unknown {
        /// Known not to be the host's all the same.
        not_host: bool,
    },
}

/// How much a cell that equals the host's stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loudness {
    /// Normal: a container in the host's cgroup or time, a unit in anything of the host's.
    Quiet,
    /// Worth knowing: a container in the host's user namespace.
    Notable,
    /// The risk that the matrix exists to show: a container in the host's net, pid, ipc, uts or mnt.
    Loud,
}

impl Matrix {
    /// The matrix of `snapshot`; no rows but the reference where containers were not collected.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let containers = snapshot.containers.as_deref().unwrap_or_default();
        let groups = snapshot.groups.as_deref().unwrap_or_default();
        let order = in_families(containers);
        let shares = order
            .iter()
            .map(|c| &c.sharing)
            .chain(groups.iter().map(|group| &group.sharing));
        let letters = Letters::of(shares);
        let mut rows = vec![reference_row(snapshot)];
        let mut family = None;
        for container in order {
            let own = family_of(container);
            if own != family {
                rows.extend(own.as_deref().map(heading));
                family = own;
            }
            rows.push(container_row(container, snapshot, &letters));
        }
        rows.extend(
            groups
                .iter()
                .map(|group| group_row(group, snapshot, &letters)),
        );
        Self {
            columns: columns(snapshot),
            rows,
        }
    }

    /// The place of `id` among the rows.
    #[must_use]
    pub fn position(&self, id: &RowId) -> Option<usize> {
        self.rows.iter().position(|row| row.id == *id)
    }
}

/// Kinds that anything in the snapshot has.
fn columns(snapshot: &Snapshot) -> Vec<Kind> {
    let host = &snapshot.host.namespaces;
    let viewer = &snapshot.viewer.namespaces;
    Kind::ALL
        .into_iter()
        .filter(|kind| host.get(*kind).is_some() || viewer.get(*kind).is_some())
        .collect()
}

/// Compose project or pod of a container: the pod's namespace and name, or its id where these are not known.
fn family_of(container: &Container) -> Option<Cow<'_, str>> {
    let pod = match (&container.pod_namespace, &container.pod_name) {
        (Some(namespace), Some(name)) => Some(format!("{namespace}/{name}").into()),
        (_, name) => name
            .as_deref()
            .or(container.pod.as_deref())
            .map(Cow::Borrowed),
    };
    container.project.as_deref().map(Cow::Borrowed).or(pod)
}

/// Containers without a family first, then family by family, each by name.
fn in_families(containers: &[Container]) -> Vec<&Container> {
    let mut order: Vec<&Container> = containers.iter().collect();
    order.sort_by_cached_key(|container| (family_of(container), &container.name, &container.id));
    order
}

fn heading(family: &str) -> Row {
    Row {
        id: RowId::Family(family.to_owned()),
        name: family.to_owned(),
        what: String::new(),
        family: None,
        processes: None,
        cells: PerKind::default(),
        inodes: PerKind::default(),
        notes: Vec::new(),
    }
}

fn reference_row(snapshot: &Snapshot) -> Row {
    let sees_host = snapshot.host.pid_namespace_is_initial;
    Row {
        id: RowId::Reference,
        name: if sees_host { "host" } else { "(inside)" }.to_owned(),
        what: String::new(),
        family: None,
        processes: snapshot.host.process_count,
        cells: PerKind::from_fn(|kind| {
            reference(snapshot).get(kind).map(|inode| match inode {
                Some(_) => Cell::Reference,
                None => Cell::Unknown { not_host: false },
            })
        }),
        inodes: *reference(snapshot),
        notes: unreadable(snapshot).into_iter().collect(),
    }
}

/// Processes that may be the host's or anywhere.
fn unreadable(snapshot: &Snapshot) -> Option<String> {
    let unknown = snapshot.host.unknown_process_count.unwrap_or(0);
    (unknown > 0).then(|| format!("{unknown} more unreadable"))
}

/// What rows are compared with: the host's namespaces, or our own where the host is not seen.
fn reference(snapshot: &Snapshot) -> &PerKind<Option<Inode>> {
    if snapshot.host.pid_namespace_is_initial {
        &snapshot.host.namespaces
    } else {
        &snapshot.viewer.namespaces
    }
}

fn container_row(container: &Container, snapshot: &Snapshot, letters: &Letters) -> Row {
    let loudness: fn(Kind) -> Loudness = if snapshot.host.pid_namespace_is_initial {
        of_container
    } else {
        |_| Loudness::Quiet
    };
    let cells = cells(&container.sharing, snapshot, letters, loudness);
    let mut notes = Vec::new();
    notes.extend(container.state.clone().filter(|state| state != "running"));
    notes.extend(host_note(&cells));
    if container.differing_processes > 0 {
        notes.push(format!(
            "{} of its processes elsewhere",
            container.differing_processes
        ));
    }
    if !container.drift.is_empty() {
        notes.push(format!("drift: {}", names(container.drift.iter().copied())));
    }
    Row {
        id: RowId::Container(container.id.clone()),
        name: container.name.clone(),
        what: container.engine.clone(),
        family: family_of(container).map(Cow::into_owned),
        processes: Some(container.process_count),
        cells,
        inodes: inodes(&container.sharing),
        notes,
    }
}

fn group_row(group: &Group, snapshot: &Snapshot, letters: &Letters) -> Row {
    let what = match group.kind {
        GroupKind::Unit => "unit",
        GroupKind::Sandbox => "sandbox",
        GroupKind::Named => "named",
        GroupKind::Other => "process",
    };
    Row {
        id: RowId::Group(group.id.clone()),
        name: group.name.clone(),
        what: what.to_owned(),
        family: None,
        processes: Some(group.process_count),
        cells: cells(&group.sharing, snapshot, letters, |_| Loudness::Quiet),
        inodes: inodes(&group.sharing),
        notes: vec![format!("pid {}", group.leader_pid)],
    }
}

fn inodes(sharing: &PerKind<Share>) -> PerKind<Option<Inode>> {
    PerKind::from_fn(|kind| sharing.get(kind).map(|share| share.inode))
}

fn cells(
    sharing: &PerKind<Share>,
    snapshot: &Snapshot,
    letters: &Letters,
    loudness: impl Fn(Kind) -> Loudness,
) -> PerKind<Cell> {
    PerKind::from_fn(|kind| {
        let share = sharing.get(kind)?;
        let same = share.inode.is_some() && share.inode == reference(snapshot).inode(kind);
        Some(match share.scope {
            _ if same => Cell::SameAsReference(loudness(kind)),
            Scope::Host => Cell::SameAsReference(loudness(kind)),
            Scope::Private => Cell::Private,
            Scope::Shared => letters.cell(kind, share),
            Scope::Unknown => Cell::Unknown {
                not_host: share.not_host,
            },
        })
    })
}

/// How loud a container is that uses the host's namespace of this kind.
const fn of_container(kind: Kind) -> Loudness {
    match kind {
        Kind::Ipc | Kind::Mnt | Kind::Net | Kind::Pid | Kind::Uts => Loudness::Loud,
        Kind::User => Loudness::Notable,
        Kind::Cgroup | Kind::Time => Loudness::Quiet,
    }
}

/// The loud cells in words.
fn host_note(cells: &PerKind<Cell>) -> Option<String> {
    let loud = cells
        .iter()
        .filter(|(_, cell)| **cell == Cell::SameAsReference(Loudness::Loud));
    let loud = names(loud.map(|(kind, _)| kind));
    (!loud.is_empty()).then(|| format!("host {loud}"))
}

fn names(kinds: impl Iterator<Item = Kind>) -> String {
    kinds.map(Kind::name).collect::<Vec<_>>().join(" ")
}

/// Letters for shared namespaces, by kind and inode, given in the order of the rows.
struct Letters(HashMap<(Kind, Inode), String>);

impl Letters {
    fn of<'a>(rows: impl Iterator<Item = &'a PerKind<Share>>) -> Self {
        let mut given = [0; 8];
        let mut letters = HashMap::new();
        for (kind, share) in rows.flat_map(PerKind::iter) {
            let (Scope::Shared, Some(inode)) = (share.scope, share.inode) else {
                continue;
            };
            letters.entry((kind, inode)).or_insert_with(|| {
                given[kind as usize] += 1;
                letter(given[kind as usize] - 1)
            });
        }
        Self(letters)
    }

    fn cell(&self, kind: Kind, share: &Share) -> Cell {
        match share.inode.and_then(|inode| self.0.get(&(kind, inode))) {
            Some(letter) => Cell::Shared {
                letter: letter.clone(),
                rows: share.with.len() + 1,
            },
            None => Cell::Unknown {
                not_host: share.not_host,
            },
        }
    }
}
