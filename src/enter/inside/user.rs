//! Who the command is in a user namespace.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags, open, openat};
use rustix::io::Errno;
use rustix::process::{Gid, Uid};
use rustix::thread::{
    CapabilitySet, capabilities, set_capabilities, set_keep_capabilities, set_thread_groups,
    set_thread_res_gid, set_thread_res_uid,
};

use super::super::{EnterError, Plan};
use super::identity::Pinned;
use crate::model::Kind;

/// Whether the user and the groups change.
#[derive(Debug)]
pub(super) enum User {
    /// No user namespace is entered: they stay.
    Kept,
    /// To be chosen from those that the user namespace has.
    Chosen {
        /// Our own directory in /proc, which tells what is mapped once we are inside.
        own: OwnedFd,
        /// The target's, which tells who it is there; `None` where a file leads in.
        target: Option<OwnedFd>,
        /// Whether we may become any user outside.
        may_be_anybody: bool,
    },
}

/// A file of the kernel's that lists what is mapped, and the line of `status` with the process's own.
const USERS: (&str, &str) = ("uid_map", "Uid:");
const GROUPS: (&str, &str) = ("gid_map", "Gid:");

impl User {
    /// Opens what tells about users, as long as /proc can be seen.
    pub(super) fn open(plan: &Plan, pinned: &Pinned) -> Result<Self, EnterError> {
        if plan.namespaces.get(Kind::User).is_none() {
            return Ok(Self::Kept);
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let target = pinned.directory().map(|fd| fd.try_clone_to_owned());
        let target = target.transpose();
        let ours = capabilities(None).map(|sets| sets.effective);
        let needed = CapabilitySet::SETUID | CapabilitySet::SETGID;
        Ok(Self::Chosen {
            own: open("/proc/self", flags, Mode::empty())
                .map_err(EnterError::step("open /proc/self"))?,
            target: target.map_err(EnterError::step("keep the target's directory in /proc"))?,
            may_be_anybody: ours.is_ok_and(|ours| ours.contains(needed)),
        })
    }

    /// Before a user namespace is entered: drops our groups, and becomes the target's user or group where the namespace has
    /// none. Whoever made the namespace has every right over the processes in it, and must not get at our root by ours.
    pub(super) fn step_down(&self, plan: &Plan) -> Result<(), EnterError> {
        let Self::Chosen {
            target,
            may_be_anybody: true,
            ..
        } = self
        else {
            return Ok(());
        };
        set_thread_groups(&[]).map_err(EnterError::step("drop our groups"))?;
        let Some(target) = target else {
            return Ok(());
        };
        // Where nobody is mapped, who the target is outside.
        let outside = |(map, line): (&str, &str)| {
            let read = |name: &str| {
                let doing = format!("read {name} of {}", plan.title);
                read(target, name).map_err(EnterError::step(doing))
            };
            let theirs = effective(&read("status")?, line);
            Ok(theirs.filter(|_| read(map).is_ok_and(|map| chosen(&map, None).is_none())))
        };
        let (group, user) = (outside(GROUPS)?, outside(USERS)?);
        let rights = capabilities(None).map_err(EnterError::step("read our rights"))?;
        // The other namespaces are still to be entered.
        set_keep_capabilities(true).map_err(EnterError::step("keep our rights"))?;
        become_ids(group, user)?;
        set_capabilities(None, rights).map_err(EnterError::step("keep our rights"))?;
        super::hide()
    }

    /// Becomes root of the user namespace that was entered; where it has none, who the target is in it, or else the first
    /// that it has. Gives back a sentence where it has nobody.
    pub(super) fn become_chosen(&self, plan: &Plan) -> Result<Option<String>, EnterError> {
        let Self::Chosen {
            own,
            target,
            may_be_anybody,
        } = self
        else {
            return Ok(None);
        };
        let choose = |(map, line): (&str, &str)| {
            let failed = || EnterError::step(format!("read {map} of {}", plan.title));
            let map = read(own, map).map_err(failed())?;
            let status = target.as_ref().map(|target| read(target, "status"));
            let status = status.transpose().map_err(failed())?;
            let theirs = status.and_then(|status| effective(&status, line));
            Ok(chosen(&map, theirs))
        };
        let (group, user) = (choose(GROUPS)?, choose(USERS)?);
        // The namespace may forbid to drop them; those of somebody who may be anybody are dropped already.
        match set_thread_groups(&[]) {
            Ok(()) | Err(Errno::PERM) => {}
            Err(cause) => return Err(EnterError::step("drop our groups")(cause)),
        }
        become_ids(group, user)?;
        let nobody = match (user, group) {
            (Some(_), Some(_)) => return Ok(None),
            (None, Some(_)) => "users",
            (Some(_), None) => "groups",
            (None, None) => "users and no groups",
        };
        let nobody = format!(
            "the user namespace of {} has no {nobody} (nothing is mapped)",
            plan.title
        );
        if *may_be_anybody && target.is_none() {
            return Err(EnterError::Nobody(nobody));
        }
        Ok(Some(format!("{nobody}, so the command runs without")))
    }
}

/// Becomes this group and user, where they are given.
fn become_ids(group: Option<u32>, user: Option<u32>) -> Result<(), EnterError> {
    if let Some(raw) = group {
        let gid = Gid::from_raw(raw);
        let become_it = set_thread_res_gid(gid, gid, gid);
        become_it.map_err(EnterError::step(format!("become group {raw}")))?;
    }
    if let Some(raw) = user {
        let uid = Uid::from_raw(raw);
        let become_it = set_thread_res_uid(uid, uid, uid);
        become_it.map_err(EnterError::step(format!("become user {raw}")))?;
    }
    Ok(())
}

fn read(directory: &OwnedFd, name: &str) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = openat(directory.as_fd(), name, flags, Mode::empty())?;
    let mut text = Vec::new();
    std::fs::File::from(file).read_to_end(&mut text)?;
    Ok(text)
}

