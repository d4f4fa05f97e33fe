//! Who is next on a link.

use serde::{Deserialize, Serialize};

use super::Word;

/// A host on the same link, by its address (ARP, NDP).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Neighbour {
    /// Its address.
    pub address: String,
    /// Its hardware address; `None` where it was not found.
    pub mac: Option<String>,
    /// Name of the interface it is seen on.
    pub interface: Option<String>,
    /// incomplete, reachable, stale, delay, probe, failed, noarp, permanent.
    pub state: Word,
}

/// Where a bridge or a vxlan interface sends a hardware address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForwardingEntry {
    /// The hardware address.
    pub mac: String,
    /// Name of the port, or of the vxlan interface.
    pub interface: Option<String>,
    /// Name of the bridge.
    pub bridge: Option<String>,
    /// permanent (its own), static, reachable or stale (learned).
    pub state: Word,
    /// The vlan it belongs to.
    pub vlan: Option<u16>,
    /// The other side of a vxlan.
    pub destination: Option<String>,
}
