//! A made-up host with a network, for the tests of the reports.

use std::collections::BTreeMap;

use crate::model::samples::{self, address, socket, space};
pub(super) use crate::model::samples::{end, route};
use crate::model::{
    Container, Counters, Details, Group, GroupKind, Inode, Interface, Kind, Namespace, Neighbour,
    NetworkNamespace, NetworkSource, PerKind, PortForward, Process, PublishedPort, Scope, Share,
    Snapshot,
};

/// The host's network namespace.
pub(super) const HOST: Inode = Inode(100);
/// That of the containers web and side.
pub(super) const WEB: Inode = Inode(200);
/// One with a macvlan, which cannot be entered.
pub(super) const VLAN: Inode = Inode(300);
/// One with a name and no process.
pub(super) const LAB: Inode = Inode(400);

fn interface(index: u32, name: &str, kind: &str, addresses: &[(&str, u8)]) -> Interface {
    let addresses = addresses.iter();
    Interface {
        mac: Some(format!("02:00:00:00:00:{index:02x}")),
        addresses: Some(addresses.map(|(text, len)| address(text, *len)).collect()),
        counters: Some(Counters {
            rx_bytes: 2048,
            tx_bytes: 7,
            ..Counters::default()
        }),
        ..samples::interface(index, name, kind)
    }
}

fn lo() -> Interface {
    interface(1, "lo", "loopback", &[("127.0.0.1", 8)])
}

fn host() -> NetworkNamespace {
    let mut bridge = interface(3, "br-1", "bridge", &[("172.20.0.1", 16)]);
    bridge.network = Some("shop_default".to_owned());
    let mut port = interface(7, "veth7", "veth", &[("fe80::7", 64)]);
    port.master = Some(3);
    port.peer = Some(end(Some(WEB), 2));
    let mut lost = interface(8, "veth8", "veth", &[]);
    lost.peer = Some(end(None, 5));
    lost.state = Some("lowerlayerdown".into());
    let mut vlan = interface(4, "eth0.30", "vlan", &[]);
    vlan.details = Some(Details::Vlan {
        id: Some(30),
        protocol: None,
    });
    vlan.link = Some(end(Some(HOST), 2));
    let eth0 = interface(2, "eth0", "", &[("192.0.2.10", 24)]);
    let mut host = space(HOST, vec![lo(), eth0, bridge, vlan, port, lost]);
    host.routes = Some(vec![route("default", Some("192.0.2.1"), "eth0")]);
    host.neighbours = Some(vec![Neighbour {
        address: "172.20.0.2".to_owned(),
        mac: None,
        interface: Some("br-1".to_owned()),
        state: "failed".into(),
    }]);
    let mut proxy = socket("tcp", "0.0.0.0:443", Some(&[11]));
    proxy.forwards_to = Some("172.20.0.2:443".to_owned());
    host.sockets = Some(vec![proxy, socket("udp", "0.0.0.0:111", Some(&[]))]);
    host.port_forwards = Some(vec![PortForward {
        protocol: Some("tcp".to_owned()),
        address: None,
        port: Some(443),
        last_port: None,
        to_address: Some("172.20.0.2".to_owned()),
        to_port: Some(443),
        has_more: false,
        source: "nftables".into(),
    }]);
    host
}

fn web() -> NetworkNamespace {
    let mut eth0 = interface(2, "eth0", "veth", &[("172.20.0.2", 16)]);
    eth0.peer = Some(end(Some(HOST), 7));
    let mut web = space(WEB, vec![lo(), eth0]);
    web.containers = Some(vec!["aa".repeat(32), "bb".repeat(32)]);
    web.sockets = Some(vec![
        socket("tcp", "0.0.0.0:443", Some(&[20, 21])),
        socket("tcp", "127.0.0.1:9000", Some(&[21, 22])),
        socket("udp", "127.0.0.11:53", Some(&[11])),
        socket("tcp", "[::]:8080", None),
    ]);
    web
}

