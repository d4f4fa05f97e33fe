//! A file that leads into a namespace in which no process is: a bind mount, or what a process holds.

use std::ffi::OsStr;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatxFlags, openat, readlinkat, statx};

use super::CollectError;
use super::nsfs;
use super::observation::Through;
use super::proc::{NsMount, ProcRoot, mounted_namespaces, named, numbers, read_mountinfo};
use crate::model::{Inode, Kind};

/// Finds a file that leads into the namespace: mounted where we are, or else held by a process that may be looked into.
/// `None` where there is none, or none that can be seen.
pub fn find(proc_root: &Path, kind: Kind, inode: Inode) -> Result<Option<PathBuf>, CollectError> {
    let root = ProcRoot::open(proc_root)?;
    let mounts = read_mountinfo(&root, Through::Ourselves).unwrap_or_default();
    let mounts = mounted_namespaces(&mounts);
    let mut mounts = mounts.filter(|mount| (mount.kind, mount.inode) == (kind, inode));
    if let Some(mount) = mounts.find(leads_there) {
        return Ok(Some(place(&mount).to_owned()));
    }
    let mut pids = root.pids()?.into_iter();
    let held = pids.find_map(|pid| held_by(root.as_fd(), pid, (kind, inode)));
    Ok(held.map(|path| proc_root.join(path)))
}

fn place(mount: &NsMount) -> &Path {
    Path::new(OsStr::from_bytes(&mount.path))
}

/// Whether the place of a mount leads to it, and not to something that was mounted over it. That could be a file system
/// whose server is dead, so it is not touched before that is known.
fn leads_there(mount: &NsMount) -> bool {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let id = openat(CWD, place(mount), flags, Mode::empty()).and_then(|file| {
        let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
        let told = statx(file, "", flags, StatxFlags::MNT_ID)?;
        // A kernel before 5.8 does not tell.
        let is_told = StatxFlags::from_bits_retain(told.stx_mask).contains(StatxFlags::MNT_ID);
        Ok(is_told.then_some(told.stx_mnt_id))
    });
    match id {
        Ok(id) if id.is_none_or(|id| id == mount.id) => opens(CWD, place(mount), mount.inode),
        _ => false,
    }
}

/// The path below the proc mount of what the process holds of the namespace: what its children will be in, what a thread
/// of it is in, a descriptor.
fn held_by(root: BorrowedFd<'_>, pid: u32, (kind, inode): (Kind, Inode)) -> Option<PathBuf> {
    let below = |folder: &str, rest: String| {
        let path = format!("{pid}/{folder}");
        let all = listed(root, &path).into_iter();
        all.map(move |number| PathBuf::from(format!("{path}/{number}{rest}")))
    };
    let children = PathBuf::from(format!("{pid}/ns/{kind}_for_children"));
    let all = std::iter::once(children).chain(below("task", format!("/ns/{kind}")));
    let mut all = all.chain(below("fd", String::new()));
    all.find(|path| {
        let link = readlinkat(root, path, Vec::new());
        let leads = link.is_ok_and(|link| named(link.to_bytes()) == Some((kind, inode)));
        leads && opens(root, path, inode)
    })
}

/// The numbers in a folder of a process; none where it may not be seen.
fn listed(root: BorrowedFd<'_>, path: &str) -> Vec<u32> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = openat(root, path, flags, Mode::empty());
    let found = folder.and_then(|folder: OwnedFd| numbers(folder.as_fd()));
    found.unwrap_or_default()
}

fn opens(from: BorrowedFd<'_>, path: &Path, inode: Inode) -> bool {
    nsfs::open(from, path, inode).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(kind: &str) -> Inode {
        let link = std::fs::read_link(format!("/proc/self/ns/{kind}")).unwrap();
        let number = link.to_str().unwrap().split(['[', ']']).nth(1).unwrap();
        Inode(number.parse().unwrap())
    }

    #[test]
    fn what_a_process_holds_is_found() {
        let me = std::process::id();
        let root = ProcRoot::open(Path::new("/proc")).unwrap();
        let uts = own("uts");
        let path = held_by(root.as_fd(), me, (Kind::Uts, uts)).unwrap();
        assert!(path.starts_with(format!("{me}/task")), "{path:?}");
    }

    #[test]
    fn what_nobody_holds_is_not_found() {
        let found = find(Path::new("/proc"), Kind::Net, Inode(1)).unwrap();
        assert_eq!(found, None);
        assert!(find(Path::new("/no/such/folder"), Kind::Net, Inode(1)).is_err());
    }
}
