//! Facts about the host as a whole, and about ourselves.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{Mode, OFlags, openat};

use super::root::{ProcRoot, decimal, read_file};
use super::{ns_links, stat};
use crate::collect::error::Failure;
use crate::collect::observation::{HostRecord, Links, Miss, ViewerRecord};

/// Reads what concerns the whole host.
pub(crate) fn read_host(root: &ProcRoot) -> HostRecord {
    HostRecord {
        hostname: line(root, c"sys/kernel/hostname"),
        kernel: line(root, c"sys/kernel/osrelease"),
        boot_id: line(root, c"sys/kernel/random/boot_id"),
        boot_time: boot_time(root),
        clock_ticks: rustix::param::clock_ticks_per_second(),
        kthreadd: kthreadd(root),
    }
}

/// Reads what concerns ourselves.
pub(crate) fn read_viewer(root: &ProcRoot) -> ViewerRecord {
    ViewerRecord {
        pid: rustix::process::getpid()
            .as_raw_nonzero()
            .get()
            .unsigned_abs(),
        uid: rustix::process::geteuid().as_raw(),
        links: links_below(root, c"self").unwrap_or_else(Links::missed),
    }
}

/// The first line of a file; what is missing is left to the reader to say.
fn line(root: &ProcRoot, name: &CStr) -> Option<String> {
    let mut buffer = Vec::new();
    let text = read_file(root.as_fd(), name, &mut buffer).ok()?;
    let line = text.split(|byte| *byte == b'\n').next()?;
    (!line.is_empty()).then(|| String::from_utf8_lossy(line).into_owned())
}

fn boot_time(root: &ProcRoot) -> Option<u64> {
    let mut buffer = Vec::new();
    let text = read_file(root.as_fd(), c"stat", &mut buffer).ok()?;
    text.split(|byte| *byte == b'\n')
        .find_map(|line| decimal(line.strip_prefix(b"btime ")?))
}

/// Process 2, where it is a thread of the kernel without a parent: no process in a container can pass for it.
fn kthreadd(root: &ProcRoot) -> Option<Links> {
    let mut buffer = Vec::new();
    let stat = stat::parse(read_file(root.as_fd(), c"2/stat", &mut buffer).ok()?)?;
    let is_kthreadd = stat.is_kernel_thread() && stat.ppid == 0;
    is_kthreadd.then(|| links_below(root, c"2").unwrap_or_else(Links::missed))
}

fn links_below(root: &ProcRoot, name: &CStr) -> Result<Links, Miss> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let read = |directory: BorrowedFd<'_>| ns_links::of_directory(directory);
    match openat(root, name, flags, Mode::empty())
        .map_err(Failure::from)
        .and_then(|fd| read(fd.as_fd()))
    {
        Ok(links) => Ok(links),
        Err(Failure::Missed(miss)) => Err(miss),
        Err(Failure::Gone) => Err(Miss::Absent),
    }
}
