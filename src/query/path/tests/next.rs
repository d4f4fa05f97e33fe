//! Who is next on a link: neighbours that are known already, and routers that answer for others.

use super::*;
use crate::model::{Details, Switches};

/// The neighbour table of `a` says that `address` is at the hardware address `mac`.
fn learned(world: &mut World, address: &str, mac: Option<String>, state: &str) {
    world.neighbour(A, "eth0", address, state);
    let neighbours = world.ns(A).neighbours.as_mut().unwrap();
    neighbours.last_mut().unwrap().mac = mac;
}

/// A hardware address that nobody has.
const NOBODY: &str = "02:00:00:00:99:99";

#[test]
fn who_did_not_answer_is_asked_again() {
    for state in ["failed", "incomplete"] {
        let mut world = bridged();
        world.neighbour(A, "eth0", "172.18.0.3", state);
        world.complete(A, B);
        let road = world.road(A, B);
        let hops = &road.trips[0].there.ways[0].hops;
        let remark = format!("got no answer ({state})");
        assert!(hops[3].remarks[0].contains(&remark), "{hops:#?}");
    }
}

#[test]
fn a_hardware_address_that_was_set_by_hand_decides() {
    let mut world = bridged();
    let right = world.interface(B, "eth0").mac.clone();
    learned(&mut world, "172.18.0.3", right, "permanent");
    world.complete(A, B);
    let mut world = bridged();
    learned(
        &mut world,
        "172.18.0.3",
        Some(NOBODY.to_owned()),
        "permanent",
    );
    let expected = (FaultKind::NeighbourWrong, Some("eth0".to_owned()));
    assert_eq!(world.fault(A, B), expected);
    // It may be that of somebody of whom it was not read, or who is out of sight.
    world.interface(HOST, "br-1").mac = None;
    assert_eq!(world.fault(A, B).0, FaultKind::NotRead);
    let bridge = world.interface(HOST, "br-1").index;
    world.add(HOST, "eth9", "", "");
    world.interface(HOST, "eth9").master = Some(bridge);
    assert_eq!(world.fault(A, B).0, FaultKind::LeavesSight);
    // Whoever has it sends the packets on.
    let mut world = bridged();
    let bridge = world.interface(HOST, "br-1").mac.clone();
    learned(&mut world, "172.18.0.3", bridge, "permanent");
    let hops = world.complete(A, B);
    assert!(
        hops[3].starts_with("host: route 172.18.0.0/16"),
        "{hops:#?}"
    );
}

#[test]
fn a_hardware_address_that_was_learned_and_is_anothers_is_a_doubt() {
    for state in ["reachable", "stale", "delay", "probe"] {
        let mut world = bridged();
        learned(&mut world, "172.18.0.3", Some(NOBODY.to_owned()), state);
        let expected = (FaultKind::NeighbourDiffers, Some("eth0".to_owned()));
        assert_eq!(world.fault(A, B), expected, "{state}");
        let mut world = bridged();
        let right = world.interface(B, "eth0").mac.clone();
        learned(&mut world, "172.18.0.3", right, state);
        world.complete(A, B);
    }
    let mut world = bridged();
    learned(&mut world, "172.18.0.3", Some(NOBODY.to_owned()), "noarp");
    world.complete(A, B);
}

#[test]
fn whoever_has_the_address_goes_before_whoever_has_the_hardware_address() {
    let mut world = World::new(&["a", "b", "c"]);
    world.veth((A, "eth0", "10.0.0.1/24"), (HOST, "va", ""));
    let ipvlan = Details::Ipvlan {
        mode: Some("l2".into()),
        flags: Some("bridge".into()),
    };
    // Both have the hardware address of the interface that they ride on.
    let mac = world.interface(HOST, "va").mac.clone();
    for (ns, address) in [(B, "10.0.0.2/24"), (C, "10.0.0.3/24")] {
        world.rider((ns, "iv", address), ipvlan.clone(), (HOST, "va"));
        world.interface(ns, "iv").mac.clone_from(&mac);
    }
    learned(&mut world, "10.0.0.3", mac.clone(), "stale");
    learned(&mut world, "10.0.0.2", mac, "permanent");
    assert_eq!(world.complete(A, C).last().unwrap(), "c has 10.0.0.3");
    assert_eq!(world.complete(A, B).last().unwrap(), "b has 10.0.0.2");
    // One with the address on another interface, who is not looked for.
    world.address(B, "lo", "10.0.0.3/32");
    assert_eq!(world.complete(A, C).last().unwrap(), "c has 10.0.0.3");
}

/// Two that have only their own address, and a router that nobody is.
fn routed() -> World {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "10.9.0.2/32"), (HOST, "cali", ""));
    world.veth((B, "eth0", "10.9.0.3/32"), (HOST, "calj", ""));
    for (ns, outside, address) in [(A, "cali", "10.9.0.2"), (B, "calj", "10.9.0.3")] {
        world.route(ns, "169.254.1.1 dev eth0");
        world.route(ns, "default via 169.254.1.1 dev eth0");
        world.route(HOST, &format!("{address} dev {outside}"));
    }
    world.add(HOST, "up", "", "192.0.2.1/24");
    world.route(HOST, "default via 192.0.2.9 dev up");
    world
}

