//! On real network namespaces: what is said of the road is what a packet finds, and the route is that of `ip route get`.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::netns::{Netns, listed, veth};
use crate::support::program::run;
use crate::support::require_root;

/// Three in a row, a - b - c, the middle one a router; a and c know the way.
struct Chain {
    a: Netns,
    b: Netns,
    c: Netns,
}

impl Chain {
    fn new() -> Self {
        let (a, b, c) = (Netns::new(), Netns::new(), Netns::new());
        veth(
            (&a, "left", 7, "10.1.0.1/24"),
            (&b, "left", 7, "10.1.0.2/24"),
        );
        veth(
            (&b, "right", 8, "10.2.0.1/24"),
            (&c, "right", 8, "10.2.0.2/24"),
        );
        b.switch("ipv4/ip_forward", true);
        a.ip("route add 10.2.0.0/24 via 10.1.0.2");
        c.ip("route add default via 10.2.0.1");
        Self { a, b, c }
    }
}

/// Whether a command in a namespace succeeds.
fn inside(netns: &Netns, command: &[&str]) -> bool {
    let mut ip = Command::new("ip");
    ip.args(["netns", "exec", &netns.name]).args(command);
    let status = ip.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.unwrap().success()
}

/// Whether a packet gets from a namespace to an address, and another back.
fn pings(netns: &Netns, address: &str, seconds: &str) -> bool {
    inside(
        netns,
        &["busybox", "ping", "-q", "-c", "1", "-W", seconds, address],
    )
}

/// What the program says of the road.
#[track_caller]
fn road(from: &Netns, to: &Netns) -> Value {
    let ends = [from, to].map(|netns| format!("netns:{}", netns.name));
    run(&["path", "--no-docker", "--json", &ends[0], &ends[1]]).json()
}

/// The road is complete, packets find it so, and the first route is the one that the kernel takes.
#[track_caller]
fn complete(from: &Netns, to: &Netns) {
    let road = road(from, to);
    assert_eq!(road["verdict"], "complete", "{road:#}");
    let address = road["best"].as_str().unwrap();
    assert!(pings(from, address, "20"), "{address}: {road:#}");
    let trip = &road["trips"][0];
    assert_eq!(trip["destination"], address);
    let way = &trip["there"]["ways"][0];
    let route = &listed(&from.get(address))[0];
    assert_eq!(way["hops"][0]["interface"], route["dev"]);
    assert_eq!(way["source"], route["prefsrc"]);
    let text = way["hops"][0]["text"].as_str().unwrap();
    match route["gateway"].as_str() {
        Some(gateway) => assert!(text.contains(&format!(" via {gateway} ")), "{text}"),
        None => assert!(!text.contains(" via "), "{text}"),
    }
}

impl Netns {
    /// What `ip route get` says.
    fn get(&self, address: &str) -> String {
        crate::support::netns::ip(&["-n", &self.name, "-j", "route", "get", address])
    }
}

/// The road is broken by a fault of this kind in this namespace, and no packet passes.
#[track_caller]
fn broken(from: &Netns, to: &Netns, address: &str, kind: &str, place: &Netns) {
    let road = road(from, to);
    assert_eq!(road["verdict"], "broken", "{road:#}");
    assert_eq!(road["fault"]["kind"], kind, "{road:#}");
    assert_eq!(road["fault"]["namespace"], place.inode().0, "{road:#}");
    assert!(!pings(from, address, "1"), "{road:#}");
}

#[test]
fn along_a_chain_with_a_router() {
    if !require_root() {
        return;
    }
    let Chain { a, b, c } = Chain::new();
    complete(&a, &b);
    complete(&a, &c);
    complete(&c, &a);
    // Whether the one in the middle is a router is not read, and that is said.
    let unchecked = road(&a, &c)["not_checked"].to_string();
    assert!(unchecked.contains(&b.name), "{unchecked}");
}

#[test]
fn an_interface_that_is_down() {
    if !require_root() {
        return;
    }
    let Chain { a, b, c } = Chain::new();
    for (place, interface) in [(&a, "left"), (&b, "left"), (&b, "right"), (&c, "right")] {
        place.ip(&format!("link set {interface} down"));
        broken(&a, &c, "10.2.0.2", "interface-down", place);
        place.ip(&format!("link set {interface} up"));
        // These the kernel does not bring back.
        for (netns, route) in [
            (&a, "10.2.0.0/24 via 10.1.0.2"),
            (&c, "default via 10.2.0.1"),
        ] {
            netns.ip(&format!("route replace {route}"));
        }
        complete(&a, &c);
    }
}

