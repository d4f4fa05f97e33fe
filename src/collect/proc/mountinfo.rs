//! `/proc/self/mountinfo`: what is mounted where we are.

use std::ffi::OsString;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use super::root::{ProcRoot, decimal, read_list};
use crate::collect::error::Failure;
use crate::collect::observation::{Miss, Reading};
use crate::model::{Inode, Kind};

/// Some 50,000 mounts.
const CAP: usize = 16 * 1024 * 1024;

/// The whole file.
pub(crate) fn read_mountinfo(root: &ProcRoot) -> Reading<Vec<u8>> {
    let read = read_list(root.as_fd(), c"self/mountinfo", CAP);
    read.map_err(|errno| match errno.into() {
        Failure::Missed(miss) => miss,
        Failure::Gone => Miss::Absent,
    })
}

/// A namespace that is mounted on a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collect) struct NsMount {
    /// The mount's number.
    pub(in crate::collect) id: u64,
    /// The kind of the namespace.
    pub(in crate::collect) kind: Kind,
    /// Its number.
    pub(in crate::collect) inode: Inode,
    /// The file.
    pub(in crate::collect) place: PathBuf,
}

/// The namespaces in a `mountinfo`. Its first field is the mount's number, the fourth `KIND:[INODE]`, the fifth the place;
/// the type of the file system comes after a lone hyphen.
pub(in crate::collect) fn ns_mounts(mountinfo: &[u8]) -> impl Iterator<Item = NsMount> {
    let lines = mountinfo.split(|byte| *byte == b'\n');
    lines.filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b' ');
        let id = decimal(fields.next()?)?;
        let (kind, inode) = ns_link(fields.nth(2)?)?;
        let place = unescaped(fields.next()?);
        fields.find(|field| *field == b"-")?;
        let is_nsfs = fields.next()? == b"nsfs";
        is_nsfs.then(|| NsMount {
            id,
            kind,
            inode,
            place: OsString::from_vec(place).into(),
        })
    })
}

/// Takes kind and number out of `KIND:[INODE]`.
pub(in crate::collect) fn ns_link(text: &[u8]) -> Option<(Kind, Inode)> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let kind = std::str::from_utf8(&text[..colon]).ok()?.parse().ok()?;
    let number = text[colon..].strip_prefix(b":[")?.strip_suffix(b"]")?;
    Some((kind, Inode(decimal(number)?)))
}

/// Space, tab, newline and backslash stand as three octal digits in a `mountinfo`.
fn unescaped(field: &[u8]) -> Vec<u8> {
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
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_found_with_their_place() {
        let text = b"25 30 0:23 / /proc rw - proc proc rw\n\
            410 30 0:4 net:[4026532184] /run/netns/a\\040b rw shared:5 - nsfs nsfs rw\n\
            411 30 0:4 mnt:[4026532185] /run/other rw - nsfs nsfs rw\n\
            413 30 0:4 net:[4026532186] /run/fake rw - fuse nsfs rw\n\
            412 30 0:4 net:[x] /bad rw - nsfs nsfs rw\n412 30";
        let found: Vec<_> = ns_mounts(text)
            .map(|mount| (mount.id, mount.kind, mount.inode.0, mount.place))
            .collect();
        let expected = [
            (410, Kind::Net, 4_026_532_184, "/run/netns/a b".into()),
            (411, Kind::Mnt, 4_026_532_185, "/run/other".into()),
        ];
        assert_eq!(found, expected);
        assert_eq!(unescaped(b"\\134\\x\\04\xff"), b"\\\\x\\04\xff");
    }

    #[test]
    fn links_name_a_kind_and_a_number() {
        assert_eq!(ns_link(b"net:[7]"), Some((Kind::Net, Inode(7))));
        for text in [
            &b"net:7"[..],
            b"net:[7",
            b"socket:[7]",
            b"net:[-7]",
            b"net:[]",
            b":[7]",
        ] {
            assert_eq!(ns_link(text), None, "{text:?}");
        }
    }
}
