//! Processes in no container that differ from the host in some kind.

use serde::{Deserialize, Serialize};

use super::{PerKind, Share};

/// Processes with equal namespaces, in no container, not all of them the host's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Group {
    /// `group:` and the inode that tells it from the others.
    pub id: String,
    /// What it is.
    pub kind: GroupKind,
    /// The unit's name, or the leader's.
    pub name: String,
    /// The lowest pid in it.
    pub leader_pid: u32,
    /// Processes in it.
    pub process_count: u32,
    /// Each kind of namespace, and with whom it is shared.
    pub sharing: PerKind<Share>,
}

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    /// A systemd unit or scope.
    Unit,
    /// A sandbox of an ordinary program (browser, bubblewrap).
    Sandbox,
    /// A namespace with a name under /run/netns.
    Named,
    /// Anything else.
    Other,
}
