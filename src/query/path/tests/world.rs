//! Made-up network namespaces: addresses and switches bring the routes that the kernel would make for them.

use core::net::IpAddr;

use crate::model::*;
use crate::query::path::address::Prefix;

/// The host's network namespace in every made-up world.
pub(super) const HOST: u32 = 1;

/// Network namespaces that become a snapshot.
#[derive(Clone)]
pub(super) struct World {
    namespaces: Vec<NetworkNamespace>,
    mac: u32,
}

impl World {
    /// The host with its loopback, and a namespace with a loopback for each name, numbered from 2.
    pub(super) fn new(names: &[&str]) -> Self {
        let mut world = Self {
            namespaces: Vec::new(),
            mac: 0,
        };
        for (inode, name) in (HOST..).zip(std::iter::once(&"host").chain(names)) {
            world.namespaces.push(empty(inode, name));
            world.add(inode, "lo", "loopback", "127.0.0.1/8");
        }
        world
    }

    pub(super) fn ns(&mut self, inode: u32) -> &mut NetworkNamespace {
        let mut all = self.namespaces.iter_mut();
        all.find(|ns| ns.namespace == Inode(inode)).unwrap()
    }

    pub(super) fn interface(&mut self, inode: u32, name: &str) -> &mut Interface {
        let all = self.ns(inode).interfaces.as_mut().unwrap();
        all.iter_mut().find(|one| one.name == name).unwrap()
    }

    /// An interface that is up, with addresses separated by spaces; its index is given.
    pub(super) fn add(&mut self, inode: u32, name: &str, kind: &str, addresses: &str) -> u32 {
        self.mac += 1;
        let mac = format!("02:00:00:00:00:{:02x}", self.mac);
        let ns = self.ns(inode);
        let interfaces = ns.interfaces.as_mut().unwrap();
        let index = u32::try_from(interfaces.len()).unwrap() + 1;
        interfaces.push(interface(index, name, kind, mac));
        for address in addresses.split_whitespace() {
            self.address(inode, name, address);
        }
        index
    }

    /// An address, with the routes that the kernel makes for it.
    pub(super) fn address(&mut self, inode: u32, name: &str, text: &str) {
        let (address, length) = text.split_once('/').unwrap();
        let length: u8 = length.parse().unwrap();
        let given = samples::address(address, length);
        let interface = self.interface(inode, name);
        interface.addresses.get_or_insert_default().push(given);
        self.route_in(inode, 255, &format!("local {address} dev {name}"));
        let network = network(address.parse().unwrap(), length);
        self.route_in(inode, 254, &format!("{network} dev {name} src {address}"));
    }

    /// A route of the main table, as ip(8) writes it: `[TYPE] DESTINATION [via GATEWAY] [dev NAME] [src ADDRESS]
    /// [metric N] [nexthop via GATEWAY dev NAME]...`.
    pub(super) fn route(&mut self, inode: u32, text: &str) {
        self.route_in(inode, 254, text);
    }

    /// Removes all routes but these.
    pub(super) fn keep_routes(&mut self, inode: u32, keep: impl FnMut(&Route) -> bool) {
        self.ns(inode).routes.as_mut().unwrap().retain(keep);
    }

    pub(super) fn route_in(&mut self, inode: u32, table: u32, text: &str) {
        let route = route(table, text);
        self.ns(inode).routes.as_mut().unwrap().push(route);
    }

    /// A veth pair; each end is its namespace, its name and its addresses.
    pub(super) fn veth(&mut self, one: (u32, &str, &str), other: (u32, &str, &str)) {
        let indexes =
            [one, other].map(|(ns, name, addresses)| self.add(ns, name, "veth", addresses));
        for ((ns, name, _), (peer, peer_name, _), index) in
            [(one, other, indexes[1]), (other, one, indexes[0])]
        {
            self.interface(ns, name).peer = Some(end(peer, index, peer_name));
        }
    }

    /// A bridge with ports that are there already.
    pub(super) fn bridge(&mut self, inode: u32, name: &str, addresses: &str, ports: &[&str]) {
        let index = self.add(inode, name, "bridge", addresses);
        for port in ports {
            let port = self.interface(inode, port);
            port.master = Some(index);
            port.port = Some(BridgePort {
                state: Some("forwarding".into()),
                isolated: Some(false),
                hairpin: Some(false),
            });
        }
    }

    /// An interface that rides on another.
    pub(super) fn rider(
        &mut self,
        (inode, name, addresses): (u32, &str, &str),
        details: Details,
        (below, below_name): (u32, &str),
    ) {
        let kind = match details {
            Details::Vlan { .. } => "vlan",
            Details::Ipvlan { .. } => "ipvlan",
            _ => "macvlan",
        };
        self.add(inode, name, kind, addresses);
        let index = self.interface(below, below_name).index;
        let rider = self.interface(inode, name);
        rider.link = Some(end(below, index, below_name));
        rider.details = Some(details);
    }

