//! The wiring of the example host is one wiring, agrees with its processes and containers, and moves.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::UNIX_EPOCH;

use super::fabric::host;
use crate::collect::observation::{
    EngineContainer, HeldBy, LinkRecord, Miss, NetnsRecord, NetworkRecord, Observation,
};
use crate::demo::observation;
use crate::demo::turn::Turn;
use crate::model::{Inode, Kind};

const TURNS: [u64; 9] = [0, 3, 9, 10, 11, 16, 40, 1_000_000, u64::MAX];

fn at(turn: u64) -> Observation {
    observation(Turn(turn), UNIX_EPOCH)
}

fn network(seen: &Observation) -> &NetworkRecord {
    seen.network.as_ref().unwrap()
}

/// Where namespaces are mounted.
fn mounts(seen: &Observation) -> impl Iterator<Item = (Inode, &[u8])> {
    let held = seen.holders.found.iter();
    held.filter_map(|held| match &held.by {
        HeldBy::BindMount { path, .. } => Some((held.inode, &path[..])),
        _ => None,
    })
}

fn space(seen: &Observation, net: Inode) -> &NetnsRecord {
    let mut all = network(seen).namespaces.iter();
    all.find(|space| space.inode == net).unwrap()
}

fn links(space: &NetnsRecord) -> &[LinkRecord] {
    space.links.as_deref().unwrap()
}

fn link(space: &NetnsRecord, index: u32) -> Option<&LinkRecord> {
    links(space)
        .iter()
        .find(|link| link.interface.index == index)
}

fn addresses(space: &NetnsRecord, index: u32) -> Vec<&str> {
    let all = space.addresses.as_ref().unwrap().iter();
    let own = all.filter(|one| one.index == index);
    own.map(|one| one.address.address.as_str()).collect()
}

/// Where the link says that its other end is.
fn end<'a>(
    seen: &'a Observation,
    own: &NetnsRecord,
    link: &LinkRecord,
) -> Option<(&'a NetnsRecord, u32)> {
    let net = match link.link_nsid {
        Some(nsid) => *own.nsids.get(&nsid)?,
        None => own.inode,
    };
    Some((space(seen, net), link.link.unwrap_or(link.interface.index)))
}

fn docker(seen: &Observation) -> impl Iterator<Item = &EngineContainer> {
    let engines = seen.engines.iter();
    engines
        .flat_map(|engine| &engine.containers)
        .filter(|one| !one.networks.is_empty())
}

/// The namespace of a container: that of its first process.
fn of_container(seen: &Observation, container: &EngineContainer) -> Inode {
    let scope = format!("/docker-{}.scope", container.id);
    let mut processes = seen.processes.iter();
    let first = processes.find(|one| {
        let cgroup = one.facts.as_ref().unwrap().cgroup.as_ref().unwrap();
        String::from_utf8_lossy(cgroup).contains(&scope)
    });
    first.unwrap().links.get(Kind::Net).unwrap()
}

#[test]
fn every_process_is_in_a_namespace_that_is_described() {
    for turn in TURNS {
        let seen = at(turn);
        let mut lowest = BTreeMap::new();
        for process in &seen.processes {
            if let Ok(net) = process.links.get(Kind::Net) {
                lowest.entry(net).or_insert(process.pid);
            }
        }
        for space in &network(&seen).namespaces {
            assert_eq!(space.pid, lowest.remove(&space.inode), "{space:?}");
            let is_asked = !matches!(space.sockets, Err(Miss::NotAsked));
            assert_eq!(is_asked, space.pid.is_some());
            let is_held = mounts(&seen).any(|(inode, _)| inode == space.inode);
            assert!(space.pid.is_some() || is_held);
        }
        assert!(lowest.is_empty(), "turn {turn}: {lowest:?}");
    }
}

