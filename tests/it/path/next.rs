//! Who is next on a real link: neighbours that are known or set by hand, routers that answer for others, macvlans.

use super::rig::{broken, complete, pings, road, unknown};
use crate::support::netns::{Netns, veth};
use crate::support::require_root;

/// Two that are plugged into each other: 10.4.0.1 and 10.4.0.2.
fn pair() -> (Netns, Netns) {
    let (a, b) = (Netns::new(), Netns::new());
    veth((&a, "e", 7, "10.4.0.1/24"), (&b, "e", 7, "10.4.0.2/24"));
    (a, b)
}

#[test]
fn who_did_not_answer_once_is_asked_again() {
    if !require_root() {
        return;
    }
    let (a, b) = pair();
    a.ip("neigh add 10.4.0.2 dev e nud failed");
    let said = road(&a, &b).to_string();
    assert!(said.contains("got no answer (failed)"), "{said}");
    complete(&a, &b);
}

#[test]
fn hardware_addresses_that_are_nobodys() {
    if !require_root() {
        return;
    }
    let (a, b) = pair();
    let neighbour = "neigh replace 10.4.0.2 lladdr 02:00:00:00:99:99 dev e nud";
    a.ip(&format!("{neighbour} permanent"));
    broken(&a, &b, "10.4.0.2", "neighbour-wrong", &a);
    // Packets go there, until the kernel finds that nobody answers and asks again.
    a.ip(&format!("{neighbour} stale"));
    unknown(&a, &b, "neighbour-differs", &a);
    a.ip("neigh del 10.4.0.2 dev e");
    complete(&a, &b);
}

/// With ARP switched off nothing is asked: packets do not arrive, unless addresses were set by hand.
#[test]
fn one_that_asks_nobody() {
    if !require_root() {
        return;
    }
    let (a, b) = pair();
    a.ip("link set e arp off");
    assert!(!pings(&a, "10.4.0.2", "1"));
    unknown(&a, &b, "neighbours-unasked", &a);
}

/// As Calico has it: each knows only a router that nobody is, and the host answers for it.
#[test]
fn a_router_that_answers_for_others() {
    if !require_root() {
        return;
    }
    let (host, a, b) = (Netns::new(), Netns::new(), Netns::new());
    veth(
        (&host, "wan", 9, "192.0.2.1/24"),
        (&host, "out", 10, "192.0.2.9/32"),
    );
    host.ip("route add default via 192.0.2.7 dev wan");
    for (netns, port, address) in [(&a, "cali", "10.9.0.2"), (&b, "calj", "10.9.0.3")] {
        let there = &netns.name;
        host.ip(&format!(
            "link add {port} type veth peer name eth0 netns {there}"
        ));
        host.ip(&format!("link set {port} up"));
        netns.ip(&format!("addr add {address}/32 dev eth0"));
        netns.ip("link set eth0 up");
        netns.ip("route add 169.254.1.1 dev eth0");
        netns.ip("route add default via 169.254.1.1 dev eth0");
        host.ip(&format!("route add {address} dev {port}"));
    }
    host.switch("ipv4/ip_forward", true);
    broken(&a, &b, "10.9.0.3", "gateway-missing", &a);
    for port in ["cali", "calj"] {
        host.switch(&format!("ipv4/conf/{port}/proxy_arp"), true);
    }
    complete(&a, &b);
    // It answers only for what it knows a way to.
    host.ip("route del default");
    for netns in [&a, &b] {
        netns.ip("neigh flush dev eth0");
    }
    broken(&a, &b, "10.9.0.3", "gateway-missing", &a);
}

#[test]
fn macvlans_that_send_everything_out() {
    if !require_root() {
        return;
    }
    let (host, a, b) = (Netns::new(), Netns::new(), Netns::new());
    host.ip("link add low type veth peer name far");
    for name in ["low", "far"] {
        host.ip(&format!("link set {name} up"));
    }
    let rider = |netns: &Netns, mode: &str, address: &str| {
        let there = &netns.name;
        host.ip(&format!(
            "link add link low name mv netns {there} type macvlan mode {mode}"
        ));
        netns.ip(&format!("addr add {address} dev mv"));
        netns.ip("link set mv up");
    };
    rider(&a, "bridge", "10.4.0.1/24");
    for (mode, kind) in [
        ("source", Some("mode-outside")),
        ("vepa", Some("mode-outside")),
        ("bridge", None),
    ] {
        rider(&b, mode, "10.4.0.2/24");
        match kind {
            Some(kind) => {
                unknown(&a, &b, kind, &a);
                assert!(!pings(&a, "10.4.0.2", "1"), "{mode}");
            }
            None => complete(&a, &b),
        }
        b.ip("link del mv");
        a.ip("neigh flush dev mv");
    }
    rider(&b, "private", "10.4.0.2/24");
    broken(&a, &b, "10.4.0.2", "mode-apart", &a);
}
