//! What of the host stands where the target has nothing.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, mkdirat, open, symlinkat};
use rustix::io::Errno;
use rustix::mount::{MountFlags, mount_bind, mount_remount};

use super::super::super::Plan;
use super::full::at_host;
use super::graft;
use crate::model::Kind;

/// Names at the top that the host's programs need, and what they are made of.
const NAMES: [&str; 12] = [
    "bin", "sbin", "usr", "lib", "lib32", "lib64", "libx32", "nix", "gnu", "dev", "tmp", "proc",
];
/// The file by which every program is made to load a library.
const PRELOAD: &str = "/etc/ld.so.preload";
/// More links than these are a circle.
const MOST_LINKS: u32 = 16;

/// Makes links to the host's where the target has nothing of that name, and tells where. In the root that the target's
/// files and the host's are in.
pub(super) fn names(root: &OwnedFd, plan: &Plan) -> Result<Vec<&'static str>, Errno> {
    let mut made = Vec::new();
    for name in NAMES {
        let here = Path::new("/").join(name);
        if fs::symlink_metadata(&here).is_ok() || !at_host(&here).exists() {
            continue;
        }
        if name == "proc" && plan.namespaces.get(Kind::Pid).is_some() {
            // The host's would be another's: it is mounted anew.
            mkdirat(root, name, Mode::from(0o555))?;
        } else {
            symlinkat(at_host(&here), root, name)?;
            made.push(name);
        }
    }
    Ok(made)
}

/// Puts the host's loader where its programs look for it, and takes away what the target would make them load.
pub(super) fn loader(loader: Option<&(PathBuf, PathBuf)>) -> Result<(), Errno> {
    if Path::new(PRELOAD).exists() {
        mount_bind(at_host(Path::new("/dev/null")), PRELOAD)?;
    }
    let Some((named, file)) = loader else {
        return Ok(());
    };
    let ours = at_host(file);
    let identity = |path: &Path| fs::metadata(path).map(|data| (data.dev(), data.ino())).ok();
    match identity(named) {
        None => provide(named, &ours, MOST_LINKS),
        there if there == identity(&ours) => Ok(()),
        Some(_) => mount_bind(&ours, named),
    }
}

/// Makes a link to `ours` at `path`, where nothing is.
fn provide(path: &Path, ours: &Path, links: u32) -> Result<(), Errno> {
    for above in path.ancestors().skip(1) {
        let rest = path.strip_prefix(above).map_err(|_| Errno::INVAL)?;
        if let Ok(directory) = fs::canonicalize(above) {
            return add(&directory, rest, ours);
        }
        // A link that leads nowhere: what it names can be made.
        if let (Ok(link), Some(over)) = (fs::read_link(above), above.parent()) {
            let links = links.checked_sub(1).ok_or(Errno::LOOP)?;
            return provide(&over.join(link).join(rest), ours, links);
        }
    }
    Err(Errno::NOENT)
}

/// Makes a link to `ours` at `rest` below a directory.
fn add(directory: &Path, rest: &Path, ours: &Path) -> Result<(), Errno> {
    let is_top = directory == Path::new("/");
    let new = if is_top {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        open(directory, flags, Mode::empty())?
    } else {
        graft::graft(directory)?
    };
    let above = rest.parent().into_iter().flat_map(Path::ancestors);
    let above: Vec<_> = above.filter(|path| !path.as_os_str().is_empty()).collect();
    for missing in above.into_iter().rev() {
        mkdirat(&new, missing, Mode::from(0o755))?;
    }
    symlinkat(ours, &new, rest)?;
    if is_top {
        return Ok(());
    }
    mount_remount(directory, MountFlags::BIND | MountFlags::RDONLY, "")
}
