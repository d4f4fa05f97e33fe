//! What is to be entered, and how: decided before anything is touched.
//!
//! A plan is handed on as JSON to the process that enters, which finds everything it needs in it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::EnterError;
use crate::model::{Inode, PerKind};

/// Where programs are looked for with the target's files and a clean environment.
pub(super) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A way into namespaces, and what to run there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is entered, for a sentence; not yet made visible.
    pub title: String,
    /// Where it leads in.
    pub door: Door,
    /// The namespaces to enter: those in which it differs from us. What is found behind the door must have these numbers.
    pub namespaces: PerKind<Inode>,
    /// Whose files the command sees.
    pub files: Files,
    /// What the command finds in its environment.
    pub environment: Environment,
    /// Whether the command gets no more rights than the target's process has.
    pub confined: bool,
    /// The program and its arguments; `None` for a shell.
    pub command: Option<Vec<OsString>>,
}

/// What leads into a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    /// A process that is in it.
    Process {
        /// Its pid.
        pid: u32,
        /// When it started, in clock ticks after boot: another process with this pid has another.
        start_ticks: u64,
    },
    /// A file that keeps a namespace without a process: a bind mount, or `/proc/PID/fd/N`.
    File(PathBuf),
}

/// Whose files a command sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Files {
    /// The target's: its root and working directory.
    Target,
    /// Ours, as they are.
    Own,
    /// Ours, in a private copy of our mounts in which `/proc` and `/sys` are those of the namespaces that are entered.
    Tools,
    /// The target's, in a private copy of its mounts that also has ours, which the target never sees.
    Full,
}

/// What a command finds in its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Environment {
    /// With the target's files TERM, a default PATH and what the user's entry in its `/etc/passwd` tells; with ours, our
    /// own.
    Clean,
    /// What the target's process has, with our TERM.
    Target,
}

impl Plan {
    /// Reads a plan that another process hands on in a file.
    pub fn read(file: &Path) -> Result<Self, EnterError> {
        let failed = |cause| EnterError::Step {
            doing: "read the plan".to_owned(),
            cause,
        };
        let bytes = fs::read(file).map_err(failed)?;
        serde_json::from_slice(&bytes).map_err(|error| failed(error.into()))
    }

    /// The process that leads in.
    #[must_use]
    pub const fn pid(&self) -> Option<u32> {
        match self.door {
            Door::Process { pid, .. } => Some(pid),
            Door::File(_) => None,
        }
    }
}
