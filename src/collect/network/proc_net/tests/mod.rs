//! The files as kernels write them, and this very process read by this road.

mod growth;
mod hopping;
mod listed_sockets;
pub(super) mod texts;

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::file::{Text, text};
use super::*;
use crate::collect::network::noise::Noise;
use crate::model::{Address, Neighbour, Route, Socket};
use texts::{ARP, DEV, IF_INET6, IPV6_ROUTE, NETLINK, PACKET, TRIE, UNIX, igmp, route, tcp};

/// A proc mount with one process, 7, in the network namespace 5, of which only `net` can be read.
fn mount() -> tempfile::TempDir {
    let mount = tempfile::tempdir().unwrap();
    let net = mount.path().join("7/net");
    fs::create_dir_all(net.join("dev_snmp6")).unwrap();
    fs::create_dir_all(mount.path().join("7/ns")).unwrap();
    symlink("net:[5]", mount.path().join("7/ns/net")).unwrap();
    let write = |name: &str, text: &str| fs::write(net.join(name), text).unwrap();
    write("dev", DEV);
    write("igmp", &igmp());
    write(
        "dev_snmp6/down",
        "ifIndex                         \t12\nIp6InReceives\t0\n",
    );
    write("if_inet6", IF_INET6);
    write("fib_trie", TRIE);
    write("route", &route());
    write("ipv6_route", IPV6_ROUTE);
    write("arp", ARP);
    write("tcp", &tcp());
    write("unix", UNIX);
    write("packet", PACKET);
    write("netlink", NETLINK);
    mount
}

fn look(mount: &Path, pid: u32, depth: Depth) -> Read {
    let root = File::open(mount).unwrap();
    let link = fs::read_link(mount.join(format!("{pid}/ns/net"))).unwrap();
    let number = link
        .to_str()
        .unwrap()
        .trim_matches(|c| !char::is_numeric(c));
    let inode = Inode(number.parse().unwrap());
    read(root.as_fd(), (pid, None), inode, depth).unwrap()
}

/// Reads a made-up process of which one file is `with`.
fn look_with(name: &str, with: &[u8]) -> Read {
    let mount = mount();
    fs::write(mount.path().join("7/net").join(name), with).unwrap();
    look(mount.path(), 7, Depth::All)
}

#[test]
fn interfaces_have_the_indexes_that_other_files_tell() {
    let seen = look(mount().path(), 7, Depth::Bound);
    let links = seen.record.links.unwrap();
    let links: Vec<_> = links.iter().map(|link| &link.interface).collect();
    let facts = |link: &&crate::model::Interface| (link.index, link.name.clone(), link.is_up());
    let facts: Vec<_> = links.iter().map(facts).collect();
    let expected = [
        (1, "lo", Some(true)),
        (4, "eth0", Some(true)),
        (9, "tunnel-name-15c", None),
        (12, "down", None),
    ];
    assert_eq!(
        facts,
        expected.map(|(index, name, up)| (index, name.to_owned(), up))
    );
    assert_eq!(links[0].kind.as_deref(), Some("loopback"));
    let counters = links[1].counters.unwrap();
    let received = (
        counters.rx_bytes,
        counters.rx_packets,
        counters.rx_errors,
        counters.rx_dropped,
    );
    let sent = (
        counters.tx_bytes,
        counters.tx_packets,
        counters.tx_errors,
        counters.tx_dropped,
    );
    assert_eq!((received, sent), ((1000, 10, 1, 2), (7, 8, 9, 10)));
    assert_eq!(
        (seen.record.source, seen.record.pid),
        (NetworkSource::Proc, Some(7))
    );
}

