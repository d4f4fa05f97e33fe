//! Who listens, and what is sent elsewhere.

use serde::{Deserialize, Serialize};

use super::Word;

/// A socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Socket {
    /// tcp, udp, raw, unix (stream), `unix_dgram`, `unix_seqpacket`, packet (`AF_PACKET`, which sees what passes an
    /// interface), netlink; the form of the address tells the family.
    pub protocol: Word,
    /// listen, established, syn-sent, … as ss(8) names them, in small letters; `unconnected` for one that is only bound.
    pub state: Word,
    /// Address and port (`0.0.0.0:80`, `[::]:80`; of a raw socket its protocol number for the port), or a path; a name
    /// that begins with `@` is abstract. Of a packet socket what it sees and where, as ss(8) has it (`*:eth0`, `ip:*`;
    /// `(gone)` for an interface that is gone); of a netlink socket with whom it speaks, and its number (`rtnl:655`).
    /// `None` for a unix socket without a name.
    pub local: Option<String>,
    /// The other side.
    pub remote: Option<String>,
    /// Of one that is bound to `[::]`, whether it refuses IPv4; `None` where that does not matter or is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v6_only: Option<bool>,
    /// Inode number in sockfs; `None` where it has none, as one that waits to be closed.
    pub inode: Option<u64>,
    /// Its user.
    pub uid: Option<u32>,
    /// Name of the interface it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// Processes that hold it, by pid; `None` where none could be learned.
    pub pids: Option<Vec<u32>>,
    /// Where a proxy of an engine (docker-proxy, …) sends what arrives here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwards_to: Option<String>,
}

impl Socket {
    /// One of which no more is known than its protocol and its state.
    #[must_use]
    pub fn new(protocol: impl Into<Word>, state: impl Into<Word>) -> Self {
        Self {
            protocol: protocol.into(),
            state: state.into(),
            local: None,
            remote: None,
            v6_only: None,
            inode: None,
            uid: None,
            interface: None,
            pids: None,
            forwards_to: None,
        }
    }
}

/// A port that firewall rules send elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortForward {
    /// tcp, udp, sctp; `None` for any.
    pub protocol: Option<String>,
    /// Destination address that the rule waits for, or a prefix (`10.0.0.0/8`); `None` for any.
    pub address: Option<String>,
    /// First destination port that the rule waits for; `None` for any.
    pub port: Option<u16>,
    /// Last port of the range; `None` where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_port: Option<u16>,
    /// Address it is sent to; `None` for this host's own (redirect).
    pub to_address: Option<String>,
    /// Port it is sent to; `None` for the same.
    pub to_port: Option<u16>,
    /// Whether it has conditions besides these (interface, source, a local destination, mark, …).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_more: bool,
    /// nftables or iptables: whose rule it is.
    pub source: Word,
}
