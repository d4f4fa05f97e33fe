//! Questions to what a network namespace holds, and who is in which.

use std::collections::{HashMap, HashSet};

use super::expr::Word;
use super::hits::Hits;
use super::matcher::{Bound, Pattern, Range};
use crate::model::{
    Container, Inode, Interface, Kind, NetworkNamespace, PerKind, Share, Snapshot, Socket,
};

/// Whether an interface in it is called so.
pub(super) fn has_interface(net: &NetworkNamespace, pattern: &Pattern) -> bool {
    interfaces(net).any(|one| is_named(one, pattern))
}

/// Whether an interface in it has an address in `range`.
pub(super) fn has_address(net: &NetworkNamespace, range: Range) -> bool {
    interfaces(net).any(|one| is_at(one, range))
}

/// Whether the interface has an address in `range`.
pub(super) fn is_at(interface: &Interface, range: Range) -> bool {
    let mut addresses = interface.addresses.iter().flatten();
    addresses.any(|address| range.holds(&address.address))
}

/// Whether a word is part of its name or finds one of its interfaces. Loopback interfaces are the same everywhere and are
/// not asked. A number also finds a port.
pub(super) fn is_called(net: &NetworkNamespace, word: &Word) -> bool {
    let mut others = interfaces(net).filter(|one| one.kind.as_deref() != Some("loopback"));
    let number = word.number.map(Bound::equal);
    word.pattern.matches_some(net.name.as_deref())
        || others.any(|one| is_interface_called(one, word))
        || number.is_some_and(|number| has_port(net, number))
}

/// Whether a word is part of a name, the hardware address, an address or the network of the interface. A number is no part
/// of an address, since it stands in too many: it is meant for a port.
pub(super) fn is_interface_called(interface: &Interface, word: &Word) -> bool {
    let pattern = &word.pattern;
    let mut addresses = interface.addresses.iter().flatten();
    is_named(interface, pattern)
        || pattern.matches_some(interface.network.as_deref())
        || word.number.is_none()
            && (pattern.matches_some(interface.mac.as_deref())
                || addresses.any(|address| pattern.matches(&address.address)))
}

/// Whether something in it listens on such a port or is bound to it, or its firewall sends such a port elsewhere.
pub(super) fn has_port(net: &NetworkNamespace, bound: Bound) -> bool {
    let mut forwards = net.port_forwards.iter().flatten();
    sockets(net, bound).next().is_some()
        || forwards.any(|forward| {
            let first = forward.port.map(u32::from);
            let last = forward.last_port.map(u32::from).or(first);
            first.is_some_and(|first| bound.holds_between(first, last.unwrap_or(first)))
        })
}

/// Whether it has a socket at such a port of which nobody knows who holds it.
pub(super) fn has_port_of_somebody(net: &NetworkNamespace, bound: Bound) -> bool {
    sockets(net, bound).any(|socket| socket.pids.is_none())
}

/// Processes that hold a socket at such a port.
pub(super) fn holders(snapshot: &Snapshot, bound: Bound) -> HashSet<u32> {
    let networks = snapshot.network.iter().flatten();
    let sockets = networks.flat_map(|net| sockets(net, bound));
    sockets
        .flat_map(|socket| socket.pids.iter().flatten().copied())
        .collect()
}

/// Whether the container has such a port, or the host has it for the container.
pub(super) fn publishes(row: &Container, bound: Bound) -> bool {
    let mut ports = row.ports.iter();
    ports.any(|port| {
        [port.host_port, port.container_port]
            .map(u32::from)
            .iter()
            .any(|port| bound.holds(*port))
    })
}

fn interfaces(net: &NetworkNamespace) -> impl Iterator<Item = &Interface> {
    net.interfaces.iter().flatten()
}

/// Whether the interface has such a name, alias or other name.
pub(super) fn is_named(interface: &Interface, pattern: &Pattern) -> bool {
    let names = std::iter::once(&interface.name);
    let mut names = names.chain(&interface.altnames).chain(&interface.alias);
    names.any(|name| pattern.matches(name))
}

/// Its sockets that wait at such a port.
fn sockets(net: &NetworkNamespace, bound: Bound) -> impl Iterator<Item = &Socket> {
    let sockets = net.sockets.iter().flatten();
    sockets.filter(move |socket| bound.holds_some(port(socket)))
}

/// The port at which a socket waits: none of a raw or unix socket, nor of a connection.
fn port(socket: &Socket) -> Option<u32> {
    let waits = matches!(socket.state.as_ref(), "listen" | "unconnected");
    let has_port = matches!(socket.protocol.as_ref(), "tcp" | "udp");
    let local = socket.local.as_deref().filter(|_| waits && has_port)?;
    local.rsplit_once(':')?.1.parse().ok()
}

