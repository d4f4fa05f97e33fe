//! What went wrong while looking at the host: the operation, the path, and the kernel's answer.

use std::path::PathBuf;

use rustix::io::Errno;

use super::observation::Miss;

/// A failure that ends a whole pass. What concerns one process only is a [`Miss`] in its record.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {path}: {cause}", path = path.display())]
pub struct CollectError {
    /// What was tried, as a verb.
    pub operation: &'static str,
    /// On what.
    pub path: PathBuf,
    /// What came back.
    pub cause: std::io::Error,
}

impl CollectError {
    /// Names the operation and the path of a failed system call.
    pub fn new(
        operation: &'static str,
        path: impl Into<PathBuf>,
        cause: impl Into<std::io::Error>,
    ) -> Self {
        Self {
            operation,
            path: path.into(),
            cause: cause.into(),
        }
    }
}

/// The two answers of the kernel about one file of one process that is not there to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The process has ended; it drops out of the observation.
    Gone,
    /// The process is there, this of it is not to be had.
    Missed(Miss),
}

impl From<Miss> for Failure {
    fn from(miss: Miss) -> Self {
        Self::Missed(miss)
    }
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::SRCH => Self::Gone,
            Errno::NOENT => Self::Missed(Miss::Absent),
            Errno::ACCESS | Errno::PERM => Self::Missed(Miss::Denied),
            _ => Self::Missed(Miss::Failed),
        }
    }
}