#[test]
fn an_interface_without_an_index_is_left_out_and_said_to_be() {
    let more = format!("{DEV}  odd0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
    let seen = look_with("dev", more.as_bytes());
    assert_eq!(seen.record.links.unwrap().len(), 4);
    assert!(seen.missing.contains(&("interfaces", Miss::Denied)));
}

#[test]
fn what_this_road_cannot_tell_is_denied() {
    let seen = look(mount().path(), 7, Depth::Bound);
    assert_eq!(seen.record.rules.err(), Some(Miss::Denied));
    assert_eq!(seen.record.forwarding.err(), Some(Miss::Denied));
    assert_eq!(seen.record.port_forwards.err(), Some(Miss::Denied));
    for what in [
        "routes of other tables",
        "further next hops of routes",
        "interfaces that sockets are bound to",
        "IPv6 neighbours",
        "interfaces of IPv4 addresses",
        "neighbours",
    ] {
        assert!(seen.missing.contains(&(what, Miss::Denied)), "{what}");
    }
    assert_eq!(seen.missing.len(), 6, "{:?}", seen.missing);
}

#[test]
fn addresses_are_told_where_they_are_certain() {
    let seen = look(mount().path(), 7, Depth::Bound);
    let addresses = seen.record.addresses.unwrap();
    let shape = |index: u32, address: &Address| {
        (
            index,
            format!("{}/{}", address.address, address.prefix_len),
            address.scope.clone(),
        )
    };
    let shapes: Vec<_> = addresses
        .iter()
        .map(|record| shape(record.index, &record.address))
        .collect();
    let some = |word: &str| Some(word.to_owned().into());
    // 10.9.0.7 has no network around it.
    assert_eq!(
        shapes,
        [
            (4, "10.5.0.2/24".to_owned(), None),
            (1, "127.0.0.1/8".to_owned(), None),
            (1, "::1/128".to_owned(), some("host")),
            (4, "fe80::8878:70ff:fe08:3131/64".to_owned(), some("link")),
            (4, "fd55::2/64".to_owned(), some("global")),
        ]
    );
    let flags = |at: usize| addresses[at].address.flags.clone();
    assert_eq!(flags(3), ["tentative", "permanent"]);
    assert_eq!(flags(4), ["temporary", "dynamic"]);
}

#[test]
fn an_address_that_may_be_elsewhere_is_not_guessed() {
    let eth0_address = |trie: String, route: String| {
        let mount = mount();
        fs::write(mount.path().join("7/net/fib_trie"), trie).unwrap();
        fs::write(mount.path().join("7/net/route"), route).unwrap();
        let seen = look(mount.path(), 7, Depth::Bound);
        let addresses = seen.record.addresses.unwrap();
        addresses
            .iter()
            .any(|record| record.address.address == "10.5.0.2")
    };
    assert!(eth0_address(TRIE.to_owned(), route()));
    // Another own address in the same network; no broadcast address; two interfaces into one network.
    let two = TRIE.replace("10.9.0.7", "10.5.0.7");
    assert!(!eth0_address(two, route()));
    assert!(!eth0_address(
        TRIE.replace("10.5.0.255", "10.5.0.254"),
        route()
    ));
    let direct = route().lines().nth(2).unwrap().replace("eth0", "down");
    assert!(!eth0_address(
        TRIE.to_owned(),
        format!("{}{direct}\n", route())
    ));
}

#[test]
fn routes_have_their_kinds_from_the_trie() {
    let seen = look(mount().path(), 7, Depth::Bound);
    let routes = seen.record.routes.unwrap();
    let shape = |route: &Route| {
        let gateway = route.gateway.as_deref().unwrap_or("-");
        format!(
            "{} {} via {gateway} {} {} {:?}",
            route.kind, route.destination, route.table, route.scope, route.metric
        )
    };
    let shapes: Vec<_> = routes.iter().map(|record| shape(&record.route)).collect();
    assert_eq!(
        shapes,
        [
            "unicast default via 10.5.0.1 254 global Some(50)",
            "unicast 10.5.0.0/24 via - 254 link None",
            "unreachable 10.7.0.0/16 via - 254 global None",
            "throw 10.8.0.0/16 via - 254 global None",
            "unicast fd55::/64 via - 254 global Some(256)",
            "unreachable fd78::/48 via - 254 global Some(1024)",
            "unicast default via fd55::1 254 global Some(1024)",
            "unicast default via fd55::3 254 global Some(1024)",
            "local ::1/128 via - 255 global None",
            "multicast ff00::/8 via - 255 global Some(256)",
        ]
    );
    let indexes: Vec<_> = routes.iter().map(|record| record.index).collect();
    assert_eq!(indexes[..5], [Some(4), Some(4), None, None, Some(4)]);
}

#[test]
fn neighbours_are_those_that_answer_for_themselves() {
    let seen = look(mount().path(), 7, Depth::Bound);
    let neighbours = seen.record.neighbours.unwrap();
    let shape = |neighbour: &Neighbour| {
        let Neighbour {
            address,
            mac,
            state,
            ..
        } = neighbour;
        format!("{address} {mac:?} {state}")
    };
    let shapes: Vec<_> = neighbours
        .iter()
        .map(|record| shape(&record.neighbour))
        .collect();
    assert_eq!(
        shapes,
        [
            "10.5.0.1 Some(\"02:00:00:00:00:01\") complete",
            "10.5.0.7 None incomplete",
            "10.5.0.8 Some(\"02:00:00:00:00:08\") permanent",
        ]
    );
}

#[test]
fn a_process_that_is_elsewhere_or_without_a_network_is_gone() {
    let mount = mount();
    let root = File::open(mount.path()).unwrap();
    let ask = |pid, inode| read(root.as_fd(), (pid, None), Inode(inode), Depth::Bound).err();
    assert_eq!(ask(7, 5), None);
    assert_eq!(ask(7, 6), Some(Failure::Gone));
    assert_eq!(ask(8, 5), Some(Failure::Gone));
    fs::remove_dir_all(mount.path().join("7/net")).unwrap();
    assert_eq!(ask(7, 5), Some(Failure::Gone));
}

#[test]
fn lines_that_make_no_sense_are_said() {
    for (name, what) in [
        ("dev", "interfaces"),
        ("if_inet6", "addresses"),
        ("fib_trie", "addresses"),
        ("route", "routes"),
        ("ipv6_route", "routes"),
        ("arp", "neighbours"),
        ("tcp6", "TCP sockets"),
        ("unix", "unix sockets"),
        ("packet", "packet sockets"),
        ("netlink", "netlink sockets"),
    ] {
        let seen = look_with(name, b"one\n two\nthree\n");
        assert!(
            seen.missing.contains(&(what, Miss::Malformed)),
            "{name}: {:?}",
            seen.missing
        );
    }
}

#[test]
fn noise_is_survived() {
    let mut noise = Noise::default();
    let bytes = |text: &str| text.as_bytes().to_vec();
    let texts = [
        bytes(DEV),
        igmp().into(),
        bytes(IF_INET6),
        bytes(TRIE),
        route().into(),
        bytes(IPV6_ROUTE),
    ];
    for _ in 0..3000 {
        let spoilt: Vec<_> = texts.iter().map(|text| noise.spoil(text)).collect();
        let spoilt: Vec<_> = spoilt
            .into_iter()
            .map(|bytes| Text { bytes, cut: false })
            .collect();
        let igmp = Igmp::of(&spoilt[1]);
        let _ = spoilt[2].rows(0, addresses::ipv6);
        let trie = Trie::of(&spoilt[3]);
        let ipv4 = spoilt[4]
            .rows(1, |line| routes::ipv4(line, &igmp.indexes))
            .list;
        let _ = addresses::ipv4(&trie, &ipv4);
        for route in &ipv4 {
            let _ = route.record(&trie);
        }
        let ipv6 = spoilt[5].rows(0, routes::ipv6).list;
        let _ = routes::ipv6_tables(&ipv6, &igmp.indexes);
        for text in [
            bytes(ARP),
            tcp().into(),
            bytes(UNIX),
            bytes(PACKET),
            bytes(NETLINK),
        ] {
            let text = Text {
                bytes: noise.spoil(&text),
                cut: noise.coin(),
            };
            let _ = text.rows(1, |line| neighbours::row(line, &igmp.indexes));
            let _ = sockets::inet(&text, "tcp", Depth::All);
            let _ = sockets::unix(&text, Depth::Bound);
            let _ = packet::packet(&text);
            let _ = netlink::netlink(&text);
        }
    }
}

#[test]
fn this_process_is_read_as_it_is() {
    let proc = Path::new("/proc");
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let seen = look(proc, std::process::id(), Depth::All);
    let has = |protocol: &str, state: &str, local: std::net::SocketAddr| {
        seen.record.sockets.iter().flatten().any(|record| {
            let socket = &record.socket;
            let is_there = socket.local == Some(local.to_string());
            is_there && (&*socket.protocol, &*socket.state) == (protocol, state)
        })
    };
    assert!(has("tcp", "listen", tcp.local_addr().unwrap()));
    assert!(has("tcp", "established", client.local_addr().unwrap()));
    assert!(has("udp", "unconnected", udp.local_addr().unwrap()));
    assert!(
        seen.missing.iter().all(|(_, miss)| *miss == Miss::Denied),
        "{:?}",
        seen.missing
    );
    for link in seen.record.links.unwrap() {
        let name = &link.interface.name;
        let index = fs::read_to_string(format!("/sys/class/net/{name}/ifindex"));
        // Another test's interface may be gone by now.
        let Ok(index) = index else { continue };
        assert_eq!(index.trim(), link.interface.index.to_string(), "{name}");
    }
}
