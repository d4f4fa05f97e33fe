//! Into the namespaces.

use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;
use rustix::thread::{
    LinkNameSpaceType, ThreadNameSpaceType, move_into_link_name_space, move_into_thread_name_spaces,
};

use super::super::{EnterError, Plan};
use super::identity::Pinned;
use crate::model::Kind;

/// Enters all namespaces of the plan.
pub(super) fn join(plan: &Plan, pinned: &Pinned) -> Result<(), EnterError> {
    match pinned {
        Pinned::Process { pidfd, directory } => {
            let mask = plan.namespaces.iter().map(|(kind, _)| flag(kind));
            let mask = mask.fold(ThreadNameSpaceType::empty(), |mask, flag| mask | flag);
            if mask.is_empty() {
                return Ok(());
            }
            match move_into_thread_name_spaces(pidfd.as_fd(), mask) {
                // Linux before 5.8 takes no pidfd.
                Err(Errno::INVAL) => one_by_one(plan, directory.as_fd()),
                Err(Errno::SRCH) => Err(EnterError::Gone(plan.title.clone())),
                joined => joined.map_err(EnterError::step(format!("enter {}", plan.title))),
            }
        }
        Pinned::File(file) => move_into_link_name_space(file.as_fd(), None)
            .map_err(EnterError::step(format!("enter {}", plan.title))),
    }
}

/// Enters one after the other: the user namespace last where we may do the rest without it, else first.
fn one_by_one(plan: &Plan, directory: BorrowedFd<'_>) -> Result<(), EnterError> {
    let mut links = Vec::new();
    for (kind, _) in plan.namespaces.iter() {
        let link = openat(
            directory,
            format!("ns/{kind}"),
            OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .map_err(EnterError::step(format!(
            "open the {kind} namespace of {}",
            plan.title
        )))?;
        links.push((kind, link));
    }
    let is_root = rustix::process::geteuid().is_root();
    links.sort_by_key(|(kind, _)| (*kind == Kind::User) == is_root);
    for (kind, link) in links {
        move_into_link_name_space(link.as_fd(), None::<LinkNameSpaceType>).map_err(
            EnterError::step(format!("enter the {kind} namespace of {}", plan.title)),
        )?;
    }
    Ok(())
}

const fn flag(kind: Kind) -> ThreadNameSpaceType {
    match kind {
        Kind::Cgroup => ThreadNameSpaceType::CONTROL_GROUP,
        Kind::Ipc => ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION,
        Kind::Mnt => ThreadNameSpaceType::MOUNT,
        Kind::Net => ThreadNameSpaceType::NETWORK,
        Kind::Pid => ThreadNameSpaceType::PROCESS_ID,
        Kind::Time => ThreadNameSpaceType::TIME,
        Kind::User => ThreadNameSpaceType::USER,
        Kind::Uts => ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME,
    }
}
