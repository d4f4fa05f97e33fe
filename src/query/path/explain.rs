//! Why a packet gets no further, as exactly as can be said.

use super::address::{of_interface, of_namespace};
use super::fault::{Fault, FaultKind};
use super::links::is_loopback;
use super::lookup::Decision;
use super::next::Next;
use super::segment::{Node, Segment};
use super::walk::Walk;
use crate::model::{Interface, NetworkNamespace};

/// Why `ns` sends the packet nowhere.
pub(super) fn no_way(walk: &Walk<'_, '_>, ns: &NetworkNamespace, decision: Decision<'_>) -> Fault {
    let title = walk.wiring.title(ns.namespace);
    let to = walk.destination;
    match decision {
        Decision::Refused(what) => {
            let what = format!("{title} drops packets to {to}: {what}");
            Fault::of(FaultKind::RouteRefuses, ns, what)
        }
        Decision::NotRead => Fault::of(
            FaultKind::NotRead,
            ns,
            format!("the routes of {title} are not known"),
        ),
        _ => no_route(walk, ns),
    }
}

fn no_route(walk: &Walk<'_, '_>, ns: &NetworkNamespace) -> Fault {
    let title = walk.wiring.title(ns.namespace);
    let to = walk.destination;
    let Some(interfaces) = &ns.interfaces else {
        let what = format!("{title} has no route to {to}");
        return Fault::of(FaultKind::NoRoute, ns, what);
    };
    if let Some(fault) = only_loopback(walk, ns, interfaces) {
        return fault;
    }
    if let Some(fault) = switched_off(walk, ns, interfaces) {
        return fault;
    }
    let has_family = of_namespace(ns).any(|own| {
        own.address.is_ipv4() == to.is_ipv4() && own.is_usable() && !is_loopback(own.interface)
    });
    if !has_family {
        return no_source(walk, ns);
    }
    let near = shared_link(walk, ns, interfaces).unwrap_or_default();
    let what = format!("{title} has no route to {to}{near}");
    Fault::of(FaultKind::NoRoute, ns, what)
}

fn only_loopback(
    walk: &Walk<'_, '_>,
    ns: &NetworkNamespace,
    interfaces: &[Interface],
) -> Option<Fault> {
    let title = walk.wiring.title(ns.namespace);
    let what = format!("{title} has no interface but the loopback");
    interfaces
        .iter()
        .all(is_loopback)
        .then(|| Fault::of(FaultKind::OnlyLoopback, ns, what))
}

/// An interface that is down and whose network the address is in, or all of them are.
fn switched_off(
    walk: &Walk<'_, '_>,
    ns: &NetworkNamespace,
    interfaces: &[Interface],
) -> Option<Fault> {
    let title = walk.wiring.title(ns.namespace);
    let real = interfaces.iter().filter(|one| !is_loopback(one));
    let holds = |one: &&Interface| {
        one.is_up() == Some(false)
            && of_interface(one).any(|own| own.prefix.holds(walk.destination))
    };
    let fitting = real.clone().find(holds);
    let all = || real.clone().all(|one| one.is_up() == Some(false));
    let down = fitting.or_else(|| real.clone().next().filter(|_| all()))?;
    let what = format!(
        "the interface {} of {title} is down, and so no route leads to {}",
        down.name, walk.destination
    );
    Some(Fault::of(FaultKind::InterfaceDown, ns, what).on(down))
}

/// A namespace without an address of the family that packets could get as their source.
pub(super) fn no_source(walk: &Walk<'_, '_>, ns: &NetworkNamespace) -> Fault {
    let title = walk.wiring.title(ns.namespace);
    let family = if walk.destination.is_ipv4() {
        "IPv4"
    } else {
        "IPv6"
    };
    let interfaces = ns.interfaces.iter().flatten();
    let mut unread = interfaces.filter(|one| one.addresses.is_none());
    if unread.next().is_some() {
        let what = format!("the addresses of {title} are not known");
        return Fault::of(FaultKind::NotRead, ns, what);
    }
    let what = format!("{title} has no {family} address that others can use");
    Fault::of(FaultKind::NoAddress, ns, what)
}

