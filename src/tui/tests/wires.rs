//! The network of the example host: a bridge with two containers, a macvlan, a vlan, a chain of veths to named
//! namespaces, an end that is not seen, a namespace that could not be read.

use super::example;
use crate::model::{
    Address, Counters, End, Inode, Interface, Kind, Neighbour, Network, NetworkNamespace,
    NetworkSource, PublishedPort, Route, Snapshot, Socket, Word,
};

/// The host's.
pub(in crate::tui) const HOST: Inode = Kind::Net.initial().0;
/// Of shop-web-1 and shop-sidecar-1.
pub(in crate::tui) const SHOP: Inode = Inode(4_026_532_391);
const DATABASE: Inode = Inode(4_026_532_306);
const BACKUP: Inode = Inode(4_026_532_302);
const VPN: Inode = Inode(4_026_532_323);
const CHROME: Inode = Inode(4_026_532_322);
/// Of the pod, which could not be read.
const POD: Inode = Inode(4_026_532_392);
/// Without a process.
pub(in crate::tui) const LAB: Inode = Inode(4_026_532_777);

pub(in crate::tui) fn link(index: u32, name: &str, kind: &str) -> Interface {
    Interface {
        index,
        name: name.to_owned(),
        kind: Some(kind.to_owned().into()).filter(|kind: &Word| !kind.is_empty()),
        state: Some("up".into()),
        flags: ["BROADCAST", "UP", "LOWER_UP"].map(Word::Borrowed).into(),
        mtu: Some(1500),
        mac: Some(format!("02:42:ac:12:00:{index:02x}")),
        alias: None,
        altnames: Vec::new(),
        addresses: Some(Vec::new()),
        master: None,
        peer: None,
        link: None,
        network: None,
        details: None,
        port: None,
        ipv4: None,
        ipv6: None,
        counters: Some(Counters::default()),
    }
}

fn lo() -> Interface {
    let mut lo = with(link(1, "lo", "loopback"), "127.0.0.1", 8);
    lo.flags.push("LOOPBACK".into());
    lo.state = Some("unknown".into());
    lo
}

fn with(mut interface: Interface, address: &str, prefix_len: u8) -> Interface {
    interface.addresses.get_or_insert_default().push(Address {
        address: address.to_owned(),
        prefix_len,
        scope: Some("global".into()),
        flags: vec!["permanent".into()],
        peer: None,
        broadcast: None,
        valid_seconds: None,
        preferred_seconds: None,
    });
    interface
}

fn end(namespace: Inode, index: u32) -> End {
    End {
        namespace: Some(namespace),
        index: Some(index),
        name: None,
    }
}

fn veth(index: u32, name: &str, peer: End) -> Interface {
    Interface {
        peer: Some(peer),
        ..link(index, name, "veth")
    }
}

fn namespace(inode: Inode, interfaces: Vec<Interface>) -> NetworkNamespace {
    NetworkNamespace {
        namespace: inode,
        name: None,
        leader_pid: Some(1),
        containers: Some(Vec::new()),
        source: NetworkSource::Netlink,
        interfaces: Some(interfaces),
        routes: Some(Vec::new()),
        rules: Some(Vec::new()),
        neighbours: Some(Vec::new()),
        forwarding: Some(Vec::new()),
        sockets: Some(Vec::new()),
        port_forwards: Some(Vec::new()),
    }
}

fn listener(protocol: &str, local: &str, pids: &[u32]) -> Socket {
    let state = if protocol == "udp" {
        "unconnected"
    } else {
        "listen"
    };
    Socket {
        protocol: protocol.to_owned().into(),
        state: state.to_owned().into(),
        local: Some(local.to_owned()),
        remote: None,
        v6_only: None,
        inode: Some(1),
        uid: Some(0),
        interface: None,
        pids: Some(pids.to_vec()),
        forwards_to: None,
    }
}

fn route(destination: &str, gateway: Option<&str>) -> Route {
    Route {
        family: "inet".into(),
        kind: "unicast".into(),
        destination: destination.to_owned(),
        from: None,
        tos: None,
        gateway: gateway.map(ToOwned::to_owned),
        interface: Some("eth0".to_owned()),
        table: 254,
        metric: None,
        protocol: "boot".into(),
        scope: "global".into(),
        source: None,
        next_hops: Vec::new(),
        flags: Vec::new(),
    }
}

fn host() -> NetworkNamespace {
    let bridge = |index, name: &str, network: &str| Interface {
        network: Some(network.to_owned()),
        ..link(index, name, "bridge")
    };
    let port = |index, name: &str, peer| Interface {
        master: Some(4),
        ..veth(index, name, peer)
    };
    let unseen = End {
        namespace: None,
        index: Some(2),
        name: None,
    };
    let vlan = Interface {
        link: Some(end(HOST, 2)),
        ..link(8, "eth0.10", "vlan")
    };
    let mut proxy = listener("tcp", "0.0.0.0:8080", &[1]);
    proxy.forwards_to = Some("172.18.0.2:80".to_owned());
    NetworkNamespace {
        sockets: Some(vec![listener("tcp", "0.0.0.0:22", &[1]), proxy]),
        ..namespace(
            HOST,
            vec![
                lo(),
                with(link(2, "eth0", ""), "192.168.1.5", 24),
                with(bridge(3, "docker0", "bridge"), "172.17.0.1", 16),
                with(bridge(4, "br-1c2d", "shop_default"), "172.18.0.1", 16),
                port(5, "veth1a2b", end(SHOP, 2)),
                port(6, "veth3c4d", end(DATABASE, 6)),
                veth(7, "veth5e6f", end(VPN, 2)),
                vlan,
                veth(9, "vethdead", unseen),
            ],
        )
    }
}

