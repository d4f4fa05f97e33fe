//! The host, and where we look at it from.

use serde::{Deserialize, Serialize};

use super::{Inode, PerKind};

/// The host that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Host {
    /// Host name; `None` where we are in another uts namespace and see only that one's.
    pub hostname: Option<String>,
    /// Kernel release, as `uname -r`.
    pub kernel: Option<String>,
    /// The kernel's id of this boot.
    pub boot_id: Option<String>,
    /// Time of boot in seconds after 1970 (`btime` of /proc/stat).
    #[serde(default)]
    pub boot_time: Option<u64>,
    /// Clock ticks per second: the unit of `start_ticks`.
    #[serde(default)]
    pub clock_ticks: u64,
    /// Processes in the host's namespaces throughout, in no container and no group; `None` where containers were not
    /// collected.
    #[serde(default)]
    pub process_count: Option<u32>,
    /// Processes in no container and no group of which some namespace could not be read.
    #[serde(default)]
    pub unknown_process_count: Option<u32>,
    /// Namespaces that the kernel lists and that were found nowhere; `None` where it does not list them (before Linux 6.19)
    /// or not all of them to us, and where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted_namespaces: Option<u32>,
    /// The host's own namespaces, the reference for "host"; null where they cannot be known from here.
    pub namespaces: PerKind<Option<Inode>>,
    /// False: we see only a container's inside, and nothing is called the host's.
    pub pid_namespace_is_initial: bool,
}

/// The process that looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Viewer {
    /// Its pid in its own pid namespace.
    pub pid: u32,
    /// Its effective user id.
    pub uid: u32,
    /// Its namespaces.
    pub namespaces: PerKind<Option<Inode>>,
    /// Processes whose namespaces it may not read.
    #[serde(default)]
    pub denied_processes: u32,
}
