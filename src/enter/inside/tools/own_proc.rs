//! A `/proc` of the pid namespace that is entered.
//!
//! Only a child is in that namespace, and only a process in it can mount its `/proc`. So this program is started once more,
//! in the same mount namespace, does that and ends.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::io::Errno;
use rustix::mount::{MountFlags, mount};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

use super::super::super::Plan;
use crate::model::Kind;

/// The hidden subcommand that mounts it.
const MOUNT_PROC: &str = "__proc";

/// Mounts it over `/proc`, by this program, which is found at `program`.
pub(super) fn over(program: &str, plan: &Plan) -> Result<(), Errno> {
    let mut command = Command::new(program);
    command.arg(MOUNT_PROC);
    if plan.namespaces.get(Kind::User).is_some() {
        // Who is nobody in a user namespace loses its rights there when a program is started.
        command.uid(0).gid(0);
    }
    let status = command.status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Errno::PERM),
    }
}

/// Mounts the `/proc` of our pid namespace over the one that is there.
pub fn mount_proc() -> Result<(), Errno> {
    // For this moment the target sees the host's program: nobody there may look into it.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", flags, None)
}
