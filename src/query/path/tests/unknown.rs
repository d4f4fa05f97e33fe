//! Roads of which nothing can be said, and what is said then.

use super::*;
use crate::model::Details;

#[test]
fn lists_that_were_not_read() {
    let mut world = bridged();
    world.ns(A).routes = None;
    assert_eq!(world.fault(A, B).0, FaultKind::NotRead);
    assert_eq!(world.road(A, B).verdict(), Verdict::Unknown);

    for bare in [A, B] {
        let mut world = bridged();
        world.ns(bare).interfaces = None;
        assert_eq!(world.fault(A, B).0, FaultKind::NotRead);
        world.interface_list(bare);
        assert_eq!(world.fault(A, B).0, FaultKind::OnlyLoopback);
    }
    let mut world = bridged();
    world.interface(B, "eth0").addresses = None;
    assert_eq!(world.fault(A, B).0, FaultKind::NotRead);
    world.interface(A, "eth0").addresses = None;
    assert_eq!(world.fault(B, A).0, FaultKind::NotRead);
}

impl World {
    /// A list that was read and is empty.
    fn interface_list(&mut self, inode: u32) {
        self.ns(inode).interfaces = Some(Vec::new());
    }
}

#[test]
fn without_rules_the_road_is_followed_but_not_vouched_for() {
    let mut world = bridged();
    world.ns(A).rules = None;
    assert_eq!(world.fault(A, B).0, FaultKind::NotRead);
    assert_eq!(world.road(A, B).trips[0].there.ways[0].hops.len(), 5);
    // Without routes of the local table, which some sources lack, addresses tell what is local.
    let mut world = bridged();
    world.keep_routes(B, |route| route.table != 255);
    world.complete(A, B);
}

#[test]
fn neighbours_that_were_not_read_are_said() {
    let mut world = bridged();
    world.ns(A).neighbours = None;
    world.complete(A, B);
    let left_out = "the neighbours of a".to_owned();
    assert!(world.road(A, B).unchecked().contains(&left_out));
}

#[test]
fn a_namespace_that_is_not_there() {
    let road = bridged().road(A, 99);
    assert_eq!(road.verdict(), Verdict::Unknown);
    assert_eq!(
        road.headline(),
        "it cannot be told whether a reaches net:[99]: the interfaces of net:[99] are not known"
    );
    let mut snapshot = bridged().snapshot();
    snapshot.network = None;
    assert_eq!(
        super::road(&snapshot, Inode(A), Inode(B)).verdict(),
        Verdict::Unknown
    );
}

#[test]
fn a_peer_that_is_not_visible() {
    for namespace in [None, Some(Inode(77))] {
        let mut world = bridged();
        world.interface(A, "eth0").peer.as_mut().unwrap().namespace = namespace;
        let expected = (FaultKind::PeerNotVisible, Some("eth0".to_owned()));
        assert_eq!(world.fault(A, B), expected);
    }
}

#[test]
fn wires_tunnels_and_programs() {
    for kind in ["", "vxlan", "tun", "wireguard"] {
        let mut world = World::new(&["a", "b"]);
        world.add(A, "x0", kind, "10.0.0.1/24");
        world.add(B, "x0", kind, "10.0.0.2/24");
        assert_eq!(
            world.fault(A, B),
            (FaultKind::LeavesSight, Some("x0".to_owned())),
            "{kind}"
        );
    }
    let mut world = World::new(&["a", "b"]);
    world.add(A, "d0", "dummy", "10.0.0.1/24");
    world.add(B, "d0", "dummy", "10.0.0.2/24");
    assert_eq!(world.fault(A, B).0, FaultKind::NoCommonNetwork);
}

#[test]
fn a_bridge_with_a_wire_may_lead_to_whoever_is_not_found() {
    let mut world = bridged();
    world.bridge(HOST, "br-2", "", &["vb"]);
    world.add(HOST, "eth9", "", "");
    let bridge = world.interface(HOST, "br-1").index;
    world.interface(HOST, "eth9").master = Some(bridge);
    // The reply would begin on a bridge without one.
    assert_eq!(world.fault(A, B).0, FaultKind::NoCommonNetwork);
    let bridge = world.interface(HOST, "br-2").index;
    world.add(HOST, "eth8", "", "");
    world.interface(HOST, "eth8").master = Some(bridge);
    assert_eq!(
        world.fault(A, B),
        (FaultKind::LeavesSight, Some("eth9".to_owned()))
    );
}

#[test]
fn networks_of_an_engine_are_kept_apart_by_what_is_not_read() {
    let mut world = apart();
    world.complete(A, B);
    world.interface(HOST, "br-1").network = Some("one".to_owned());
    world.interface(HOST, "br-2").network = Some("two".to_owned());
    assert_eq!(world.fault(A, B).0, FaultKind::NetworksApart);
    assert!(
        world
            .road(A, B)
            .headline()
            .contains("from the network one to the network two")
    );
    // What is surely broken behind it stays so.
    world.down(B, "eth0");
    assert_eq!(world.fault(A, B).0, FaultKind::InterfaceDown);
}

#[test]
fn bridges_of_an_engine_are_known_by_their_names_where_it_is_not_heard() {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "172.17.0.2/16"), (HOST, "va", ""));
    world.veth((B, "eth0", "172.18.0.2/16"), (HOST, "vb", ""));
    world.bridge(HOST, "docker0", "172.17.0.1/16", &["va"]);
    world.bridge(HOST, "br-0a1b2c3d4e5f", "172.18.0.1/16", &["vb"]);
    world.route(A, "default via 172.17.0.1 dev eth0");
    world.route(B, "default via 172.18.0.1 dev eth0");
    assert_eq!(world.fault(A, B).0, FaultKind::NetworksApart);
}

#[test]
fn a_bridge_that_keeps_vlans_apart() {
    let mut world = bridged();
    world.interface(HOST, "br-1").details = Some(Details::Bridge {
        stp: None,
        vlan_filtering: Some(true),
    });
    let expected = (FaultKind::BridgeVlans, Some("br-1".to_owned()));
    assert_eq!(world.fault(A, B), expected);
}

#[test]
fn rules_that_cannot_be_judged() {
    let mut world = chain();
    world.rule(A, 4000, "", 100).has_more = true;
    // It leads nowhere.
    world.complete(A, C);
    world.route_in(A, 100, "default via 10.1.0.2 dev left");
    assert_eq!(world.fault(A, C).0, FaultKind::RuleUncertain);
    let rules = world.ns(A).rules.as_mut().unwrap();
    let rule = rules.last_mut().unwrap();
    (rule.has_more, rule.mark) = (false, Some(51820));
    world.complete(A, C);
    let left_out = "rules of a for packets with a firewall mark".to_owned();
    assert!(world.road(A, C).unchecked().contains(&left_out));
}

#[test]
fn an_interface_whose_flags_were_not_read_whole() {
    // Of one read from /proc/PID/net it is known at most that it is up.
    let mut world = bridged();
    let eth0 = world.interface(B, "eth0");
    (eth0.state, eth0.flags) = (None, vec!["UP".into()]);
    world.complete(A, B);
    world.interface(B, "eth0").flags.clear();
    let expected = (FaultKind::NotRead, Some("eth0".to_owned()));
    assert_eq!(world.fault(A, B), expected);
    let lo = world.interface(A, "lo");
    (lo.state, lo.flags) = (None, Vec::new());
    assert_eq!(world.fault(A, A).0, FaultKind::NotRead);
}
