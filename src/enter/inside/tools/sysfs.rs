//! A `/sys` of the network namespace that is entered.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::mount::{MountFlags, MoveMountFlags, OpenTreeFlags, mount, move_mount, open_tree};

/// Mounts it over `/sys`, and what was mounted below that (cgroups, tracing) over it again.
pub(super) fn over() -> Result<(), Errno> {
    let below = below(Path::new("/sys"));
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("sysfs", "/sys", "sysfs", flags, None)?;
    for (path, tree) in below {
        // What cannot come along is missing, as it is with `ip netns exec`.
        let _ = move_mount(
            &tree,
            "",
            CWD,
            &path,
            MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH,
        );
    }
    Ok(())
}

/// Copies of what is mounted right below `directory`, each with all that is mounted on it.
fn below(directory: &Path) -> Vec<(PathBuf, OwnedFd)> {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let mut copies: Vec<(PathBuf, OwnedFd)> = Vec::new();
    for path in table.lines().filter_map(mount_point) {
        let is_covered = copies.iter().any(|(above, _)| path.starts_with(above));
        if path == directory || !path.starts_with(directory) || is_covered {
            continue;
        }
        let flags = OpenTreeFlags::OPEN_TREE_CLONE
            | OpenTreeFlags::OPEN_TREE_CLOEXEC
            | OpenTreeFlags::AT_RECURSIVE;
        copies.extend(open_tree(CWD, &path, flags).ok().map(|tree| (path, tree)));
    }
    copies
}

/// The mount point in a line of mountinfo, where its name needs no escapes: none below `/sys` does.
fn mount_point(line: &str) -> Option<PathBuf> {
    line.split(' ').nth(4).map(PathBuf::from)
}
