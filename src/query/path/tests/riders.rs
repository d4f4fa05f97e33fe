//! What rides on an interface: vlans, macvlans and ipvlans.

use super::*;
use crate::model::Details;

fn on(kind: FaultKind, interface: &str) -> (FaultKind, Option<String>) {
    (kind, Some(interface.to_owned()))
}

#[test]
fn a_macvlan_does_not_reach_what_it_rides_on() {
    let mut world = World::new(&["a", "b"]);
    let mode = |mode: &str| Details::Macvlan {
        mode: Some(mode.to_owned().into()),
    };
    world.add(HOST, "eth0", "", "192.0.2.1/24");
    world.rider((A, "mv", "192.0.2.2/24"), mode("bridge"), (HOST, "eth0"));
    assert_eq!(world.fault(A, HOST), on(FaultKind::ParentTrap, "mv"));
    assert_eq!(world.fault(HOST, A), on(FaultKind::ParentTrap, "mv"));
    world.rider((B, "mv", "192.0.2.3/24"), mode("private"), (HOST, "eth0"));
    assert_eq!(world.fault(A, B).0, FaultKind::ModeApart);
}

#[test]
fn two_on_one_interface_reach_each_other_only_if_both_say_so() {
    let mut world = World::new(&["a", "b"]);
    world.add(HOST, "eth0", "", "192.0.2.1/24");
    let macvlan = |mode: Option<&str>| Details::Macvlan {
        mode: mode.map(|mode| mode.to_owned().into()),
    };
    world.rider((A, "x", "192.0.2.2/24"), macvlan(None), (HOST, "eth0"));
    world.rider((B, "x", "192.0.2.3/24"), macvlan(None), (HOST, "eth0"));
    for (one, other, kind) in [
        ("bridge", "private", Some(FaultKind::ModeApart)),
        ("vepa", "private", Some(FaultKind::ModeApart)),
        ("bridge", "vepa", Some(FaultKind::ModeOutside)),
        ("bridge", "source", Some(FaultKind::ModeOutside)),
        ("source", "source", Some(FaultKind::ModeOutside)),
        ("passthru", "bridge", Some(FaultKind::ModeOutside)),
        ("bridge", "bridge", None),
    ] {
        world.interface(A, "x").details = Some(macvlan(Some(one)));
        world.interface(B, "x").details = Some(macvlan(Some(other)));
        for (from, to) in [(A, B), (B, A)] {
            let fault = world.road(from, to).fault().map(|fault| fault.kind);
            assert_eq!(fault, kind, "{one} {other}");
        }
    }
    world.interface(B, "x").details = Some(macvlan(None));
    assert_eq!(world.fault(A, B).0, FaultKind::NotRead);

    let ipvlan = |flags: Option<&str>| Details::Ipvlan {
        mode: Some("l2".into()),
        flags: flags.map(|flags| flags.to_owned().into()),
    };
    for (flags, kind) in [
        (Some("private"), Some(FaultKind::ModeApart)),
        (Some("vepa"), Some(FaultKind::ModeOutside)),
        (Some("bridge"), None),
        (None, None),
    ] {
        for ns in [A, B] {
            let rider = world.interface(ns, "x");
            (rider.kind, rider.details) = (Some("ipvlan".into()), Some(ipvlan(flags)));
        }
        let fault = world.road(A, B).fault().map(|fault| fault.kind);
        assert_eq!(fault, kind, "{flags:?}");
    }
}

#[test]
fn from_outside_a_macvlan_of_the_mode_source_takes_only_what_it_was_told() {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "10.0.0.1/24"), (HOST, "va", ""));
    let source = Details::Macvlan {
        mode: Some("source".into()),
    };
    world.rider((B, "mv", "10.0.0.2/24"), source, (HOST, "va"));
    let expected = (FaultKind::NotRead, Some("mv".to_owned()));
    assert_eq!(world.fault(A, B), expected);
}

#[test]
fn vlans_that_differ() {
    let vlan = |id| Details::Vlan {
        id: Some(id),
        protocol: None,
    };
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", ""), (B, "eth0", ""));
    world.rider((A, "eth0.10", "10.0.0.1/24"), vlan(10), (A, "eth0"));
    world.rider((B, "eth0.20", "10.0.0.2/24"), vlan(20), (B, "eth0"));
    assert_eq!(world.fault(A, B).0, FaultKind::VlanDiffers);
    let headline = world.road(A, B).headline();
    assert!(
        headline.contains("tag 10") && headline.contains("are 20"),
        "{headline}"
    );

    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "10.0.0.1/24"), (B, "eth0", ""));
    world.rider((B, "eth0.20", "10.0.0.2/24"), vlan(20), (B, "eth0"));
    assert_eq!(world.fault(A, B).0, FaultKind::VlanDiffers);
}

#[test]
fn vlans_of_one_number_and_two_protocols() {
    let vlan = |protocol: &'static str| Details::Vlan {
        id: Some(10),
        protocol: Some(protocol.into()),
    };
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", ""), (B, "eth0", ""));
    world.rider((A, "v", "10.0.0.1/24"), vlan("802.1ad"), (A, "eth0"));
    world.rider((B, "v", "10.0.0.2/24"), vlan("802.1ad"), (B, "eth0"));
    world.complete(A, B);
    world.interface(B, "v").details = Some(vlan("802.1Q"));
    assert_eq!(world.fault(A, B).0, FaultKind::VlanDiffers);
}
