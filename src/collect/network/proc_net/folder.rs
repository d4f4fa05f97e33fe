//! The folder `net` of a process: what its network namespace tells to anybody.

use std::cell::RefCell;
use std::ffi::{CStr, CString};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags, openat, statat};

use super::file::{self, Text};
use crate::collect::error::Failure;
use crate::collect::network::part::{Missing, Part};
use crate::collect::observation::{Miss, Reading};

/// The open folder, and what was missed in it.
pub(super) struct Folder {
    directory: OwnedFd,
    missing: RefCell<Vec<Missing>>,
}

impl Folder {
    /// Opens the folder of a process, by way of its `thread` where the first one has ended.
    pub(super) fn open(
        root: BorrowedFd<'_>,
        pid: u32,
        thread: Option<u32>,
    ) -> Result<Self, Failure> {
        let path = match thread {
            Some(tid) => format!("{pid}/task/{tid}/net"),
            None => format!("{pid}/net"),
        };
        let path = CString::new(path).unwrap_or_default();
        Self::at(root, &path).map_err(|failure| match failure {
            Failure::Missed(Miss::Absent) => Failure::Gone,
            failure => failure,
        })
    }

    /// Opens the folder at `path` below the proc mount.
    pub(super) fn at(root: BorrowedFd<'_>, path: &CStr) -> Result<Self, Failure> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self {
            directory: openat(root, path, flags, Mode::empty())?,
            missing: RefCell::default(),
        })
    }

    /// Whether the process still has a network namespace. A file that was not there may have gone with it.
    pub(super) fn is_alive(&self) -> bool {
        statat(&self.directory, c"dev", AtFlags::empty()).is_ok()
    }

    /// Reads a file.
    pub(super) fn text(&self, name: &CStr) -> Reading<Text> {
        file::text(self.directory.as_fd(), name)
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

    /// What was missed.
    pub(super) fn missing(self) -> Vec<Missing> {
        self.missing.into_inner()
    }
}
