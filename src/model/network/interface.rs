//! A network interface and its other end.

use serde::{Deserialize, Serialize};

use super::Word;
use crate::model::Inode;

/// One network interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interface {
    /// Its index, which is its identity in its namespace.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// veth, bridge, vlan, … as the kernel calls its driver; loopback; `None` for a device without such a name.
    pub kind: Option<Word>,
    /// Operational state (RFC 2863): up, down, unknown, lowerlayerdown, dormant, testing, notpresent.
    pub state: Option<Word>,
    /// UP, BROADCAST, `LOWER_UP`, … as ip(8) shows them.
    pub flags: Vec<Word>,
    /// Largest packet in bytes.
    pub mtu: Option<u32>,
    /// Hardware address.
    pub mac: Option<String>,
    /// Alias (`ip link set alias`).
    pub alias: Option<String>,
    /// Other names (`ip link property add altname`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub altnames: Vec<String>,
    /// Addresses of both families; `None` where they could not be read.
    pub addresses: Option<Vec<Address>>,
    /// Index of the bridge, bond or vrf that it is a port of, in the same namespace.
    pub master: Option<u32>,
    /// Of a veth or netkit, the other end.
    pub peer: Option<End>,
    /// Of a vlan, macvlan, ipvlan, vxlan or tunnel, the interface it rides on.
    pub link: Option<End>,
    /// Of a bridge, the name of the engine's network that it carries.
    pub network: Option<String>,
    /// What only its kind has.
    pub details: Option<Details>,
    /// What a bridge knows of it, where it is a port of one.
    pub port: Option<BridgePort>,
    /// How IPv4 treats what comes in by it; absent where that was not read, and where IPv4 is off on it. It is read
    /// only in namespaces with several interfaces besides the loopback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<Switches>,
    /// The same of IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Switches>,
    /// Traffic since it was made; absent where it could not be read.
    #[serde(flatten)]
    pub counters: Option<Counters>,
}

impl Interface {
    /// Whether it has been switched on (`ip link set up`); `None` where its flags were not read whole, and do not say
    /// that it is.
    #[must_use]
    pub fn is_up(&self) -> Option<bool> {
        let is_up = self.has_flag("UP");
        (is_up || self.state.is_some()).then_some(is_up)
    }

    /// Whether it has a carrier: something is plugged in at the other end, and up. `None` where its flags were not read
    /// whole.
    #[must_use]
    pub fn has_carrier(&self) -> Option<bool> {
        let state = self.state.as_ref();
        state.map(|_| self.has_flag("LOWER_UP"))
    }

    fn has_flag(&self, wanted: &str) -> bool {
        self.flags.iter().any(|flag| flag == wanted)
    }

    /// An interface of which nothing else is known.
    #[must_use]
    pub const fn named(index: u32, name: String) -> Self {
        Self {
            index,
            name,
            kind: None,
            state: None,
            flags: Vec::new(),
            mtu: None,
            mac: None,
            alias: None,
            altnames: Vec::new(),
            addresses: None,
            master: None,
            peer: None,
            link: None,
            network: None,
            details: None,
            port: None,
            ipv4: None,
            ipv6: None,
            counters: None,
        }
    }
}

/// What a network namespace does with packets of one family that come in by an interface and are not for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Switches {
    /// Whether it forwards them: `net.ipv4.conf.NAME.forwarding`; of IPv6 `net.ipv6.conf.all.forwarding`, or
    /// `force_forwarding` of the interface.
    pub forwarding: bool,
    /// Whether it answers in the place of others when asked for their hardware address: `proxy_arp`, `proxy_ndp`, of the
    /// interface or of all.
    pub proxy: bool,
}

/// The interface at the other end of another. What is not visible from here is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct End {
    /// Its namespace; `None` where that is one we cannot see.
    pub namespace: Option<Inode>,
    /// Its index there.
    pub index: Option<u32>,
    /// Its name.
    pub name: Option<String>,
}

/// An address of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Address {
    /// The address, IPv4 or IPv6.
    pub address: String,
    /// Bits of the network part.
    pub prefix_len: u8,
    /// global, link, host, site, or a number.
    pub scope: Option<Word>,
    /// permanent, dynamic, secondary, tentative, deprecated, dadfailed, … as ip(8) shows them.
    #[serde(default)]
    pub flags: Vec<Word>,
    /// The other end's address of a point-to-point link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// IPv4 broadcast address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broadcast: Option<String>,
    /// Seconds for which it stays valid; `None` for ever.
    pub valid_seconds: Option<u32>,
    /// Seconds for which it is preferred; `None` for ever.
    pub preferred_seconds: Option<u32>,
}

/// Traffic of an interface since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counters {
    /// Bytes received.
    pub rx_bytes: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets received.
    pub rx_packets: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Packets received with an error.
    pub rx_errors: u64,
    /// Packets that could not be sent.
    pub tx_errors: u64,
    /// Packets received and dropped.
    pub rx_dropped: u64,
    /// Packets dropped instead of sent.
    pub tx_dropped: u64,
}

/// What only one kind of interface has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Details {
    /// A bridge.
    Bridge {
        /// Whether it takes part in the spanning tree protocol.
        stp: Option<bool>,
        /// Whether it keeps vlans apart.
        vlan_filtering: Option<bool>,
    },
    /// A vlan on another interface.
    Vlan {
        /// Its number.
        id: Option<u16>,
        /// 802.1Q or 802.1ad.
        protocol: Option<Word>,
    },
    /// Ethernet over UDP.
    Vxlan {
        /// Its network identifier (VNI).
        id: Option<u32>,
        /// The other side or multicast group.
        remote: Option<String>,
        /// Our side.
        local: Option<String>,
        /// UDP port.
        port: Option<u16>,
    },
    /// Macvlan or macvtap: a hardware address of its own on another interface.
    Macvlan {
        /// private, vepa, bridge, passthru, source.
        mode: Option<Word>,
    },
    /// Ipvlan or ipvtap: an address of its own on another interface.
    Ipvlan {
        /// l2, l3, l3s.
        mode: Option<Word>,
        /// Whether those on one interface reach each other: bridge (they do), private (they do not), vepa (by a switch
        /// outside).
        #[serde(default)]
        flags: Option<Word>,
    },
    /// Several interfaces as one.
    Bond {
        /// balance-rr, active-backup, 802.3ad, …
        mode: Option<Word>,
        /// Index of the port in use.
        active: Option<u32>,
    },
    /// A routing domain.
    Vrf {
        /// Its routing table.
        table: Option<u32>,
    },
    /// An interface that a program serves.
    Tun {
        /// tun (packets) or tap (frames).
        mode: Option<Word>,
        /// The user who may serve it.
        owner: Option<u32>,
        /// Whether it stays when nobody serves it.
        persistent: Option<bool>,
        /// Processes that serve it; `None` where that could not be learned.
        pids: Option<Vec<u32>>,
    },
}

/// What a bridge knows of one of its ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BridgePort {
    /// disabled, listening, learning, forwarding, blocking.
    pub state: Option<Word>,
    /// Whether it may send only to ports that are not isolated.
    pub isolated: Option<bool>,
    /// Whether what comes in may go out at the same port.
    pub hairpin: Option<bool>,
}
