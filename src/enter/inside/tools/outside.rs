//! The host's files, in a private copy of its mounts: what `/proc` and `/sys` tell there is what was entered.
//!
//! Both are what they were mounted as: a `/proc` shows the pid namespace of the process that mounted it, a `/sys` the
//! interfaces of its network namespace. So each is mounted anew over the host's where that namespace is entered, as
//! `ip netns exec` does for `/sys`. The copy hears of what the host mounts and unmounts, and the host nothing of what is
//! mounted here; it ends with the command. Where a user namespace is entered too, the kernel may refuse: then the host's
//! are left and that is said.

use rustix::io::Errno;
use rustix::mount::{MountPropagationFlags, mount_change};
use rustix::thread::UnshareFlags;

use super::super::super::Plan;
use super::{netns_etc, own_proc, sysfs};
use crate::model::Kind;

/// Makes the private copy, and what has to differ in it.
pub(super) fn prepare(plan: &Plan, tell: &dyn Fn(&str)) {
    let is_entered = |kind| plan.namespaces.get(kind).is_some();
    if !is_entered(Kind::Net) && !is_entered(Kind::Pid) {
        return;
    }
    let is_private = private_copy();
    if is_private.is_ok() {
        netns_etc::over(plan, tell);
    }
    let mut left = Vec::new();
    // First, since afterwards we are not to be found in /proc ourselves.
    if is_entered(Kind::Net) && is_private.and_then(|()| sysfs::over()).is_err() {
        left.push("/sys");
    }
    if is_private.and_then(|()| own_proc::over(plan)).is_err() {
        left.push("/proc");
    }
    match left[..] {
        [] => {}
        [one] => tell(&format!(
            "{one} is the host's: the kernel allows no other here"
        )),
        _ => tell("/proc and /sys are the host's: the kernel allows no others here"),
    }
}

/// Leaves our mount namespace for a copy of it, of which it hears nothing.
pub(super) fn private_copy() -> Result<(), Errno> {
    #[expect(
        deprecated,
        reason = "a mount namespace, unlike a table of descriptors, can be left without breaking any promise"
    )]
    rustix::thread::unshare(UnshareFlags::NEWNS)?;
    mount_change(
        "/",
        MountPropagationFlags::REC | MountPropagationFlags::DOWNSTREAM,
    )
}
