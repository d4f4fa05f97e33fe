//! nsfs: what a namespace itself tells when it is opened: its kind and number, who owns it, and whose child it is.
//!
//! An open descriptor keeps a namespace alive, so none outlives the question that it was opened for.

use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{Mode, OFlags, fstat, openat};
use rustix::io::Errno;
use rustix::path::Arg;

use super::error::Failure;
use super::observation::{Miss, Reading};
use super::syscall::{NsFile, Relative};
use crate::model::{Inode, Kind};

/// Opens a namespace, if `path` still leads to `inode`.
pub(super) fn open(root: BorrowedFd<'_>, path: impl Arg, inode: Inode) -> Result<NsFile, Failure> {
    let namespace = open_any(root, path)?;
    // Another process by now, or the same one elsewhere.
    if number(namespace.as_fd())? != inode {
        return Err(Failure::Gone);
    }
    Ok(namespace)
}

/// Opens the namespace of `kind` that we are in ourselves.
pub(super) fn open_own(root: BorrowedFd<'_>, kind: Kind) -> Result<NsFile, Failure> {
    open_any(root, format!("thread-self/ns/{kind}"))
}

fn open_any(root: BorrowedFd<'_>, path: impl Arg) -> Result<NsFile, Failure> {
    // Where a link of a made-up tree leads to something else, that must not hold us up.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = openat(root, path, flags, Mode::empty())?;
    Ok(NsFile::new(file)?.ok_or(Miss::Malformed)?)
}

/// What kind of namespace it is; `None` where the kernel does not say, as before 4.11.
pub(super) fn kind(namespace: &NsFile) -> Option<Kind> {
    // The flags of clone(2), of the kernel's sched.h.
    match namespace.kind_flag().ok()? {
        0x0000_0080 => Some(Kind::Time),
        0x0002_0000 => Some(Kind::Mnt),
        0x0200_0000 => Some(Kind::Cgroup),
        0x0400_0000 => Some(Kind::Uts),
        0x0800_0000 => Some(Kind::Ipc),
        0x1000_0000 => Some(Kind::User),
        0x2000_0000 => Some(Kind::Pid),
        0x4000_0000 => Some(Kind::Net),
        _ => None,
    }
}

/// Whether the kernel has shown no sign of lacking `NS_GET_ID`.
static HAS_IDS: AtomicBool = AtomicBool::new(true);

/// The number that no other namespace ever has; absent before Linux 6.18.
pub(super) fn id(namespace: &NsFile) -> Reading<u64> {
    if !HAS_IDS.load(Ordering::Relaxed) {
        return Err(Miss::Absent);
    }
    let id = namespace.id().map_err(miss);
    if id == Err(Miss::Absent) {
        HAS_IDS.store(false, Ordering::Relaxed);
    }
    id
}

/// The number of an open namespace.
pub(super) fn number(namespace: BorrowedFd<'_>) -> Result<Inode, Errno> {
    let number = fstat(namespace)?.st_ino;
    u32::try_from(number)
        .map(Inode)
        .map_err(|_| Errno::OVERFLOW)
}

/// Whether namespaces of this kind lie in each other.
pub(super) const fn nests(kind: Kind) -> bool {
    matches!(kind, Kind::Pid | Kind::User)
}

/// Opens a relative, and tells its number.
pub(super) fn relative(namespace: &NsFile, relative: Relative) -> Reading<(NsFile, Inode)> {
    let open = || {
        let file = namespace.relative(relative)?;
        let inode = number(file.as_fd())?;
        Ok((NsFile::new(file)?, inode))
    };
    match open().map_err(miss)? {
        (Some(relative), inode) => Ok((relative, inode)),
        (None, _) => Err(Miss::Malformed),
    }
}

/// Kernels before 4.9 (the user, before 4.11) know no such request.
pub(super) fn miss(errno: Errno) -> Miss {
    match errno {
        Errno::PERM => Miss::Denied,
        Errno::NOTTY => Miss::Absent,
        _ => Miss::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::proc::ProcRoot;
    use super::*;
    use std::path::Path;

    #[test]
    fn only_nsfs_is_asked() {
        let root = ProcRoot::open(Path::new("/proc")).unwrap();
        let opened = open(root.as_fd(), "self/stat", Inode(1));
        assert_eq!(opened.err(), Some(Failure::Missed(Miss::Malformed)));
    }

    #[test]
    fn a_namespace_tells_its_kind() {
        let root = ProcRoot::open(Path::new("/proc")).unwrap();
        for one in Kind::ALL {
            let path = format!("/proc/self/ns/{one}");
            let Ok(text) = std::fs::read_link(path) else {
                continue;
            };
            let (_, number) = text.to_str().unwrap().split_once(":[").unwrap();
            let inode = Inode(number.trim_end_matches(']').parse().unwrap());
            let namespace = open(root.as_fd(), format!("self/ns/{one}"), inode).unwrap();
            assert_eq!(kind(&namespace), Some(one));
        }
    }
}
