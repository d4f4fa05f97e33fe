//! What hangs below what: from a bridge over its ports to the interfaces at their other ends, across namespaces.

use std::collections::{HashMap, VecDeque};

use super::{RowId, Wiring};
use crate::model::{End, Inode, Interface, NetworkNamespace};

/// An interface: its namespace and its index there.
type Port = (Inode, u32);

/// The interfaces of a host as a forest, for whoever reads it from the host outwards.
#[derive(Debug, Default)]
pub struct Topology {
    above: HashMap<Port, Port>,
}

impl Topology {
    /// Works it out. A port hangs below its bridge, bond or vrf; what rides on another interface (vlan, macvlan, vxlan)
    /// below that; of the two ends of a veth the one that is in no bridge, or else is further from the host, below the
    /// other.
    #[must_use]
    pub fn of(wiring: &Wiring<'_>) -> Self {
        let depths = depths(wiring);
        let mut above = HashMap::new();
        for namespace in wiring.namespaces() {
            for interface in namespace.interfaces.iter().flatten() {
                let found = find(wiring, &depths, namespace, interface);
                above.extend(found.map(|found| ((namespace.namespace, interface.index), found)));
            }
        }
        Self { above }
    }

    /// The interface that this one hangs below; `None` where it hangs below its namespace.
    #[must_use]
    pub fn above(&self, namespace: Inode, index: u32) -> Option<(Inode, u32)> {
        self.above.get(&(namespace, index)).copied()
    }
}

/// What the interface hangs below.
fn find(
    wiring: &Wiring<'_>,
    depths: &HashMap<Inode, u32>,
    namespace: &NetworkNamespace,
    interface: &Interface,
) -> Option<Port> {
    if let Some(master) = master(namespace, interface) {
        return Some((namespace.namespace, master));
    }
    if let Some(link) = interface.link.as_ref().and_then(|end| port(wiring, end)) {
        return Some(link);
    }
    let (beside, peer) = wiring.interface(interface.peer.as_ref()?)?;
    let key = |space: &NetworkNamespace, end: &Interface| {
        let depth = depths.get(&space.namespace).copied().unwrap_or(u32::MAX);
        (
            master(space, end).is_none(),
            depth,
            space.namespace,
            end.index,
        )
    };
    let is_upper = key(beside, peer) < key(namespace, interface);
    is_upper.then_some((beside.namespace, peer.index))
}

/// Index of the bridge, bond or vrf that the interface is a port of, where that is known.
fn master(namespace: &NetworkNamespace, interface: &Interface) -> Option<u32> {
    let master = interface.master?;
    namespace.interface(master).map(|_| master)
}

/// The interface at an end, where it is visible.
fn port(wiring: &Wiring<'_>, end: &End) -> Option<Port> {
    let (namespace, interface) = wiring.interface(end)?;
    Some((namespace.namespace, interface.index))
}

/// How many links lie between each namespace and the host's; of those without a way to it, to the first of them.
fn depths(wiring: &Wiring<'_>) -> HashMap<Inode, u32> {
    let is_reference = |inode: Inode| {
        let first = wiring.tenants(inode).first();
        first.is_some_and(|tenant| tenant.row == RowId::Reference)
    };
    let all = wiring.namespaces().iter().map(|one| one.namespace);
    let (mut starts, others): (Vec<_>, Vec<_>) = all.partition(|inode| is_reference(*inode));
    starts.extend(others);
    let neighbours = neighbours(wiring);
    let mut depths = HashMap::new();
    for start in starts {
        if depths.contains_key(&start) {
            continue;
        }
        depths.insert(start, 0);
        let mut open = VecDeque::from([(start, 0_u32)]);
        while let Some((at, depth)) = open.pop_front() {
            for next in neighbours.get(&at).into_iter().flatten() {
                if !depths.contains_key(next) {
                    depths.insert(*next, depth + 1);
                    open.push_back((*next, depth + 1));
                }
            }
        }
    }
    depths
}

