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
    /// Id of its group, where it is in no container and differs from the host; absent too where groups were not collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// systemd unit or scope, from the cgroup path.
    pub unit: Option<String>,
    /// Its cgroup path, the one that names a container or a unit where there are several hierarchies.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub cgroup: Option<Arc<str>>,
}
