//! The road between two network namespaces, read from what a snapshot shows; no packet is sent.
//!
//! The packet is followed as the kernels on its way would treat it: rules choose a table, the table a route, the route an
//! interface; from there it goes over the link to the next hop, which is either the other namespace or a router. A reply
//! needs a road too, so the way back is followed as well. The first thing that is missing or down is the [`Fault`].
//!
//! Names in texts are the host's and not yet made visible.

mod address;
mod explain;
mod fault;
mod links;
mod lookup;
mod next;
mod segment;
mod source;
mod verdict;
mod walk;
mod words;

#[cfg(test)]
mod tests;

use core::net::IpAddr;
use std::collections::HashSet;

pub use fault::{Fault, FaultKind};
pub use verdict::Verdict;

use super::{RowId, Wiring};
use crate::model::{Inode, Interface, NetworkNamespace, Snapshot};
use address::Own;
use links::is_loopback;
use segment::Segments;
use walk::Walk;

/// The road between two network namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Road {
    /// Where it begins.
    pub from: Stop,
    /// Where it is to end.
    pub to: Stop,
    /// What keeps it from being looked for at all.
    pub fault: Option<Fault>,
    /// A trip for each address of the other, the likeliest first: one on a network that both share, IPv4 before IPv6.
    pub trips: Vec<Trip>,
}

/// One end of a road.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The network namespace.
    pub namespace: Inode,
    /// What to call it.
    pub title: String,
}

/// To one address and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    /// The address.
    pub destination: IpAddr,
    /// Its road.
    pub there: Leg,
    /// The road of a reply; `None` where nothing would get there.
    pub back: Option<Leg>,
}

/// In one direction. There are several ways where a route offers several; each flow of packets takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Its ways, never none.
    pub ways: Vec<Way>,
}

/// One way that packets may take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// The source address of the packets; `None` where it did not come so far.
    pub source: Option<IpAddr>,
    /// How far it goes.
    pub hops: Vec<Hop>,
    /// Where it ends before its time.
    pub fault: Option<Fault>,
    /// What may lead packets elsewhere than here.
    pub doubts: Vec<Fault>,
    /// What was not looked at.
    pub unchecked: Vec<String>,
}

/// A step on a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Where it begins.
    pub namespace: Inode,
    /// The interface by which it goes on; `None` on arrival over the loopback.
    pub interface: Option<String>,
    /// What it is.
    pub kind: HopKind,
    /// It in words.
    pub text: String,
    /// What is odd about it, without being a fault.
    pub remarks: Vec<String>,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HopKind {
    /// A route is chosen.
    Route,
    /// From an interface to the one that it is plugged into, or rides on.
    Link,
    /// From a bridge to one of its ports, or to the namespace it is in.
    Bridge,
    /// The address is here.
    Arrival,
}

impl HopKind {
    /// The word for it in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Link => "link",
            Self::Bridge => "bridge",
            Self::Arrival => "arrival",
        }
    }
}

/// The road from one network namespace to another, and back.
#[must_use]
pub fn road(snapshot: &Snapshot, from: Inode, to: Inode) -> Road {
    let wiring = Wiring::of(snapshot);
    let [from, to] = [from, to].map(|namespace| Stop {
        namespace,
        title: wiring.title(namespace),
    });
    Road::found(&wiring, from, to)
}

/// As [`road`], with both ends called as they are asked for: of several in one namespace, each has its own name.
#[must_use]
pub fn road_between(snapshot: &Snapshot, from: Stop, to: Stop) -> Road {
    let mut wiring = Wiring::of(snapshot);
    for stop in [&to, &from] {
        // The host's bridges are the host's, whoever shares its namespace.
        let first = wiring.tenants(stop.namespace).first();
        if first.is_none_or(|tenant| tenant.row != RowId::Reference) {
            wiring.call(stop.namespace, &stop.title);
        }
    }
    Road::found(&wiring, from, to)
}

/// Both namespaces, where there is anything to begin with.
fn ends<'a>(
    wiring: &Wiring<'a>,
    from: Inode,
    to: Inode,
) -> Result<(&'a NetworkNamespace, &'a NetworkNamespace), Fault> {
    let known = |inode: Inode| {
        let ns = wiring.namespace(inode);
        let ns = ns.filter(|ns| ns.interfaces.is_some());
        let what = || format!("the interfaces of {} are not known", wiring.title(inode));
        ns.ok_or_else(|| Fault::at(FaultKind::NotRead, inode, what()))
    };
    let (from, to) = (known(from)?, known(to)?);
    let is_bare = |ns: &&NetworkNamespace| ns.interfaces.iter().flatten().all(is_loopback);
    let apart = from.namespace != to.namespace;
    if let Some(bare) = [from, to].into_iter().find(is_bare).filter(|_| apart) {
        let title = wiring.title(bare.namespace);
        let what = format!("{title} has no interface but the loopback");
        return Err(Fault::of(FaultKind::OnlyLoopback, bare, what));
    }
    Ok((from, to))
}

