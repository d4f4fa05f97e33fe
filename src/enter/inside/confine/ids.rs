//! A target's user and groups.

use std::io;

use rustix::io::Errno;
use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::super::super::EnterError;
use super::id_map::Maps;
use super::status::Status;

/// What of the user and the groups is still to be set once the namespaces are entered, numbered as it is there.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// Real and effective user, unless they are ours.
    users: Option<(u32, u32)>,
    /// Real and effective group, unless they are ours.
    groups: Option<(u32, u32)>,
    /// Supplementary groups, unless they could be set from outside.
    others: Option<Vec<u32>>,
    /// Supplementary groups that have no number there.
    lost: Vec<u32>,
    /// Whether the kernel gives the programs of this user the rights of root.
    is_root: bool,
}

impl Ids {
    /// Works out what is to be done for the target to be who we are, and sets what has to be set from outside. `maps`
    /// is absent where no user namespace is entered. A program's saved user and group are its effective ones.
    pub(super) fn begin(
        own: &Status,
        target: &Status,
        maps: Option<&Maps>,
    ) -> Result<Self, EnterError> {
        let user = |id| maps.map_or(Some(id), |maps| maps.users.inside(id));
        let group = |id| maps.map_or(Some(id), |maps| maps.groups.inside(id));
        let (uid, gid) = (first_two(target.uid), first_two(target.gid));
        let mut ids = Self {
            is_root: [uid.0, uid.1].map(user).contains(&Some(0)),
            ..Self::default()
        };
        if uid != first_two(own.uid) {
            ids.users = Some(both(uid, user).map_err(|id| unmapped("user", id))?);
        }
        if gid != first_two(own.gid) {
            ids.groups = Some(both(gid, group).map_err(|id| unmapped("group", id))?);
        }
        if sorted(&target.groups) != sorted(&own.groups) {
            ids.others(&target.groups, maps)?;
        }
        Ok(ids)
    }

    /// Sets the supplementary groups from outside if we may: a user namespace may forbid it, or have no numbers for them.
    fn others(&mut self, target: &[u32], maps: Option<&Maps>) -> Result<(), EnterError> {
        match (set_groups(target), maps) {
            (Err(Errno::PERM), Some(maps)) => {
                let inside = |id: &u32| maps.groups.inside(*id);
                self.others = Some(target.iter().filter_map(inside).collect());
                self.lost = target.to_vec();
                self.lost.retain(|id| inside(id).is_none());
                Ok(())
            }
            (set, _) => set.map_err(EnterError::step("take over the groups")),
        }
    }

    /// Becomes the target's user, inside.
    pub(super) fn finish(&self) -> Result<(), EnterError> {
        if let Some(others) = &self.others {
            set_groups(others).map_err(EnterError::step("take over the groups"))?;
        }
        if let Some((real, effective)) = self.groups {
            let (real, effective) = (Gid::from_raw(real), Gid::from_raw(effective));
            set_thread_res_gid(real, effective, effective)
                .map_err(EnterError::step("take over the group"))?;
        }
        if let Some((real, effective)) = self.users {
            let (real, effective) = (Uid::from_raw(real), Uid::from_raw(effective));
            set_thread_res_uid(real, effective, effective)
                .map_err(EnterError::step("take over the user"))?;
        }
        Ok(())
    }

    /// Whether the kernel gives the programs of this user the rights of root.
    pub(super) const fn is_root(&self) -> bool {
        self.is_root
    }

    /// Groups that cannot be taken over, in words.
    pub(super) fn lost(&self) -> Option<String> {
        let lost: Vec<_> = self.lost.iter().map(u32::to_string).collect();
        (!lost.is_empty()).then(|| {
            format!(
                "the groups {} (its user namespace has no numbers for them)",
                lost.join(", ")
            )
        })
    }
}

fn set_groups(ids: &[u32]) -> Result<(), Errno> {
    let ids: Vec<_> = ids.iter().map(|id| Gid::from_raw(*id)).collect();
    set_thread_groups(&ids)
}

/// Both as they are numbered inside, or the one that has no number there.
fn both(ids: (u32, u32), inside: impl Fn(u32) -> Option<u32>) -> Result<(u32, u32), u32> {
    let one = |id| inside(id).ok_or(id);
    Ok((one(ids.0)?, one(ids.1)?))
}

const fn first_two([real, effective, ..]: [u32; 4]) -> (u32, u32) {
    (real, effective)
}

fn sorted(ids: &[u32]) -> Vec<u32> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn unmapped(what: &str, id: u32) -> EnterError {
    EnterError::Step {
        doing: format!("take over the {what} {id}"),
        cause: io::Error::other("the target's user namespace has no number for it"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::id_map::IdMap;
    use super::*;

    fn status(uid: u32, gid: u32) -> Status {
        let text = format!(
            "Uid:\t{uid}\t{uid}\t0\t0\nGid:\t{gid}\t{gid}\t0\t0\nGroups:\t7 8\nCapInh:\t0\nCapPrm:\t0\nCapEff:\t0\n\
             CapBnd:\t0\n"
        );
        Status::parse(&text).unwrap()
    }

    fn maps(text: &str) -> Maps {
        let map = || IdMap::parse(text).unwrap();
        Maps {
            users: map(),
            groups: map(),
        }
    }

    #[test]
    fn numbers_are_those_of_the_namespace_that_is_entered() {
        let (own, target) = (status(0, 0), status(100_000, 100_005));
        let ids = Ids::begin(&own, &target, Some(&maps("0 100000 10\n"))).unwrap();
        assert_eq!((ids.users, ids.groups), (Some((0, 0)), Some((5, 5))));
        assert!(ids.is_root() && ids.others.is_none());
        let ids = Ids::begin(&own, &target, None).unwrap();
        assert_eq!(ids.users, Some((100_000, 100_000)));
        assert!(!ids.is_root());
    }

    #[test]
    fn who_is_the_same_already_needs_no_number() {
        let ids = Ids::begin(&status(5, 5), &status(5, 5), Some(&maps(""))).unwrap();
        assert_eq!((ids.users, ids.groups), (None, None));
        let error = Ids::begin(&status(0, 0), &status(5, 0), Some(&maps(""))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot take over the user 5: the target's user namespace has no number for it"
        );
    }
}
