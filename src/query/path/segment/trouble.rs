//! What stops a frame, in words.

use super::{MOST_TAGS, Motion, Search, Tag, join};
use crate::model::{BridgePort, Details, Interface};
use crate::query::path::fault::{Fault, FaultKind};
use crate::query::path::links::{Port, Role};

/// Interfaces that ride on each other at most; a spoilt snapshot may have one that rides on itself.
const MOST_RIDERS: usize = 8;

/// Why an interface has no carrier.
enum Below {
    /// Nothing that is seen explains it.
    Good,
    /// This explains it.
    Bad(Fault),
    /// What comes next on the road explains it, and is told of there.
    Ahead,
}

/// How a macvlan or ipvlan treats others on the same interface. The last of two counts for both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Manner {
    /// It hands frames to them.
    Direct,
    /// It sends everything out.
    Outside,
    /// That was not read.
    Unknown,
    /// It has nothing to do with them.
    Apart,
}

impl Manner {
    fn of(rider: &Interface) -> Self {
        let word = match &rider.details {
            Some(Details::Macvlan { mode }) => mode.as_deref(),
            // Kernels before 4.15 have no flags, and do as with the flag bridge.
            Some(Details::Ipvlan { mode, flags }) => {
                flags.as_deref().or_else(|| mode.as_ref().map(|_| "bridge"))
            }
            _ => None,
        };
        match word {
            None => Self::Unknown,
            Some("bridge") => Self::Direct,
            Some("private") => Self::Apart,
            Some(_) => Self::Outside,
        }
    }
}

fn mode_words(rider: &Interface) -> String {
    let kind = rider.kind.as_deref().unwrap_or("device");
    match &rider.details {
        Some(Details::Macvlan { mode: Some(mode) }) => format!("a {kind} of the mode {mode}"),
        Some(Details::Ipvlan {
            flags: Some(flags), ..
        }) => format!("a {kind} with the flag {flags}"),
        _ => format!("a {kind}"),
    }
}

