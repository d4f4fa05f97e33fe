//! With whom a container or group shares a namespace.

use serde::{Deserialize, Serialize};

use super::Inode;

/// How far a namespace reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// It is the host's.
    Host,
    /// Another container or group is in it too.
    Shared,
    /// Nobody else that we see is in it, and it is not the host's.
    Private,
    /// It could not be learned; never to be read as private.
    Unknown,
}

/// One kind of namespace of one container or group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Share {
    /// The namespace of the init process (of the leader, for a group).
    pub inode: Option<Inode>,
    /// How far it reaches.
    pub scope: Scope,
    /// Ids of the other containers and groups in it.
    pub with: Vec<String>,
    /// The inode is unknown, but other signs (nested pids, a uid map) show that it is not the host's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_host: bool,
}
