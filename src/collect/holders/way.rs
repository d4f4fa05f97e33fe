//! The way to a namespace that no process shows: by what keeps it alive.
//!
//! What is opened is never more than the namespace itself. A path in a foreign mount namespace is walked without leaving
//! its root and without asking a file system for anything that the kernel has not at hand ([`ResolveFlags::CACHED`]), so
//! that one whose server is dead cannot hold us up; what lies at its end is looked at before it is opened, since opening
//! a device can have effects.

use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, StatxFlags, openat, openat2, statx};
use rustix::io::Errno;
use rustix::path::Arg;

use super::sockets;
use crate::collect::error::Failure;
use crate::collect::nsfs;
use crate::collect::observation::{HeldBy, HolderRecord, Miss, Through};
use crate::collect::proc::path_through;
use crate::collect::syscall::NsFile;
use crate::model::Inode;

/// So often a path is walked anew where something was renamed or mounted meanwhile.
const TRIES: usize = 16;
/// The pause before it is walked again after the first few times.
const PAUSE: Duration = Duration::from_micros(100);

/// Opens the namespace of a holder; gone where the way leads to another one by now.
pub(in crate::collect) fn open(
    root: BorrowedFd<'_>,
    held: &HolderRecord,
) -> Result<NsFile, Failure> {
    match &held.by {
        HeldBy::BindMount {
            path,
            through: Some(through),
            ..
        } => mounted(root, path, *through, held.inode),
        // Nobody's root leads there.
        HeldBy::BindMount { through: None, .. } => Err(Failure::Missed(Miss::Absent)),
        HeldBy::Fd { pid, fd } => {
            let (namespace, inode) = behind(root, root, format!("{pid}/fd/{fd}"))?;
            (inode == held.inode)
                .then_some(namespace)
                .ok_or(Failure::Gone)
        }
        HeldBy::Socket { pid, fd, socket } => sockets::namespace(*pid, *fd, *socket),
        HeldBy::Thread { pid, tid, link } => {
            nsfs::open(root, format!("{pid}/task/{tid}/ns/{link}"), held.inode)
        }
    }
}

/// Opens a namespace where it is mounted.
fn mounted(
    root: BorrowedFd<'_>,
    path: &[u8],
    through: Through,
    inode: Inode,
) -> Result<NsFile, Failure> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let walked = match through {
        Through::Ourselves => walk(CWD, path, ResolveFlags::empty()),
        Through::Process { .. } => {
            let top = openat(root, path_through(through, "root"), flags, Mode::empty())?;
            walk(top.as_fd(), path, ResolveFlags::IN_ROOT)
        }
    };
    let file = match walked {
        // A kernel before 5.12 has no such walk, and where much is mounted meanwhile it may never come to an end. Where we
        // are ourselves, the usual one is as safe as for everyone else here.
        Err(Errno::INVAL | Errno::NOSYS | Errno::AGAIN) if through == Through::Ourselves => {
            openat(CWD, path, flags, Mode::empty())?
        }
        walked => walked?,
    };
    let (namespace, found) = reopen(root, &file)?;
    (found == inode).then_some(namespace).ok_or(Failure::Gone)
}

/// Walks a path without waiting for anything, and as `resolve` says.
fn walk(top: BorrowedFd<'_>, path: &[u8], resolve: ResolveFlags) -> Result<OwnedFd, Errno> {
    let resolve = resolve | ResolveFlags::NO_MAGICLINKS | ResolveFlags::CACHED;
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    for attempt in 0..TRIES {
        match openat2(top, path, flags, Mode::empty(), resolve) {
            Err(Errno::AGAIN) if attempt > 2 => thread::sleep(PAUSE),
            Err(Errno::AGAIN) => {}
            walked => return walked,
        }
    }
    Err(Errno::AGAIN)
}

/// Opens the namespace that a link of `/proc` leads to, and tells its number; malformed where it leads to something
/// else, which is left alone.
pub(super) fn behind(
    root: BorrowedFd<'_>,
    directory: BorrowedFd<'_>,
    link: impl Arg,
) -> Result<(NsFile, Inode), Failure> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    reopen(root, &openat(directory, link, flags, Mode::empty())?)
}

/// Opens what `file` is a bare handle of, if that is a namespace.
fn reopen(root: BorrowedFd<'_>, file: &OwnedFd) -> Result<(NsFile, Inode), Failure> {
    let (device, number) = identity(file.as_fd(), c"")?;
    if device != nsfs_device(root)? {
        return Err(Failure::Missed(Miss::Malformed));
    }
    let number = u32::try_from(number).map_err(|_| Miss::Malformed)?;
    let path = format!("thread-self/fd/{}", file.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let namespace = NsFile::new(openat(root, path, flags, Mode::empty())?)?;
    Ok((namespace.ok_or(Miss::Malformed)?, Inode(number)))
}

/// The device of all namespaces, which is the same as long as the kernel runs.
fn nsfs_device(root: BorrowedFd<'_>) -> Result<(u32, u32), Errno> {
    static DEVICE: OnceLock<(u32, u32)> = OnceLock::new();
    if let Some(device) = DEVICE.get() {
        return Ok(*device);
    }
    let (device, _) = identity(root, c"self/ns/mnt")?;
    Ok(*DEVICE.get_or_init(|| device))
}

/// Device and number of a file, as the kernel has them at hand.
fn identity(file: BorrowedFd<'_>, path: impl Arg) -> Result<((u32, u32), u64), Errno> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    let stat = statx(file, path, flags, StatxFlags::INO)?;
    Ok(((stat.stx_dev_major, stat.stx_dev_minor), stat.stx_ino))
}
