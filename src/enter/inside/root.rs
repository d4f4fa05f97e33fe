//! The target's root and working directory.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatxFlags, openat, statx};
use rustix::process::{chdir, chroot, fchdir, getcwd};

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
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let doing = format!("open the {name} of {}", plan.title);
            openat(directory, name, flags, Mode::empty())
                .map_err(EnterError::needs(doing, "CAP_SYS_PTRACE"))
        };
        Ok(Self::Of {
            root: open("root")?,
            cwd: open("cwd")?,
        })
    }

    /// Goes there.
    pub(super) fn enter(&self, tell: &dyn Fn(&str)) -> Result<(), EnterError> {
        match self {
            Self::Own => Ok(()),
            Self::Whole => chdir("/").map_err(EnterError::step("go to the root")),
            Self::Of { root, cwd } => {
                if !is_root(root) {
                    fchdir(root).map_err(EnterError::step("go to the target's root"))?;
                    let doing = "take the target's root";
                    chroot(".").map_err(EnterError::needs(doing, "CAP_SYS_CHROOT"))?;
                }
                let doing = "go to the target's working directory";
                fchdir(cwd).map_err(EnterError::needs(doing, "CAP_DAC_READ_SEARCH"))?;
                if is_outside() {
                    tell(
                        "the target's working directory is gone or outside of its root, so the command starts at the root",
                    );
                    chdir("/").map_err(EnterError::step("go to the root"))?;
                }
                Ok(())
            }
        }
    }
}

/// Whether our working directory is not below our root, or may not be: then paths lead out of it. The kernel gives such a
/// one no absolute path, and one that was removed none at all.
fn is_outside() -> bool {
    let path = getcwd(Vec::new());
    path.map_or(true, |path| !path.to_bytes().starts_with(b"/"))
}

/// Whether our root is already this one: then there is nothing to do, for which an ordinary user has no right either. A
/// kernel before 5.8 does not tell mounts apart, so that the answer is no.
fn is_root(root: &OwnedFd) -> bool {
    let mask = StatxFlags::INO | StatxFlags::MNT_ID;
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    let (Ok(ours), Ok(theirs)) = (
        statx(CWD, "/", AtFlags::STATX_DONT_SYNC, mask),
        statx(root, "", flags, mask),
    ) else {
        return false;
    };
    let place = |of: &rustix::fs::Statx| (of.stx_ino, of.stx_mnt_id);
    let is_told = StatxFlags::from_bits_retain(ours.stx_mask).contains(mask);
    is_told && place(&ours) == place(&theirs)
}
