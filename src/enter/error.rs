//! Why a namespace could not be entered.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;

use crate::model::{Inode, Kind};

/// What went wrong on the way in. Names in it are not yet made visible.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// The process has ended since it was chosen.
    #[error("{0} has ended")]
    Gone(String),
    /// Another process has its pid now.
    #[error("{title} has ended, and another process has its pid {pid} now")]
    Reused {
        /// What was to be entered.
        title: String,
        /// The pid.
        pid: u32,
    },
    /// It is elsewhere now.
    #[error("the {kind} namespace of {title} was {kind}:[{expected}] and is now {found}")]
    Moved {
        /// What was to be entered.
        title: String,
        /// The kind.
        kind: Kind,
        /// The number that was seen before.
        expected: Inode,
        /// What is there instead.
        found: String,
    },
    /// The file is another one now.
    #[error("{path} does not lead to {title} any more", path = .path.display())]
    OtherFile {
        /// What was to be entered.
        title: String,
        /// The file.
        path: PathBuf,
    },
    /// The process that supervises has ended.
    #[error("nslens has ended, so the command is not started")]
    Orphaned,
    /// A step failed.
    #[error("cannot {doing}: {cause}")]
    Step {
        /// What was tried, and on what.
        doing: String,
        /// What the kernel answered.
        cause: io::Error,
    },
    /// A step that we have no right to take.
    #[error("cannot {doing}: {missing}")]
    Denied {
        /// What was tried, and on what.
        doing: String,
        /// Which right is missing, and who has it.
        missing: String,
    },
    /// The user namespace has nobody to become, and who we are must not be seen in it.
    #[error("{0}, and root of ours must not run in it")]
    Nobody(String),
    /// The pid namespace has no first process any more.
    #[error(
        "the first process of the pid namespace of {0} has ended, so nothing can be started in it"
    )]
    Ended(String),
    /// Nothing could be run.
    #[error("cannot run {}: {fate}", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// What is wrong with it.
        fate: String,
        /// What the kernel answered.
        cause: io::Error,
    },
    /// What another process of ours said.
    #[error("{0}")]
    Told(String),
    /// There is no shell.
    #[error("no shell there: tried {tried}{advice}")]
    NoShell {
        /// The paths that were tried, and what became of each.
        tried: String,
        /// What would help; empty where nothing would.
        advice: &'static str,
    },
}

impl EnterError {
    /// A failed step, for `map_err`.
    pub(super) fn step<E: Into<io::Error>>(doing: impl Into<String>) -> impl FnOnce(E) -> Self {
        let doing = doing.into();
        move |cause| Self::Step {
            doing,
            cause: cause.into(),
        }
    }

    /// As [`EnterError::step`], where root, or who has the capability `right`, may do it.
    pub(super) fn needs(
        doing: impl Into<String>,
        right: &'static str,
    ) -> impl FnOnce(Errno) -> Self {
        let doing = doing.into();
        move |cause| match cause {
            Errno::PERM | Errno::ACCESS => Self::Denied {
                doing,
                missing: format!("this needs {right}, which root has"),
            },
            _ => Self::step(doing)(cause),
        }
    }

    /// The exit status, as a shell gives it: 127 for a program that is not there, 126 for one that cannot be run, else 1.
    #[must_use]
    pub fn status(&self) -> u8 {
        match self {
            Self::Run { cause, .. } if cause.kind() == io::ErrorKind::NotFound => 127,
            Self::NoShell { .. } => 127,
            Self::Run { .. } => 126,
            _ => 1,
        }
    }
}
