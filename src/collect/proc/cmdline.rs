//! `/proc/PID/cmdline`: the arguments of a process, read from its own memory.
//!
//! They can be megabytes long, and reading can block where the process's memory cannot be had (a dead network file
//! system): so no more than [`CAP`] is read, under the watch of the scan.

use std::os::fd::BorrowedFd;

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::{read, retry_on_intr};

use crate::collect::error::Failure;
use crate::collect::observation::Cmdline;

/// No more than this many bytes are kept.
const CAP: usize = 4096;

/// Reads the command line of the process whose directory is open.
pub(super) fn read_cmdline(directory: BorrowedFd<'_>) -> Result<Cmdline, Failure> {
    // One byte more than is kept tells whether there is more.
    let mut buffer = [0; CAP + 1];
    let file = openat(
        directory,
        c"cmdline",
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let mut length = 0;
    loop {
        let got = retry_on_intr(|| read(&file, &mut buffer[length..]))?;
        length += got;
        // Arguments and environment are read apart, so only nothing or a full buffer is the end for certain;
        // a NUL at the end of a short answer is where the arguments end.
        if got == 0 || length == buffer.len() || buffer[length - 1] == 0 {
            return Ok(Cmdline {
                bytes: buffer[..length.min(CAP)].into(),
                truncated: length > CAP,
            });
        }
    }
}
