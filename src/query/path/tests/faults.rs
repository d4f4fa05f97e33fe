//! The first thing that is missing or down.

use super::*;
use crate::model::{Details, Interface, Switches};

fn on(kind: FaultKind, interface: &str) -> (FaultKind, Option<String>) {
    (kind, Some(interface.to_owned()))
}

#[test]
fn an_interface_down_at_either_end_or_between() {
    for (ns, name) in [
        (A, "eth0"),
        (B, "eth0"),
        (HOST, "va"),
        (HOST, "vb"),
        (HOST, "br-1"),
    ] {
        let mut world = bridged();
        world.down(ns, name);
        let expected = on(FaultKind::InterfaceDown, name);
        assert_eq!(world.fault(A, B), expected, "{ns} {name}");
        assert_eq!(world.road(A, B).fault().unwrap().namespace, Inode(ns));
    }
}

#[test]
fn from_the_host_a_bridge_without_carrier_is_not_the_cause() {
    let mut world = bridged();
    world.down(A, "eth0");
    world.down(B, "eth0");
    world.interface(HOST, "br-1").flags.pop();
    assert_eq!(world.fault(HOST, A), on(FaultKind::InterfaceDown, "eth0"));
}

#[test]
fn ports_that_are_disabled_for_another_reason_are_not_the_cause() {
    let disabled = |world: &mut World, port: &str| {
        let port = world.interface(HOST, port).port.as_mut();
        port.unwrap().state = Some("disabled".into());
    };
    let mut world = bridged();
    world.down(HOST, "br-1");
    disabled(&mut world, "va");
    disabled(&mut world, "vb");
    assert_eq!(world.fault(A, B), on(FaultKind::InterfaceDown, "br-1"));
    let mut world = bridged();
    world.down(B, "eth0");
    disabled(&mut world, "vb");
    assert_eq!(world.fault(A, B), on(FaultKind::InterfaceDown, "eth0"));
}

#[test]
fn no_carrier() {
    let mut world = bridged();
    world.interface(A, "eth0").flags.pop();
    assert_eq!(world.fault(A, B), on(FaultKind::NoCarrier, "eth0"));
}

#[test]
fn nothing_but_the_loopback() {
    let mut world = bridged();
    for bare in [A, B] {
        let kept = world.ns(bare).interfaces.clone();
        world.ns(bare).interfaces.as_mut().unwrap().truncate(1);
        assert_eq!(world.fault(A, B).0, FaultKind::OnlyLoopback);
        assert_eq!(world.road(A, B).fault().unwrap().namespace, Inode(bare));
        world.ns(bare).interfaces = kept;
    }
    world.down(A, "lo");
    assert_eq!(world.fault(A, A), on(FaultKind::InterfaceDown, "lo"));
}

#[test]
fn no_address() {
    let mut world = bridged();
    world.interface(B, "eth0").addresses = Some(Vec::new());
    assert_eq!(world.fault(A, B).0, FaultKind::NoAddress);
    let mut world = bridged();
    world.interface(A, "eth0").addresses = Some(Vec::new());
    world.ns(A).routes = Some(Vec::new());
    assert_eq!(world.fault(A, B).0, FaultKind::NoAddress);
    assert_eq!(world.road(A, B).fault().unwrap().namespace, Inode(A));
}

#[test]
fn no_route_there_and_none_back() {
    let mut world = chain();
    world.keep_routes(C, |route| route.gateway.is_none());
    assert_eq!(world.fault(A, C).0, FaultKind::NoRoute);
    let headline = world.road(A, C).headline();
    assert_eq!(
        headline,
        "a does not reach c: on the way back, c has no route to 10.1.0.1"
    );
    assert_eq!(
        world.road(C, A).headline(),
        "c does not reach a: c has no route to 10.1.0.1"
    );
    assert_eq!(world.road(C, A).trips[0].back, None);
}

#[test]
fn a_prefix_that_is_too_short_or_too_long() {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "10.0.0.1/16"), (B, "eth0", "10.0.1.1/24"));
    let headline = world.road(A, B).headline();
    assert!(
        headline.contains("on the way back, b has no route to 10.0.0.1"),
        "{headline}"
    );
    assert!(
        headline.contains("not in the network 10.0.1.1/24 of eth0"),
        "{headline}"
    );
}

#[test]
fn routes_that_refuse() {
    for kind in ["blackhole", "unreachable", "prohibit", "broadcast"] {
        let mut world = chain();
        world.route(A, &format!("{kind} 10.2.0.2/32"));
        assert_eq!(world.fault(A, C).0, FaultKind::RouteRefuses, "{kind}");
        assert!(world.road(A, C).headline().contains(kind));
    }
    let mut world = chain();
    world.rule(A, 7, "", 1).action = "prohibit".into();
    assert_eq!(world.fault(A, C).0, FaultKind::RouteRefuses);
}

#[test]
fn a_dead_route_is_passed_over() {
    let mut world = chain();
    world.route(A, "10.2.0.2/32 via 10.1.0.99 dev left");
    world
        .ns(A)
        .routes
        .as_mut()
        .unwrap()
        .last_mut()
        .unwrap()
        .flags = vec!["dead".into()];
    world.complete(A, C);
}

#[test]
fn one_of_several_ways_is_broken() {
    let mut world = chain();
    world.keep_routes(A, |route| route.gateway.is_none());
    world.route(
        A,
        "10.2.0.0/24 nexthop via 10.1.0.2 dev left nexthop via 10.1.0.77 dev left",
    );
    assert_eq!(world.fault(A, C), on(FaultKind::GatewayMissing, "left"));
    assert!(
        world
            .road(A, C)
            .headline()
            .contains("on one of several ways, ")
    );
}

