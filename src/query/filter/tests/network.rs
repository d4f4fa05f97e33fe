//! What expressions match of the network of the made-up host.

use super::super::complete;
use super::evaluation::{found, named};
use super::{filter, namespace};
use crate::model::{
    Address, Counters, Inode, Interface, Kind, NetworkNamespace, NetworkSource, PortForward,
    PublishedPort, Snapshot, Socket,
};

fn interface(index: u32, name: &str, kind: Option<&str>, addresses: &[&str]) -> Interface {
    let address = |text: &&str| Address {
        address: (*text).to_owned(),
        prefix_len: 16,
        scope: None,
        flags: Vec::new(),
        peer: None,
        broadcast: None,
        valid_seconds: None,
        preferred_seconds: None,
    };
    Interface {
        index,
        name: name.to_owned(),
        kind: kind.map(|kind| kind.to_owned().into()),
        state: None,
        flags: Vec::new(),
        mtu: None,
        mac: None,
        alias: None,
        altnames: Vec::new(),
        addresses: Some(addresses.iter().map(address).collect()),
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

fn socket(protocol: &str, state: &str, local: &str, pids: Option<&[u32]>) -> Socket {
    Socket {
        protocol: protocol.to_owned().into(),
        state: state.to_owned().into(),
        local: Some(local.to_owned()),
        remote: None,
        v6_only: None,
        inode: None,
        uid: None,
        interface: None,
        pids: pids.map(<[u32]>::to_vec),
        forwards_to: None,
    }
}

fn space(inode: u32, interfaces: Vec<Interface>, sockets: Vec<Socket>) -> NetworkNamespace {
    let lo = interface(1, "lo", Some("loopback"), &["127.0.0.1", "::1"]);
    NetworkNamespace {
        namespace: Inode(inode),
        name: None,
        leader_pid: None,
        containers: None,
        source: NetworkSource::Netlink,
        interfaces: Some(std::iter::once(lo).chain(interfaces).collect()),
        routes: None,
        rules: None,
        neighbours: None,
        forwarding: None,
        sockets: Some(sockets),
        port_forwards: None,
    }
}

/// The made-up host with its network: the host's, that of web, that of db and side, one without a process.
pub(super) fn snapshot() -> Snapshot {
    let mut snapshot = super::snapshot();
    let mut eth0 = interface(2, "eth0", None, &["192.0.2.10", "fe80::1"]);
    eth0.mac = Some("02:AB:cd:00:00:01".to_owned());
    eth0.altnames = vec!["enp1s0".to_owned()];
    let mut bridge = interface(3, "br-1", Some("bridge"), &["172.17.0.1"]);
    bridge.network = Some("shop_default".to_owned());
    let sockets = vec![
        socket("tcp", "listen", "[::]:22", Some(&[90])),
        socket("tcp", "established", "192.0.2.10:443", Some(&[90])),
        socket("raw", "unconnected", "0.0.0.0:1", Some(&[90])),
        socket("unix", "listen", "/run/x:80", Some(&[1])),
    ];
    let mut host = space(1, vec![eth0, bridge], sockets);
    host.port_forwards = Some(vec![PortForward {
        protocol: None,
        address: None,
        port: Some(7000),
        last_port: Some(7010),
        to_address: None,
        to_port: None,
        has_more: false,
        source: "nftables".into(),
    }]);
    // Held by the workers of web, and by someone outside.
    let sockets = vec![
        socket("tcp", "listen", "0.0.0.0:80", Some(&[50, 51])),
        socket("udp", "unconnected", "127.0.0.11:5300", Some(&[1])),
    ];
    let eth0 = interface(2, "eth0", Some("veth"), &["172.17.0.2"]);
    let web = space(100, vec![eth0], sockets);
    let sockets = vec![
        socket("tcp", "listen", "0.0.0.0:5432", Some(&[60])),
        socket("tcp", "listen", "0.0.0.0:9999", None),
        socket("udp", "unconnected", "0.0.0.0:9998", Some(&[])),
    ];
    let eth1 = interface(2, "eth1", Some("veth"), &["10.1.2.3", "fd00::3"]);
    let shared = space(200, vec![eth1], sockets);
    let mut lab = space(
        500,
        vec![interface(7, "west", Some("veth"), &[])],
        Vec::new(),
    );
    lab.name = Some("laboratory".to_owned());
    snapshot.network = Some(vec![host, web, shared, lab]);
    let containers = snapshot.containers.as_mut().unwrap();
    containers[0].ports = vec![PublishedPort {
        protocol: "tcp".to_owned(),
        container_port: 80,
        host_address: "0.0.0.0".to_owned(),
        host_port: 8080,
    }];
    snapshot
}

/// Rows, namespaces, processes and network namespaces that `text` matches.
fn all_found(snapshot: &Snapshot, text: &str) -> [String; 4] {
    let [rows, namespaces, processes] = found(snapshot, text);
    let hits = filter(text).hits(snapshot);
    let network = named(snapshot.network.as_deref(), &hits.network, |net| {
        net.namespace.to_string()
    });
    [rows, namespaces, processes, network]
}

#[track_caller]
fn check(table: &[(&str, [&str; 4])]) {
    for (text, expected) in table {
        assert_eq!(all_found(&snapshot(), text), *expected, "{text}");
    }
}

const HOST: [&str; 4] = ["host", "1", "1 90", "1"];
const WEB: [&str; 4] = ["web", "100", "50 51", "100"];
const SHARED: [&str; 4] = ["db side", "200", "60 61", "200"];
const LAB: [&str; 4] = ["", "", "", "500"];
const NOTHING: [&str; 4] = [""; 4];

#[test]
fn an_interface_is_there_for_all_who_are_in_its_namespace() {
    check(&[
        ("iface:ENP1", HOST),
        ("iface:br-", HOST),
        ("iface:eth1", SHARED),
        ("iface:~^eth1$", SHARED),
        ("iface:west", LAB),
        (
            "iface:~^eth0$",
            ["host web", "1 100", "1 50 51 90", "1 100"],
        ),
        ("iface:shop", NOTHING),
        ("iface:wlan", NOTHING),
    ]);
    let everywhere = all_found(&snapshot(), "iface:lo");
    assert_eq!(everywhere[3], "1 100 200 500");
    assert_eq!(everywhere[0], "host web db side");
}

#[test]
fn addresses_are_those_of_interfaces_and_of_engines() {
    check(&[
        ("addr:192.0.2.10", HOST),
        ("addr:fe80::/10", HOST),
        ("addr:fd00::3", SHARED),
        // What the engine says of a container holds for all that it is in.
        ("addr:172.17.0.2", ["web", "2 100 101", "50 51", "100"]),
        ("addr:10.0.0.0/8", ["db side", "2 200", "60 61", "200"]),
        (
            "addr:127.0.0.0/16",
            [
                "host web db side",
                "1 100 200",
                "1 50 51 60 61 90",
                "1 100 200 500",
            ],
        ),
        ("addr:10.9.9.9", NOTHING),
    ]);
}

#[test]
fn a_port_belongs_to_whoever_holds_the_socket() {
    check(&[
        ("port:22", ["host", "1", "90", "1"]),
        ("port:80", WEB),
        ("port:8080", ["web", "100", "", "100"]),
        // Held from outside.
        ("port:5300", ["host", "100", "1", "100"]),
        ("port:5432", ["db", "200", "60", "200"]),
        // Nobody knows by whom, so it may be either.
        ("port:9999", ["db side", "200", "", "200"]),
        // By the kernel.
        ("port:9998", ["", "200", "", "200"]),
        ("port:7005", ["", "1", "", "1"]),
        ("port:7011", NOTHING),
        ("port:443", NOTHING),
        ("port:1", NOTHING),
        ("port<30", ["host", "1", "90", "1"]),
        (
            "port>=8080 port<=8080",
            ["web db", "100 200", "", "100 200"],
        ),
    ]);
}

#[test]
fn words_are_part_of_names_and_addresses_in_the_network() {
    check(&[
        ("laboratory", LAB),
        ("eth1", ["", "", "", "200"]),
        ("02:ab:CD", ["", "", "", "1"]),
        ("shop_def", ["", "", "", "1"]),
        ("fd00::", ["", "", "", "200"]),
        ("127.0.0.1", NOTHING),
        ("5432", ["", "", "", "200"]),
        ("192", NOTHING),
        ("192.0.2", ["", "", "", "1"]),
        ("7005", ["", "", "", "1"]),
        ("~^br-", ["", "", "", "1"]),
        // What else they are part of leads to where it is.
        ("worker", ["web", "2 100 101", "51", "100"]),
    ]);
}

#[test]
fn what_a_namespace_holds_goes_with_the_namespace() {
    check(&[
        ("container:front", ["web", "2 100 101", "50 51", "100"]),
        ("pid:61", ["side", "2 3 200", "61", "200"]),
        ("ns:200", SHARED),
        ("ns:500", LAB),
        ("shared:net", SHARED),
        ("host:net", HOST),
        (
            "procs>1 kind:net",
            ["host web", "1 100 200", "", "1 100 200"],
        ),
        (
            "!container:front kind:net",
            [
                "host db mystery side resolved",
                "1 200 300",
                "1 60 61 70 80 90",
                "1 200 500",
            ],
        ),
    ]);
    assert_eq!(all_found(&snapshot(), "procs:0")[3], "500");
    assert_eq!(all_found(&snapshot(), "kind:uts")[3], "");
    assert_eq!(all_found(&snapshot(), "unknown:net")[3], "500");
}

#[test]
fn a_container_that_only_visits_is_found() {
    let mut snapshot = snapshot();
    let network = snapshot.network.as_mut().unwrap();
    network[3].containers = Some(vec![super::id("51de")]);
    assert_eq!(all_found(&snapshot, "iface:west")[0], "side");
    let namespaces = snapshot.namespaces.as_mut().unwrap();
    namespaces.push(namespace(Kind::Net, 500, 1, &["51de"]));
    assert_eq!(all_found(&snapshot, "iface:west")[1], "500");
}

#[test]
fn without_the_network_there_is_what_the_engine_says() {
    let mut without = snapshot();
    without.network = None;
    assert_eq!(found(&without, "iface:eth0"), ["", "", ""]);
    assert_eq!(found(&without, "addr:10.1.2.3"), ["db", "2 200", "60"]);
    assert_eq!(found(&without, "port:8080")[0], "web");
    let mut unread = snapshot();
    for net in unread.network.iter_mut().flatten() {
        net.interfaces = None;
        net.sockets = None;
    }
    assert_eq!(all_found(&unread, "iface:eth0 or port:22"), NOTHING);
}

#[test]
fn applying_keeps_what_matches_of_the_network() {
    let kept = filter("port:80").apply(snapshot());
    let kept: Vec<_> = kept
        .network
        .iter()
        .flatten()
        .map(|net| net.namespace.0)
        .collect();
    assert_eq!(kept, [100]);
}

#[test]
fn interfaces_and_addresses_are_offered() {
    for (text, expected) in [
        ("iface:", "br-1 eth0 eth1 lo west"),
        ("iface:E", "eth0 eth1"),
        (
            "addr:1",
            "10.1.2.3 127.0.0.1 172.17.0.1 172.17.0.2 192.0.2.10",
        ),
        ("addr:f", "fd00::3 fe80::1"),
    ] {
        let offered = complete(text, text.len(), &snapshot()).candidates;
        assert_eq!(offered.join(" "), expected, "{text}");
    }
}