impl<'a> Search<'a, '_> {
    /// What is wrong with an interface itself.
    pub(super) fn trouble(&self, port: Port<'a>, motion: Motion) -> Option<Fault> {
        self.trouble_above(port, motion, 0)
    }

    /// As [`Self::trouble`], of an interface that so many others ride on, each on the next.
    fn trouble_above(&self, port: Port<'a>, motion: Motion, riders: usize) -> Option<Fault> {
        let (ns, interface) = port;
        let fault = |kind, what: &str| {
            let (title, name) = (self.wiring.title(ns.namespace), &interface.name);
            let what = format!("the interface {name} of {title} {what}");
            Some(Fault::of(kind, ns, what).on(interface))
        };
        match interface.is_up() {
            Some(true) => {}
            Some(false) => return fault(FaultKind::InterfaceDown, "is down"),
            None => return fault(FaultKind::NotRead, "may be down: its flags are not known"),
        }
        if motion != Motion::Out || interface.has_carrier() != Some(false) {
            return None;
        }
        match self.below(port, riders) {
            Below::Good => fault(FaultKind::NoCarrier, "is up but has no carrier"),
            Below::Bad(below) => Some(below),
            Below::Ahead => None,
        }
    }

    /// What explains that an interface has no carrier.
    fn below(&self, (ns, interface): Port<'a>, riders: usize) -> Below {
        let role = Role::of(interface);
        let other = match role {
            Role::Pair => interface.peer.as_ref(),
            _ => interface.link.as_ref(),
        };
        let other = other.and_then(|other| self.wiring.interface(other));
        match (role, other) {
            (Role::Pair, Some((_, peer))) if peer.is_up() == Some(false) => Below::Ahead,
            (Role::Bridge | Role::Bond, _) if !self.links.ports(ns, interface).is_empty() => {
                Below::Ahead
            }
            (Role::Vlan | Role::Rider, Some(parent)) if riders < MOST_RIDERS => self
                .trouble_above(parent, Motion::Out, riders + 1)
                .map_or(Below::Good, Below::Bad),
            _ => Below::Good,
        }
    }

    pub(super) fn parent_trap(&self, rider: Port<'a>, parent: Port<'a>) -> Fault {
        let what = format!(
            "{} of {} rides on {} of {} as a {}, and such a one never reaches the interface that it rides on, nor is \
             reached by it",
            rider.1.name,
            self.wiring.title(rider.0.namespace),
            parent.1.name,
            self.wiring.title(parent.0.namespace),
            rider.1.kind.as_deref().unwrap_or("macvlan"),
        );
        Fault::of(FaultKind::ParentTrap, rider.0, what).on(rider.1)
    }

    /// What keeps two on one interface apart: their modes.
    pub(super) fn apart(&self, one: Port<'a>, other: Port<'a>) -> Option<Fault> {
        let manners = [(one, other), (other, one)].map(|pair| (Manner::of(pair.0.1), pair));
        let (manner, (strict, other)) = manners.into_iter().max_by_key(|(manner, _)| *manner)?;
        let (kind, what) = match manner {
            Manner::Direct => return None,
            Manner::Outside => (
                FaultKind::ModeOutside,
                "which leaves it to a switch outside whether frames get from one to the other",
            ),
            Manner::Unknown => (
                FaultKind::NotRead,
                "and whether they reach each other is not known",
            ),
            Manner::Apart => (FaultKind::ModeApart, "which keeps them apart"),
        };
        let what = format!(
            "{} of {} is {} on the same interface as {} of {}, {what}",
            strict.1.name,
            self.wiring.title(strict.0.namespace),
            mode_words(strict.1),
            other.1.name,
            self.wiring.title(other.0.namespace),
        );
        Some(Fault::of(kind, one.0, what).on(one.1))
    }

    /// A macvlan of the mode source takes frames only from some hardware addresses, which are not read.
    pub(super) fn picky(&self, (ns, rider): Port<'a>) -> Option<Fault> {
        let is_source = matches!(&rider.details, Some(Details::Macvlan { mode: Some(mode) }) if mode == "source");
        let what = format!(
            "{} of {} takes frames only from hardware addresses that are not read (macvlan mode source)",
            rider.name,
            self.wiring.title(ns.namespace)
        );
        is_source.then(|| Fault::of(FaultKind::NotRead, ns, what).on(rider))
    }

    pub(super) fn vlan_differs(&self, at: usize, (ns, interface): Port<'a>) -> Fault {
        let (title, name) = (self.wiring.title(ns.namespace), &interface.name);
        let tag = self.segment.nodes[at].tags.last();
        let tagged = tag.map_or_else(
            || "without a vlan tag".to_owned(),
            |tag| format!("with the vlan tag {tag}"),
        );
        let vlans = self.links.riders(ns, interface).iter();
        let vlans: Vec<_> = vlans.filter_map(|rider| Tag::of(rider.1)).collect();
        let expected = match vlans.as_slice() {
            [] => "no vlan is there".to_owned(),
            ids => format!("the vlans there are {}", join(ids)),
        };
        let what = format!("what arrives at {name} of {title} {tagged} is not for it: {expected}");
        Fault::of(FaultKind::VlanDiffers, ns, what).on(interface)
    }

    pub(super) fn isolation(
        &self,
        (ns, bridge): Port<'a>,
        ingress: Option<&Interface>,
        egress: &Interface,
    ) -> Option<Fault> {
        let is_isolated = |port: &BridgePort| port.isolated == Some(true);
        let ingress = ingress?;
        let both = [ingress, egress]
            .iter()
            .all(|port| port.port.as_ref().is_some_and(is_isolated));
        let what = format!(
            "the ports {} and {} of the bridge {} in {} are both isolated, and such ports do not reach each other",
            ingress.name,
            egress.name,
            bridge.name,
            self.wiring.title(ns.namespace)
        );
        both.then(|| Fault::of(FaultKind::PortsIsolated, ns, what).on(egress))
    }

    /// What keeps a frame from leaving a bridge by a port.
    pub(super) fn egress_trouble(&self, port: Port<'a>) -> Option<Fault> {
        let off = self.trouble(port, Motion::Out);
        // One that nothing is plugged into is disabled too, and what it is plugged into says why.
        let state = || {
            self.port_trouble(port)
                .filter(|_| port.1.has_carrier() != Some(false))
        };
        off.or_else(state)
    }

    /// What keeps a port of a bridge from forwarding that is on and plugged in.
    pub(super) fn port_trouble(&self, (ns, interface): Port<'a>) -> Option<Fault> {
        let state = interface.port.as_ref()?.state.as_deref()?;
        let what = format!(
            "the bridge port {} in {} is {state}, not forwarding",
            interface.name,
            self.wiring.title(ns.namespace)
        );
        (state != "forwarding")
            .then(|| Fault::of(FaultKind::PortNotForwarding, ns, what).on(interface))
    }

    pub(super) fn hidden(&mut self, at: usize, (ns, interface): Port<'a>, what: &str) {
        let title = self.wiring.title(ns.namespace);
        let what = format!(
            "the {what} of {} in {title} is in a namespace that cannot be seen",
            interface.name
        );
        self.exit(
            at,
            Fault::of(FaultKind::PeerNotVisible, ns, what).on(interface),
        );
    }

    pub(super) fn unread(&mut self, at: usize, (ns, interface): Port<'a>, what: &str) {
        let title = self.wiring.title(ns.namespace);
        let what = format!("{what} of {} in {title} is not known", interface.name);
        self.exit(at, Fault::of(FaultKind::NotRead, ns, what).on(interface));
    }

    pub(super) fn too_many_tags(&mut self, at: usize, (ns, interface): Port<'a>) {
        let title = self.wiring.title(ns.namespace);
        let what = format!(
            "by {} of {title} frames get more than {MOST_TAGS} vlan tags, and are not followed further",
            interface.name
        );
        self.exit(at, Fault::of(FaultKind::NotRead, ns, what).on(interface));
    }

    /// Whatever was not found so far may be further on.
    pub(super) fn give_up(&mut self, (ns, interface): Port<'a>) {
        let title = self.wiring.title(ns.namespace);
        let what = format!(
            "the link of {} in {title} is too large to be searched whole",
            interface.name
        );
        let fault = Fault::of(FaultKind::NotRead, ns, what).on(interface);
        self.segment.exits.push(fault);
    }

    pub(super) fn outside(&mut self, at: usize, (ns, interface): Port<'a>) {
        let title = self.wiring.title(ns.namespace);
        let through = match (&interface.kind, &interface.details) {
            (None, _) => "a device of the machine".to_owned(),
            (_, Some(Details::Tun { pids, .. })) => match pids.as_deref() {
                Some([]) => "served by no program".to_owned(),
                Some(pids) => format!("served by process {}", join(pids)),
                None => "served by a program".to_owned(),
            },
            (Some(kind), _) => format!("of the kind {kind}"),
        };
        let what = format!(
            "the road leaves what is seen here by {} of {title}, {through}",
            interface.name
        );
        self.exit(
            at,
            Fault::of(FaultKind::LeavesSight, ns, what).on(interface),
        );
    }
}
