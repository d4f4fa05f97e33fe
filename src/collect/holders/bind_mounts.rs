//! Bind mounts: what `mountinfo` lists in every mount namespace.
//!
//! One process tells for all in its mount namespace, by text alone. It sees what is below its root: in a mount namespace
//! whose processes have all changed their root, what is mounted outside of it stays unseen. A mount namespace costs an
//! open, a read for each page, a close, and the kernel a microsecond or two for each mount.

use std::collections::HashMap;

use super::in_two;
use crate::collect::error::Failure;
use crate::collect::observation::{HeldBy, HolderRecord, HoldersRecord, ProcessRecord, Through};
use crate::collect::proc::{NsMount, ProcRoot, mounted_namespaces, read_mountinfo};
use crate::model::{Inode, Kind};

/// So many members are remembered to be asked: the first may end before that.
const MEMBERS: usize = 4;

/// What is missing where a list of mounts is.
const WHAT: &str = "bind mounts, which keep namespaces alive";

/// Someone to ask for the mounts of a mount namespace.
#[derive(Clone, Debug)]
struct Place {
    inode: Option<Inode>,
    members: Vec<Through>,
}

/// Finds the bind mounts in the mount namespaces of `processes`, if their links were read, and in our own, `home`.
pub(super) fn find(
    root: &ProcRoot,
    home: Option<Inode>,
    processes: &[ProcessRecord],
    into: &mut HoldersRecord,
) {
    let places = places(home, processes);
    let search = |places: &[Place]| {
        let read = places.iter().map(|place| read(root, place));
        read.collect::<Vec<_>>()
    };
    for read in in_two(&places, search) {
        match read {
            Ok(found) => into.found.extend(found),
            Err(Failure::Missed(miss)) => into.missed.push((WHAT, miss, 1)),
            Err(Failure::Gone) => {}
        }
    }
}

/// Our own mount namespace first, then the others by the process that comes first in each.
fn places(home: Option<Inode>, processes: &[ProcessRecord]) -> Vec<Place> {
    let mut places = vec![Place {
        inode: home,
        members: vec![Through::Ourselves],
    }];
    let mut at: HashMap<Inode, usize> = home.into_iter().map(|home| (home, 0)).collect();
    let mut last = home;
    for record in processes {
        let Ok(inode) = record.links.get(Kind::Mnt) else {
            continue;
        };
        // Neighbours are mostly in the same one, and there are enough to ask by then.
        if last == Some(inode) {
            continue;
        }
        let place = *at.entry(inode).or_insert_with(|| {
            places.push(Place {
                inode: Some(inode),
                members: Vec::new(),
            });
            places.len() - 1
        });
        let members = &mut places[place].members;
        if place > 0 && members.len() < MEMBERS {
            members.push(Through::Process {
                pid: record.pid,
                thread: record.thread,
            });
        } else {
            last = Some(inode);
        }
    }
    places
}

/// Reads the mounts of one mount namespace; gone where nobody is in it any more.
fn read(root: &ProcRoot, place: &Place) -> Result<Vec<HolderRecord>, Failure> {
    let mut failure = Failure::Gone;
    for through in &place.members {
        match read_mountinfo(root, *through) {
            Ok(text) => {
                let mounts = mounted_namespaces(&text);
                return Ok(mounts
                    .map(|mount| record(mount, place.inode, *through))
                    .collect());
            }
            Err(Failure::Gone) => {}
            Err(reason) => failure = reason,
        }
    }
    Err(failure)
}

fn record(mount: NsMount, mnt_ns: Option<Inode>, through: Through) -> HolderRecord {
    HolderRecord {
        kind: mount.kind,
        inode: mount.inode,
        by: HeldBy::BindMount {
            path: mount.path,
            mnt_ns,
            through: Some(through),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::observation::{Links, Miss};

    fn process(pid: u32, mnt: u32) -> ProcessRecord {
        let mut links = Links::missed(Miss::Denied);
        if mnt > 0 {
            links.own[Kind::Mnt as usize] = Ok(Inode(mnt));
        }
        ProcessRecord {
            pid,
            links,
            thread: (pid == 4).then_some(44),
            facts: None,
        }
    }

    /// Mount namespaces and the pids that are asked in each.
    fn asked(home: Option<u32>, processes: &[(u32, u32)]) -> Vec<(Option<u32>, Vec<u32>)> {
        let processes = processes.iter().map(|(pid, mnt)| process(*pid, *mnt));
        let places = places(home.map(Inode), &processes.collect::<Vec<_>>());
        let pid = |through: &Through| match through {
            Through::Ourselves => 0,
            Through::Process { pid, thread } => thread.unwrap_or(*pid),
        };
        let place = |place: Place| {
            let members = place.members.iter().map(pid).collect();
            (place.inode.map(|inode| inode.0), members)
        };
        places.into_iter().map(place).collect()
    }

    #[test]
    fn each_mount_namespace_is_asked_once_and_ours_by_ourselves() {
        let processes = [(1, 7), (2, 8), (3, 7), (4, 9), (5, 0), (6, 8)];
        assert_eq!(
            asked(Some(7), &processes),
            [
                (Some(7), vec![0]),
                (Some(8), vec![2, 6]),
                (Some(9), vec![44])
            ]
        );
        assert_eq!(asked(None, &[]), [(None, vec![0])]);
        let crowd: Vec<_> = (1..100).map(|pid| (pid, 8)).collect();
        assert_eq!(asked(Some(7), &crowd)[1].1, [1, 2, 3, 44]);
    }
}