fn vlan() -> NetworkNamespace {
    let mut eth0 = interface(31, "eth0", "macvlan", &[("192.0.2.31", 24)]);
    eth0.details = Some(Details::Macvlan {
        mode: Some("bridge".into()),
    });
    eth0.link = Some(end(Some(HOST), 2));
    NetworkNamespace {
        source: NetworkSource::Proc,
        interfaces: Some(vec![eth0]),
        ..samples::unread(VLAN)
    }
}

fn lab() -> NetworkNamespace {
    NetworkNamespace {
        name: Some("laboratory".to_owned()),
        leader_pid: None,
        sockets: None,
        ..space(LAB, vec![lo()])
    }
}

fn process(pid: u32, comm: &str, net: Inode, container: Option<String>) -> Process {
    let mut namespaces = PerKind::default();
    namespaces.set(Kind::Net, Some(net));
    Process {
        relation: None,
        threads_elsewhere: Vec::new(),
        pid,
        ppid: None,
        start_ticks: None,
        uid: None,
        comm: Some(comm.to_owned()),
        command: None,
        command_truncated: false,
        state: None,
        kernel_thread: None,
        ns_pids: vec![pid],
        namespaces,
        container,
        group: None,
        unit: None,
        cgroup: None,
    }
}

fn sharing(net: Inode) -> PerKind<Share> {
    let mut sharing = PerKind::default();
    let share = Share {
        inode: Some(net),
        scope: Scope::Shared,
        with: Vec::new(),
        not_host: false,
    };
    sharing.set(Kind::Net, share);
    sharing
}

fn container(name: &str, id: &str) -> Container {
    Container {
        pod_name: None,
        pod_namespace: None,
        nested_in: None,
        id: id.repeat(32),
        name: name.to_owned(),
        engine: "docker".to_owned(),
        name_source: "engine".to_owned(),
        image: None,
        state: None,
        init_pid: None,
        project: None,
        service: None,
        pod: None,
        labels: BTreeMap::new(),
        process_count: 1,
        cgroup: None,
        sharing: sharing(WEB),
        declared: None,
        drift: Vec::new(),
        differing_processes: 0,
        networks: Vec::new(),
        ports: Vec::new(),
        mounts: Vec::new(),
    }
}

/// A namespace of a kind that nothing is known of.
pub(super) const fn namespace(kind: Kind, inode: u32) -> Namespace {
    Namespace {
        inode: Inode(inode),
        kind,
        id: None,
        name: None,
        initial: Some(false),
        owner_user_ns: None,
        parent: None,
        owner_uid: None,
        process_count: 0,
        leader_pid: None,
        containers: None,
        holders: Vec::new(),
    }
}

/// The whole host.
pub(super) fn snapshot() -> Snapshot {
    let mut namespaces = PerKind::default();
    namespaces.set(Kind::Net, Some(HOST));
    let mut web_container = container("web", "bb");
    web_container.ports = vec![PublishedPort {
        protocol: "tcp".to_owned(),
        container_port: 443,
        host_address: "::".to_owned(),
        host_port: 8443,
    }];
    let group = Group {
        id: "group:300".to_owned(),
        kind: GroupKind::Unit,
        name: "radio.service".to_owned(),
        leader_pid: 30,
        process_count: 1,
        sharing: sharing(VLAN),
    };
    Snapshot {
        processes: Some(vec![
            process(11, "docker-proxy", HOST, None),
            process(20, "nginx", WEB, Some("bb".repeat(32))),
            process(21, "nginx", WEB, Some("bb".repeat(32))),
            process(22, "otel", WEB, Some("aa".repeat(32))),
        ]),
        containers: Some(vec![container("side", "aa"), web_container]),
        groups: Some(vec![group]),
        network: Some(vec![host(), web(), vlan(), lab()]),
        ..samples::snapshot(namespaces)
    }
}
