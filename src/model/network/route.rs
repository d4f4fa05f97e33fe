//! Where packets go: routes, and the rules that choose their table.

use serde::{Deserialize, Serialize};

use super::Word;

/// One route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Route {
    /// inet or inet6.
    pub family: Word,
    /// unicast, local, broadcast, multicast, blackhole, unreachable, prohibit, throw.
    #[serde(rename = "type")]
    pub kind: Word,
    /// `default`, or an address with the length of its prefix.
    pub destination: String,
    /// Source prefix of the packets that it is for, with IPv6 only; `None` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Type of service of the packets that it is for; `None` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos: Option<u8>,
    /// The next router.
    pub gateway: Option<String>,
    /// Name of the interface it leaves by.
    pub interface: Option<String>,
    /// Routing table.
    pub table: u32,
    /// Preference, the lower the better; `None` is 0.
    pub metric: Option<u32>,
    /// Who made it: kernel, boot, static, dhcp, ra, bird, … or a number.
    pub protocol: Word,
    /// How far the destination is: global, link, host, nowhere, or a number.
    pub scope: Word,
    /// The address that packets get.
    pub source: Option<String>,
    /// The ways to choose from, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next_hops: Vec<NextHop>,
    /// dead, linkdown, onlink, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Word>,
}

/// One of several ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextHop {
    /// The next router.
    pub gateway: Option<String>,
    /// Name of the interface.
    pub interface: Option<String>,
    /// Its share of the traffic.
    pub weight: u32,
}

/// A rule that chooses a routing table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule {
    /// inet or inet6.
    pub family: Word,
    /// Its place: the lowest is asked first.
    pub priority: u32,
    /// Source prefix; `None` for any.
    pub from: Option<String>,
    /// Destination prefix; `None` for any.
    pub to: Option<String>,
    /// Name of the interface that the packet came in by.
    pub in_interface: Option<String>,
    /// Name of the interface that the socket is bound to.
    pub out_interface: Option<String>,
    /// Firewall mark.
    pub mark: Option<u32>,
    /// lookup, goto, nop, blackhole, unreachable, prohibit.
    pub action: Word,
    /// The table that is looked up.
    pub table: Option<u32>,
    /// With the action goto, the priority of the rule that is asked next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goto: Option<u32>,
    /// Whether it has conditions besides these (ports, user, protocol, …), or is inverted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_more: bool,
}
