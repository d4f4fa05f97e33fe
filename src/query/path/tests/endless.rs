//! Links that lead back to themselves: the search comes to an end.

use super::*;
use crate::model::Details;

fn vlan(id: u16) -> Details {
    Details::Vlan {
        id: Some(id),
        protocol: Some("802.1Q".into()),
    }
}

#[test]
fn a_vlan_that_rides_on_itself() {
    let mut world = World::new(&["a", "b"]);
    world.add(A, "eth0", "", "");
    world.rider((A, "v", "10.0.0.1/24"), vlan(10), (A, "eth0"));
    world.add(B, "eth0", "", "10.0.0.2/24");
    let own = world.interface(A, "v").index;
    world.interface(A, "v").link.as_mut().unwrap().index = Some(own);
    let expected = (FaultKind::NotRead, Some("v".to_owned()));
    assert_eq!(world.fault(A, B), expected);
    // Without a carrier it is looked for what is below it.
    world.interface(A, "v").flags.pop();
    assert_eq!(world.fault(A, B).0, FaultKind::NoCarrier);
}

#[test]
fn a_bridge_whose_ports_are_plugged_into_each_other_with_a_vlan_between() {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "10.0.0.1/24"), (HOST, "va", ""));
    world.veth((HOST, "a", ""), (HOST, "b", ""));
    world.rider((HOST, "b.10", ""), vlan(10), (HOST, "b"));
    world.bridge(HOST, "br0", "", &["va", "a", "b.10"]);
    world.add(B, "eth0", "", "10.0.0.2/24");
    // Each round puts another tag on the frame.
    let expected = (FaultKind::NotRead, Some("b.10".to_owned()));
    assert_eq!(world.fault(A, B), expected);
}

#[test]
fn a_bridge_with_many_vlans_of_one_of_its_own_ports() {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "10.0.0.1/24"), (HOST, "va", ""));
    world.veth((HOST, "a", ""), (HOST, "b", ""));
    world.add(B, "eth0", "", "10.0.0.2/24");
    let names: Vec<String> = (0..60).map(|id| format!("b.{id}")).collect();
    for (id, name) in (0..).zip(&names) {
        world.rider((HOST, name, ""), vlan(id), (HOST, "b"));
    }
    let ports: Vec<&str> = names.iter().map(String::as_str).collect();
    world.bridge(HOST, "br0", "", &[&["va", "a"], ports.as_slice()].concat());
    assert_eq!(world.fault(A, B).0, FaultKind::NotRead);
}
