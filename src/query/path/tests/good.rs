//! Roads that are complete.

use super::*;
use crate::model::{Details, ForwardingEntry};

#[test]
fn two_on_one_bridge() {
    assert_eq!(
        bridged().complete(A, B),
        [
            "a: route 172.18.0.0/16 dev eth0, from 172.18.0.2",
            "a eth0 172.18.0.2/16 -> va in host, port of br-1 (network shop)",
            "host br-1 (network shop) -> its port vb",
            "host vb -> eth0 in b",
            "b has 172.18.0.3",
        ]
    );
}

#[test]
fn the_headline_tells_the_address() {
    let road = bridged().road(A, B);
    let headline = "the road from a to b at 172.18.0.3 is complete, as far as is seen";
    assert_eq!(road.headline(), headline);
    let unchecked = road.unchecked();
    assert_eq!(unchecked[0], "firewall rules and address translation");
    assert!(!unchecked.iter().any(|what| what.contains("forwards")));
}

#[test]
fn a_container_and_the_host_both_ways() {
    let world = bridged();
    assert_eq!(
        world.complete(A, HOST)[1..],
        [
            "a eth0 172.18.0.2/16 -> va in host, port of br-1 (network shop)",
            "host br-1 (network shop) -> host itself",
            "host has 172.18.0.1",
        ]
    );
    assert_eq!(
        world.complete(HOST, A)[1..],
        [
            "host br-1 (network shop) -> its port va",
            "host va -> eth0 in a",
            "a has 172.18.0.2",
        ]
    );
}

#[test]
fn an_address_of_the_host_on_another_network_is_the_hosts() {
    let mut world = bridged();
    world.add(HOST, "eth9", "", "192.0.2.9/24");
    let road = world.road(A, HOST);
    assert_eq!(destinations(&road), ["172.18.0.1", "192.0.2.9"]);
    assert_eq!(road.trips[1].verdict(), Verdict::Complete);
}

#[test]
fn ends_are_called_as_they_are_asked_for() {
    let stop = |namespace, title: &str| Stop {
        namespace: Inode(namespace),
        title: title.to_owned(),
    };
    let snapshot = bridged().snapshot();
    let road = road_between(&snapshot, stop(A, "side"), stop(HOST, "agent"));
    let texts = texts(&road.trips[0].there.ways[0]);
    assert!(texts[0].starts_with("side: route"), "{texts:?}");
    assert_eq!(texts[3], "host has 172.18.0.1");
    assert!(road.headline().contains("from side to agent"));
}

#[test]
fn one_namespace_for_both() {
    let world = bridged();
    let road = world.road(A, A);
    assert_eq!(road.verdict(), Verdict::Complete);
    assert!(road.headline().contains("loopback"), "{}", road.headline());
}

#[test]
fn of_two_networks_the_common_one_is_taken() {
    let mut world = apart();
    world.veth((B, "eth1", "172.18.0.3/16"), (HOST, "vb1", ""));
    let bridge = world.interface(HOST, "br-1").index;
    world.interface(HOST, "vb1").master = Some(bridge);
    let road = world.road(A, B);
    assert_eq!(road.best().unwrap().destination.to_string(), "172.18.0.3");
    assert_eq!(road.trips.len(), 2);
    // Nothing was read of that port.
    let left_out = "the state of the bridge port vb1 in host".to_owned();
    assert!(
        road.unchecked().contains(&left_out),
        "{:?}",
        road.unchecked()
    );
}

#[test]
fn through_a_router() {
    let world = chain();
    assert_eq!(
        world.complete(A, C),
        [
            "a: route 10.2.0.0/24 via 10.1.0.2 dev left, from 10.1.0.1",
            "a left 10.1.0.1/24 -> left in b",
            "b: route 10.2.0.0/24 dev right",
            "b right 10.2.0.1/24 -> right in c",
            "c has 10.2.0.2",
        ]
    );
    let road = world.road(A, C);
    let back = &road.trips[0].back.as_ref().unwrap().ways[0];
    assert_eq!(
        back.hops[0].text,
        "c: route default via 10.2.0.1 dev right, from 10.2.0.2"
    );
}

#[test]
fn ipv6_alone_and_beside_ipv4() {
    let mut world = World::new(&["a", "b"]);
    world.veth(
        (A, "eth0", "fe80::1/64 fd00::1/64"),
        (B, "eth0", "fe80::2/64 fd00::2/64"),
    );
    assert!(world.complete(A, B)[0].ends_with("from fd00::1"));
    world.address(A, "eth0", "10.0.0.1/24");
    world.address(B, "eth0", "10.0.0.2/24");
    let road = world.road(A, B);
    assert_eq!(destinations(&road), ["10.0.0.2", "fd00::2"]);
}

