//! A process, as far as namespaces are concerned.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Inode, PerKind};

/// One process of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Process {
    /// Process id as the proc mount shows it.
    pub pid: u32,
    /// Parent's pid; 0 for one whose parent is outside the pid namespace.
    pub ppid: Option<u32>,
    /// Start time in clock ticks after boot; with the pid it identifies a process.
    pub start_ticks: Option<u64>,
    /// Effective user id, in the reader's user namespace.
    pub uid: Option<u32>,
    /// Name of the executable, at most 15 bytes, chosen by the process.
    pub comm: Option<String>,
    /// Command line, arguments joined by spaces; empty for a kernel thread.
    pub command: Option<String>,
    /// The command line was longer than 4 KiB and is cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub command_truncated: bool,
    /// State letter of proc(5): R S D Z T t X I.
    pub state: Option<char>,
    /// Whether it is a thread of the kernel.
    pub kernel_thread: Option<bool>,
    /// Its pid in each nested pid namespace, outermost first.
    pub ns_pids: Vec<u32>,
    /// The namespaces it is a member of; all but pid and user are null for a zombie, which has left them.
    pub namespaces: PerKind<Option<Inode>>,
    /// Id of its container.
    pub container: Option<String>,
    /// How it came into its container; `None` without one, and where that is not known.
    #[serde(default)]
    pub relation: Option<Relation>,
    /// Threads that are in another namespace of some kind than the process; only with `--deep` are they looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threads_elsewhere: Vec<ThreadElsewhere>,
    /// Id of its group, where it is in no container and differs from the host; absent too where groups were not collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// systemd unit or scope, from the cgroup path.
    pub unit: Option<String>,
    /// Its cgroup path, the one that names a container or a unit where there are several hierarchies.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub cgroup: Option<Arc<str>>,
}

/// How a process came into its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// The container's first process, or a descendant of it.
    Member,
    /// Started in it by its engine, as `docker exec` does.
    Exec,
    /// Entered from outside in another way, as `nsenter` does.
    Entered,
    /// Its cgroup says this container, its namespaces say another or the host.
    Stray,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 4] = [Self::Member, Self::Exec, Self::Entered, Self::Stray];

    /// As in the JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Exec => "exec",
            Self::Entered => "entered",
            Self::Stray => "stray",
        }
    }
}

/// A thread that is elsewhere than its process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ThreadElsewhere {
    /// The thread.
    pub tid: u32,
    /// Its namespaces of the kinds in which it differs from its process.
    pub namespaces: PerKind<Inode>,
}
