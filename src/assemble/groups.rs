//! Groups: processes in no container that are not wholly in the host's namespaces, by equal namespace sets.

use std::collections::{BTreeMap, HashMap};

use super::containers::of_process;
use super::processes::Processes;
use super::reference::Reference;
use super::sandboxes;
use crate::model::{Group, GroupKind, Inode, Kind, Process};

/// Longer lines of ancestors than this are a mix of processes that came and went.
const LONGEST_LINE: usize = 1000;

/// The groups, by leader.
pub(super) struct Groups {
    /// What the snapshot shows.
    pub(super) list: Vec<Group>,
    /// Place in the list for each process, by its place among the processes.
    group_of: HashMap<usize, usize>,
}

/// What makes processes one group: the namespaces. Unknown is not equal to unknown, so where some are unknown only
/// one line of ancestors is a group, named by the pid it begins with.
type Key = ([Option<Inode>; 8], Option<u32>);

impl Groups {
    /// Finds the groups.
    pub(super) fn of(processes: &Processes, reference: &Reference) -> Self {
        let mut members: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        let mut key_of_pid = HashMap::new();
        for (at, process) in processes.all.iter().enumerate() {
            if let Some(key) = key(at, processes, reference) {
                members.entry(key).or_default().push(at);
                key_of_pid.insert(process.pid, key);
            }
        }
        for at in orphans(processes) {
            // A zombie has left its namespaces: it stays with its parent.
            let parent = processes.all[at]
                .ppid
                .and_then(|ppid| key_of_pid.get(&ppid));
            if let Some(members) = parent.and_then(|key| members.get_mut(key)) {
                members.push(at);
            }
        }
        let mut members: Vec<Vec<usize>> = members.into_values().collect();
        members.sort_by_key(|members| members[0]);
        let list = members.iter().map(|members| group(members, processes));
        let mut list: Vec<_> = list.collect();
        identify(&mut list, reference);
        let places = members.iter().enumerate();
        let group_of =
            places.flat_map(|(group, members)| members.iter().map(move |at| (*at, group)));
        Self {
            list,
            group_of: group_of.collect(),
        }
    }

    /// Id of the group that the process at `at` is in.
    pub(super) fn id_of(&self, at: usize) -> Option<&str> {
        self.group_of
            .get(&at)
            .map(|group| self.list[*group].id.as_str())
    }
}

/// The group a process belongs to; none for the host's processes, those of containers, and zombies.
fn key(at: usize, processes: &Processes, reference: &Reference) -> Option<Key> {
    let (process, signs) = (&processes.all[at], &processes.signs[at]);
    if process.container.is_some() || signs.has_left {
        return None;
    }
    let differs = |kind: Kind| {
        let own = process.namespaces.inode(kind);
        let other = own.is_some()
            && reference
                .compared()
                .inode(kind)
                .is_some_and(|host| own != Some(host));
        other || signs.not_host.get(kind).is_some()
    };
    if !Kind::ALL.into_iter().any(differs) {
        return None;
    }
    let is_partly_unknown = process.namespaces.iter().any(|(_, inode)| inode.is_none());
    let root = is_partly_unknown.then(|| root(at, processes));
    Some((set(process), root))
}

/// Inodes of all kinds.
fn set(process: &Process) -> [Option<Inode>; 8] {
    Kind::ALL.map(|kind| process.namespaces.inode(kind))
}

/// The pid of the first in an unbroken line of ancestors that look the same.
fn root(at: usize, processes: &Processes) -> u32 {
    let looks = |at: usize| {
        let (process, signs) = (&processes.all[at], &processes.signs[at]);
        (
            set(process),
            process.ns_pids.len(),
            signs.not_host,
            process.container.is_some(),
        )
    };
    let own = looks(at);
    let parent = |at: usize| processes.position(processes.all[at].ppid?);
    let mut root = at;
    for _ in 0..LONGEST_LINE {
        match parent(root).filter(|parent| looks(*parent) == own) {
            Some(parent) => root = parent,
            None => break,
        }
    }
    processes.all[root].pid
}

/// Zombies in no container.
fn orphans(processes: &Processes) -> impl Iterator<Item = usize> {
    let zombies = processes
        .signs
        .iter()
        .enumerate()
        .filter(|(_, signs)| signs.has_left);
    zombies
        .map(|(at, _)| at)
        .filter(|at| processes.all[*at].container.is_none())
}

fn group(members: &[usize], processes: &Processes) -> Group {
    let at = members[0];
    let leader = &processes.all[at];
    let (kind, name) = name(members, processes);
    Group {
        id: String::new(),
        kind,
        name,
        leader_pid: leader.pid,
        process_count: u32::try_from(members.len()).unwrap_or(u32::MAX),
        sharing: of_process(at, processes),
    }
}

/// Names each group by an inode that no other group has; by all of its inodes where each is shared.
fn identify(groups: &mut [Group], reference: &Reference) {
    let mut owners: HashMap<Inode, u32> = HashMap::new();
    for inode in groups.iter().flat_map(|group| own(group, reference)) {
        *owners.entry(inode).or_default() += 1;
    }
    for group in groups {
        let all: Vec<_> = own(group, reference).collect();
        let unique = all.iter().find(|inode| owners[*inode] == 1);
        group.id = match (unique, all.is_empty()) {
            (Some(inode), _) => format!("group:{inode}"),
            (None, false) => format!(
                "group:{}",
                all.iter()
                    .map(Inode::to_string)
                    .collect::<Vec<_>>()
                    .join("+")
            ),
            (None, true) => format!("group:pid:{}", group.leader_pid),
        };
    }
}

/// The namespaces of a group that are not the host's.
fn own<'a>(group: &'a Group, reference: &'a Reference) -> impl Iterator<Item = Inode> + 'a {
    let shares = group
        .sharing
        .iter()
        .filter_map(|(kind, share)| Some((kind, share.inode?)));
    shares
        .filter(|(kind, inode)| reference.compared().inode(*kind) != Some(*inode))
        .map(|(_, inode)| inode)
}

/// Who it is, by who isolates it: a sandbox, a unit, nobody known.
fn name(members: &[usize], processes: &Processes) -> (GroupKind, String) {
    let leader = &processes.all[members[0]];
    let is_session = |unit: &str| {
        unit.starts_with("session-") || unit == "init.scope" || unit.starts_with("user@")
    };
    if let Some(name) = sandboxes::name(members, processes) {
        return (GroupKind::Sandbox, name);
    }
    match leader.unit.as_deref() {
        // What runs in a login session was started by a person, not as a unit.
        Some(unit) if !is_session(unit) => (GroupKind::Unit, unit.to_owned()),
        _ => (GroupKind::Other, sandboxes::program(leader)),
    }
}
