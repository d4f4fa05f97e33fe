//! The cgroups of a target, in every hierarchy.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, fstatfs, open};

/// `CGROUP_SUPER_MAGIC` and `CGROUP2_SUPER_MAGIC` of the kernel's magic.h.
const CGROUPS: [u64; 2] = [0x0027_e0eb, 0x6367_7270];

/// Where a process is in one hierarchy: a line of `/proc/PID/cgroup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    /// Controllers of a hierarchy of version 1, or its name as `name=systemd`; empty in version 2.
    controllers: Vec<Vec<u8>>,
    /// Its cgroup, as seen from our cgroup namespace.
    path: Vec<u8>,
}

/// A hierarchy, or a part of one, that is mounted where we are.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mount {
    /// Version 2.
    is_unified: bool,
    /// Options of the file system, among them the controllers of version 1.
    options: Vec<Vec<u8>>,
    /// The cgroup that is mounted, as seen from our cgroup namespace.
    root: Vec<u8>,
    /// Where.
    point: PathBuf,
}

/// Parses `/proc/PID/cgroup`.
pub(super) fn memberships(text: &[u8]) -> Vec<Membership> {
    let line = |line: &[u8]| {
        let mut parts = line.splitn(3, |byte| *byte == b':').skip(1);
        let controllers = parts.next()?.split(|byte| *byte == b',');
        let controllers = controllers.filter(|name| !name.is_empty());
        Some(Membership {
            controllers: controllers.map(<[u8]>::to_vec).collect(),
            path: parts.next()?.to_vec(),
        })
    };
    text.split(|byte| *byte == b'\n').filter_map(line).collect()
}

/// Goes into the cgroups of `theirs` from those of `own`; gives back what could not be taken over, in words.
pub(super) fn enter(own: &[Membership], theirs: &[Membership], mountinfo: &[u8]) -> Option<String> {
    let mounts = mounts(mountinfo);
    let differing = theirs.iter().filter(|membership| !own.contains(membership));
    let mut missed = Vec::new();
    let mut reason = String::new();
    for membership in differing {
        if let Err(why) = go(membership, &mounts) {
            missed.push(membership.name());
            reason = why;
        }
    }
    (!missed.is_empty()).then(|| format!("{} ({reason})", missed.join(", ")))
}

fn go(membership: &Membership, mounts: &[Mount]) -> Result<(), String> {
    let folder = membership.folder(mounts).ok_or("not mounted here")?;
    if is_frozen(&folder) {
        // There we would stand still, too, and could not be ended.
        return Err("it is paused".to_owned());
    }
    move_to(&folder).map_err(|error| reason(&error))
}

/// Moves us into a cgroup. Whatever else has been mounted over the hierarchy is left as it is.
fn move_to(folder: &Path) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let processes = open(folder.join("cgroup.procs"), flags, Mode::empty())?;
    let magic = fstatfs(&processes)?.f_type;
    if !u64::try_from(magic).is_ok_and(|magic| CGROUPS.contains(&magic)) {
        return Err(io::ErrorKind::NotFound.into());
    }
    // 0 is whoever writes.
    File::from(processes).write_all(b"0")
}

fn reason(error: &io::Error) -> String {
    error.kind().to_string()
}

/// Whether the processes of a cgroup are stopped, by itself or by one above it. In version 1, only one hierarchy tells.
fn is_frozen(folder: &Path) -> bool {
    let tells = |file: &str, word: &str| {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
        text.lines().any(|line| line == word)
    };
    tells("cgroup.events", "frozen 1")
        || tells("cgroup.freeze", "1")
        || tells("freezer.state", "FROZEN")
        || tells("freezer.state", "FREEZING")
}

impl Membership {
    /// What is said of it.
    fn name(&self) -> String {
        if self.controllers.is_empty() {
            return "the cgroup".to_owned();
        }
        let controllers = self.controllers.join(&b',');
        format!("the cgroup of {}", String::from_utf8_lossy(&controllers))
    }

    /// The folder of the cgroup in one of `mounts`.
    fn folder(&self, mounts: &[Mount]) -> Option<PathBuf> {
        let mut hierarchy = mounts.iter().filter(|mount| {
            mount.is_unified == self.controllers.is_empty()
                && self
                    .controllers
                    .iter()
                    .all(|name| mount.options.contains(name))
        });
        hierarchy.find_map(|mount| {
            let root = mount.root.strip_suffix(b"/").unwrap_or(&mount.root);
            let below = self.path.strip_prefix(root)?;
            let below = match below {
                [] => below,
                [b'/', below @ ..] => below,
                _ => return None,
            };
            let leaves = below.split(|byte| *byte == b'/').any(|name| name == b"..");
            (!leaves).then(|| mount.point.join(OsStr::from_bytes(below)))
        })
    }
}

/// The mounted hierarchies in a `mountinfo`.
fn mounts(mountinfo: &[u8]) -> Vec<Mount> {
    mountinfo
        .split(|byte| *byte == b'\n')
        .filter_map(mount)
        .collect()
}

fn mount(line: &[u8]) -> Option<Mount> {
    let words: Vec<_> = line.split(|byte| *byte == b' ').collect();
    let end = words.iter().position(|word| *word == b"-")?;
    let is_unified = match *words.get(end + 1)? {
        b"cgroup2" => true,
        b"cgroup" => false,
        _ => return None,
    };
    let options = words.get(end + 3)?.split(|byte| *byte == b',');
    Some(Mount {
        is_unified,
        options: options.map(unescaped).collect(),
        root: unescaped(words.get(3)?),
        point: PathBuf::from(OsStr::from_bytes(&unescaped(words.get(4)?))),
    })
}

/// A word of a `mountinfo`, in which white space and backslashes are written in octal.
fn unescaped(word: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, after)) = rest.split_first() {
        let octal = after.get(..3).filter(|_| *first == b'\\');
        let byte =
            octal.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[3..] } else { after };
    }
    bytes
}

#[cfg(test)]
#[path = "cgroup_tests.rs"]
mod tests;