/// The second number of a line of `status`: the effective one, as the user namespace of who opened the file has it.
fn effective(status: &[u8], line: &str) -> Option<u32> {
    let mut lines = status.split(|byte| *byte == b'\n');
    let ids = lines.find_map(|text| text.strip_prefix(line.as_bytes()))?;
    numbers(ids).nth(1)
}

/// Root, if `map` has it; else `theirs`, if it has that; else the first that it has.
fn chosen(map: &[u8], theirs: Option<u32>) -> Option<u32> {
    // Each line: the first id inside, the first outside, and how many there are.
    let ranges: Vec<(u32, u32)> = map
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let mut numbers = numbers(line);
            let (first, count) = (numbers.next()?, numbers.nth(1)?);
            (count > 0).then_some((first, count))
        })
        .collect();
    let has = |id: &u32| {
        let mut ranges = ranges.iter();
        ranges.any(|(first, count)| (*first..first.saturating_add(*count)).contains(id))
    };
    let first = ranges.first().map(|(first, _)| *first);
    Some(0).filter(has).or(theirs.filter(has)).or(first)
}

fn numbers(text: &[u8]) -> impl Iterator<Item = u32> {
    let words = text.split(u8::is_ascii_whitespace);
    words.filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_goes_first_then_the_target_then_whoever_is_there() {
        for (map, theirs, expected) in [
            (&b"         0       1000          1\n"[..], Some(0), Some(0)),
            (b"0 100000 65536\n", Some(33), Some(0)),
            (b"1000 5000 10\n0 1000 1\n", None, Some(0)),
            (b"1000 1000 1\n", Some(1000), Some(1000)),
            (b"1000 5000 10\n", Some(1009), Some(1009)),
            (b"1000 5000 10\n", Some(1010), Some(1000)),
            (b"1000 5000 10\n", None, Some(1000)),
            (b"", Some(65534), None),
            (b"0 0 4294967295\n", None, Some(0)),
        ] {
            assert_eq!(chosen(map, theirs), expected, "{map:?} {theirs:?}");
        }
    }

    #[test]
    fn the_effective_id_is_the_second() {
        let status = b"Name:\tUid: 7\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n";
        assert_eq!(effective(status, USERS.1), Some(2));
        assert_eq!(effective(status, GROUPS.1), Some(6));
        assert_eq!(effective(b"Uid:\t1\n", USERS.1), None);
    }
}
