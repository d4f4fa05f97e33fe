//! The target's root and working directory.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, openat};
use rustix::process::{chdir, chroot, fchdir};

use super::super::{EnterError, Files, Plan};
use super::identity::Pinned;

/// Where the command will start.
#[derive(Debug)]
pub(super) enum Root {
    /// Where we are.
    Own,
    /// At the root of the mount namespace that is entered.
    Whole,
    /// At the target's root and working directory. A mount namespace leads to its own root, which need not be the process's.
    Of { root: OwnedFd, cwd: OwnedFd },
}

impl Root {
    /// Opens what has to be opened from outside.
    pub(super) fn open(plan: &Plan, pinned: &Pinned) -> Result<Self, EnterError> {
        if plan.files != Files::Target {
            return Ok(Self::Own);
        }
        let Some(directory) = pinned.directory() else {
            return Ok(Self::Whole);
        };
        let open = |name: &str| {
            openat(
                directory,
                name,
                OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
                Mode::empty(),
            )
            .map_err(EnterError::step(format!(
                "open the {name} of {}",
                plan.title
            )))
        };
        Ok(Self::Of {
            root: open("root")?,
            cwd: open("cwd")?,
        })
    }

    /// Goes there.
    pub(super) fn enter(self) -> Result<(), EnterError> {
        match self {
            Self::Own => Ok(()),
            Self::Whole => chdir("/").map_err(EnterError::step("go to the root")),
            Self::Of { root, cwd } => {
                fchdir(&root).map_err(EnterError::step("go to the target's root"))?;
                chroot(".").map_err(EnterError::step("take the target's root"))?;
                fchdir(&cwd).map_err(EnterError::step("go to the target's working directory"))
            }
        }
    }
}
