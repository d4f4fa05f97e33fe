//! Which network namespaces there are, and how to get into each.

use std::collections::BTreeMap;

use crate::collect::observation::{HolderRecord, Miss, NetnsRecord, ProcessRecord};
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
    /// What else keeps it alive, and leads to it.
    pub(super) holders: Vec<HolderRecord>,
}

impl Target {
    /// What is known of it where it could not be read.
    pub(super) fn missed(&self, miss: Miss) -> NetnsRecord {
        NetnsRecord {
            pid: self.pid(),
            ..NetnsRecord::missed(self.inode, miss)
        }
    }

    /// The lowest member pid.
    pub(super) fn pid(&self) -> Option<u32> {
        self.members.first().map(|(pid, _)| *pid)
    }
}

/// The namespaces that processes and other holders show, by number.
pub(super) fn targets(processes: &[ProcessRecord], holders: &[HolderRecord]) -> Vec<Target> {
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
    for held in holders.iter().filter(|held| held.kind == Kind::Net) {
        let holders = &mut entry(&mut found, held.inode).holders;
        // Any one would do to get there; some may be covered, or gone by then.
        if holders.len() < MEMBERS {
            holders.push(held.clone());
        }
    }
    found.into_values().collect()
}

fn entry(found: &mut BTreeMap<Inode, Target>, inode: Inode) -> &mut Target {
    found.entry(inode).or_insert_with(|| Target {
        inode,
        members: Vec::new(),
        holders: Vec::new(),
    })
}
