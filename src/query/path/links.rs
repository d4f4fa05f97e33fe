//! Which interfaces hang on which: ports of bridges and bonds, and what rides on an interface, in any namespace.

use std::collections::HashMap;

use crate::model::{Inode, Interface, NetworkNamespace};
use crate::query::Wiring;

/// An interface and its namespace.
pub(super) type Port<'a> = (&'a NetworkNamespace, &'a Interface);

/// Interfaces by what they hang on: its namespace and index.
#[derive(Debug)]
pub(super) struct Links<'a> {
    ports: HashMap<(Inode, u32), Vec<&'a Interface>>,
    riders: HashMap<(Inode, u32), Vec<Port<'a>>>,
}

impl<'a> Links<'a> {
    pub(super) fn of(wiring: &Wiring<'a>) -> Self {
        let mut links = Self {
            ports: HashMap::new(),
            riders: HashMap::new(),
        };
        for ns in wiring.namespaces() {
            for interface in ns.interfaces.iter().flatten() {
                links.add(ns, interface);
            }
        }
        links
    }

    fn add(&mut self, ns: &'a NetworkNamespace, interface: &'a Interface) {
        if let Some(master) = interface.master {
            let ports = self.ports.entry((ns.namespace, master)).or_default();
            ports.push(interface);
        }
        let link = interface.link.as_ref();
        if let Some((home, index)) = link.and_then(|link| Some((link.namespace?, link.index?))) {
            let riders = self.riders.entry((home, index)).or_default();
            riders.push((ns, interface));
        }
    }

    /// Ports of the bridge or bond `master`.
    pub(super) fn ports(&self, ns: &NetworkNamespace, master: &Interface) -> &[&'a Interface] {
        let ports = self.ports.get(&(ns.namespace, master.index));
        ports.map_or(&[], Vec::as_slice)
    }

    /// Vlans, macvlans, … that ride on `interface`.
    pub(super) fn riders(&self, ns: &NetworkNamespace, interface: &Interface) -> &[Port<'a>] {
        let riders = self.riders.get(&(ns.namespace, interface.index));
        riders.map_or(&[], Vec::as_slice)
    }
}

/// What an interface does with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Hands it to its peer.
    Pair,
    /// Hands it to its ports.
    Bridge,
    /// Hands it to one of its ports.
    Bond,
    /// Puts a tag on it and hands it to what it rides on.
    Vlan,
    /// Hands it to what it rides on, or to others that ride there: macvlan, ipvlan.
    Rider,
    /// Only chooses a routing table for its ports.
    Vrf,
    /// Hands it to nobody.
    Nothing,
    /// Hands it to somebody who is no interface: a wire, a tunnel, a program.
    Outside,
}

impl Role {
    pub(super) fn of(interface: &Interface) -> Self {
        match interface.kind.as_deref().unwrap_or_default() {
            "veth" | "netkit" => Self::Pair,
            "bridge" => Self::Bridge,
            "bond" | "team" => Self::Bond,
            "vlan" => Self::Vlan,
            "macvlan" | "macvtap" | "ipvlan" | "ipvtap" => Self::Rider,
            "vrf" => Self::Vrf,
            "loopback" | "dummy" | "ifb" => Self::Nothing,
            _ => Self::Outside,
        }
    }
}

/// Whether it is the loopback.
pub(super) fn is_loopback(interface: &Interface) -> bool {
    interface.kind.as_deref() == Some("loopback")
        || interface.flags.iter().any(|flag| flag == "LOOPBACK")
}
