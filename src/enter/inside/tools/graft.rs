//! More names in a directory that is not ours to change.
//!
//! A file system in memory takes its place, for us alone: with everything that is there mounted at its old name, and room
//! for more. It needs no mount point, so that this is possible where there is no directory at all.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, mkdirat, openat, readlinkat, statat, symlinkat,
};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, OpenTreeFlags, fsconfig_create,
    fsconfig_set_string, fsmount, fsopen, move_mount, open_tree,
};

/// More than any directory at the top has: each becomes a mount.
const MOST: usize = 4096;

/// Puts a directory in memory with all that `directory` holds in its place, and gives back the new one.
pub(super) fn graft(directory: impl AsRef<Path>) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let old = openat(CWD, directory.as_ref(), flags, Mode::empty())?;
    let new = in_memory()?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    move_mount(&new, "", &old, "", flags)?;
    let mut count = 0;
    for entry in Dir::read_from(&old)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        count += 1;
        if count > MOST {
            return Err(Errno::TOOBIG);
        }
        match bring(old.as_fd(), new.as_fd(), name, entry.file_type()) {
            // It is gone since its name was read.
            Err(Errno::NOENT) => {}
            brought => brought?,
        }
    }
    Ok(new)
}

/// Brings what is called `name` from the old directory to the new one.
fn bring(
    old: BorrowedFd<'_>,
    new: BorrowedFd<'_>,
    name: &CStr,
    kind: FileType,
) -> Result<(), Errno> {
    let kind = known(old, name, kind)?;
    if kind == FileType::Symlink {
        return symlinkat(readlinkat(old, name, Vec::new())?.as_c_str(), new, name);
    }
    // First, since it may be gone.
    let copy = copy(old, name)?;
    if kind == FileType::Directory {
        mkdirat(new, name, Mode::from(0o755))?;
    } else {
        let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
        openat(new, name, flags, Mode::from(0o644))?;
    }
    attach(&copy, new, name)
}

/// What it is; the kernel is asked only where the directory does not tell, since asking can block on a dead mount.
fn known(directory: BorrowedFd<'_>, name: &CStr, kind: FileType) -> Result<FileType, Errno> {
    if kind != FileType::Unknown {
        return Ok(kind);
    }
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    Ok(FileType::from_raw_mode(
        statat(directory, name, flags)?.st_mode,
    ))
}

/// A copy of what is mounted at `path` and below, which is nowhere yet.
pub(super) fn copy(directory: impl AsFd, path: impl rustix::path::Arg) -> Result<OwnedFd, Errno> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_SYMLINK_NOFOLLOW
        | OpenTreeFlags::AT_NO_AUTOMOUNT;
    open_tree(directory, path, flags)
}

/// Mounts what is nowhere yet.
pub(super) fn attach(
    tree: &OwnedFd,
    directory: impl AsFd,
    path: impl rustix::path::Arg,
) -> Result<(), Errno> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    move_mount(tree, "", directory, path, flags)
}

/// A file system in memory, empty and mounted nowhere yet.
fn in_memory() -> Result<OwnedFd, Errno> {
    let context = fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(&context, "mode", "755")?;
    fsconfig_create(&context)?;
    fsmount(
        &context,
        FsMountFlags::FSMOUNT_CLOEXEC,
        MountAttrFlags::empty(),
    )
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn nothing_is_left_of_a_name_that_is_gone() {
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let open = |folder: &tempfile::TempDir| File::open(folder.path()).unwrap();
        for kind in [
            FileType::Directory,
            FileType::RegularFile,
            FileType::Symlink,
        ] {
            let brought = bring(open(&old).as_fd(), open(&new).as_fd(), c"gone", kind);
            // Mounts are not copied by everybody.
            assert!(matches!(brought, Err(Errno::NOENT | Errno::PERM)));
            assert_eq!(std::fs::read_dir(new.path()).unwrap().count(), 0);
        }
    }
}
