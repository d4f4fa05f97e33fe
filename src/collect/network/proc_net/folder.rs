//! The folder `net` of a process: what its network namespace tells to anybody.
//!
//! Each file there is that of the namespace that the process is in when the file is opened, and a process may go from
//! one into another at any time. So what is opened must have the number that one and the same listing of the folder
//! gives for it, which no other namespace has, and the link of the process must lead to the namespace all the while.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, RawDir, fstat, openat};
use rustix::io::Errno;

use super::file::{self, Text};
use crate::collect::error::Failure;
use crate::collect::network::part::{Missing, Part};
use crate::collect::observation::{Miss, Reading};
use crate::collect::proc::net_of_directory;
use crate::model::Inode;

/// Some 1,000 names; there are about a hundred.
const LISTING: usize = 32 * 1024;

/// The open folder, and what was missed in it.
pub(super) struct Folder {
    /// The process or thread; never another one, even if its pid is used again.
    process: OwnedFd,
    /// The namespace that it is to be in.
    inode: Inode,
    directory: OwnedFd,
    /// What is in the folder, by name, with the number that the proc file system has for it.
    numbers: HashMap<CString, u64>,
    /// Whether the process was found elsewhere, or has ended.
    has_left: Cell<bool>,
    missing: RefCell<Vec<Missing>>,
}

impl Folder {
    /// Opens the folder of a process in the network namespace `inode`, by way of its `thread` where the first one has
    /// ended.
    pub(super) fn open(
        root: BorrowedFd<'_>,
        (pid, thread): (u32, Option<u32>),
        inode: Inode,
    ) -> Result<Self, Failure> {
        let path = match thread {
            Some(tid) => format!("{pid}/task/{tid}"),
            None => pid.to_string(),
        };
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let process = openat(root, path, flags | OFlags::PATH, Mode::empty()).map_err(failure)?;
        is_in(process.as_fd(), inode)?;
        let directory = openat(&process, c"net", flags, Mode::empty()).map_err(failure)?;
        let numbers = list(directory.as_fd()).map_err(failure)?;
        is_in(process.as_fd(), inode)?;
        Ok(Self {
            process,
            inode,
            directory,
            numbers,
            has_left: Cell::new(false),
            missing: RefCell::default(),
        })
    }

    /// Reads a file.
    pub(super) fn text(&self, name: &CStr) -> Reading<Text> {
        file::whole(self.file(name, OFlags::RDONLY)?.as_fd())
    }

    /// Opens a folder in this one. What is in it is of the same namespace.
    pub(super) fn folder(&self, name: &CStr) -> Reading<OwnedFd> {
        self.file(name, OFlags::PATH | OFlags::DIRECTORY)
    }

    fn file(&self, name: &CStr, flags: OFlags) -> Reading<OwnedFd> {
        let number = self.numbers.get(name).ok_or(Miss::Absent)?;
        match self.checked(name, flags, *number) {
            Ok(file) => Ok(file),
            Err(Failure::Missed(miss)) => Err(miss),
            Err(Failure::Gone) => {
                self.has_left.set(true);
                Err(Miss::Absent)
            }
        }
    }

    fn checked(&self, name: &CStr, flags: OFlags, number: u64) -> Result<OwnedFd, Failure> {
        let flags = flags | OFlags::CLOEXEC;
        let file = openat(&self.directory, name, flags, Mode::empty()).map_err(failure)?;
        if fstat(&file)?.st_ino != number {
            return Err(Failure::Gone);
        }
        is_in(self.process.as_fd(), self.inode)?;
        Ok(file)
    }

    /// What `parse` makes of a file. One that is not there has nothing to say: the kernel lacks what it is about.
    pub(super) fn part<T>(
        &self,
        name: &CStr,
        what: &'static str,
        parse: impl FnOnce(&Text) -> Part<T>,
    ) -> Vec<T> {
        let part = match self.text(name) {
            Ok(text) => parse(&text),
            Err(Miss::Absent) => return Vec::new(),
            Err(miss) => Part::missed(miss),
        };
        self.take(what, part)
    }

    /// The list of `part`, whose miss is noted.
    pub(super) fn take<T>(&self, what: &'static str, part: Part<T>) -> Vec<T> {
        if let Some(miss) = part.miss {
            self.miss(what, miss);
        }
        part.list
    }

    /// Notes what is missing, once.
    pub(super) fn miss(&self, what: &'static str, miss: Miss) {
        let mut missing = self.missing.borrow_mut();
        if !missing.contains(&(what, miss)) {
            missing.push((what, miss));
        }
    }

    /// What was missed; gone where the process was not in the namespace all the while.
    pub(super) fn missing(self) -> Result<Vec<Missing>, Failure> {
        if self.has_left.get() {
            return Err(Failure::Gone);
        }
        Ok(self.missing.into_inner())
    }
}

/// What is listed, or was there before, and is not, has gone with its process.
fn failure(errno: Errno) -> Failure {
    match Failure::from(errno) {
        Failure::Missed(Miss::Absent) => Failure::Gone,
        // The answer of a folder whose process has no network any more.
        _ if errno == Errno::INVAL => Failure::Gone,
        failure => failure,
    }
}

/// Whether the process is in the namespace.
fn is_in(process: BorrowedFd<'_>, inode: Inode) -> Result<(), Failure> {
    match net_of_directory(process) {
        Ok(found) if found == inode => Ok(()),
        Ok(_) | Err(Failure::Missed(Miss::Absent)) => Err(Failure::Gone),
        Err(failure) => Err(failure),
    }
}

/// The names in a folder and their numbers.
fn list(directory: BorrowedFd<'_>) -> Result<HashMap<CString, u64>, Errno> {
    let mut buffer = vec![MaybeUninit::uninit(); LISTING];
    let mut entries = RawDir::new(directory, &mut buffer);
    let mut numbers = HashMap::new();
    while let Some(entry) = entries.next() {
        let entry = entry?;
        numbers.insert(entry.file_name().to_owned(), entry.ino());
        // What comes at once is of one namespace; what would come next may be of another.
        if entries.is_buffer_empty() {
            break;
        }
    }
    Ok(numbers)
}
