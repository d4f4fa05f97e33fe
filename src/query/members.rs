//! Who is in a namespace, and since when.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use crate::model::{Group, GroupKind, Inode, Kind, PerKind, Process, Share, Snapshot};

/// The members of one namespace.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    /// Names of the containers and groups with a process in it; the host where it is the host's.
    pub names: Vec<String>,
    /// Processes in it, by pid; empty where processes were not collected.
    pub processes: Vec<&'a Process>,
    /// Start of its oldest process. The namespace itself can be younger: a process may have entered it later.
    pub since: Option<SystemTime>,
}

/// Finds the members of the namespace `inode` of `kind`.
#[must_use]
pub fn members(snapshot: &Snapshot, kind: Kind, inode: Inode) -> Members<'_> {
    let is_in = |process: &&Process| process.namespaces.inode(kind) == Some(inode);
    let processes: Vec<_> = snapshot.processes.iter().flatten().filter(is_in).collect();
    let oldest = processes
        .iter()
        .filter_map(|process| process.start_ticks)
        .min();
    Members {
        names: names(snapshot, kind, inode, &processes),
        since: oldest.and_then(|ticks| at(snapshot, ticks)),
        processes,
    }
}

fn names(snapshot: &Snapshot, kind: Kind, inode: Inode, processes: &[&Process]) -> Vec<String> {
    let inside: HashSet<&str> = processes
        .iter()
        .filter_map(|p| p.container.as_deref())
        .collect();
    let has = |sharing: &PerKind<Share>| {
        sharing
            .get(kind)
            .is_some_and(|share| share.inode == Some(inode))
    };
    let host = snapshot.host.namespaces.inode(kind) == Some(inode);
    let containers = snapshot.containers.iter().flatten();
    let containers = containers.filter(|row| has(&row.sharing) || inside.contains(row.id.as_str()));
    let groups = snapshot
        .groups
        .iter()
        .flatten()
        .filter(|row| has(&row.sharing));
    let host = host.then(|| "host".to_owned()).into_iter();
    host.chain(containers.map(|row| row.name.clone()))
        .chain(groups.map(group_name))
        .collect()
}

/// A process is told from others of its name by its pid.
fn group_name(group: &Group) -> String {
    match group.kind {
        GroupKind::Unit | GroupKind::Sandbox | GroupKind::Named => group.name.clone(),
        GroupKind::Other => format!("{} ({})", group.name, group.leader_pid),
    }
}

/// The time that lies `ticks` after boot.
fn at(snapshot: &Snapshot, ticks: u64) -> Option<SystemTime> {
    let boot = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(snapshot.host.boot_time?))?;
    boot.checked_add(Duration::from_secs(
        ticks.checked_div(snapshot.host.clock_ticks)?,
    ))
}
