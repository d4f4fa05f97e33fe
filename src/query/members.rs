//! Who is in a namespace, and since when.

use std::time::{Duration, SystemTime};

use crate::model::{Inode, Kind, Process, Snapshot};

/// The members of one namespace.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    /// Names of the containers and groups in it; the host where it is the host's.
    pub names: Vec<&'a str>,
    /// Processes in it, by pid; empty where processes were not collected.
    pub processes: Vec<&'a Process>,
    /// Start of its oldest process: it is at least that old.
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
        names: names(snapshot, kind, inode),
        since: oldest.and_then(|ticks| at(snapshot, ticks)),
        processes,
    }
}

fn names(snapshot: &Snapshot, kind: Kind, inode: Inode) -> Vec<&str> {
    let host = snapshot.host.namespaces.inode(kind) == Some(inode);
    let containers = snapshot
        .containers
        .iter()
        .flatten()
        .map(|c| (c.name.as_str(), &c.sharing));
    let groups = snapshot
        .groups
        .iter()
        .flatten()
        .map(|g| (g.name.as_str(), &g.sharing));
    let rows = containers.chain(groups).filter(|(_, sharing)| {
        sharing
            .get(kind)
            .is_some_and(|share| share.inode == Some(inode))
    });
    host.then_some("host")
        .into_iter()
        .chain(rows.map(|(name, _)| name))
        .collect()
}

/// The time that lies `ticks` after boot.
fn at(snapshot: &Snapshot, ticks: u64) -> Option<SystemTime> {
    let boot = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(snapshot.host.boot_time?))?;
    boot.checked_add(Duration::from_secs(
        ticks.checked_div(snapshot.host.clock_ticks)?,
    ))
}
