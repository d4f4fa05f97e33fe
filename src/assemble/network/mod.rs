//! Network namespaces: numbers become names, and each interface finds its other end.

mod bridges;
mod ends;
mod gaps;
mod proxies;
mod sockets;
#[cfg(test)]
mod tests;
mod tuns;

use std::collections::HashMap;

use super::holders;
use super::reference::Reference;
use crate::collect::observation::{
    ForwardingRecord, NeighbourRecord, NetnsRecord, Observation, Reading, RouteRecord,
};
use crate::model::{
    Address, ForwardingEntry, Interface, Kind, Neighbour, NetworkNamespace, NextHop, Process, Route,
};
use ends::Ends;
use proxies::Proxies;

pub(super) use gaps::of as gaps;

/// The network namespaces by inode, where they were asked for. `processes` are those of `seen` as far as they were read,
/// and `housed` tells whether with their containers.
pub(super) fn list(
    seen: &Observation,
    processes: &[Process],
    housed: bool,
    reference: &Reference,
) -> Option<Vec<NetworkNamespace>> {
    let network = seen.network.as_ref()?;
    let ends = Ends::of(network);
    let proxies = Proxies::of(seen, network, processes, reference);
    let mut list: Vec<_> = network
        .namespaces
        .iter()
        .map(|record| namespace(record, &ends, &network.holders, &proxies))
        .collect();
    let mut netns = holders::names(&seen.holders, reference);
    for namespace in &mut list {
        namespace.name = netns.remove(&namespace.namespace);
    }
    tuns::serve(&mut list, seen, network, reference);
    bridges::name(&mut list, &seen.engines, reference.host.inode(Kind::Net));
    if housed {
        house(&mut list, processes);
    }
    list.sort_unstable_by_key(|namespace| namespace.namespace);
    Some(list)
}

/// Tells which containers are in which namespace.
fn house(list: &mut [NetworkNamespace], processes: &[Process]) {
    let mut containers = super::namespaces::by_namespace(processes);
    for namespace in list {
        let inside = containers.remove(&(Kind::Net, namespace.namespace));
        let inside = inside.unwrap_or_default().into_iter();
        namespace.containers = Some(inside.map(str::to_owned).collect());
    }
}

fn namespace(
    record: &NetnsRecord,
    ends: &Ends<'_>,
    holders: &HashMap<u64, Vec<u32>>,
    proxies: &Proxies<'_>,
) -> NetworkNamespace {
    let names = Names::of(record);
    NetworkNamespace {
        namespace: record.inode,
        name: None,
        leader_pid: record.pid,
        containers: None,
        source: record.source,
        interfaces: interfaces(record, ends),
        routes: each(&record.routes, |route| names.route(route)),
        rules: record.rules.clone().ok(),
        neighbours: each(&record.neighbours, |neighbour| names.neighbour(neighbour)),
        forwarding: each(&record.forwarding, |entry| names.forwarding(entry)),
        sockets: sockets::sockets(record, holders, &names.0, proxies),
        port_forwards: record.port_forwards.clone().ok(),
    }
}

fn each<R, T>(records: &Reading<Vec<R>>, make: impl Fn(&R) -> T) -> Option<Vec<T>> {
    let records = records.as_ref().ok()?;
    Some(records.iter().map(make).collect())
}

fn interfaces(record: &NetnsRecord, ends: &Ends<'_>) -> Option<Vec<Interface>> {
    let links = record.links.as_ref().ok()?;
    let mut addresses = addresses(record);
    let mut list: Vec<_> = links
        .iter()
        .map(|link| {
            let index = link.interface.index;
            let addresses = addresses.as_mut();
            Interface {
                addresses: addresses.map(|all| all.remove(&index).unwrap_or_default()),
                peer: ends.peer(record, link),
                link: ends.underlay(record, link),
                ..link.interface.clone()
            }
        })
        .collect();
    list.sort_unstable_by_key(|interface| interface.index);
    Some(list)
}

/// Addresses by interface.
fn addresses(record: &NetnsRecord) -> Option<HashMap<u32, Vec<Address>>> {
    let mut found: HashMap<u32, Vec<Address>> = HashMap::new();
    for record in record.addresses.as_ref().ok()? {
        let addresses = found.entry(record.index).or_default();
        addresses.push(record.address.clone());
    }
    Some(found)
}

/// Names of interfaces by index.
struct Names<'a>(HashMap<u32, &'a str>);

impl<'a> Names<'a> {
    fn of(record: &'a NetnsRecord) -> Self {
        let links = record.links.iter().flatten();
        let name = links.map(|link| (link.interface.index, link.interface.name.as_str()));
        Self(name.collect())
    }

    fn get(&self, index: u32) -> Option<String> {
        self.0.get(&index).map(|name| (*name).to_owned())
    }

    fn route(&self, record: &RouteRecord) -> Route {
        let hops = record.route.next_hops.iter().zip(&record.hop_indexes);
        Route {
            interface: (record.index.and_then(|index| self.get(index)))
                .or_else(|| record.route.interface.clone()),
            next_hops: hops
                .map(|(hop, index)| NextHop {
                    interface: self.get(*index),
                    ..hop.clone()
                })
                .collect(),
            ..record.route.clone()
        }
    }

    fn neighbour(&self, record: &NeighbourRecord) -> Neighbour {
        Neighbour {
            interface: self.get(record.index),
            ..record.neighbour.clone()
        }
    }

    fn forwarding(&self, record: &ForwardingRecord) -> ForwardingEntry {
        ForwardingEntry {
            interface: self.get(record.index),
            bridge: record.bridge.and_then(|index| self.get(index)),
            ..record.entry.clone()
        }
    }
}