/// Words for two that are on one link and whose prefixes do not say so.
fn shared_link(
    walk: &Walk<'_, '_>,
    ns: &NetworkNamespace,
    interfaces: &[Interface],
) -> Option<String> {
    // The same values, found by number, which live as long as the snapshot.
    let ns = walk.wiring.namespace(ns.namespace)?;
    interfaces
        .iter()
        .filter(|one| one.is_up() == Some(true) && !is_loopback(one))
        .find_map(|one| {
            let one = ns.interface(one.index)?;
            let next = Next {
                walk,
                at: ns,
                interface: one,
                address: walk.destination,
            };
            let segment = walk.segments.from(ns, one);
            let end = next.find(&segment)?;
            let there = segment.node(end);
            let is_it = there.fault.is_none() && there.ns.namespace == walk.to;
            is_it.then_some(())?;
            let fits = |own: &super::address::Own<'_>| {
                own.address.is_ipv4() == walk.destination.is_ipv4() && own.is_usable()
            };
            let own = of_interface(one).find(fits)?;
            Some(format!(
                ", though both are on one link: {} is not in the network {}/{} of {}",
                walk.destination, own.address, own.given.prefix_len, one.name
            ))
        })
}

pub(super) fn no_interface(walk: &Walk<'_, '_>, ns: &NetworkNamespace, name: &str) -> Fault {
    let title = walk.wiring.title(ns.namespace);
    let what = format!("the interface {name} of {title}, which the route names, is not known");
    Fault::of(FaultKind::NotRead, ns, what).named(name)
}

/// Why nobody on the link is the next hop.
pub(super) fn nobody<'a>(
    walk: &Walk<'_, '_>,
    next: &Next<'a, '_>,
    is_gateway: bool,
    segment: &Segment<'a>,
) -> Fault {
    if let Some(fault) = segment.start() {
        return fault.clone();
    }
    if let Some(exit) = segment.exits.first() {
        return exit.clone();
    }
    if let Some(fault) = next
        .wrong_mac(segment)
        .or_else(|| unread(walk, next, segment))
    {
        return fault;
    }
    let (title, name) = (walk.wiring.title(next.at.namespace), &next.interface.name);
    let address = next.address;
    let (kind, what) = if is_gateway {
        let what = format!(
            "{title} sends packets by {name} to the router {address}, and nobody on that link has this address"
        );
        (FaultKind::GatewayMissing, what)
    } else {
        let other = walk.wiring.title(walk.to);
        let what = format!(
            "{title} expects {address} on the link of {name}, and {other} is not on it: they have no common network \
             there"
        );
        (FaultKind::NoCommonNetwork, what)
    };
    Fault::of(kind, next.at, what).on(next.interface)
}

/// What was not read of those on a link, so that one of them may be the next hop after all.
fn unread<'a>(walk: &Walk<'_, '_>, next: &Next<'a, '_>, segment: &Segment<'a>) -> Option<Fault> {
    let ends = || segment.ends.iter().map(|end| segment.node(*end));
    let title = |node: &Node<'_>| walk.wiring.title(node.ns.namespace);
    if let Some(node) = ends().find(|node| node.interface.addresses.is_none()) {
        let (name, there) = (&node.interface.name, title(node));
        let what = format!("the addresses of {name} of {there} are not known");
        return Some(Fault::of(FaultKind::NotRead, node.ns, what).on(node.interface));
    }
    let may_answer = |node: &&Node<'a>| {
        node.fault.is_none() && next.is_proxied((node.ns, node.interface)).is_none()
    };
    let node = ends().find(may_answer)?;
    let what = format!(
        "whether {} answers on {} for {} in the place of others (proxy ARP, proxy NDP) is not known",
        title(node),
        node.interface.name,
        next.address
    );
    Some(Fault::of(FaultKind::NotRead, node.ns, what).on(node.interface))
}
