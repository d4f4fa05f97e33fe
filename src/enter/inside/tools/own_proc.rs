//! A `/proc` of the pid namespace that is entered.
//!
//! Only a child is in that namespace, and only a process in it can mount its `/proc`. So this program is started once more,
//! in the same mount namespace, does that and ends.

use std::fs;
use std::process::Command;

use rustix::io::Errno;
use rustix::mount::{MountFlags, mount};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{
    CapabilitySet, capabilities, configure_capability_in_ambient_set, set_capabilities,
};

use super::super::super::Plan;
use super::super::environment::Variables;
use crate::model::Kind;

/// The hidden subcommand that mounts it.
const MOUNT_PROC: &str = "__proc";

/// Sees to it that `/proc` is that of the pid namespace that is entered, by this program, which is found at `program` and
/// needs `environment` to run.
pub(super) fn over(program: &str, environment: Variables, plan: &Plan) -> Result<(), Errno> {
    if plan.namespaces.get(Kind::Pid).is_none() {
        return Ok(());
    }
    let before = capabilities(None)?;
    // Who is not root in a user namespace loses its rights there when a program is started.
    let inherited = CapabilitySet::SYS_ADMIN;
    let mut during = before;
    during.inheritable |= inherited;
    set_capabilities(None, during)?;
    configure_capability_in_ambient_set(inherited, true)?;
    let mut command = Command::new(program);
    let status = command.arg(MOUNT_PROC).envs(environment).status();
    configure_capability_in_ambient_set(inherited, false)?;
    set_capabilities(None, before)?;
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Errno::PERM),
    }
}

/// Mounts the `/proc` of our pid namespace over the one that is there, unless that is it.
pub fn mount_proc() -> Result<(), Errno> {
    // For this moment the target sees the host's program: nobody there may look into it.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if is_ours(&status) {
        return Ok(());
    }
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", flags, None)
}

/// Whether a `/proc` in which we have this status is that of our pid namespace: one of a namespace above ours tells our
/// pid in each on the way down, and one of any other does not know us.
fn is_ours(status: &str) -> bool {
    let pids = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    pids.is_some_and(|pids| pids.split_whitespace().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proc_is_ours_where_it_knows_us_by_one_pid() {
        assert!(is_ours("Name:\tsh\nNSpid:\t7\nNSpgid:\t7\n"));
        assert!(!is_ours("Name:\tsh\nNSpid:\t812\t7\nNSpgid:\t812\t7\n"));
        assert!(!is_ours(""));
    }
}
