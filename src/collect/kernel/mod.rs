//! What the kernel itself lists: namespaces, by number alone, and mount namespaces, one after the other.
//!
//! Both lists are taken before the processes are read and again afterwards, since what was made in between no process
//! could have shown. Kernels lack the one before Linux 6.19, the other before 6.12, and list all that there is to the
//! host's administrator only.

mod listns;
mod mount_namespaces;

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd as _;

use rustix::fs::{Mode, OFlags, openat};
use rustix::thread::{CapabilitySet, capabilities};

use super::holders::ancestors::Key;
use super::nsfs;
use super::observation::{HoldersRecord, Kinship, ProcessRecord};
use super::proc::ProcRoot;
use crate::model::Kind;
use mount_namespaces::Numbered;

/// The lists, as they were before the processes were read.
#[derive(Debug)]
pub(super) struct Before {
    namespaces: Option<Vec<u64>>,
    mount_namespaces: HashSet<Numbered>,
}

impl Before {
    /// Takes the lists; `None` where they would not be whole.
    pub(super) fn take(root: &ProcRoot) -> Option<Self> {
        sees_all(root).then(|| Self {
            namespaces: listns::all(),
            mount_namespaces: mount_namespaces::all(root),
        })
    }

    /// Finds the mount namespaces that none of `processes` is in, and what is mounted there. What they say of
    /// themselves, and of those above them, is the answer.
    pub(super) fn find_alone(
        &self,
        root: &ProcRoot,
        processes: &[ProcessRecord],
        into: &mut HoldersRecord,
    ) -> HashMap<Key, Kinship> {
        let shown = processes
            .iter()
            .filter_map(|one| one.links.get(Kind::Mnt).ok());
        let shown: HashSet<_> = shown.collect();
        let alone = self.mount_namespaces.iter();
        let alone = alone.filter(|one| !shown.contains(&one.inode)).copied();
        mount_namespaces::look_into(root, &alone.collect(), into)
    }

    /// The namespaces that are still listed.
    pub(super) fn still_listed(self) -> Option<Vec<u64>> {
        let mut listed = self.namespaces?;
        let now: HashSet<u64> = listns::all()?.into_iter().collect();
        listed.retain(|id| now.contains(id));
        Some(listed)
    }
}

/// Whether all processes and namespaces of the host are to be seen: `root` is a proc mount that hides nobody, and we are
/// in the initial pid and user namespaces, and administrator there.
fn sees_all(root: &ProcRoot) -> bool {
    let is_initial = |kind: Kind| {
        let own = nsfs::open_own(root.as_fd(), kind);
        own.is_ok_and(|own| nsfs::number(own.as_fd()) == Ok(kind.initial().0))
    };
    let own = capabilities(None);
    let is_administrator = own.is_ok_and(|own| own.effective.contains(CapabilitySet::SYS_ADMIN));
    // Where others' processes are hidden, so is this one.
    let kthreadd = openat(root, c"2", OFlags::PATH | OFlags::CLOEXEC, Mode::empty());
    is_administrator && is_initial(Kind::Pid) && is_initial(Kind::User) && kthreadd.is_ok()
}
