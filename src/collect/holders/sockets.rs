//! Sockets: a network namespace lives as long as a socket that was made in it, wherever that is held.
//!
//! `/proc` does not tell a socket's namespace. What every namespace lists itself needs no more than a comparison. What is
//! left is duplicated, asked and closed at once, which needs the right to trace the process; sockets that no
//! namespace lists (netlink, packet) are among them, so there is a limit.

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd as _;

use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use super::descriptors::OpenSocket;
use crate::collect::error::Failure;
use crate::collect::nsfs;
use crate::collect::observation::{HeldBy, HolderRecord, Miss};
use crate::collect::syscall::{NsFile, SocketFile};
use crate::model::{Inode, Kind};

/// So many sockets are duplicated in a pass.
const MOST: usize = 1024;

/// Opens the network namespace of a socket that a process has open.
pub(super) fn namespace(pid: u32, fd: u32, socket: u64) -> Result<NsFile, Failure> {
    let raw = |number: u32| i32::try_from(number).map_err(|_| Failure::Gone);
    let pid = Pid::from_raw(raw(pid)?).ok_or(Failure::Gone)?;
    let process = pidfd_open(pid, PidfdFlags::empty())?;
    let file = pidfd_getfd(process, raw(fd)?, PidfdGetfdFlags::empty())?;
    let file = SocketFile::new(file, socket)?.ok_or(Failure::Gone)?;
    Ok(NsFile::new(file.namespace()?)?.ok_or(Miss::Malformed)?)
}

/// The sockets that are held from outside of their namespace: `listed` are sockets by the namespace that lists them,
/// `places` the network namespaces of processes.
pub(in crate::collect) fn held_from_outside(
    open: &[OpenSocket],
    listed: &HashMap<u64, Inode>,
    places: &HashMap<u32, Inode>,
) -> Vec<HolderRecord> {
    let outside = open.iter().filter_map(|open| {
        let inode = *listed.get(&open.socket)?;
        let place = places.get(&open.pid)?;
        (*place != inode).then(|| record(*open, inode))
    });
    outside.collect()
}

fn record(open: OpenSocket, inode: Inode) -> HolderRecord {
    HolderRecord {
        kind: Kind::Net,
        inode,
        by: HeldBy::Socket {
            pid: open.pid,
            fd: open.fd,
            socket: open.socket,
        },
    }
}

/// What asking sockets for their namespaces brought.
#[derive(Debug, Default)]
pub(in crate::collect) struct Asked {
    /// Those in namespaces that were not known.
    pub(in crate::collect) found: Vec<HolderRecord>,
    /// Sockets that were not asked, since there are too many.
    pub(in crate::collect) cut: u32,
    /// Sockets that may not be asked.
    pub(in crate::collect) denied: u32,
}

/// Asks the sockets that no namespace lists whether they are of one that is not among the `known`.
pub(in crate::collect) fn ask(
    open: &[OpenSocket],
    listed: &HashMap<u64, Inode>,
    known: &HashSet<Inode>,
) -> Asked {
    let unlisted = open
        .iter()
        .filter(|open| !listed.contains_key(&open.socket));
    let unlisted = first_of_each(unlisted.copied());
    let mut asked = Asked {
        cut: u32::try_from(unlisted.len().saturating_sub(MOST)).unwrap_or(u32::MAX),
        ..Asked::default()
    };
    for open in unlisted.into_iter().take(MOST) {
        let namespace = namespace(open.pid, open.fd, open.socket);
        match namespace.and_then(|namespace| Ok(nsfs::number(namespace.as_fd())?)) {
            Ok(inode) if known.contains(&inode) => {}
            Ok(inode) => asked.found.push(record(open, inode)),
            Err(Failure::Missed(Miss::Denied)) => asked.denied += 1,
            // Closed meanwhile, or of a kind that knows no namespace.
            Err(_) => {}
        }
    }
    asked
}

/// Each socket once, the first of every process before the second of any: where not all can be asked, each is to have a
/// say.
fn first_of_each(open: impl Iterator<Item = OpenSocket>) -> Vec<OpenSocket> {
    let mut before = None;
    let mut counts: HashMap<u32, u32> = HashMap::new();
    let once = open.filter(|open| before.replace(open.socket) != Some(open.socket));
    let mut all: Vec<_> = once
        .map(|open| {
            let count = counts.entry(open.pid).or_default();
            *count += 1;
            (*count, open)
        })
        .collect();
    all.sort_unstable();
    all.into_iter().map(|(_, open)| open).collect()
}