fn shop() -> NetworkNamespace {
    let eth0 = veth(2, "eth0", end(HOST, 5));
    NetworkNamespace {
        sockets: Some(vec![
            listener("tcp", "0.0.0.0:80", &[2040, 2041]),
            listener("tcp", "0.0.0.0:9100", &[2050]),
            listener("udp", "[::]:53", &[]),
        ]),
        routes: Some(vec![route("default", Some("172.18.0.1"))]),
        neighbours: Some(vec![Neighbour {
            address: "172.18.0.1".to_owned(),
            mac: Some("02:42:ac:12:00:04".to_owned()),
            interface: Some("eth0".to_owned()),
            state: "reachable".into(),
        }]),
        ..namespace(SHOP, vec![lo(), with(eth0, "172.18.0.2", 16)])
    }
}

fn unread(inode: Inode) -> NetworkNamespace {
    NetworkNamespace {
        source: NetworkSource::None,
        interfaces: None,
        routes: None,
        rules: None,
        neighbours: None,
        forwarding: None,
        sockets: None,
        port_forwards: None,
        ..namespace(inode, Vec::new())
    }
}

fn named(inode: Inode, name: &str, interfaces: Vec<Interface>) -> NetworkNamespace {
    NetworkNamespace {
        name: Some(name.to_owned()),
        ..namespace(inode, interfaces)
    }
}

fn network() -> Vec<NetworkNamespace> {
    let macvlan = Interface {
        link: Some(end(HOST, 2)),
        ..link(2, "eth0", "macvlan")
    };
    let lab = NetworkNamespace {
        leader_pid: None,
        sockets: None,
        ..named(LAB, "lab", vec![veth(3, "up", end(VPN, 3))])
    };
    let database = with(veth(6, "eth0", end(HOST, 6)), "172.18.0.3", 16);
    let mut all = vec![
        host(),
        namespace(BACKUP, vec![lo(), with(macvlan, "192.168.1.77", 24)]),
        NetworkNamespace {
            sockets: Some(vec![listener("tcp", "0.0.0.0:5432", &[2060])]),
            ..namespace(DATABASE, vec![lo(), database])
        },
        namespace(CHROME, vec![lo()]),
        named(
            VPN,
            "vpn",
            vec![
                with(veth(2, "up", end(HOST, 7)), "10.9.0.2", 30),
                veth(3, "down", end(LAB, 3)),
            ],
        ),
        shop(),
        unread(POD),
        lab,
    ];
    all.sort_by_key(|namespace| namespace.namespace);
    all
}

/// The example host with its network.
pub(in crate::tui) fn snapshot() -> Snapshot {
    let mut snapshot = example::snapshot();
    let mut network = network();
    for container in snapshot.containers.iter_mut().flatten() {
        let share = container.sharing.get(Kind::Net);
        let inode = share.and_then(|share| share.inode);
        let mut spaces = network.iter_mut();
        if let Some(space) = spaces.find(|space| Some(space.namespace) == inode) {
            let ids = space.containers.get_or_insert_default();
            ids.push(container.id.clone());
        }
        if container.project.is_some() {
            container.networks.push(Network {
                name: "shop_default".to_owned(),
                driver: Some("bridge".to_owned()),
                address: Some("172.18.0.2".to_owned()),
                prefix_len: Some(16),
                gateway: Some("172.18.0.1".to_owned()),
                mac: None,
            });
        }
        if container.name == "shop-web-1" {
            container.ports.push(PublishedPort {
                protocol: "tcp".to_owned(),
                container_port: 80,
                host_address: "0.0.0.0".to_owned(),
                host_port: 8080,
            });
        }
    }
    snapshot.network = Some(network);
    snapshot
}

/// The same so many seconds later; what goes through an interface grows with its index.
pub(in crate::tui) fn after(seconds: u32) -> Snapshot {
    let mut snapshot = snapshot();
    snapshot.captured_at = format!("2026-11-23T18:00:{seconds:02}.123Z");
    for space in snapshot.network.iter_mut().flatten() {
        for interface in space.interfaces.iter_mut().flatten() {
            let grown = u64::from(interface.index * seconds * (seconds + 1));
            interface.counters = Some(Counters {
                rx_bytes: grown * 700,
                tx_bytes: grown * 30,
                rx_packets: grown * 2,
                tx_packets: grown,
                ..Counters::default()
            });
        }
    }
    snapshot
}
