//! A `/proc` of the pid namespace that is entered.
//!
//! Only a child is in that namespace, and only a process in it can make its `/proc`. So this program is started once more,
//! makes one that is mounted nowhere, hands it over and ends. That is done as long as all files are the host's: a program
//! is run with files of the target only by a command that has no more rights than it is to have.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, Command};

use rustix::cmsg_space;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode, OFlags, PROC_SUPER_MAGIC, fstatfs, open, readlinkat};
use rustix::io::Errno;
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{
    CapabilitySet, capabilities, configure_capability_in_ambient_set, set_capabilities,
};

use super::super::super::own_program::ITSELF;
use super::super::super::{EnterError, Plan};
use super::super::identity::Pinned;
use super::super::join;
use super::{graft, only};
use crate::model::{Inode, Kind};

/// The hidden subcommand that makes it.
const MOUNT_PROC: &str = "__proc";
/// How long that may take.
const PATIENCE: Timespec = Timespec {
    tv_sec: 5,
    tv_nsec: 0,
};

/// The `/proc` of a pid namespace that is to be entered, mounted nowhere yet; or why there is none.
#[derive(Debug)]
pub(super) struct OwnProc {
    namespace: Inode,
    mount: Result<OwnedFd, Errno>,
}

impl OwnProc {
    /// Makes it, while all other namespaces are ours; nothing where no pid namespace is entered.
    pub(super) fn open(plan: &Plan, pinned: &Pinned) -> Result<Option<Self>, EnterError> {
        let Some(namespace) = plan.namespaces.get(Kind::Pid) else {
            return Ok(None);
        };
        join::join(&only(plan, |kind| kind == Kind::Pid), pinned)?;
        Ok(Some(Self {
            namespace: *namespace,
            mount: made(),
        }))
    }

    /// Mounts it over the `/proc` that is there, unless that is of the same namespace.
    pub(super) fn over(&self) -> Result<(), Errno> {
        if is_of(self.namespace) {
            return Ok(());
        }
        graft::attach(self.mount.as_ref().map_err(|error| *error)?, CWD, "/proc")
    }
}

/// Mounts the `/proc` of the pid namespace that was entered over the host's.
pub(super) fn over(plan: &Plan) -> Result<(), Errno> {
    if plan.namespaces.get(Kind::Pid).is_none() {
        return Ok(());
    }
    graft::attach(&made()?, CWD, "/proc")
}

/// Whether `/proc` is that of this pid namespace: there its first process is in it, and in that of no other.
fn is_of(namespace: Inode) -> bool {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let Ok(proc) = open("/proc", flags, Mode::empty()) else {
        return false;
    };
    let is_proc = fstatfs(&proc).is_ok_and(|system| system.f_type == PROC_SUPER_MAGIC);
    let link = readlinkat(&proc, "1/ns/pid", Vec::new());
    let expected = format!("pid:[{namespace}]");
    is_proc && link.is_ok_and(|link| link.to_bytes() == expected.as_bytes())
}

/// Has a child make it.
fn made() -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    let mut child = start(theirs)?;
    let received = received(&ours);
    // It has nothing left to do, or took too long.
    let _ = child.kill();
    let _ = child.wait();
    received
}

/// Starts the child, which hands over through its standard input.
fn start(socket: OwnedFd) -> Result<Child, Errno> {
    let mut command = Command::new(ITSELF);
    command.arg(MOUNT_PROC).stdin(socket);
    let before = capabilities(None)?;
    // Who is not root in a user namespace loses its rights there when a program is started. Root needs nothing of it.
    let mut during = before;
    during.inheritable |= CapabilitySet::SYS_ADMIN;
    let _ = set_capabilities(None, during)
        .and_then(|()| configure_capability_in_ambient_set(CapabilitySet::SYS_ADMIN, true));
    let child = command.spawn();
    // Only what is inheritable is in the ambient set.
    set_capabilities(None, before)?;
    child.map_err(|cause| Errno::from_io_error(&cause).unwrap_or(Errno::IO))
}

/// What is handed over through a socket, within the time for it.
fn received(socket: &OwnedFd) -> Result<OwnedFd, Errno> {
    // Its end can be read as well.
    if poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&PATIENCE))? == 0 {
        return Err(Errno::TIMEDOUT);
    }
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let flags = RecvFlags::CMSG_CLOEXEC;
    recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut byte)],
        &mut control,
        flags,
    )?;
    let mut messages = control.drain();
    let mount = messages.find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut all) => all.next(),
        _ => None,
    });
    mount.ok_or(Errno::PERM)
}

/// Makes a `/proc` of our pid namespace, mounted nowhere, and hands it over through standard input.
pub fn mount_proc() -> Result<(), Errno> {
    // For this moment the target sees the host's program: nobody there may look into it.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let context = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(&context)?;
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let mount = fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, attributes)?;
    let mounts = [mount.as_fd()];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&mounts));
    let byte = [IoSlice::new(&[0])];
    sendmsg(io::stdin(), &byte, &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proc_is_known_by_its_first_process() {
        let link = std::fs::read_link("/proc/1/ns/pid").ok();
        let number = link.and_then(|link| {
            let text = link.to_str()?;
            text.strip_prefix("pid:[")?.strip_suffix(']')?.parse().ok()
        });
        // Only who may trace it is told.
        if let Some(number) = number {
            assert!(is_of(Inode(number)));
        }
        assert!(!is_of(Inode(1)));
    }

    #[test]
    fn who_hands_over_nothing_is_not_waited_for() {
        let flags = SocketFlags::CLOEXEC;
        let pair = socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None);
        let (ours, theirs) = pair.unwrap();
        drop(theirs);
        assert_eq!(received(&ours).unwrap_err(), Errno::PERM);
    }
}
