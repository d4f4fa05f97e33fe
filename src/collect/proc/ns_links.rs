//! `/proc/PID/ns`: one symbolic link per kind of namespace, whose text `net:[4026531992]` names it.
//!
//! Only the text is read. Following a link costs twice as much, and a tree of dangling links serves as a test.

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use rustix::fs::readlinkat_raw;
use rustix::io::Errno;

use super::process::settle;
use super::root::decimal;
use crate::collect::error::Failure;
use crate::collect::observation::{Links, Miss};
use crate::model::{Inode, Kind};

/// In the order of [`Kind::ALL`].
const OWN: [&CStr; 8] = [
    c"ns/cgroup",
    c"ns/ipc",
    c"ns/mnt",
    c"ns/net",
    c"ns/pid",
    c"ns/time",
    c"ns/user",
    c"ns/uts",
];

/// Reads the eight links of a process by path, without opening its directory: eight system calls.
///
/// The links are not bound to each other: a pid that is reused in between could mix two processes. So this is for
/// counts by namespace, in which each link stands for itself.
pub(super) fn by_path(root: BorrowedFd<'_>, pid: u32) -> Result<Links, Failure> {
    let mut links = Links::missed(Miss::NotAsked);
    let mut path = Path::of(pid);
    for (kind, link) in Kind::ALL.into_iter().zip(&mut links.own) {
        *link = settle(read_link(root, path.with(OWN[kind as usize]), kind))?;
    }
    // A path that does not exist and a link that does not exist give the same answer.
    let is_gone = links.own.iter().all(|link| *link == Err(Miss::Absent));
    if is_gone {
        Err(Failure::Gone)
    } else {
        Ok(links)
    }
}

/// Reads the link of the network namespace alone, as [`by_path`] does: one system call.
pub(super) fn net_by_path(root: BorrowedFd<'_>, pid: u32) -> Result<Links, Failure> {
    let mut links = Links::missed(Miss::NotAsked);
    let net = Kind::Net as usize;
    links.own[net] = settle(read_link(root, Path::of(pid).with(OWN[net]), Kind::Net))?;
    Ok(links)
}

/// Reads the link of the network namespace of the process or thread whose directory is open.
pub(in crate::collect) fn net_of_directory(directory: BorrowedFd<'_>) -> Result<Inode, Failure> {
    read_link(directory, OWN[Kind::Net as usize], Kind::Net)
}

/// Reads all ten links of the process or thread whose directory is open.
pub(super) fn of_directory(directory: BorrowedFd<'_>) -> Result<Links, Failure> {
    let mut links = Links::missed(Miss::NotAsked);
    for (kind, link) in Kind::ALL.into_iter().zip(&mut links.own) {
        *link = settle(read_link(directory, OWN[kind as usize], kind))?;
    }
    links.pid_for_children = settle(read_link(directory, c"ns/pid_for_children", Kind::Pid))?;
    links.time_for_children = settle(read_link(directory, c"ns/time_for_children", Kind::Time))?;
    Ok(links)
}

fn read_link(directory: BorrowedFd<'_>, path: &CStr, kind: Kind) -> Result<Inode, Failure> {
    let mut text = [0; 40];
    match readlinkat_raw(directory, path, &mut text[..]) {
        Ok(length) => parse(&text[..length], kind).ok_or(Failure::Missed(Miss::Malformed)),
        // Not a symbolic link: no proc file system made this.
        Err(Errno::INVAL) => Err(Failure::Missed(Miss::Malformed)),
        Err(errno) => Err(errno.into()),
    }
}

/// Takes the inode number out of `kind:[number]`.
fn parse(text: &[u8], kind: Kind) -> Option<Inode> {
    let number = text
        .strip_prefix(kind.name().as_bytes())?
        .strip_prefix(b":[")?;
    decimal(number.strip_suffix(b"]")?).map(Inode)
}

/// The namespace that a text `kind:[number]` names, as such links say it, and descriptors and mounts.
pub(in crate::collect) fn named(text: &[u8]) -> Option<(Kind, Inode)> {
    let end = text.iter().position(|byte| *byte == b':')?;
    let mut kinds = Kind::ALL.into_iter();
    let kind = kinds.find(|kind| kind.name().as_bytes() == &text[..end])?;
    Some((kind, parse(text, kind)?))
}

/// Reads by path the links of a thread in which it can differ from others of its process. A thread cannot be in another
/// pid, user or time namespace than these (clone(2), setns(2)), but its children can.
pub(in crate::collect) fn of_thread(tasks: BorrowedFd<'_>, tid: u32) -> Result<Links, Failure> {
    let mut links = Links::missed(Miss::NotAsked);
    let mut path = Path::of(tid);
    for kind in [Kind::Cgroup, Kind::Ipc, Kind::Mnt, Kind::Net, Kind::Uts] {
        let link = read_link(tasks, path.with(OWN[kind as usize]), kind);
        links.own[kind as usize] = settle(link)?;
    }
    let pid = read_link(tasks, path.with(c"ns/pid_for_children"), Kind::Pid);
    let time = read_link(tasks, path.with(c"ns/time_for_children"), Kind::Time);
    (links.pid_for_children, links.time_for_children) = (settle(pid)?, settle(time)?);
    Ok(links)
}

/// `PID/ns/KIND` on the stack; the digits are written once per process.
struct Path {
    text: [u8; 40],
    digits: usize,
}

impl Path {
    fn of(pid: u32) -> Self {
        let (mut text, mut digits, mut rest) = ([0; 40], 0, pid);
        while digits == 0 || rest > 0 {
            text[digits] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            (digits, rest) = (digits + 1, rest / 10);
        }
        text[..digits].reverse();
        text[digits] = b'/';
        Self {
            text,
            digits: digits + 1,
        }
    }

    fn with(&mut self, name: &CStr) -> &CStr {
        let name = name.to_bytes_with_nul();
        self.text[self.digits..][..name.len()].copy_from_slice(name);
        CStr::from_bytes_until_nul(&self.text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_number_out_of_a_link() {
        for (text, inode) in [
            (&b"net:[4026531992]"[..], Some(Inode(4_026_531_992))),
            (b"net:[]", None),
            (b"net:[+5]", None),
            (b"net:[99999999999]", None),
            (b"net:[1", None),
            (b"mnt:[1]", None),
            (b"/proc/1/ns/net", None),
            (b"", None),
        ] {
            assert_eq!(parse(text, Kind::Net), inode, "{text:?}");
        }
    }

    #[test]
    fn a_link_names_its_kind_itself() {
        let net = Some((Kind::Net, Inode(5)));
        assert_eq!(named(b"net:[5]"), net);
        for text in [
            &b"nets:[5]"[..],
            b"net:5",
            b"/net:[5]",
            b"socket:[5]",
            b":[5]",
            b"",
        ] {
            assert_eq!(named(text), None, "{text:?}");
        }
    }

    #[test]
    fn paths_are_composed_without_allocation() {
        let mut path = Path::of(4_194_304);
        assert_eq!(path.with(c"ns/cgroup"), c"4194304/ns/cgroup");
        assert_eq!(path.with(c"ns/net"), c"4194304/ns/net");
        assert_eq!(Path::of(0).with(c"ns/net"), c"0/ns/net");
        assert_eq!(
            Path::of(u32::MAX).with(c"ns/cgroup"),
            c"4294967295/ns/cgroup"
        );
    }
}
