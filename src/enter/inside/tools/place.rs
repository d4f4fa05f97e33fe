//! Where the target is in its mounts.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, fstat, open, openat, readlinkat};
use rustix::io::Errno;
use rustix::process::{chroot, fchdir};

use super::super::super::{EnterError, Plan};
use super::super::identity::Pinned;

/// Where the target is. Paths, not descriptors, lead there: these would lead back into the target's own mounts.
#[derive(Debug)]
pub(super) struct Place {
    /// Its root, seen from the root of its mounts.
    root: PathBuf,
    /// The root itself, to recognise it by.
    known: Option<OwnedFd>,
    /// Its working directory, seen likewise.
    directory: PathBuf,
}

impl Place {
    /// Learns it from outside.
    pub(super) fn open(plan: &Plan, pinned: &Pinned) -> Result<Self, EnterError> {
        let Some(proc) = pinned.directory() else {
            return Ok(Self {
                root: PathBuf::from("/"),
                known: None,
                directory: PathBuf::from("/"),
            });
        };
        let link = |name: &str| {
            let link = readlinkat(proc, name, Vec::new());
            let link = link.map_err(EnterError::needs(
                format!("read the {name} of {}", plan.title),
                "CAP_SYS_PTRACE",
            ));
            Ok(PathBuf::from(OsStr::from_bytes(link?.to_bytes())))
        };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let known = openat(proc, "root", flags, Mode::empty());
        let known = known.map_err(EnterError::needs(
            format!("open the root of {}", plan.title),
            "CAP_SYS_PTRACE",
        ))?;
        Ok(Self {
            root: link("root")?,
            known: Some(known),
            directory: link("cwd")?,
        })
    }

    /// Takes the target's root, from the root of a copy of its mounts.
    pub(super) fn enter(&self, title: &str) -> Result<(), EnterError> {
        let failed = EnterError::step(format!("find the root of {title} in its mounts"));
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let found = open(&self.root, flags, Mode::empty()).and_then(|root| {
            if let Some(known) = &self.known {
                let (known, found) = (fstat(known)?, fstat(&root)?);
                if (known.st_dev, known.st_ino) != (found.st_dev, found.st_ino) {
                    return Err(Errno::NOENT);
                }
            }
            fchdir(root)?;
            chroot(".")
        });
        found.map_err(failed)
    }

    /// The target's working directory, seen from its root.
    pub(super) fn directory(&self) -> PathBuf {
        let below = self.directory.strip_prefix(&self.root);
        Path::new("/").join(below.unwrap_or(Path::new("")))
    }
}
