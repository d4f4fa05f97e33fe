//! A mount of the proc file system, held by one descriptor that every read starts from.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::buffer::spare_capacity;
use rustix::fs::{CWD, Mode, OFlags, RawDir, openat};
use rustix::io::{Errno, read, retry_on_intr};
use rustix::path::Arg;

use crate::collect::error::CollectError;
use crate::collect::observation::Through;

/// No file that is read whole is longer: `status` may list 65,536 groups.
const FILE_CAP: usize = 1024 * 1024;

/// A proc mount: `/proc`, another given with `--proc`, or a tree made by a test.
#[derive(Debug)]
pub(crate) struct ProcRoot {
    fd: OwnedFd,
    path: PathBuf,
}

impl ProcRoot {
    /// Opens the mount at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, CollectError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = openat(CWD, path, flags, Mode::empty())
            .map_err(|errno| CollectError::new("open", path, errno))?;
        Ok(Self {
            fd,
            path: path.to_owned(),
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Every pid that the mount shows, ascending; at least our own is there.
    pub(crate) fn pids(&self) -> Result<Vec<u32>, CollectError> {
        // A descriptor of its own: the position in a directory belongs to the open file.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(&self.fd, c".", flags, Mode::empty())
            .and_then(|directory| numbers(directory.as_fd()))
            .map_err(|errno| CollectError::new("list", &self.path, errno))
            .and_then(|pids| {
                if pids.is_empty() {
                    Err(self.is_no_proc())
                } else {
                    Ok(pids)
                }
            })
    }

    fn is_no_proc(&self) -> CollectError {
        let cause = std::io::Error::other("it shows no process; is it a proc mount?");
        CollectError::new("use", &self.path, cause)
    }
}

impl AsFd for ProcRoot {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The entries of an open directory whose names are numbers, ascending.
pub(in crate::collect) fn numbers(directory: BorrowedFd<'_>) -> Result<Vec<u32>, Errno> {
    let mut buffer = vec![MaybeUninit::uninit(); 64 * 1024];
    let mut entries = RawDir::new(directory, &mut buffer);
    let mut numbers = Vec::new();
    while let Some(entry) = entries.next() {
        numbers.extend(decimal::<u32>(entry?.file_name().to_bytes()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The path of a file in the folder of a process or thread, below the mount.
pub(in crate::collect) fn path_through(through: Through, name: &str) -> String {
    match through {
        Through::Ourselves => format!("self/{name}"),
        Through::Process { pid, thread: None } => format!("{pid}/{name}"),
        Through::Process {
            pid,
            thread: Some(tid),
        } => format!("{pid}/task/{tid}/{name}"),
    }
}

/// Reads the file `name` below `directory` into `buffer`; one that exceeds the cap is an error, not cut.
pub(super) fn read_file<'b>(
    directory: BorrowedFd<'_>,
    name: &CStr,
    buffer: &'b mut Vec<u8>,
) -> Result<&'b [u8], Errno> {
    let file = openat(
        directory,
        name,
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let mut length = 0;
    loop {
        buffer.resize(buffer.len().max(length + 4096), 0);
        let got = retry_on_intr(|| read(&file, &mut buffer[length..]))?;
        length += got;
        // The kernel makes these files in one go: a read that leaves room has reached the end.
        if length < buffer.len() {
            return Ok(&buffer[..length]);
        }
        if length >= FILE_CAP {
            return Err(Errno::FBIG);
        }
    }
}

/// Reads the file `name` below `directory`, a list that the kernel makes page by page, until nothing more comes; one
/// that exceeds `cap` is an error.
pub(in crate::collect) fn read_list(
    directory: BorrowedFd<'_>,
    name: impl Arg,
    cap: usize,
) -> Result<Vec<u8>, Errno> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = openat(directory, name, flags, Mode::empty())?;
    let mut list = Vec::with_capacity(16 * 1024);
    while list.len() < cap {
        list.reserve(16 * 1024);
        if retry_on_intr(|| read(&file, spare_capacity(&mut list)))? == 0 {
            return Ok(list);
        }
    }
    Err(Errno::FBIG)
}

/// A decimal number without sign or space.
pub(super) fn decimal<N: std::str::FromStr>(digits: &[u8]) -> Option<N> {
    if !digits.first()?.is_ascii_digit() {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}
