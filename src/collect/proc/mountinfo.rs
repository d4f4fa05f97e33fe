//! `/proc/PID/mountinfo`: what is mounted where a process is.
//!
//! Only the text is read. A mounted path may lie on a file system whose server is dead, and touching it would block.

use std::os::fd::AsFd as _;

use rustix::io::Errno;

use super::ns_links::named;
use super::root::{ProcRoot, decimal, path_through, read_list};
use crate::collect::error::Failure;
use crate::collect::observation::Through;
use crate::model::{Inode, Kind};

/// Some 50,000 mounts.
const CAP: usize = 16 * 1024 * 1024;

/// The whole file; gone where its process is.
pub(in crate::collect) fn read_mountinfo(
    root: &ProcRoot,
    through: Through,
) -> Result<Vec<u8>, Failure> {
    let path = path_through(through, "mountinfo");
    read_list(root.as_fd(), path, CAP).map_err(|errno| match errno {
        // It is a zombie by now, or not even that.
        Errno::INVAL | Errno::NOENT if through != Through::Ourselves => Failure::Gone,
        errno => errno.into(),
    })
}

/// A namespace that is mounted somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collect) struct NsMount {
    /// The mount's number.
    pub(in crate::collect) id: u64,
    /// Kind of the namespace.
    pub(in crate::collect) kind: Kind,
    /// Its number.
    pub(in crate::collect) inode: Inode,
    /// Where.
    pub(in crate::collect) path: Box<[u8]>,
}

/// The namespaces in a `mountinfo`.
pub(in crate::collect) fn mounted_namespaces(
    mountinfo: &[u8],
) -> impl Iterator<Item = NsMount> + '_ {
    mountinfo.split(|byte| *byte == b'\n').filter_map(mounted)
}

/// The namespace that a line names: the first field is the mount's number, the fourth `net:[number]`, the fifth the place,
/// and behind those of the mount itself comes the file system. Fields are told apart before anything is decoded: a place may hold anything.
fn mounted(line: &[u8]) -> Option<NsMount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let id = decimal(fields.next()?)?;
    let (kind, inode) = named(fields.nth(2)?)?;
    let path = unescaped(fields.next()?);
    fields.find(|field| field == b"-")?;
    (fields.next()? == b"nsfs").then_some(NsMount {
        id,
        kind,
        inode,
        path,
    })
}

/// Space, tab, newline and backslash stand as three octal digits.
fn unescaped(field: &[u8]) -> Box<[u8]> {
    let mut text = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        let octal = tail.first_chunk::<3>().filter(|_| *first == b'\\');
        let octal = octal.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            text.push(byte);
            rest = &tail[3..];
        } else {
            text.push(*first);
            rest = tail;
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounted_namespaces_are_found_with_their_place() {
        let text = b"25 30 0:23 / /proc rw - proc proc rw\n\
            410 30 0:4 net:[4026532184] /run/netns/a\\040b rw shared:5 - nsfs nsfs rw\n\
            411 30 0:4 mnt:[4026532185] /run/other rw - nsfs nsfs rw\n\
            412 30 0:4 net:[x] /bad rw - nsfs nsfs rw\n\
            413 30 0:4 net:[4026532186] /bad rw - fuse nsfs rw\n\
            414 30 0:4 net:[4026532186] /bad\\040-\\040nsfs rw - fuse nsfs rw\n\
            415 30 0:4 net:[4026532187] /cut\n412 30";
        let found: Vec<_> = mounted_namespaces(text).collect();
        let mount = |id, kind, inode, path: &[u8]| NsMount {
            id,
            kind,
            inode: Inode(inode),
            path: path.into(),
        };
        let net = mount(410, Kind::Net, 4_026_532_184, b"/run/netns/a b");
        let mnt = mount(411, Kind::Mnt, 4_026_532_185, b"/run/other");
        assert_eq!(found, [net, mnt]);
        assert_eq!(*unescaped(b"\\134\\x\\04"), *b"\\\\x\\04");
    }
}
