//! Which network namespaces there are, and how to get into each.

use std::collections::BTreeMap;

use crate::collect::observation::{Miss, NetnsRecord, ProcessRecord};
use crate::collect::proc::ns_mounts;
use crate::model::{Inode, Kind};

/// So many members are remembered as ways in: the first may end before it is used.
const MEMBERS: usize = 4;

/// A network namespace to look at.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Its number.
    pub(super) inode: Inode,
    /// Members, lowest pid first, and the thread to go by where the first one of the process has ended.
    pub(super) members: Vec<(u32, Option<u32>)>,
    /// Where it is mounted.
    pub(super) mounts: Vec<String>,
}

impl Target {
    /// What is known of it where it could not be read.
    pub(super) fn missed(&self, miss: Miss) -> NetnsRecord {
        NetnsRecord {
            pid: self.members.first().map(|(pid, _)| *pid),
            mounts: self.mounts.clone(),
            ..NetnsRecord::missed(self.inode, miss)
        }
    }
}

/// The namespaces that processes and mounts show, by number.
pub(super) fn targets(processes: &[ProcessRecord], mountinfo: &[u8]) -> Vec<Target> {
    let mut found: BTreeMap<Inode, Target> = BTreeMap::new();
    let mut last = None;
    for record in processes {
        let Ok(inode) = record.links.get(Kind::Net) else {
            continue;
        };
        // Neighbours are mostly in the same namespace, whose ways in are known by then.
        if last == Some(inode) {
            continue;
        }
        let target = entry(&mut found, inode);
        if target.members.len() < MEMBERS {
            target.members.push((record.pid, record.thread));
        } else {
            last = Some(inode);
        }
    }
    for (inode, path) in mounted(mountinfo) {
        let target = entry(&mut found, inode);
        if !target.mounts.contains(&path) {
            target.mounts.push(path);
        }
    }
    found.into_values().collect()
}

fn entry(found: &mut BTreeMap<Inode, Target>, inode: Inode) -> &mut Target {
    found.entry(inode).or_insert_with(|| Target {
        inode,
        members: Vec::new(),
        mounts: Vec::new(),
    })
}

/// Network namespaces in a `mountinfo`, and the place of each.
pub(super) fn mounted(mountinfo: &[u8]) -> impl Iterator<Item = (Inode, String)> {
    let mounts = ns_mounts(mountinfo).filter(|mount| mount.kind == Kind::Net);
    mounts.map(|mount| (mount.inode, mount.place.to_string_lossy().into_owned()))
}