#[test]
fn routes_that_are_missing_or_refuse() {
    if !require_root() {
        return;
    }
    let Chain { a, b, c } = Chain::new();
    c.ip("route del default");
    broken(&a, &c, "10.2.0.2", "no-route", &c);
    c.ip("route add default via 10.2.0.1");
    a.ip("route del 10.2.0.0/24");
    broken(&a, &c, "10.2.0.2", "no-route", &a);
    a.ip("route add default via 10.1.0.9");
    broken(&a, &c, "10.2.0.2", "gateway-missing", &a);
    a.ip("route replace default via 10.1.0.2");
    for kind in ["blackhole", "unreachable", "prohibit"] {
        b.ip(&format!("route add {kind} 10.2.0.2/32"));
        broken(&a, &c, "10.2.0.2", "route-refuses", &b);
        b.ip(&format!("route del {kind} 10.2.0.2/32"));
    }
    // Another table that only packets of this source ask.
    a.ip("route add blackhole 10.2.0.0/24 table 100");
    a.ip("rule add from 10.1.0.1 lookup 100");
    let road = road(&a, &c);
    assert_eq!(road["fault"]["kind"], "route-refuses", "{road:#}");
    a.ip("rule del from 10.1.0.1 lookup 100");
    complete(&a, &c);
}

#[test]
fn on_a_bridge() {
    if !require_root() {
        return;
    }
    let (host, a, b) = (Netns::new(), Netns::new(), Netns::new());
    host.ip("link add br0 type bridge");
    host.ip("addr add 10.3.0.1/24 dev br0");
    host.ip("link set br0 up");
    for (netns, port, address) in [(&a, "va", "10.3.0.2/24"), (&b, "vb", "10.3.0.3/24")] {
        let peer = &netns.name;
        host.ip(&format!(
            "link add {port} master br0 type veth peer name eth0 netns {peer}"
        ));
        host.ip(&format!("link set {port} up"));
        netns.ip(&format!("addr add {address} dev eth0"));
        netns.ip("link set eth0 up");
    }
    complete(&a, &b);
    complete(&a, &host);
    complete(&host, &b);
    b.ip("link set eth0 down");
    broken(&a, &b, "10.3.0.3", "interface-down", &b);
    b.ip("link set eth0 up");
    host.ip("link set br0 down");
    broken(&a, &b, "10.3.0.3", "interface-down", &host);
    host.ip("link set br0 up");
    b.ip("addr del 10.3.0.3/24 dev eth0");
    b.ip("addr add 10.3.0.3/32 dev eth0");
    broken(&a, &b, "10.3.0.3", "no-route", &b);
    b.ip("addr add 10.3.0.3/24 dev eth0");
    complete(&a, &b);
    for port in ["va", "vb"] {
        host.ip(&format!("link set {port} type bridge_slave isolated on"));
    }
    broken(&a, &b, "10.3.0.3", "ports-isolated", &host);
    complete(&a, &host);
}

#[test]
fn by_ipv6() {
    if !require_root() {
        return;
    }
    let (a, b) = (Netns::new(), Netns::new());
    a.ip(&format!(
        "link add e type veth peer name e netns {}",
        b.name
    ));
    for (netns, address) in [(&a, "fd00::1"), (&b, "fd00::2")] {
        netns.ip(&format!("addr add {address}/64 dev e nodad"));
        netns.ip("link set e up");
    }
    complete(&a, &b);
    b.ip("addr del fd00::2/64 dev e");
    broken(&a, &b, "fd00::2", "no-address", &b);
}

#[test]
fn nothing_in_common() {
    if !require_root() {
        return;
    }
    let (a, b) = (Netns::new(), Netns::new());
    broken(&a, &b, "10.4.0.2", "only-loopback", &a);
    // Both are in a network of the same numbers, but plugged into different ones.
    let (c, d) = (Netns::new(), Netns::new());
    veth((&a, "e", 5, "10.4.0.1/24"), (&c, "e", 5, "10.4.0.9/24"));
    veth((&b, "e", 5, "10.4.0.2/24"), (&d, "e", 5, "10.4.0.9/24"));
    broken(&a, &b, "10.4.0.2", "no-common-network", &a);
}