#[test]
fn both_ends_of_a_cable_know_each_other() {
    for turn in TURNS {
        let seen = at(turn);
        let mut unseen = 0;
        for own in &network(&seen).namespaces {
            let cables = links(own).iter();
            let cables = cables.filter(|link| link.interface.kind.as_deref() == Some("veth"));
            for cable in cables {
                let Some((other, index)) = end(&seen, own, cable) else {
                    unseen += 1;
                    continue;
                };
                let far = link(other, index).unwrap_or_else(|| panic!("{cable:?}"));
                let (back, own_index) = end(&seen, other, far).unwrap();
                let own_name = (own.inode, cable.interface.index);
                assert_eq!((back.inode, own_index), own_name);
                let (near, far) = (cable.interface.counters, far.interface.counters);
                assert_eq!(near.unwrap().rx_bytes, far.unwrap().tx_bytes);
            }
        }
        assert_eq!(unseen, 1, "turn {turn}");
    }
}

#[test]
fn hardware_addresses_are_there_once() {
    for turn in TURNS {
        let seen = at(turn);
        let mut macs = BTreeSet::new();
        for link in network(&seen).namespaces.iter().flat_map(links) {
            // A vlan has that of the card that it is on.
            let kind = link.interface.kind.as_deref();
            if !matches!(kind, Some("loopback" | "vlan")) {
                assert!(macs.insert(link.interface.mac.clone()), "{link:?}");
            }
        }
    }
}

#[test]
fn indexes_are_those_of_interfaces() {
    for turn in TURNS {
        let seen = at(turn);
        for own in &network(&seen).namespaces {
            let known: BTreeSet<_> = links(own).iter().map(|l| l.interface.index).collect();
            let names: BTreeSet<_> = links(own).iter().map(|l| &l.interface.name).collect();
            assert_eq!(
                (known.len(), names.len()),
                (links(own).len(), links(own).len())
            );
            assert!(names.iter().all(|name| name.len() <= 15), "{names:?}");
            let routes = own.routes.iter().flatten().filter_map(|route| route.index);
            let neighbours = own.neighbours.iter().flatten().map(|one| one.index);
            let entries = own.forwarding.iter().flatten();
            let entries = entries.flat_map(|entry| [Some(entry.index), entry.bridge]);
            let masters = links(own).iter().map(|link| link.interface.master);
            let used = routes
                .chain(neighbours)
                .chain(entries.chain(masters).flatten());
            for index in used {
                assert!(known.contains(&index), "{index} in {own:?}");
            }
        }
    }
}

#[test]
fn containers_have_the_addresses_that_their_engine_tells() {
    for turn in TURNS {
        let seen = at(turn);
        let mut plugged = 0;
        for container in docker(&seen) {
            let own = space(&seen, of_container(&seen, container));
            for network in &container.networks {
                let address = network.address.as_deref().unwrap();
                let mut all = links(own).iter();
                let eth = all.find(|link| link.interface.mac == network.mac);
                let eth = eth.unwrap_or_else(|| panic!("{network:?}"));
                assert_eq!(addresses(own, eth.interface.index), [address]);
                let (other, index) = end(&seen, own, eth).unwrap();
                assert_eq!(other.inode, host());
                let port = &link(other, index).unwrap().interface;
                let bridge = port.master.and_then(|master| link(other, master));
                let Some(bridge) = bridge else {
                    assert!(container.name.contains("feature-store"));
                    continue;
                };
                let carried = &seen.engines[0].bridges[&bridge.interface.name];
                assert_eq!(carried, &network.name);
                let gateway = network.gateway.as_deref().unwrap();
                assert!(addresses(other, bridge.interface.index).contains(&gateway));
                plugged += 1;
            }
        }
        assert!(plugged >= 9, "turn {turn}: {plugged}");
    }
}

