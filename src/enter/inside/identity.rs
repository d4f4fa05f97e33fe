//! Whether what is entered is still what was chosen.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fstat, fstatfs, open, openat, readlinkat};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::super::{Door, EnterError, Plan};
use crate::model::{Inode, Kind};

/// What leads in, held so that it stays the same.
#[derive(Debug)]
pub(super) enum Pinned {
    /// A process: its pidfd, and its directory in /proc, neither of which ever leads to another process.
    Process { pidfd: OwnedFd, directory: OwnedFd },
    /// A file that is a namespace.
    File(OwnedFd),
}

impl Pinned {
    /// Takes hold of what the plan leads through, and checks it.
    pub(super) fn open(plan: &Plan) -> Result<Self, EnterError> {
        match &plan.door {
            Door::Process { pid, start_ticks } => process(plan, *pid, *start_ticks),
            Door::File(path) => file(plan, path).map(Self::File),
        }
    }

    /// The process's directory in /proc.
    pub(super) fn directory(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Process { directory, .. } => Some(directory.as_fd()),
            Self::File(_) => None,
        }
    }
}

fn process(plan: &Plan, pid: u32, start_ticks: u64) -> Result<Pinned, EnterError> {
    let gone = || EnterError::Gone(plan.title.clone());
    let raw = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pidfd = pidfd_open(raw.ok_or_else(gone)?, PidfdFlags::empty()).map_err(|cause| {
        if cause == Errno::SRCH {
            return gone();
        }
        EnterError::step(format!("take hold of process {pid}"))(cause)
    })?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = open(format!("/proc/{pid}"), flags, Mode::empty()).map_err(|_| gone())?;
    let started = started(directory.as_fd()).map_err(|_| gone())?;
    if started != Some(start_ticks) {
        let title = plan.title.clone();
        return Err(EnterError::Reused { title, pid });
    }
    for (kind, expected) in plan.namespaces.iter() {
        is_in(plan, directory.as_fd(), (kind, *expected))?;
    }
    // The directory was opened after the pidfd: as long as the process lives, both are of the same one.
    if has_ended(pidfd.as_fd()).unwrap_or(true) {
        return Err(gone());
    }
    Ok(Pinned::Process { pidfd, directory })
}

/// Whether the process is still in the namespace in which it was seen.
fn is_in(
    plan: &Plan,
    directory: BorrowedFd<'_>,
    (kind, expected): (Kind, Inode),
) -> Result<(), EnterError> {
    let title = || plan.title.clone();
    let link = readlinkat(directory, format!("ns/{kind}"), Vec::new()).map_err(|cause| {
        if matches!(cause, Errno::SRCH | Errno::NOENT) {
            return EnterError::Gone(title());
        }
        let doing = format!("read the {kind} namespace of {}", plan.title);
        EnterError::needs(doing, "CAP_SYS_PTRACE")(cause)
    })?;
    let found = link.to_string_lossy().into_owned();
    if found == format!("{kind}:[{expected}]") {
        return Ok(());
    }
    Err(EnterError::Moved {
        title: title(),
        kind,
        expected,
        found,
    })
}

/// Opens a file that is the namespace of the plan.
fn file(plan: &Plan, path: &Path) -> Result<OwnedFd, EnterError> {
    let doing = || EnterError::step(format!("open {}", path.display()));
    // To open anything else might already do something.
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let file = open(path, flags, Mode::empty()).map_err(doing())?;
    let number = fstat(&file).map_err(doing())?.st_ino;
    let magic = fstatfs(&file).map_err(doing())?.f_type;
    let is_nsfs = u64::try_from(magic) == Ok(NSFS);
    let mut expected = plan.namespaces.iter();
    if is_nsfs && expected.any(|(_, inode)| u64::from(inode.0) == number) {
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        return open(path, flags, Mode::empty()).map_err(doing());
    }
    Err(EnterError::OtherFile {
        title: plan.title.clone(),
        path: path.to_owned(),
    })
}

/// `NSFS_MAGIC` of the kernel's magic.h.
const NSFS: u64 = 0x6e73_6673;

/// When the process started, in clock ticks after boot: field 22 of `stat`, counted after the name, which may hold anything.
fn started(directory: BorrowedFd<'_>) -> io::Result<Option<u64>> {
    let stat = openat(
        directory,
        "stat",
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let mut bytes = Vec::new();
    File::from(stat).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let fields = text.rsplit_once(')').map(|(_, fields)| fields);
    let field = fields.and_then(|fields| fields.split_whitespace().nth(19));
    Ok(field.and_then(|field| field.parse().ok()))
}

/// Whether the process has ended: then its pidfd is readable.
fn has_ended(pidfd: BorrowedFd<'_>) -> io::Result<bool> {
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    Ok(poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&now))? > 0)
}