fn switches(world: &mut World, switches: Option<Switches>) {
    for port in ["cali", "calj"] {
        world.interface(HOST, port).ipv4 = switches;
    }
}

const PROXY: Switches = Switches {
    forwarding: true,
    proxy: true,
};

#[test]
fn a_router_that_answers_for_others() {
    let mut world = routed();
    assert_eq!(world.fault(A, B).0, FaultKind::GatewayMissing);
    switches(&mut world, Some(PROXY));
    let hops = world.complete(A, B);
    assert_eq!(hops[1], "a eth0 10.9.0.2/32 -> cali in host");
    assert!(hops[2].starts_with("host: route 10.9.0.3"), "{hops:#?}");
    // It answers only for what it knows the way to, and only by another interface.
    world.ns(HOST).routes.as_mut().unwrap().pop();
    assert_eq!(world.fault(A, B).0, FaultKind::GatewayMissing);
    world.route(HOST, "169.254.0.0/16 dev cali");
    assert_eq!(world.fault(A, B).0, FaultKind::GatewayMissing);
    // One that forwards nothing does not answer for anybody.
    let mut world = routed();
    switches(
        &mut world,
        Some(Switches {
            forwarding: false,
            proxy: true,
        }),
    );
    assert_eq!(world.fault(A, B).0, FaultKind::GatewayMissing);
}

#[test]
fn a_router_that_may_answer_for_others() {
    let mut world = routed();
    switches(&mut world, None);
    let expected = (FaultKind::NotRead, Some("cali".to_owned()));
    assert_eq!(world.fault(A, B), expected);
    // As if on one network.
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "10.0.0.1/8"), (HOST, "va", "10.1.0.1/24"));
    world.veth((B, "eth0", "10.2.0.1/8"), (HOST, "vb", "10.2.0.9/24"));
    world.route(HOST, "10.0.0.0/24 dev va");
    world.interface(HOST, "va").ipv4 = Some(PROXY);
    assert_eq!(world.fault(A, B).0, FaultKind::NoCommonNetwork);
    world.interface(HOST, "vb").ipv4 = None;
    assert_eq!(world.fault(A, B).0, FaultKind::NotRead);
    world.interface(HOST, "vb").ipv4 = Some(PROXY);
    world.complete(A, B);
}

#[test]
fn with_ipv6_it_answers_for_single_addresses_which_are_not_read() {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "fd00::1/64"), (HOST, "va", ""));
    world.veth((B, "eth0", "fd00::2/64"), (HOST, "vb", ""));
    for (port, address) in [("va", "fd00::1/128"), ("vb", "fd00::2/128")] {
        world.route(HOST, &format!("{address} dev {port}"));
    }
    assert_eq!(world.fault(A, B).0, FaultKind::NoCommonNetwork);
    for port in ["va", "vb"] {
        world.interface(HOST, port).ipv6 = Some(PROXY);
    }
    assert_eq!(world.fault(A, B).0, FaultKind::NotRead);
}

#[test]
fn a_router_that_answered_for_others_before_is_found_by_that() {
    let mut world = routed();
    switches(&mut world, None);
    for (ns, outside) in [(A, "cali"), (B, "calj")] {
        let mac = world.interface(HOST, outside).mac.clone();
        world.neighbour(ns, "eth0", "169.254.1.1", "stale");
        world.ns(ns).neighbours.as_mut().unwrap()[0].mac = mac;
    }
    // It forwards, since it answered; but the switch was not read.
    assert_eq!(world.fault(A, B).0, FaultKind::ForwardingUnknown);
    assert!(world.road(A, B).trips[0].there.ways[0].fault.is_none());
}

#[test]
fn an_interface_that_asks_nobody_leaves_it_open() {
    for (ns, by) in [(A, "eth0"), (B, "eth0")] {
        let mut world = bridged();
        world.interface(ns, by).flags.push("NOARP".into());
        let road = world.road(A, B);
        let fault = road.fault().unwrap();
        assert_eq!(fault.kind, FaultKind::NeighboursUnasked, "{ns}");
        assert_eq!(fault.namespace, Inode(ns));
        assert_eq!(road.verdict(), Verdict::Unknown);
    }
    let mut world = bridged();
    world.interface(A, "eth0").flags.push("NOARP".into());
    for (ns, other, address) in [(A, B, "172.18.0.3"), (B, A, "172.18.0.2")] {
        let mac = world.interface(other, "eth0").mac.clone();
        world.neighbour(ns, "eth0", address, "permanent");
        let known = world.ns(ns).neighbours.as_mut().unwrap();
        known.last_mut().unwrap().mac = mac;
    }
    assert_eq!(
        world.road(A, B).verdict(),
        Verdict::Complete,
        "what is set by hand is enough"
    );
}