#[test]
fn sockets_are_held_by_processes_that_are_there() {
    for turn in TURNS {
        let seen = at(turn);
        let pids: HashSet<_> = seen.processes.iter().map(|one| one.pid).collect();
        let mut inodes = HashSet::new();
        let mut listening = BTreeSet::new();
        for own in &network(&seen).namespaces {
            for record in own.sockets.iter().flatten() {
                let inode = record.socket.inode.unwrap();
                assert!(inodes.insert(inode), "{record:?} is there twice");
                let holders = network(&seen).holders.get(&inode).into_iter().flatten();
                assert!(holders.clone().is_sorted());
                assert!(holders.clone().all(|pid| pids.contains(pid)), "{record:?}");
                if own.inode == host() {
                    listening.extend(record.socket.local.clone());
                }
            }
        }
        assert!(
            network(&seen)
                .holders
                .keys()
                .all(|inode| inodes.contains(inode))
        );
        for port in docker(&seen).flat_map(|container| &container.ports) {
            let host = &port.host_address;
            let local = if host.contains(':') {
                format!("[{host}]:{}", port.host_port)
            } else {
                format!("{host}:{}", port.host_port)
            };
            assert!(listening.contains(&local), "{local}");
        }
        for (pid, name) in &network(&seen).tuns {
            assert!(pids.contains(pid));
            let mut all = network(&seen).namespaces.iter().flat_map(links);
            assert!(all.any(|link| {
                let is_tun = link.interface.kind.as_deref() == Some("tun");
                is_tun && link.interface.name == *name
            }));
        }
    }
}

#[test]
fn what_is_there_to_find_is_there_at_first() {
    let seen = at(0);
    let all = &network(&seen).namespaces;
    let states: BTreeSet<_> = all
        .iter()
        .flat_map(links)
        .filter_map(|link| link.interface.state.as_deref())
        .collect();
    assert_eq!(states, ["down", "lowerlayerdown", "unknown", "up"].into());
    let kinds: BTreeSet<_> = all
        .iter()
        .flat_map(links)
        .filter_map(|link| link.interface.kind.as_deref())
        .collect();
    let wanted = ["bridge", "loopback", "macvlan", "tun", "veth", "vlan"];
    assert_eq!(kinds, wanted.into());
    let failed: BTreeSet<_> = all
        .iter()
        .flat_map(|space| space.neighbours.iter().flatten())
        .filter(|one| one.neighbour.state == "failed")
        .map(|one| one.neighbour.address.as_str())
        .collect();
    assert_eq!(failed, ["172.20.0.5", "192.0.2.31", "192.0.2.40"].into());
    let paths: Vec<_> = mounts(&seen).map(|(_, path)| path).collect();
    for name in ["lab-router", "lab-client"] {
        let path = format!("/run/netns/{name}");
        assert!(paths.contains(&path.as_bytes()), "{path}");
    }
    let forwards = space(&seen, host()).port_forwards.as_ref().unwrap();
    let ports: Vec<_> = forwards.iter().filter_map(|forward| forward.port).collect();
    assert_eq!(ports, [443, 3000, 8443]);
    // An end whose index equals ours is left out by the kernel.
    let left_out = all
        .iter()
        .flat_map(links)
        .filter(|link| link.link_nsid.is_some() && link.link.is_none());
    assert_eq!(left_out.count(), 2);
}

#[test]
fn traffic_flows_while_one_looks() {
    let mut rates = BTreeSet::new();
    for turn in 0..40 {
        let (then, now) = (at(turn), at(turn + 1));
        for own in &network(&then).namespaces {
            let mut later = network(&now).namespaces.iter();
            let Some(later) = later.find(|space| space.inode == own.inode) else {
                continue;
            };
            for old in links(own) {
                let Some(new) = link(later, old.interface.index) else {
                    continue;
                };
                assert_eq!(old.interface.name, new.interface.name);
                let (old, new) = (
                    old.interface.counters.unwrap(),
                    new.interface.counters.unwrap(),
                );
                rates.insert(new.rx_bytes.checked_sub(old.rx_bytes).unwrap());
                assert!(new.tx_packets >= old.tx_packets);
            }
        }
    }
    assert!(rates.contains(&0) && rates.len() > 50, "{}", rates.len());
}

#[test]
fn the_sidecar_keeps_a_namespace_without_a_cable() {
    let seen = at(12);
    let mut processes = seen.processes.iter();
    let sidecar = processes.find(|one| {
        let cmdline = one.facts.as_ref().unwrap().cmdline.as_ref();
        cmdline.is_ok_and(|line| line.bytes.starts_with(b"/otelcol"))
    });
    let own = space(&seen, sidecar.unwrap().links.get(Kind::Net).unwrap());
    assert_eq!(links(own).len(), 1);
    assert_eq!(own.sockets.as_ref().unwrap().len(), 2);
}
