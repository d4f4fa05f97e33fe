//! All that can be seen of what limits a process.

use std::io;
use std::os::fd::BorrowedFd;

use super::cgroup::{self, Membership};
use super::file;
use super::label::Label;
use super::status::Status;

/// What limits a process.
#[derive(Clone, Debug)]
pub(super) struct Rights {
    /// Who it is and what it may do.
    pub(super) status: Status,
    /// What a security module calls it, if one confines it; or why that is not known.
    pub(super) label: Result<Option<Label>, io::ErrorKind>,
    /// Its cgroups.
    pub(super) cgroups: Vec<Membership>,
}

impl Rights {
    /// The rights of the process whose directory this is, in the numbers of the user namespace that we are in now.
    pub(super) fn read(process: BorrowedFd<'_>) -> io::Result<Self> {
        let status = file::read(process, "status")?;
        let status = Status::parse(&String::from_utf8_lossy(&status));
        Ok(Self {
            status: status.ok_or_else(|| io::Error::other("its status is not understood"))?,
            label: Label::read(process).map_err(|error| error.kind()),
            cgroups: cgroup::memberships(&file::read(process, "cgroup")?),
        })
    }
}