/// Who is in which network namespace. Everything is named by its place in the snapshot's lists; all lists are empty
/// where the network was not collected.
#[derive(Default)]
pub(super) struct Nets {
    host: Option<usize>,
    containers: Vec<Option<usize>>,
    groups: Vec<Option<usize>>,
    processes: Vec<Option<usize>>,
    /// The same namespaces among all namespaces.
    namespaces: Vec<Option<usize>>,
    /// Containers that have a process in each.
    visitors: Vec<Vec<usize>>,
}

impl Nets {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let Some(network) = &snapshot.network else {
            return Self::default();
        };
        let places = network.iter().enumerate();
        let places: HashMap<_, _> = places.map(|(at, net)| (net.namespace, at)).collect();
        let find = |inode: Option<Inode>| places.get(&inode?).copied();
        let share = |sharing: &PerKind<Share>| find(sharing.get(Kind::Net)?.inode);
        let spaces = snapshot.namespaces.iter().flatten().enumerate();
        let spaces = spaces.filter(|(_, space)| space.kind == Kind::Net);
        let spaces: HashMap<_, _> = spaces.map(|(at, space)| (space.inode, at)).collect();
        let containers = snapshot.containers.iter().flatten();
        let ids = containers.clone().enumerate();
        let ids: HashMap<_, _> = ids.map(|(at, row)| (row.id.as_str(), at)).collect();
        let visitors = network.iter().map(|net| {
            let known = net.containers.iter().flatten();
            known
                .filter_map(|id| ids.get(id.as_str()).copied())
                .collect()
        });
        Self {
            host: find(snapshot.host.namespaces.inode(Kind::Net)),
            containers: containers.map(|row| share(&row.sharing)).collect(),
            groups: snapshot
                .groups
                .iter()
                .flatten()
                .map(|row| share(&row.sharing))
                .collect(),
            processes: snapshot
                .processes
                .iter()
                .flatten()
                .map(|process| find(process.namespaces.inode(Kind::Net)))
                .collect(),
            namespaces: network
                .iter()
                .map(|net| spaces.get(&net.namespace).copied())
                .collect(),
            visitors: visitors.collect(),
        }
    }

    /// What a namespace holds is hit where a process, container or group in it is.
    pub(super) fn fill(&self, hits: &mut Hits) {
        let lists = [
            (&self.processes, &hits.processes),
            (&self.containers, &hits.containers),
            (&self.groups, &hits.groups),
        ];
        let members = lists
            .into_iter()
            .flat_map(|(places, flags)| places.iter().zip(flags));
        let hit = members.filter(|(_, hit)| **hit);
        for place in hit.filter_map(|(place, _)| *place) {
            hits.network[place] = true;
        }
    }

    /// Everyone in a namespace is hit where what it holds is.
    pub(super) fn spread(&self, hits: &mut Hits) {
        let is_hit = |place: &Option<usize>| place.is_some_and(|at| hits.network[at]);
        hits.host |= is_hit(&self.host);
        for (places, flags) in [
            (&self.processes, &mut hits.processes),
            (&self.containers, &mut hits.containers),
            (&self.groups, &mut hits.groups),
        ] {
            for (place, flag) in places.iter().zip(flags) {
                *flag |= is_hit(place);
            }
        }
        let visitors = self.visitors.iter().zip(&hits.network);
        for row in visitors.filter(|(_, hit)| **hit).flat_map(|(rows, _)| rows) {
            hits.containers[*row] = true;
        }
        self.mark(hits);
    }

    /// The network namespaces of the processes, containers and groups that are hit.
    pub(super) fn join(&self, hits: &mut Hits) {
        self.fill(hits);
        self.mark(hits);
    }

    /// Namespaces are hit where what they hold is.
    pub(super) fn mark(&self, hits: &mut Hits) {
        let held = self.namespaces.iter().zip(&hits.network);
        for space in held
            .filter(|(_, hit)| **hit)
            .filter_map(|(space, _)| *space)
        {
            hits.namespaces[space] = true;
        }
    }

    /// What a namespace holds is hit just where the namespace is, if that is listed.
    pub(super) fn copy(&self, hits: &mut Hits) {
        for (space, flag) in self.namespaces.iter().zip(&mut hits.network) {
            if let Some(at) = space {
                *flag = hits.namespaces[*at];
            }
        }
    }
}
