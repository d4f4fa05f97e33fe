//! Where a frame goes on from each kind of interface.

use super::{MOST_TAGS, Motion, Search, Step, Tag};
use crate::model::{Details, Interface, NetworkNamespace};
use crate::query::path::links::{Port, Role};

impl<'a> Search<'a, '_> {
    pub(super) fn leave(&mut self, at: usize, port: Port<'a>) {
        let (ns, interface) = port;
        match Role::of(interface) {
            Role::Pair => match interface
                .peer
                .as_ref()
                .map(|end| self.wiring.interface(end))
            {
                Some(Some(peer)) => self.go(at, peer, Motion::In, None),
                _ => self.hidden(at, port, "other end"),
            },
            Role::Bridge => self.go(at, port, Motion::Across, None),
            Role::Bond => self.by_port(at, port),
            Role::Vlan => self.tagged(at, port),
            Role::Rider => self.beside(at, port),
            Role::Vrf | Role::Outside => self.outside(at, port),
            Role::Nothing => {}
        }
        self.trap(at, ns, interface);
    }

    /// A frame of the parent's own never gets to what rides on it.
    fn trap(&mut self, at: usize, ns: &'a NetworkNamespace, interface: &'a Interface) {
        let node = &self.segment.nodes[at];
        let from = node.from.map(|from| &self.segment.nodes[from]);
        if from.is_some_and(|from| Role::of(from.interface) == Role::Rider) {
            return;
        }
        for rider in self.links.riders(ns, interface) {
            if Role::of(rider.1) == Role::Rider {
                let fault = self.parent_trap(*rider, (ns, interface));
                self.go(at, *rider, Motion::In, Some(fault));
            }
        }
    }

    fn by_port(&mut self, at: usize, (ns, bond): Port<'a>) {
        let active = match bond.details {
            Some(Details::Bond { active, .. }) => active,
            _ => None,
        };
        for port in self.links.ports(ns, bond) {
            if active.is_none_or(|active| active == port.index) {
                self.go(at, (ns, port), Motion::Out, None);
            }
        }
    }

    /// What an interface rides on.
    fn parent(&mut self, at: usize, port: Port<'a>) -> Option<Port<'a>> {
        let parent = port.1.link.as_ref();
        let parent = parent.and_then(|parent| self.wiring.interface(parent));
        if parent.is_none() {
            self.hidden(at, port, "interface below it");
        }
        parent
    }

    fn tagged(&mut self, at: usize, port: Port<'a>) {
        let Some(parent) = self.parent(at, port) else {
            return;
        };
        let Some(tag) = Tag::of(port.1) else {
            return self.unread(at, port, "the vlan");
        };
        let mut tags = self.segment.nodes[at].tags.clone();
        if tags.len() == MOST_TAGS {
            return self.too_many_tags(at, port);
        }
        tags.push(tag);
        let step = Step {
            to: parent,
            motion: Motion::Out,
            tags,
            fault: None,
        };
        self.add(Some(at), step);
    }

    /// A macvlan or ipvlan: to the others on the same interface, and out by that one.
    fn beside(&mut self, at: usize, port: Port<'a>) {
        let Some(parent) = self.parent(at, port) else {
            return;
        };
        for sibling in self.links.riders(parent.0, parent.1) {
            let is_self = std::ptr::eq(sibling.1, port.1);
            if !is_self && Role::of(sibling.1) == Role::Rider {
                let fault = self.apart(port, *sibling);
                self.go(at, *sibling, Motion::In, fault);
            }
        }
        self.go(at, parent, Motion::Out, None);
        let trap = self.parent_trap(port, parent);
        self.go(at, parent, Motion::In, Some(trap));
    }

    pub(super) fn enter(&mut self, at: usize, port: Port<'a>) {
        let (ns, interface) = port;
        let tag = self.segment.nodes[at].tags.last().copied();
        if tag.is_some_and(|tag| self.untag(at, port, tag)) {
            return;
        }
        let master = interface.master.and_then(|master| ns.interface(master));
        match master.map(|master| (master, Role::of(master))) {
            Some((bridge, Role::Bridge)) => {
                let down = self.trouble((ns, bridge), Motion::Across);
                let fault = down.or_else(|| self.port_trouble(port));
                self.go(at, (ns, bridge), Motion::Across, fault);
            }
            Some((bond, Role::Bond)) => self.go(at, (ns, bond), Motion::In, None),
            Some((master, Role::Outside)) => self.outside(at, (ns, master)),
            _ if tag.is_some() => self.no_vlan(at, port),
            _ => self.arrive(at, port),
        }
    }

    /// Hands a tagged frame to the vlans of that number.
    fn untag(&mut self, at: usize, (ns, interface): Port<'a>, tag: Tag) -> bool {
        let mut tags = self.segment.nodes[at].tags.clone();
        tags.pop();
        let riders = self.links.riders(ns, interface).iter();
        let vlans: Vec<_> = riders
            .filter(|rider| Role::of(rider.1) == Role::Vlan && Tag::of(rider.1) == Some(tag))
            .collect();
        for vlan in &vlans {
            let step = Step {
                to: **vlan,
                motion: Motion::In,
                tags: tags.clone(),
                fault: None,
            };
            self.add(Some(at), step);
        }
        !vlans.is_empty()
    }

    /// A tagged frame that no vlan here waits for: the search goes on without the tag.
    fn no_vlan(&mut self, at: usize, port: Port<'a>) {
        let fault = self.vlan_differs(at, port);
        let step = Step {
            to: port,
            motion: Motion::In,
            tags: Vec::new(),
            fault: Some(fault),
        };
        self.add(Some(at), step);
    }

    /// The frame is for the namespace, or for what rides on the interface.
    fn arrive(&mut self, at: usize, port: Port<'a>) {
        self.segment.ends.push(at);
        for rider in self.links.riders(port.0, port.1) {
            let fault = match Role::of(rider.1) {
                Role::Vlan => Some(self.vlan_differs(at, port)),
                Role::Rider => self.picky(*rider),
                _ => continue,
            };
            self.go(at, *rider, Motion::In, fault);
        }
    }

    /// A bridge: to its other ports, and to the host that it belongs to.
    pub(super) fn flood(&mut self, at: usize, (ns, bridge): Port<'a>) {
        let from = self.segment.nodes[at].from;
        let ingress = from.map(|from| &self.segment.nodes[from]);
        let ingress = ingress.filter(|node| node.motion == Motion::In);
        let ingress = ingress.map(|node| node.interface);
        for port in self.links.ports(ns, bridge) {
            let is_back = ingress.is_some_and(|ingress| ingress.index == port.index);
            let hairpin = port.port.as_ref().and_then(|port| port.hairpin);
            if is_back && hairpin != Some(true) {
                continue;
            }
            let fault = self
                .isolation((ns, bridge), ingress, port)
                .or_else(|| self.egress_trouble((ns, port)));
            self.go(at, (ns, port), Motion::Out, fault);
        }
        if ingress.is_some() {
            self.go(at, (ns, bridge), Motion::In, None);
        }
    }
}
