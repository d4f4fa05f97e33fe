//! Threads: each may be in other namespaces than its process, of the kinds that belong to a thread.
//!
//! A process with one thread costs nothing where that is known, else three system calls; one with more, seven for each.

use std::collections::HashSet;
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{Mode, OFlags, openat};

use super::descriptors::Suspect;
use super::in_two;
use crate::collect::error::Failure;
use crate::collect::observation::{
    HeldBy, HolderRecord, HoldersRecord, Links, Miss, ProcessRecord, Reading, ThreadRecord,
};
use crate::collect::proc::{numbers, of_thread};
use crate::model::{Inode, Kind};

/// Finds the threads of `processes` that are elsewhere than their process.
pub(super) fn find(root: BorrowedFd<'_>, processes: &[ProcessRecord], into: &mut HoldersRecord) {
    let search = |processes: &[ProcessRecord]| {
        // Whoever is gone or refuses has said so of its own links already.
        let read = processes.iter().filter_map(|one| elsewhere(root, one).ok());
        read.flatten().collect::<Vec<_>>()
    };
    let mut seen = HashSet::new();
    for thread in in_two(processes, search) {
        for (link, kind, inode) in namespaces(&thread.links) {
            // One thread for each process: of a pool of them all would say the same.
            if seen.insert((thread.pid, kind, inode)) {
                let (pid, tid) = (thread.pid, thread.tid);
                let by = HeldBy::Thread { pid, tid, link };
                into.found.push(HolderRecord { kind, inode, by });
            }
        }
        into.threads.push(thread);
    }
}

/// The threads of one process that are elsewhere, with the links in which they are.
fn elsewhere(root: BorrowedFd<'_>, record: &ProcessRecord) -> Result<Vec<ThreadRecord>, Failure> {
    let facts = record.facts.as_ref();
    let stat = facts.and_then(|facts| facts.stat.as_ref().ok());
    if stat.is_some_and(|stat| stat.threads <= 1) {
        return Ok(Vec::new());
    }
    let path = format!("{}/task", record.pid);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let tasks = openat(root, path, flags, Mode::empty())?;
    let spokesman = record.thread.unwrap_or(record.pid);
    let others = numbers(tasks.as_fd())?;
    let others = others.into_iter().filter(|tid| *tid != spokesman);
    let mut found = Vec::new();
    for tid in others {
        // One that has ended is not there, or not in any namespace.
        let links = of_thread(tasks.as_fd(), tid).map(|links| other_links(links, record));
        if let Ok(Some(links)) = links {
            let pid = record.pid;
            found.push(ThreadRecord { pid, tid, links });
        }
    }
    if !found.is_empty() {
        Suspect::from(record).is_still(tasks.as_fd(), c"../stat")?;
    }
    Ok(found)
}

/// Of a thread's links those that lead elsewhere than its process's; `None` without any.
fn other_links(links: Links, record: &ProcessRecord) -> Option<Links> {
    let process = &record.links;
    let mut other = Links::missed(Miss::NotAsked);
    for kind in Kind::ALL {
        let (own, its) = (links.get(kind), process.get(kind));
        if let (Ok(own), Ok(its)) = (own, its)
            && own != its
        {
            other.own[kind as usize] = Ok(own);
        }
    }
    let is_other =
        |own: Reading<Inode>, its: [Reading<Inode>; 2]| own.is_ok() && !its.contains(&own);
    let (pid, time) = (process.pid_for_children, process.time_for_children);
    if is_other(links.pid_for_children, [pid, process.get(Kind::Pid)]) {
        other.pid_for_children = links.pid_for_children;
    }
    if is_other(links.time_for_children, [time, process.get(Kind::Time)]) {
        other.time_for_children = links.time_for_children;
    }
    namespaces(&other).next().is_some().then_some(other)
}

/// The namespaces that links lead to, and the names of these links.
fn namespaces(links: &Links) -> impl Iterator<Item = (&'static str, Kind, Inode)> {
    let own = Kind::ALL.map(|kind| (kind.name(), kind, links.get(kind)));
    let children = [
        ("pid_for_children", Kind::Pid, links.pid_for_children),
        ("time_for_children", Kind::Time, links.time_for_children),
    ];
    let all = own.into_iter().chain(children);
    all.filter_map(|(link, kind, inode)| Some((link, kind, inode.ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(changes: &[(Kind, u32)], children: Reading<Inode>) -> Links {
        let mut links = Links::missed(Miss::NotAsked);
        for kind in [Kind::Mnt, Kind::Net, Kind::Uts] {
            links.own[kind as usize] = Ok(Inode(1));
        }
        for (kind, number) in changes {
            links.own[*kind as usize] = Ok(Inode(*number));
        }
        links.pid_for_children = children;
        links
    }

    fn elsewhere(process: Links, thread: Links) -> Vec<(&'static str, Kind, Inode)> {
        let record = ProcessRecord {
            pid: 7,
            links: process,
            thread: None,
            facts: None,
        };
        let links = other_links(thread, &record);
        links.iter().flat_map(namespaces).collect()
    }

    #[test]
    fn only_what_differs_is_told() {
        let (pid, none) = (Ok(Inode(2)), &[][..]);
        let mut process = links(none, pid);
        process.own[Kind::Pid as usize] = pid;
        assert_eq!(elsewhere(process, links(none, pid)), []);
        assert_eq!(
            elsewhere(process, links(&[(Kind::Net, 9)], Ok(Inode(8)))),
            [
                ("net", Kind::Net, Inode(9)),
                ("pid_for_children", Kind::Pid, Inode(8))
            ]
        );
        // Where the process would have its children in a namespace that is not there yet, the thread's are in its own.
        process.pid_for_children = Err(Miss::Absent);
        assert_eq!(elsewhere(process, links(none, pid)), []);
        // What could not be read is not other.
        process.own[Kind::Net as usize] = Err(Miss::Denied);
        assert_eq!(elsewhere(process, links(&[(Kind::Net, 9)], pid)), []);
    }
}