/// Namespaces that are one link apart, told by either side.
fn neighbours(wiring: &Wiring<'_>) -> HashMap<Inode, Vec<Inode>> {
    let mut neighbours: HashMap<Inode, Vec<Inode>> = HashMap::new();
    for namespace in wiring.namespaces() {
        for interface in namespace.interfaces.iter().flatten() {
            let ends = [&interface.peer, &interface.link].into_iter().flatten();
            for other in ends.filter_map(|end| end.namespace) {
                let this = namespace.namespace;
                neighbours.entry(this).or_default().push(other);
                neighbours.entry(other).or_default().push(this);
            }
        }
    }
    neighbours
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, NetworkSource, PerKind, Snapshot};

    const HOST: u32 = Kind::Net.initial().0.0;

    fn interface(index: u32) -> Interface {
        Interface {
            index,
            name: format!("if{index}"),
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

    fn end(namespace: u32, index: u32) -> End {
        End {
            namespace: Some(Inode(namespace)),
            index: Some(index),
            name: None,
        }
    }

    fn namespace(inode: u32, interfaces: Vec<Interface>) -> NetworkNamespace {
        NetworkNamespace {
            namespace: Inode(inode),
            name: None,
            leader_pid: None,
            containers: None,
            source: NetworkSource::Netlink,
            interfaces: Some(interfaces),
            routes: None,
            rules: None,
            neighbours: None,
            forwarding: None,
            sockets: None,
            port_forwards: None,
        }
    }

    fn topology(namespaces: Vec<NetworkNamespace>) -> Topology {
        let host = PerKind::from_fn(|kind| Some(Some(kind.initial().0)));
        let json = serde_json::json!({
            "schema": "", "captured_at": "", "duration_ms": 0, "engines": [], "gaps": [],
            "host": { "hostname": null, "kernel": null, "boot_id": null, "boot_time": null, "clock_ticks": 100,
                      "namespaces": host, "pid_namespace_is_initial": true },
            "viewer": { "pid": 1, "uid": 0, "namespaces": host, "denied_processes": 0 },
        });
        let mut snapshot: Snapshot = serde_json::from_value(json).unwrap();
        snapshot.network = Some(namespaces);
        Topology::of(&Wiring::of(&snapshot))
    }

    #[test]
    fn a_containers_end_hangs_below_the_port_of_the_bridge() {
        // The container's namespace has the lower number, and both ends the same index.
        let port = Interface {
            master: Some(2),
            peer: Some(end(7, 3)),
            ..interface(3)
        };
        let inner = Interface {
            peer: Some(end(HOST, 3)),
            ..interface(3)
        };
        let topology = topology(vec![
            namespace(7, vec![inner]),
            namespace(HOST, vec![interface(2), port]),
        ]);
        let host = Inode(HOST);
        assert_eq!(topology.above(Inode(7), 3), Some((host, 3)));
        assert_eq!(topology.above(host, 3), Some((host, 2)));
        assert_eq!(topology.above(host, 2), None);
    }

    #[test]
    fn of_a_chain_the_end_nearer_to_the_host_is_above() {
        let link = |index, other, far| Interface {
            peer: Some(end(other, far)),
            ..interface(index)
        };
        let topology = topology(vec![
            namespace(5, vec![link(2, 6, 2)]),
            namespace(6, vec![link(2, 5, 2), link(3, HOST, 9)]),
            namespace(HOST, vec![link(9, 6, 3)]),
        ]);
        assert_eq!(topology.above(Inode(6), 3), Some((Inode(HOST), 9)));
        assert_eq!(topology.above(Inode(5), 2), Some((Inode(6), 2)));
        assert_eq!(topology.above(Inode(6), 2), None);
    }

    #[test]
    fn what_rides_on_another_hangs_below_it_and_what_is_not_seen_does_not_matter() {
        let vlan = Interface {
            link: Some(end(HOST, 2)),
            ..interface(4)
        };
        let blind = Interface {
            link: Some(end(99, 2)),
            peer: Some(End {
                namespace: None,
                index: Some(4),
                name: None,
            }),
            master: Some(77),
            ..interface(5)
        };
        let topology = topology(vec![
            namespace(8, vec![vlan, blind]),
            namespace(HOST, vec![interface(2)]),
        ]);
        assert_eq!(topology.above(Inode(8), 4), Some((Inode(HOST), 2)));
        assert_eq!(topology.above(Inode(8), 5), None);
    }

    #[test]
    fn both_ends_in_bridges_stay_in_them() {
        let ends = |other, far| Interface {
            master: Some(1),
            peer: Some(end(other, far)),
            ..interface(2)
        };
        let topology = topology(vec![
            namespace(8, vec![interface(1), ends(HOST, 2)]),
            namespace(HOST, vec![interface(1), ends(8, 2)]),
        ]);
        assert_eq!(topology.above(Inode(8), 2), Some((Inode(8), 1)));
        assert_eq!(topology.above(Inode(HOST), 2), Some((Inode(HOST), 1)));
    }
}
