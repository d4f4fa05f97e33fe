//! Which network namespaces there are, and how to get into each.

use std::collections::BTreeMap;

use crate::collect::observation::{Miss, NetnsRecord, ProcessRecord};
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

/// Network namespaces in a `mountinfo`: its fourth field is `net:[number]`, the fifth the place.
pub(super) fn mounted(mountinfo: &[u8]) -> impl Iterator<Item = (Inode, String)> {
    let lines = mountinfo.split(|byte| *byte == b'\n');
    lines.filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b' ');
        let number = fields.nth(3)?.strip_prefix(b"net:[")?.strip_suffix(b"]")?;
        let number = std::str::from_utf8(number).ok()?.parse().ok()?;
        Some((Inode(number), unescaped(fields.next()?)))
    })
}

/// Space, tab, newline and backslash stand as three octal digits in a `mountinfo`.
fn unescaped(field: &[u8]) -> String {
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
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_found_with_their_place() {
        let text = b"25 30 0:23 / /proc rw - proc proc rw\n\
            410 30 0:4 net:[4026532184] /run/netns/a\\040b rw shared:5 - nsfs nsfs rw\n\
            411 30 0:4 mnt:[4026532185] /run/other rw - nsfs nsfs rw\n\
            412 30 0:4 net:[x] /bad rw - nsfs nsfs rw\n412 30";
        let found: Vec<_> = mounted(text).collect();
        assert_eq!(found, [(Inode(4_026_532_184), "/run/netns/a b".to_owned())]);
        assert_eq!(unescaped(b"\\134\\x\\04"), "\\\\x\\04");
    }
}
