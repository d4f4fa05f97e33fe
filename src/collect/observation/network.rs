//! Raw records of network namespaces.
//!
//! Each record is the value of the model as far as its namespace alone can tell it, and the numbers by which `assemble`
//! finds the rest: interfaces are told by index, other namespaces by the number that this one has for them.

use std::collections::HashMap;

use super::{Miss, Reading};
use crate::model::{
    Address, ForwardingEntry, Inode, Interface, Neighbour, NetworkSource, PortForward, Route, Rule,
    Socket,
};

/// The network namespaces of a host.
#[derive(Clone, Debug, Default)]
pub struct NetworkRecord {
    /// One for each, by inode.
    pub namespaces: Vec<NetnsRecord>,
    /// Processes by the sockets that they hold, by inode in sockfs; pids in order.
    pub holders: HashMap<u64, Vec<u32>>,
    /// Processes that serve a tun or tap interface, and its name, which says nothing of its namespace.
    pub tuns: Vec<(u32, String)>,
    /// Processes of which it may not be seen what they hold and serve.
    pub unseen_descriptors: u32,
    /// Processes of which that could not be read for another reason.
    pub unread_descriptors: u32,
}

/// One network namespace, as read.
#[derive(Clone, Debug)]
pub struct NetnsRecord {
    /// Its number.
    pub inode: Inode,
    /// The lowest member pid.
    pub pid: Option<u32>,
    /// How it was read.
    pub source: NetworkSource,
    /// Interfaces.
    pub links: Reading<Vec<LinkRecord>>,
    /// Addresses.
    pub addresses: Reading<Vec<AddressRecord>>,
    /// Routes of all tables.
    pub routes: Reading<Vec<RouteRecord>>,
    /// Rules.
    pub rules: Reading<Vec<Rule>>,
    /// Neighbours.
    pub neighbours: Reading<Vec<NeighbourRecord>>,
    /// Forwarding entries.
    pub forwarding: Reading<Vec<ForwardingRecord>>,
    /// Sockets.
    pub sockets: Reading<Vec<SocketRecord>>,
    /// Ports that firewall rules send elsewhere.
    pub port_forwards: Reading<Vec<PortForward>>,
    /// How many rules do so in a way that could not be told.
    pub unread_forwards: u32,
    /// Other namespaces by the number that this one has for them (nsid). Only those that its links name.
    pub nsids: HashMap<i32, Inode>,
    /// Whether something changed during a dump each time it was tried.
    pub unsteady: bool,
    /// What is not in the lists that there are, by the name that people have for it.
    pub missing: Vec<(&'static str, Miss)>,
}

impl NetnsRecord {
    /// One of which nothing has been read yet, for one reason.
    #[must_use]
    pub fn missed(inode: Inode, miss: Miss) -> Self {
        Self {
            inode,
            pid: None,
            source: NetworkSource::None,
            links: Err(miss),
            addresses: Err(miss),
            routes: Err(miss),
            rules: Err(miss),
            neighbours: Err(miss),
            forwarding: Err(miss),
            sockets: Err(miss),
            port_forwards: Err(miss),
            unread_forwards: 0,
            nsids: HashMap::new(),
            unsteady: false,
            missing: Vec::new(),
        }
    }
}

/// An interface, without what its addresses, peer and names of others are.
#[derive(Clone, Debug)]
pub struct LinkRecord {
    /// What it says of itself.
    pub interface: Interface,
    /// `IFLA_LINK`: index of its peer, or of the interface it rides on. 0: there is none any more.
    pub link: Option<u32>,
    /// `IFLA_LINK_NETNSID`: where that one is; `None` for the same namespace.
    pub link_nsid: Option<i32>,
}

impl LinkRecord {
    /// Whether it is one of a pair of interfaces that are each other's end.
    #[must_use]
    pub fn is_pair(&self) -> bool {
        matches!(self.interface.kind.as_deref(), Some("veth" | "netkit"))
    }

    /// Index of what is at the other end of one of a pair. The kernel may leave it out where it is the same as its own,
    /// which it can only be in another namespace.
    #[must_use]
    pub fn twin_index(&self) -> Option<u32> {
        let own = self.link_nsid.map(|_| self.interface.index);
        self.link.or(own).filter(|index| *index != 0)
    }
}

/// An address and its interface.
#[derive(Clone, Debug)]
pub struct AddressRecord {
    /// Index of the interface.
    pub index: u32,
    /// The address.
    pub address: Address,
}

/// A route, without names of interfaces.
#[derive(Clone, Debug)]
pub struct RouteRecord {
    /// The route.
    pub route: Route,
    /// Index of the interface it leaves by.
    pub index: Option<u32>,
    /// Indexes of the interfaces of its next hops.
    pub hop_indexes: Vec<u32>,
}

/// A neighbour and its interface.
#[derive(Clone, Debug)]
pub struct NeighbourRecord {
    /// Index of the interface.
    pub index: u32,
    /// The neighbour.
    pub neighbour: Neighbour,
}

/// A forwarding entry, its port and its bridge.
#[derive(Clone, Debug)]
pub struct ForwardingRecord {
    /// Index of the port.
    pub index: u32,
    /// Index of the bridge.
    pub bridge: Option<u32>,
    /// The entry.
    pub entry: ForwardingEntry,
}

/// A socket, without those who hold it.
#[derive(Clone, Debug)]
pub struct SocketRecord {
    /// Index of the interface it is bound to.
    pub index: Option<u32>,
    /// The socket.
    pub socket: Socket,
}