#[test]
fn the_longest_prefix_then_the_lowest_metric() {
    let mut world = chain();
    world.route(A, "10.2.0.2/32 via 10.1.0.99 dev left metric 7");
    assert_eq!(world.fault(A, C).0, FaultKind::GatewayMissing);
    world.route(A, "10.2.0.2/32 via 10.1.0.2 dev left metric 5");
    assert!(world.complete(A, C)[0].starts_with("a: route 10.2.0.2/32 via 10.1.0.2"));
}

#[test]
fn a_rule_leads_to_another_table() {
    let mut world = chain();
    world.keep_routes(A, |route| route.gateway.is_none());
    world.route_in(A, 100, "default via 10.1.0.2 dev left");
    assert_eq!(world.fault(A, C).0, FaultKind::NoRoute);
    world.rule(A, 5000, "", 100);
    assert!(world.complete(A, C)[0].contains("of table 100"));
}

#[test]
fn a_rule_for_a_source_counts_once_the_packet_has_it() {
    let mut world = chain();
    world.rule(A, 5000, "10.1.0.1", 100);
    world.route_in(A, 100, "blackhole 10.2.0.0/24");
    assert_eq!(world.fault(A, C).0, FaultKind::RouteRefuses);
    world.ns(A).rules.as_mut().unwrap().pop();
    world.rule(A, 5000, "10.9.0.1", 100);
    world.complete(A, C);
}

#[test]
fn a_throw_route_leads_to_the_next_table() {
    let mut world = chain();
    world.rule(A, 5000, "", 100);
    world.route_in(A, 100, "throw 10.2.0.0/24");
    world.complete(A, C);
}

#[test]
fn each_of_several_ways_is_followed() {
    let mut world = chain();
    world.keep_routes(A, |route| route.gateway.is_none());
    world.veth((A, "other", "10.3.0.1/24"), (B, "other", "10.3.0.2/24"));
    world.route(
        A,
        "10.2.0.0/24 nexthop via 10.1.0.2 dev left nexthop via 10.3.0.2 dev other",
    );
    assert_eq!(world.road(A, C).trips[0].there.ways.len(), 2);
    world.complete(A, C);
    // The kernel passes over a way whose interface is down.
    world.down(A, "other");
    assert_eq!(world.road(A, C).trips[0].there.ways.len(), 1);
}

#[test]
fn macvlans_and_vlans() {
    let mut world = World::new(&["a", "b"]);
    let bridge_mode = Details::Macvlan {
        mode: Some("bridge".into()),
    };
    world.add(HOST, "eth0", "", "192.0.2.1/24");
    world.rider(
        (A, "mv", "192.0.2.2/24"),
        bridge_mode.clone(),
        (HOST, "eth0"),
    );
    world.rider((B, "mv", "192.0.2.3/24"), bridge_mode, (HOST, "eth0"));
    assert_eq!(
        world.complete(A, B)[1],
        "a mv 192.0.2.2/24 -> mv in b, on the same interface"
    );

    let mut world = World::new(&["a", "b"]);
    let vlan = Details::Vlan {
        id: Some(10),
        protocol: None,
    };
    world.veth((A, "eth0", ""), (B, "eth0", ""));
    world.rider((A, "eth0.10", "10.0.0.1/24"), vlan.clone(), (A, "eth0"));
    world.rider((B, "eth0.10", "10.0.0.2/24"), vlan, (B, "eth0"));
    assert_eq!(
        world.complete(A, B)[1..4],
        [
            "a eth0.10 10.0.0.1/24 -> eth0, with the tag of vlan 10",
            "a eth0 -> eth0 in b",
            "b eth0 -> eth0.10, vlan 10",
        ]
    );
}

#[test]
fn what_is_odd_is_remarked() {
    let mut world = bridged();
    let mac = world.interface(B, "eth0").mac.clone();
    world
        .ns(HOST)
        .forwarding
        .as_mut()
        .unwrap()
        .push(ForwardingEntry {
            mac: mac.unwrap(),
            interface: Some("va".to_owned()),
            bridge: Some("br-1".to_owned()),
            state: "reachable".into(),
            vlan: None,
            destination: None,
        });
    world.address(HOST, "br-1", "172.18.0.3/16");
    let road = world.road(A, B);
    let hops = &road.trips[0].there.ways[0].hops;
    assert!(
        hops[2].remarks[0].ends_with("at its port va"),
        "{:?}",
        hops[2]
    );
    assert!(
        hops[3].remarks[0].contains("br-1 of host has the address 172.18.0.3"),
        "{:?}",
        hops[3]
    );
}