    /// Switches an interface off; its routes go, and its peer loses its carrier.
    pub(super) fn down(&mut self, inode: u32, name: &str) {
        let interface = self.interface(inode, name);
        interface.flags.clear();
        let peer = interface.peer.clone();
        self.keep_routes(inode, |route| route.interface.as_deref() != Some(name));
        if let Some(End {
            namespace: Some(ns),
            name: Some(name),
            ..
        }) = peer
        {
            let flags = &mut self.interface(ns.0, &name).flags;
            flags.retain(|flag| flag != "LOWER_UP");
        }
    }

    pub(super) fn neighbour(&mut self, inode: u32, name: &str, address: &str, state: &str) {
        let neighbour = Neighbour {
            address: address.to_owned(),
            mac: None,
            interface: Some(name.to_owned()),
            state: state.to_owned().into(),
        };
        self.ns(inode).neighbours.as_mut().unwrap().push(neighbour);
    }

    /// A rule `priority`: packets from `from` (all where it is empty) ask `table`.
    pub(super) fn rule(&mut self, inode: u32, priority: u32, from: &str, table: u32) -> &mut Rule {
        let rules = self.ns(inode).rules.as_mut().unwrap();
        rules.push(rule("inet", priority, table));
        let rule = rules.last_mut().unwrap();
        rule.from = Some(from.to_owned()).filter(|from| !from.is_empty());
        rule
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let mut namespaces = PerKind::default();
        namespaces.set(Kind::Net, Some(Inode(HOST)));
        Snapshot {
            network: Some(self.namespaces.clone()),
            ..samples::snapshot(namespaces)
        }
    }
}

fn empty(inode: u32, name: &str) -> NetworkNamespace {
    let families = ["inet", "inet6"].into_iter();
    let rules =
        families.flat_map(|family| [(0, 255), (32766, 254)].map(|(at, t)| rule(family, at, t)));
    NetworkNamespace {
        name: Some(name.to_owned()),
        leader_pid: None,
        containers: None,
        rules: Some(rules.collect()),
        sockets: None,
        port_forwards: None,
        ..samples::space(Inode(inode), Vec::new())
    }
}

/// Forwards what is not for itself, and answers for nobody else.
const ROUTER: Switches = Switches {
    forwarding: true,
    proxy: false,
};

fn interface(index: u32, name: &str, kind: &str, mac: String) -> Interface {
    Interface {
        mac: Some(mac),
        ipv4: Some(ROUTER),
        ipv6: Some(ROUTER),
        ..samples::interface(index, name, kind)
    }
}

fn end(namespace: u32, index: u32, name: &str) -> End {
    End {
        name: Some(name.to_owned()),
        ..samples::end(Inode(namespace), index)
    }
}

fn rule(family: &str, priority: u32, table: u32) -> Rule {
    Rule {
        family: family.to_owned().into(),
        ..samples::rule(priority, table)
    }
}

/// The network that an address is in: `10.0.0.0/24`.
fn network(address: IpAddr, length: u8) -> String {
    let network = match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            IpAddr::from(core::net::Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            IpAddr::from(core::net::Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    };
    assert!(Prefix::of(network, length).holds(address));
    format!("{network}/{length}")
}

fn route(table: u32, text: &str) -> Route {
    let kinds = [
        "local",
        "blackhole",
        "unreachable",
        "prohibit",
        "throw",
        "broadcast",
    ];
    let mut words = text.split_whitespace().peekable();
    let kind = words.next_if(|word| kinds.contains(word));
    let destination = words.next().unwrap();
    let is_six = text.contains("::");
    let mut route = Route {
        family: if is_six { "inet6" } else { "inet" }.to_owned().into(),
        kind: kind.unwrap_or("unicast").to_owned().into(),
        interface: None,
        table,
        protocol: "kernel".into(),
        ..samples::route(destination, None, "")
    };
    while let Some(word) = words.next() {
        if word == "nexthop" {
            route.next_hops.push(NextHop {
                gateway: None,
                interface: None,
                weight: 1,
            });
            continue;
        }
        let value = words.next().unwrap().to_owned();
        let hop = route.next_hops.last_mut();
        match (word, hop) {
            ("via", Some(hop)) => hop.gateway = Some(value),
            ("dev", Some(hop)) => hop.interface = Some(value),
            ("via", None) => route.gateway = Some(value),
            ("dev", None) => route.interface = Some(value),
            ("src", _) => route.source = Some(value),
            ("metric", _) => route.metric = Some(value.parse().unwrap()),
            (word, _) => panic!("{word} in {text}"),
        }
    }
    route
}
