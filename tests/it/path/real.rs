//! On real network namespaces, with interfaces, routes and switches that are as they should be, or not.

use super::rig::{Chain, broken, complete, road};
use crate::support::netns::{Netns, veth};
use crate::support::require_root;

#[test]
fn along_a_chain_with_a_router() {
    if !require_root() {
        return;
    }
    let Chain { a, b, c } = Chain::new();
    complete(&a, &b);
    complete(&a, &c);
    complete(&c, &a);
    // In one direction only, and then the reply is lost.
    for (switch, from, to, address) in [
        ("left", &a, &c, "10.2.0.2"),
        ("right", &a, &c, "10.2.0.2"),
        ("right", &c, &a, "10.1.0.1"),
    ] {
        let switch = format!("ipv4/conf/{switch}/forwarding");
        b.switch(&switch, false);
        broken(from, to, address, "not-forwarding", &b);
        b.switch(&switch, true);
    }
    b.switch("ipv4/ip_forward", false);
    broken(&a, &c, "10.2.0.2", "not-forwarding", &b);
    complete(&a, &b);
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
fn through_a_router_of_ipv6() {
    if !require_root() {
        return;
    }
    let (a, b, c) = (Netns::new(), Netns::new(), Netns::new());
    for (here, name, there) in [(&a, "left", &b), (&b, "right", &c)] {
        here.ip(&format!(
            "link add {name} type veth peer name {name} netns {}",
            there.name
        ));
    }
    for (netns, name, address) in [
        (&a, "left", "fd01::1"),
        (&b, "left", "fd01::2"),
        (&b, "right", "fd02::2"),
        (&c, "right", "fd02::1"),
    ] {
        netns.ip(&format!("addr add {address}/64 dev {name} nodad"));
        netns.ip(&format!("link set {name} up"));
    }
    a.ip("-6 route add default via fd01::2");
    c.ip("-6 route add default via fd02::2");
    b.switch("ipv6/conf/all/forwarding", true);
    complete(&a, &c);
    b.switch("ipv6/conf/all/forwarding", false);
    // The switch of one interface only says whether it is a router to its neighbours.
    b.switch("ipv6/conf/left/forwarding", true);
    broken(&a, &c, "fd02::1", "not-forwarding", &b);
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
