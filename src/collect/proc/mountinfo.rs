//! `/proc/self/mountinfo`: what is mounted where we are.

use std::os::fd::AsFd as _;

use super::root::{ProcRoot, read_list};
use crate::collect::error::Failure;
use crate::collect::observation::{Miss, Reading};

/// Some 50,000 mounts.
const CAP: usize = 16 * 1024 * 1024;

/// The whole file.
pub(crate) fn read_mountinfo(root: &ProcRoot) -> Reading<Vec<u8>> {
    let read = read_list(root.as_fd(), c"self/mountinfo", CAP);
    read.map_err(|errno| match errno.into() {
        Failure::Missed(miss) => miss,
        Failure::Gone => Miss::Absent,
    })
}
