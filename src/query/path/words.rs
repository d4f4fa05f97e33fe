//! Hops in words.

use core::fmt::{Display, Write as _};
use core::net::IpAddr;

use super::fault::{Fault, FaultKind};
use super::links::Role;
use super::lookup::Exit;
use super::segment::{Motion, Node};
use super::{Hop, HopKind, Way};
use crate::model::{Details, Interface, NetworkNamespace};
use crate::query::Wiring;

/// The ordinary routing table, which needs no mention.
const MAIN: u32 = 254;

pub(super) fn list<T: Display>(all: &[T]) -> String {
    let all: Vec<_> = all.iter().map(ToString::to_string).collect();
    all.join(", ")
}

/// `web: route default via 172.18.0.1 dev eth0, from 172.18.0.2`.
pub(super) fn route(title: &str, exit: &Exit<'_>, source: Option<IpAddr>) -> String {
    let mut text = format!("{title}: route {}", exit.route.destination);
    // Writing to a String cannot fail.
    if let Some(gateway) = exit.gateway {
        let _ = write!(text, " via {gateway}");
    }
    if let Some(interface) = exit.interface {
        let _ = write!(text, " dev {interface}");
    }
    if exit.route.table != MAIN {
        let _ = write!(text, " of table {}", exit.route.table);
    }
    if let Some(source) = source {
        let _ = write!(text, ", from {source}");
    }
    text
}

/// The hops of a trail over a link, to an interface with the hardware address `mac`.
pub(super) fn hops(wiring: &Wiring<'_>, trail: &[&Node<'_>], mac: Option<&str>) -> Vec<Hop> {
    let steps = trail.windows(2).enumerate();
    steps
        .filter_map(|(at, step)| hop(wiring, step[0], step[1], trail.get(at + 2).copied(), mac))
        .collect()
}

fn hop(
    wiring: &Wiring<'_>,
    from: &Node<'_>,
    to: &Node<'_>,
    after: Option<&Node<'_>>,
    mac: Option<&str>,
) -> Option<Hop> {
    let (kind, text) = match (from.motion, to.motion) {
        // It is told of with the port that the frame leaves by, or came in by.
        (Motion::Out | Motion::In, Motion::Across) => return None,
        (Motion::Across, _) => (HopKind::Bridge, across(wiring, from, to)),
        _ => (HopKind::Link, link(wiring, from, to, after)),
    };
    let remarks = (from.motion == Motion::Across)
        .then(|| learned(from, to, mac))
        .flatten();
    Some(Hop {
        namespace: from.ns.namespace,
        interface: Some(from.interface.name.clone()),
        kind,
        text,
        remarks: remarks.into_iter().collect(),
    })
}

/// `host br-3c (network shop) -> its port veth9f`.
fn across(wiring: &Wiring<'_>, bridge: &Node<'_>, to: &Node<'_>) -> String {
    let title = wiring.title(bridge.ns.namespace);
    let name = bridge_name(bridge.interface);
    if to.motion == Motion::In {
        format!("{title} {name} -> {title} itself")
    } else {
        format!("{title} {name} -> its port {}", to.interface.name)
    }
}

/// `web eth0 172.18.0.2/16 -> veth1a2b in host, port of br-3c (network shop)`.
fn link(wiring: &Wiring<'_>, from: &Node<'_>, to: &Node<'_>, after: Option<&Node<'_>>) -> String {
    let mut text = wiring.title(from.ns.namespace);
    let (name, addresses) = (&from.interface.name, addresses(from.interface));
    let _ = write!(text, " {name}{addresses} -> {}", to.interface.name);
    if from.ns.namespace != to.ns.namespace {
        let _ = write!(text, " in {}", wiring.title(to.ns.namespace));
    }
    text.push_str(&relation(from, to));
    let bridge = after.filter(|after| after.motion == Motion::Across && to.motion == Motion::In);
    if let Some(bridge) = bridge {
        let _ = write!(text, ", port of {}", bridge_name(bridge.interface));
    }
    text
}

/// How two interfaces that are no pair belong together.
fn relation(from: &Node<'_>, to: &Node<'_>) -> String {
    match (Role::of(from.interface), Role::of(to.interface)) {
        (Role::Vlan, _) if to.motion == Motion::Out => {
            format!(", with the tag of vlan {}", id(from.interface))
        }
        (_, Role::Vlan) if from.motion == Motion::In => format!(", vlan {}", id(to.interface)),
        (Role::Rider, Role::Rider) if to.motion == Motion::In => {
            ", on the same interface".to_owned()
        }
        (Role::Rider, _) if to.motion == Motion::Out => ", which it rides on".to_owned(),
        (_, Role::Rider) if from.motion == Motion::In => ", which rides on it".to_owned(),
        _ => String::new(),
    }
}

fn id(vlan: &Interface) -> String {
    match vlan.details {
        Some(Details::Vlan { id: Some(id), .. }) => id.to_string(),
        _ => "?".to_owned(),
    }
}

fn bridge_name(bridge: &Interface) -> String {
    bridge.network.as_ref().map_or_else(
        || bridge.name.clone(),
        |network| format!("{} (network {network})", bridge.name),
    )
}

/// The addresses that others can use, with a space before each.
fn addresses(interface: &Interface) -> String {
    let usable = super::address::of_interface(interface).filter(super::address::Own::is_usable);
    usable.fold(String::new(), |text, own| {
        format!("{text} {}/{}", own.address, own.given.prefix_len)
    })
}

/// What a bridge knows of the hardware address that the frame goes to.
fn learned(bridge: &Node<'_>, to: &Node<'_>, mac: Option<&str>) -> Option<String> {
    let port = port_of(bridge.ns, bridge.interface, mac?)?;
    if to.motion == Motion::In || port == to.interface.name {
        return None;
    }
    Some(format!(
        "{} has {} at its port {port}",
        bridge.interface.name,
        mac.unwrap_or_default()
    ))
}

fn port_of<'a>(ns: &'a NetworkNamespace, bridge: &Interface, mac: &str) -> Option<&'a str> {
    let entries = ns.forwarding.iter().flatten();
    let mut entries = entries.filter(|entry| {
        entry.bridge.as_ref() == Some(&bridge.name) && entry.mac.eq_ignore_ascii_case(mac)
    });
    entries.next()?.interface.as_deref()
}

/// What of the bridges on a trail is not judged, and what was not read of them that decides.
pub(super) fn unchecked(wiring: &Wiring<'_>, trail: &[&Node<'_>], way: &mut Way) {
    for step in trail.windows(2) {
        let (from, to) = (step[0], step[1]);
        let title = wiring.title(from.ns.namespace);
        let ports = [from, to];
        for port in ports.iter().filter(|node| node.motion != Motion::Across) {
            let is_at_bridge = ports.iter().any(|node| node.motion == Motion::Across);
            let state = port.interface.port.as_ref();
            let state = state.and_then(|port| port.state.as_ref());
            let is_port = is_at_bridge && Role::of(port.interface) != Role::Bridge;
            if is_port && state.is_none() {
                let name = &port.interface.name;
                way.leave_out(format!("the state of the bridge port {name} in {title}"));
            }
        }
        let filters = matches!(
            from.interface.details,
            Some(Details::Bridge {
                vlan_filtering: Some(true),
                ..
            })
        );
        if filters && from.motion == Motion::Across {
            let name = &from.interface.name;
            let what = format!(
                "the bridge {name} in {title} keeps vlans apart, and in which ones its ports are is not read"
            );
            way.doubt(Fault::of(FaultKind::BridgeVlans, from.ns, what).on(from.interface));
        }
    }
}
