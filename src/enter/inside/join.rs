//! Into the namespaces.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;
use rustix::thread::{
    CapabilitySet, LinkNameSpaceType, ThreadNameSpaceType, capabilities, move_into_link_name_space,
    move_into_thread_name_spaces,
};

use super::super::{EnterError, Plan};
use super::identity::Pinned;
use crate::model::Kind;

/// Enters all namespaces of the plan.
pub(super) fn join(plan: &Plan, pinned: &Pinned) -> Result<(), EnterError> {
    match pinned {
        Pinned::Process { pidfd, directory } => {
            let mask = plan.namespaces.iter().map(|(kind, _)| thread_type(kind));
            let mask = mask.fold(ThreadNameSpaceType::empty(), |mask, flag| mask | flag);
            if mask.is_empty() {
                return Ok(());
            }
            match move_into_thread_name_spaces(pidfd.as_fd(), mask) {
                // Linux before 5.8 takes no pidfd. Where it is something else, the one that it is about says so.
                Err(Errno::INVAL) => one_by_one(plan, directory.as_fd()),
                Err(Errno::SRCH) => Err(EnterError::Gone(plan.title.clone())),
                joined => {
                    let what = &plan.title;
                    joined.map_err(|cause| failed(plan, Some(directory.as_fd()), None, what, cause))
                }
            }
        }
        Pinned::File(file) => {
            let mut kinds = plan.namespaces.iter().map(|(kind, _)| kind);
            kinds.try_for_each(|kind| {
                let joined = move_into_link_name_space(file.as_fd(), Some(link_type(kind)));
                joined.map_err(|cause| failed(plan, None, Some(kind), &plan.title, cause))
            })
        }
    }
}

/// Enters one after the other, and the user namespace after all that can be entered without it: who has rights outside may
/// have none inside, in a namespace that is not of it; who has none outside gets them by it.
fn one_by_one(plan: &Plan, directory: BorrowedFd<'_>) -> Result<(), EnterError> {
    let mut links = Vec::new();
    for (kind, _) in plan.namespaces.iter() {
        let doing = format!("open the {kind} namespace of {}", plan.title);
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let link = openat(directory, format!("ns/{kind}"), flags, Mode::empty());
        links.push((kind, link.map_err(EnterError::step(doing))?));
    }
    let (user, others): (Vec<_>, Vec<_>) =
        links.into_iter().partition(|(kind, _)| *kind == Kind::User);
    let enter = |kind: Kind, link: &OwnedFd| {
        let joined = move_into_link_name_space(link.as_fd(), Some(link_type(kind)));
        let what = format!("the {kind} namespace of {}", plan.title);
        joined.map_err(|cause| {
            (
                cause,
                failed(plan, Some(directory), Some(kind), &what, cause),
            )
        })
    };
    let mut later = Vec::new();
    for (kind, link) in others {
        match enter(kind, &link) {
            Err((Errno::PERM, _)) if !user.is_empty() => later.push((kind, link)),
            entered => entered.map_err(|(_, error)| error)?,
        }
    }
    for (kind, link) in user.into_iter().chain(later) {
        enter(kind, &link).map_err(|(_, error)| error)?;
    }
    Ok(())
}

/// Why `what` could not be entered; `kind` where it is about that one alone.
fn failed(
    plan: &Plan,
    directory: Option<BorrowedFd<'_>>,
    kind: Option<Kind>,
    what: &str,
    cause: Errno,
) -> EnterError {
    let doing = format!("enter {what}");
    let missing = match (cause, kind) {
        (Errno::PERM, _) => missing(plan, directory),
        (Errno::INVAL, Some(Kind::Pid)) => {
            "only a pid namespace below our own can be entered, and it is not".to_owned()
        }
        _ => return EnterError::step(doing)(cause),
    };
    EnterError::Denied { doing, missing }
}

/// Which right is missing.
fn missing(plan: &Plan, directory: Option<BorrowedFd<'_>>) -> String {
    let ours = capabilities(None).map(|sets| sets.effective);
    let ours = ours.unwrap_or(CapabilitySet::empty());
    let enters = |kind| plan.namespaces.get(kind).is_some();
    if ours.contains(CapabilitySet::SYS_ADMIN) {
        if enters(Kind::Mnt) && !ours.contains(CapabilitySet::SYS_CHROOT) {
            return "this needs CAP_SYS_CHROOT".to_owned();
        }
        return "this needs CAP_SYS_ADMIN in the user namespace that it belongs to".to_owned();
    }
    if enters(Kind::User) {
        return "this needs CAP_SYS_ADMIN there, which root has, and who made the user namespace"
            .to_owned();
    }
    let user = |directory, path: &str| readlinkat(directory, path, Vec::new()).ok();
    let theirs = directory.and_then(|directory| user(directory, "ns/user"));
    if theirs.is_some() && theirs != user(CWD, "/proc/self/ns/user") {
        return "this needs CAP_SYS_ADMIN, which root has; or its user namespace as well (-U)"
            .to_owned();
    }
    "this needs CAP_SYS_ADMIN, which root has".to_owned()
}

const fn thread_type(kind: Kind) -> ThreadNameSpaceType {
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

const fn link_type(kind: Kind) -> LinkNameSpaceType {
    match kind {
        Kind::Cgroup => LinkNameSpaceType::ControlGroup,
        Kind::Ipc => LinkNameSpaceType::InterProcessCommunication,
        Kind::Mnt => LinkNameSpaceType::Mount,
        Kind::Net => LinkNameSpaceType::Network,
        Kind::Pid => LinkNameSpaceType::ProcessID,
        Kind::Time => LinkNameSpaceType::Time,
        Kind::User => LinkNameSpaceType::User,
        Kind::Uts => LinkNameSpaceType::HostNameAndNISDomainName,
    }
}
