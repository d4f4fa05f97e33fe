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

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::MetadataExt as _;

    const fn open(socket: u64, pid: u32, fd: u32) -> OpenSocket {
        OpenSocket { socket, pid, fd }
    }

    #[test]
    fn every_process_has_its_say_before_any_has_a_second() {
        let all = [
            open(1, 10, 3),
            open(1, 20, 3),
            open(2, 10, 4),
            open(3, 10, 5),
            open(4, 20, 4),
        ];
        let order = first_of_each(all.into_iter());
        let order: Vec<_> = order.iter().map(|open| open.socket).collect();
        assert_eq!(order, [1, 4, 2, 3]);
    }

    #[test]
    fn only_what_is_held_from_outside_is_a_holder() {
        let (here, there) = (Inode(5), Inode(6));
        let listed = HashMap::from([(1, here), (2, there)]);
        let places = HashMap::from([(10, here)]);
        // Of one process it is not known where it is, and one socket is listed nowhere.
        let all = [
            open(1, 10, 3),
            open(2, 10, 4),
            open(2, 20, 4),
            open(3, 10, 5),
        ];
        let outside = held_from_outside(&all, &listed, &places);
        assert_eq!(outside, [record(open(2, 10, 4), there)]);
    }

    #[test]
    fn a_socket_leads_to_its_namespace_and_nothing_else_does() {
        let (pid, socket) = (std::process::id(), UdpSocket::bind("127.0.0.1:0").unwrap());
        let fd = u32::try_from(socket.as_raw_fd()).unwrap();
        let link = format!("/proc/self/fd/{fd}");
        let number = std::fs::metadata(link).unwrap().ino();
        let other = namespace(pid, fd, number + 1);
        assert_eq!(other.err(), Some(Failure::Gone), "another socket by now");
        let file = std::fs::File::open("/dev/null").unwrap();
        let fd_of_file = u32::try_from(file.as_raw_fd()).unwrap();
        let other = namespace(pid, fd_of_file, file.metadata().unwrap().ino());
        assert_eq!(other.err(), Some(Failure::Gone), "no socket");
        // Which needs the right to administer the network that it is of.
        match namespace(pid, fd, number) {
            Ok(namespace) => {
                let home = std::fs::metadata("/proc/self/ns/net").unwrap().ino();
                let found = nsfs::number(namespace.as_fd()).unwrap();
                assert_eq!(u64::from(found.0), home);
            }
            Err(failure) => assert_eq!(failure, Failure::Missed(Miss::Denied)),
        }
    }
}
