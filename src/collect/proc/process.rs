//! One process, read through one descriptor of its directory.
//!
//! The descriptor never resolves to another process, even if the pid is reused: all that is read belongs together.

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;

use super::{ns_links, root, stat, status, uid_map};
use crate::collect::error::Failure;
use crate::collect::observation::{Cmdline, Facts, Links, Miss, ProcessRecord, Reading, Stat};
use crate::model::Kind;

/// Reads the links of one process alone, by path.
pub(super) fn read_links(root: BorrowedFd<'_>, pid: u32) -> Result<ProcessRecord, Failure> {
    read_more(root, pid, ns_links::by_path(root, pid)?)
}

/// Reads the link of the network namespace alone. One that is not there is asked for in a thread, with all others.
pub(super) fn read_net_link(root: BorrowedFd<'_>, pid: u32) -> Result<ProcessRecord, Failure> {
    let links = ns_links::net_by_path(root, pid)?;
    if links.get(Kind::Net) == Err(Miss::Absent) {
        return read_links(root, pid);
    }
    Ok(ProcessRecord {
        pid,
        links,
        thread: None,
        facts: None,
    })
}

fn read_more(root: BorrowedFd<'_>, pid: u32, links: Links) -> Result<ProcessRecord, Failure> {
    let mut record = ProcessRecord {
        pid,
        links,
        thread: None,
        facts: None,
    };
    if has_left_namespaces(&record.links) {
        take_links_of_thread(&mut record, open(root, pid)?.as_fd());
    }
    Ok(record)
}

/// Reads processes one after the other, reusing its buffers.
#[derive(Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
    cgroups: HashSet<Arc<[u8]>>,
}

impl Reader {
    /// Reads everything but the command line, and says where that can be read.
    pub(super) fn all(
        &mut self,
        root: BorrowedFd<'_>,
        pid: u32,
    ) -> Result<(ProcessRecord, OwnedFd), Failure> {
        let directory = open(root, pid)?;
        let fd = directory.as_fd();
        let stat = self.parse(fd, c"stat", stat::parse)?;
        let links = ns_links::of_directory(fd)?;
        let facts = Facts {
            status: self.parse(fd, c"status", status::parse)?,
            cgroup: self.cgroup(fd)?,
            cmdline: Err(Miss::NotAsked),
            maps_uids: match links.get(Kind::User) {
                Err(Miss::Denied) => self.parse(fd, c"uid_map", uid_map::maps_uids)?,
                _ => Err(Miss::NotAsked),
            },
            stat,
        };
        let has_threads = facts.stat.as_ref().is_ok_and(|stat| stat.threads > 1);
        let mut record = ProcessRecord {
            pid,
            links,
            thread: None,
            facts: Some(Box::new(facts)),
        };
        if has_threads && has_left_namespaces(&record.links) {
            take_links_of_thread(&mut record, fd);
        }
        Ok((record, directory))
    }

    /// Reads and parses one file.
    fn parse<T>(
        &mut self,
        directory: BorrowedFd<'_>,
        name: &CStr,
        parser: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Reading<T>, Failure> {
        settle(match root::read_file(directory, name, &mut self.buffer) {
            Ok(text) => parser(text).ok_or(Failure::Missed(Miss::Malformed)),
            Err(errno) => Err(errno.into()),
        })
    }

    /// Reads the cgroup file; processes of one cgroup share what was read.
    fn cgroup(&mut self, directory: BorrowedFd<'_>) -> Result<Reading<Arc<[u8]>>, Failure> {
        let text = match root::read_file(directory, c"cgroup", &mut self.buffer) {
            Ok(text) => text,
            Err(errno) => return settle(Err(errno.into())),
        };
        if let Some(known) = self.cgroups.get(text) {
            return Ok(Ok(Arc::clone(known)));
        }
        if !is_cgroup_file(text) {
            return Ok(Err(Miss::Malformed));
        }
        let new: Arc<[u8]> = text.into();
        self.cgroups.insert(Arc::clone(&new));
        Ok(Ok(new))
    }
}

/// Whether a file has lines `id:controllers:path`; none where no hierarchy is mounted.
fn is_cgroup_file(text: &[u8]) -> bool {
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines.all(|line| line.splitn(3, |byte| *byte == b':').count() == 3)
}

/// What is known of the command line without reading it: threads of the kernel and zombies have none.
pub(super) fn has_no_cmdline(stat: &Reading<Stat>) -> Option<Cmdline> {
    let stat = stat.as_ref().ok()?;
    (stat.is_kernel_thread() || (stat.state == b'Z' && stat.threads <= 1)).then(Cmdline::default)
}

/// A miss is a result of its own; only the end of the process is a failure.
pub(super) fn settle<T>(result: Result<T, Failure>) -> Result<Reading<T>, Failure> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Missed(miss)) => Ok(Err(miss)),
        Err(Failure::Gone) => Err(Failure::Gone),
    }
}

/// Opens the directory of a process for reading below it.
fn open(root: BorrowedFd<'_>, pid: u32) -> Result<OwnedFd, Failure> {
    let name = CString::new(pid.to_string()).unwrap_or_default();
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(root, &name, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::NOENT => Failure::Gone,
        errno => errno.into(),
    })
}

/// A zombie has left all namespaces but pid and user. Every kernel has mount namespaces, so that link tells.
fn has_left_namespaces(links: &Links) -> bool {
    links.get(Kind::Mnt) == Err(Miss::Absent)
}

/// Where the leader has ended and other threads live on, one of those speaks for the process.
fn take_links_of_thread(record: &mut ProcessRecord, directory: BorrowedFd<'_>) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    // Whatever fails here leaves the process what its leader shows it to be: a zombie.
    let Ok(tasks) = openat(directory, c"task", flags, Mode::empty()) else {
        return;
    };
    let Ok(threads) = root::numbers(tasks.as_fd()) else {
        return;
    };
    for thread in threads.into_iter().filter(|thread| *thread != record.pid) {
        let Ok(task) = open(tasks.as_fd(), thread) else {
            continue;
        };
        let Ok(links) = ns_links::of_directory(task.as_fd()) else {
            continue;
        };
        if !has_left_namespaces(&links) {
            (record.links, record.thread) = (links, Some(thread));
            return;
        }
    }
}