impl Road {
    fn found(wiring: &Wiring<'_>, from: Stop, to: Stop) -> Self {
        let ends = ends(wiring, from.namespace, to.namespace);
        let mut road = Self {
            from,
            to,
            fault: None,
            trips: Vec::new(),
        };
        match ends {
            Ok((from, to)) if from.namespace == to.namespace => road.within(from),
            Ok((from, to)) => road.between(wiring, from, to),
            Err(fault) => road.fault = Some(fault),
        }
        road
    }

    /// Both ends are the same namespace.
    fn within(&mut self, ns: &NetworkNamespace) {
        let loopback = ns.interfaces.iter().flatten().find(|one| is_loopback(one));
        let name = loopback.map(|one| one.name.clone());
        let title = &self.from.title;
        let mut way = Way::default();
        way.hops.push(Hop {
            namespace: ns.namespace,
            interface: name.clone(),
            kind: HopKind::Arrival,
            text: format!(
                "both are in one network namespace, that of {title}: by {}",
                name.as_deref().unwrap_or("lo")
            ),
            remarks: Vec::new(),
        });
        let trouble = match loopback.map(Interface::is_up) {
            Some(Some(true)) => None,
            Some(None) => Some((FaultKind::NotRead, "may be down: its flags are not known")),
            Some(Some(false)) | None => Some((FaultKind::InterfaceDown, "is down")),
        };
        way.fault = trouble.map(|(kind, what)| {
            let what = format!("the loopback of {title} {what}");
            Fault::of(kind, ns, what).named(name.as_deref().unwrap_or("lo"))
        });
        self.trips.push(Trip {
            destination: IpAddr::V4(core::net::Ipv4Addr::LOCALHOST),
            there: Leg { ways: vec![way] },
            back: None,
        });
    }

    fn between<'a>(
        &mut self,
        wiring: &Wiring<'a>,
        from: &'a NetworkNamespace,
        to: &'a NetworkNamespace,
    ) {
        let segments = Segments::of(wiring);
        for destination in destinations(from, to) {
            let walk = Walk {
                wiring,
                segments: &segments,
                to: to.namespace,
                destination,
            };
            let there = walk.leg(from, None);
            let source = there.ways.iter().find_map(|way| way.source);
            let source = source.filter(|_| there.verdict() != Verdict::Broken);
            let back = source.map(|source| {
                let walk = Walk {
                    to: from.namespace,
                    destination: source,
                    ..walk
                };
                walk.leg(to, Some(destination))
            });
            self.trips.push(Trip {
                destination,
                there,
                back,
            });
        }
        if self.trips.is_empty() {
            self.fault = Some(no_address(wiring, to));
        }
    }
}

/// Addresses of `to`, the likeliest first.
fn destinations(from: &NetworkNamespace, to: &NetworkNamespace) -> Vec<IpAddr> {
    let near: Vec<_> = address::of_namespace(from).filter(Own::is_usable).collect();
    let mut all: Vec<_> = address::of_namespace(to).filter(Own::is_usable).collect();
    let is_shared = |own: &Own<'_>| {
        near.iter()
            .any(|near| near.prefix.holds(own.address) || own.prefix.holds(near.address))
    };
    all.sort_by_key(|own| (!is_shared(own), own.address.is_ipv6(), !own.is_preferred()));
    let mut seen = HashSet::new();
    let addresses = all.iter().map(|own| own.address);
    addresses.filter(|address| seen.insert(*address)).collect()
}

fn no_address(wiring: &Wiring<'_>, to: &NetworkNamespace) -> Fault {
    let title = wiring.title(to.namespace);
    let mut interfaces = to.interfaces.iter().flatten();
    if interfaces.any(|interface| interface.addresses.is_none()) {
        let what = format!("the addresses of {title} are not known");
        return Fault::of(FaultKind::NotRead, to, what);
    }
    let what = format!("{title} has no address that others can use");
    Fault::of(FaultKind::NoAddress, to, what)
}

impl Way {
    fn broken(self, fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..self
        }
    }

    fn routers(&self) -> usize {
        let routes = self.hops.iter().filter(|hop| hop.kind == HopKind::Route);
        routes.count()
    }

    fn doubt(&mut self, doubt: Fault) {
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    fn leave_out(&mut self, what: String) {
        if !self.unchecked.contains(&what) {
            self.unchecked.push(what);
        }
    }
}