#[test]
fn nobody_there_has_the_address() {
    // Both believe to be in the same network, but are on bridges of their own.
    let mut world = bridged();
    world.bridge(HOST, "br-2", "", &["vb"]);
    assert_eq!(world.fault(A, B), on(FaultKind::NoCommonNetwork, "eth0"));
}

#[test]
fn ports_of_a_bridge() {
    for state in ["blocking", "listening", "learning", "disabled"] {
        let mut world = bridged();
        world.interface(HOST, "vb").port.as_mut().unwrap().state = Some(state.to_owned().into());
        assert_eq!(
            world.fault(A, B),
            on(FaultKind::PortNotForwarding, "vb"),
            "{state}"
        );
        assert_eq!(
            world.fault(B, A),
            on(FaultKind::PortNotForwarding, "vb"),
            "{state}"
        );
    }
    let mut world = bridged();
    world.interface(HOST, "va").port.as_mut().unwrap().isolated = Some(true);
    world.complete(A, B);
    world.interface(HOST, "vb").port.as_mut().unwrap().isolated = Some(true);
    assert_eq!(world.fault(A, B), on(FaultKind::PortsIsolated, "vb"));
    world.complete(A, HOST);
}

#[test]
fn of_several_trips_the_best_one_counts() {
    // By the first address it is surely broken, by the second it cannot be told.
    let mut world = bridged();
    world.down(B, "eth0");
    world.veth((B, "eth1", "10.8.0.3/24"), (HOST, "vb1", "10.8.0.1/24"));
    world.route(B, "default via 10.8.0.1 dev eth1");
    world.interface(HOST, "br-1").ipv4 = None;
    let road = world.road(A, B);
    assert_eq!(road.trips[0].verdict(), Verdict::Broken);
    assert_eq!(road.best().unwrap().destination.to_string(), "10.8.0.3");
    assert_eq!(road.verdict(), Verdict::Unknown);
    assert_eq!(road.fault().unwrap().kind, FaultKind::ForwardingUnknown);
}

#[test]
fn a_router_that_does_not_forward() {
    let mut world = chain();
    let off = Some(Switches {
        forwarding: false,
        proxy: false,
    });
    world.interface(B, "right").ipv4 = off;
    // On the way back.
    assert_eq!(world.fault(A, C), on(FaultKind::NotForwarding, "right"));
    assert!(world.road(A, C).headline().contains("on the way back"));
    world.interface(B, "left").ipv4 = off;
    assert_eq!(world.fault(A, C), on(FaultKind::NotForwarding, "left"));
    world.interface(B, "left").ipv4 = None;
    world.interface(B, "right").ipv4 = None;
    assert_eq!(world.fault(A, C), on(FaultKind::ForwardingUnknown, "left"));
    // What is surely broken behind it stays so.
    world.down(C, "right");
    assert_eq!(world.fault(A, C).0, FaultKind::InterfaceDown);
}

#[test]
fn the_address_is_somebody_elses_too() {
    // The same addresses behind two bridges.
    let mut world = apart();
    world.address(A, "eth0", "172.19.0.2/16");
    assert_eq!(world.fault(A, B).0, FaultKind::AddressElsewhere);
    assert_eq!(world.road(A, B).fault().unwrap().namespace, Inode(A));
}

#[test]
fn packets_that_go_round() {
    let mut world = chain();
    world.keep_routes(B, |route| route.destination != "10.2.0.0/24");
    world.route(B, "10.2.0.0/24 via 10.1.0.1 dev left");
    assert_eq!(world.fault(A, C).0, FaultKind::Cycle);
    assert!(world.road(A, C).trips[0].there.ways[0].hops.len() < 10);
}

#[test]
fn more_routers_than_a_packet_passes() {
    let names: Vec<String> = (0..40).map(|number| format!("n{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(&names);
    for at in 2..41_u32 {
        let (left, right) = (format!("10.{at}.0.1/24"), format!("10.{at}.0.2/24"));
        world.veth((at, "right", &left), (at + 1, "left", &right));
        world.route(at, &format!("default via 10.{at}.0.2 dev right"));
    }
    assert_eq!(world.fault(2, 41).0, FaultKind::Cycle);
    let near = world.road(2, 20);
    assert!(
        near.fault().unwrap().kind == FaultKind::NoRoute,
        "the way back: {}",
        near.headline()
    );
}

#[test]
fn an_interface_that_is_down_loses_its_routes_and_another_takes_over() {
    let mut world = bridged();
    world.veth((A, "eth1", "10.7.0.2/24"), (HOST, "va1", "10.7.0.1/24"));
    world.down(A, "eth0");
    assert_eq!(world.fault(A, B), on(FaultKind::InterfaceDown, "eth0"));
    // By the default route, through the host.
    world.route(A, "default via 10.7.0.1 dev eth1");
    world.complete(A, B);
}

#[test]
fn of_a_bond_the_active_port_counts() {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "p0", ""), (B, "p0", "10.0.0.2/24"));
    world.veth((A, "p1", ""), (HOST, "p1", ""));
    let bond = world.add(A, "bond0", "bond", "10.0.0.1/24");
    let ports: Vec<u32> = ["p0", "p1"]
        .map(|name| {
            let port: &mut Interface = world.interface(A, name);
            port.master = Some(bond);
            port.index
        })
        .into();
    let active = |at: usize| {
        Some(Details::Bond {
            mode: None,
            active: Some(ports[at]),
        })
    };
    world.interface(A, "bond0").details = active(0);
    world.complete(A, B);
    world.interface(A, "bond0").details = active(1);
    assert_eq!(world.fault(A, B), on(FaultKind::NoCommonNetwork, "bond0"));
}
