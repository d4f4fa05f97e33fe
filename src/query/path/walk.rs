//! From namespace to namespace, as a packet goes.

use core::net::IpAddr;

use super::fault::{Fault, FaultKind};
use super::links::{Port, Role};
use super::lookup::{self, Answer, Decision, Exit, Packet};
use super::segment::{Segment, Segments};
use super::{Hop, HopKind, Leg, Way, explain, words};
use crate::model::{Inode, Interface, NetworkNamespace};
use crate::query::Wiring;

/// Routers that a packet passes at most.
const MOST_ROUTERS: usize = 32;
/// Ways that are followed where routes offer several.
const MOST_WAYS: usize = 16;

/// A walk to one address of one namespace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a, 'w> {
    pub(super) wiring: &'w Wiring<'a>,
    pub(super) segments: &'w Segments<'a, 'w>,
    /// Who is to be reached.
    pub(super) to: Inode,
    pub(super) destination: IpAddr,
}

/// Where the packet is.
#[derive(Clone, Copy)]
struct At<'a> {
    ns: &'a NetworkNamespace,
    /// The interface it came in by; `None` at the beginning.
    input: Option<&'a Interface>,
}

impl<'a> Walk<'a, '_> {
    /// All ways from `from`, for packets with this source, or with the one that the kernel would choose.
    pub(super) fn leg(&self, from: &'a NetworkNamespace, source: Option<IpAddr>) -> Leg {
        let mut way = Way {
            source,
            ..Way::default()
        };
        let mut done = Vec::new();
        if let Err(fault) = self.choose_source(from, &mut way) {
            done.push(way.broken(fault));
        } else {
            let at = At {
                ns: from,
                input: None,
            };
            self.explore(way, at, &mut done);
        }
        Leg { ways: done }
    }

    /// Packets get their source from the route that is found without one.
    fn choose_source(&self, from: &NetworkNamespace, way: &mut Way) -> Result<(), Fault> {
        if way.source.is_some() {
            return Ok(());
        }
        let packet = Packet {
            destination: self.destination,
            source: None,
            input: None,
        };
        let Decision::Ways(exits) = lookup::decide(from, packet).decision else {
            return Ok(());
        };
        let exit = exits.first();
        way.source = exit.and_then(|exit| lookup::source(from, exit, self.destination));
        if way.source.is_some() || from.interfaces.is_none() {
            return Ok(());
        }
        Err(explain::no_source(self, from))
    }

    fn explore(&self, mut way: Way, at: At<'a>, done: &mut Vec<Way>) {
        if way.routers() >= MOST_ROUTERS {
            let what = format!("the packets pass more than {MOST_ROUTERS} routers");
            return done.push(way.broken(Fault::of(FaultKind::Cycle, at.ns, what)));
        }
        let packet = Packet {
            destination: self.destination,
            source: way.source,
            input: at.input,
        };
        let answer = lookup::decide(at.ns, packet);
        self.note(&mut way, at, &answer);
        match answer.decision {
            Decision::Local => done.push(self.arrive(way, at)),
            Decision::Ways(exits) => self.fork(&way, at, &exits, done),
            decision => done.push(way.broken(explain::no_way(self, at.ns, decision))),
        }
    }

    /// What was not known when the route was chosen.
    fn note(&self, way: &mut Way, at: At<'_>, answer: &Answer<'_>) {
        let title = self.wiring.title(at.ns.namespace);
        if !answer.has_rules {
            let what = format!("the rules of {title} that choose the routing table are not known");
            way.doubts.push(Fault::of(FaultKind::NotRead, at.ns, what));
        }
        if !answer.doubtful.is_empty() {
            let rules = words::list(&answer.doubtful);
            let what = format!(
                "of {title}, rule {rules} may lead elsewhere, by conditions that are not judged here"
            );
            way.doubts
                .push(Fault::of(FaultKind::RuleUncertain, at.ns, what));
        }
        if answer.has_marks {
            way.leave_out(format!("rules of {title} for packets with a firewall mark"));
        }
    }

    fn fork(&self, way: &Way, at: At<'a>, exits: &[Exit<'a>], done: &mut Vec<Way>) {
        for exit in exits {
            if done.len() >= MOST_WAYS {
                return;
            }
            let mut way = way.clone();
            match self.cross(&mut way, at, exit) {
                Ok(next) => self.explore(way, next, done),
                Err(fault) => done.push(way.broken(fault)),
            }
        }
    }

    fn arrive(&self, mut way: Way, at: At<'_>) -> Way {
        let title = self.wiring.title(at.ns.namespace);
        if at.ns.namespace != self.to {
            let what = format!(
                "{} is an address of {title} too, which keeps the packets",
                self.destination
            );
            return way.broken(Fault::of(FaultKind::AddressElsewhere, at.ns, what));
        }
        way.hops.push(Hop {
            namespace: at.ns.namespace,
            interface: at.input.map(|input| input.name.clone()),
            kind: HopKind::Arrival,
            text: format!("{title} has {}", self.destination),
            remarks: Vec::new(),
        });
        way
    }

    /// Over one link to the next hop.
    fn cross(&self, way: &mut Way, at: At<'a>, exit: &Exit<'a>) -> Result<At<'a>, Fault> {
        self.route(way, at, exit)?;
        let name = exit.interface.unwrap_or_default();
        let Some(interface) = at.ns.interface_named(name) else {
            return Err(explain::no_interface(self, at.ns, name));
        };
        self.forward(way, at, interface);
        let segment = self.segments.from(at.ns, interface);
        let next = Next {
            walk: self,
            at: at.ns,
            interface,
            address: exit.gateway.unwrap_or(self.destination),
        };
        let Some(end) = next.find(&segment) else {
            return Err(explain::nobody(
                self,
                &next,
                exit.gateway.is_some(),
                &segment,
            ));
        };
        let trail = segment.trail(end);
        let owner = segment.node(end).interface;
        way.hops
            .extend(words::hops(self.wiring, &trail, owner.mac.as_deref()));
        if let Some(fault) = &segment.node(end).fault {
            return Err(fault.clone());
        }
        words::unchecked(self.wiring, &trail, way);
        next.check(way, &segment, end)?;
        let end = segment.node(end);
        Ok(At {
            ns: end.ns,
            input: Some(end.interface),
        })
    }

    /// Writes down the route that was taken; the same one again is a circle.
    fn route(&self, way: &mut Way, at: At<'_>, exit: &Exit<'_>) -> Result<(), Fault> {
        let source = way.source.filter(|_| at.input.is_none());
        let title = self.wiring.title(at.ns.namespace);
        let hop = Hop {
            namespace: at.ns.namespace,
            interface: exit.interface.map(ToOwned::to_owned),
            kind: HopKind::Route,
            text: words::route(&title, exit, source),
            remarks: Vec::new(),
        };
        if way.hops.contains(&hop) {
            let what = format!("the packets go round in a circle and come to {title} again");
            return Err(Fault::of(FaultKind::Cycle, at.ns, what));
        }
        way.hops.push(hop);
        Ok(())
    }

    /// What a router on the way has to do besides.
    fn forward(&self, way: &mut Way, at: At<'_>, output: &Interface) {
        let Some(input) = at.input else { return };
        let title = self.wiring.title(at.ns.namespace);
        way.leave_out(format!(
            "whether {title} forwards packets (net.ipv4.ip_forward and its kin)"
        ));
        if let (Some(from), Some(to)) = (engine_network(input), engine_network(output))
            && from != to
        {
            let what = format!(
                "the road leads through {title} from the network {from} to the network {to}, and engines keep their \
                 networks apart by firewall rules, which are not read"
            );
            way.doubts
                .push(Fault::of(FaultKind::NetworksApart, at.ns, what));
        }
    }
}

/// The next hop, looked for on a link.
pub(super) struct Next<'a, 'w> {
    pub(super) walk: &'w Walk<'a, 'w>,
    pub(super) at: &'a NetworkNamespace,
    /// By which it is to be reached.
    pub(super) interface: &'a Interface,
    pub(super) address: IpAddr,
}

impl<'a> Next<'a, '_> {
    /// Whoever has the address: without a fault on the way before those behind one, and among these whoever has the
    /// hardware address that is known already, then who is looked for.
    pub(super) fn find(&self, segment: &Segment<'a>) -> Option<usize> {
        let known = self.known_mac();
        let rank = |end: &&usize| {
            let node = segment.node(**end);
            let has_mac = known.is_some() && is_mac(node.interface, known);
            let is_wanted = node.ns.namespace == self.walk.to;
            (node.fault.is_some(), !has_mac, !is_wanted)
        };
        let all = segment.ends.iter();
        let all =
            all.filter(|end| self.answers((segment.node(**end).ns, segment.node(**end).interface)));
        all.min_by_key(rank).copied()
    }

    /// Whether it answers when asked for the address: with IPv4 a namespace answers for each of its addresses on any
    /// interface. A router may answer for others (proxy ARP); that it did is seen only by what is known already.
    fn answers(&self, (ns, interface): Port<'_>) -> bool {
        let has = |interface: &Interface| {
            super::address::of_interface(interface).any(|own| own.address == self.address)
        };
        let anywhere = || ns.interfaces.iter().flatten().any(has);
        has(interface)
            || (self.address.is_ipv4() && anywhere())
            || (self.known_mac().is_some() && is_mac(interface, self.known_mac()))
    }

    fn entry(&self) -> Option<(&'a str, Option<&'a str>)> {
        let all = self.at.neighbours.iter().flatten();
        let mut here = all.filter(|entry| {
            entry.interface.as_deref() == Some(&self.interface.name)
                && entry.address.parse() == Ok(self.address)
        });
        let entry = here.next()?;
        Some((&entry.state, entry.mac.as_deref()))
    }

    fn known_mac(&self) -> Option<&'a str> {
        let (state, mac) = self.entry()?;
        mac.filter(|_| state != "failed" && state != "incomplete")
    }

    /// What is known of the next hop from earlier attempts, and who else has its address.
    fn check(&self, way: &mut Way, segment: &Segment<'a>, end: usize) -> Result<(), Fault> {
        let title = self.walk.wiring.title(self.at.namespace);
        if self.at.neighbours.is_none() {
            way.leave_out(format!("the neighbours of {title}"));
        }
        if let Some((state @ "failed", _)) = self.entry() {
            let what = format!(
                "{title} asked on {} who has {} and got no answer ({state})",
                self.interface.name, self.address
            );
            let fault = Fault::of(FaultKind::NeighbourFailed, self.at, what);
            return Err(fault.on(self.interface));
        }
        let found = segment.node(end);
        let mut remarks = Vec::new();
        let exact = segment.ends.iter().map(|end| segment.node(*end));
        for other in exact.filter(|node| node.fault.is_none()) {
            let has = super::address::of_interface(other.interface)
                .any(|own| own.address == self.address);
            if has && other.ns.namespace != found.ns.namespace {
                remarks.push(format!(
                    "{} of {} has the address {} on this link too",
                    other.interface.name,
                    self.walk.wiring.title(other.ns.namespace),
                    self.address
                ));
            }
        }
        if let Some(known) = self.known_mac()
            && !is_mac(found.interface, Some(known))
            && Role::of(found.interface) != Role::Rider
        {
            remarks.push(format!(
                "{title} believes that {} is at {known}",
                self.address
            ));
        }
        if let Some(hop) = way.hops.last_mut() {
            hop.remarks.extend(remarks);
        }
        Ok(())
    }
}

/// The engine's network that a bridge carries, else the name of a bridge that looks as if an engine had made it.
fn engine_network(bridge: &Interface) -> Option<&str> {
    let name = bridge.name.as_str();
    let is_id = |id: &str| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_made = name == "docker0"
        || name.strip_prefix("br-").is_some_and(is_id)
        || name.starts_with("podman")
        || name.starts_with("cni-podman");
    let is_made = is_made && Role::of(bridge) == Role::Bridge;
    bridge.network.as_deref().or(is_made.then_some(name))
}

fn is_mac(interface: &Interface, known: Option<&str>) -> bool {
    let mac = interface.mac.as_deref();
    mac.zip(known)
        .is_some_and(|(mac, known)| mac.eq_ignore_ascii_case(known))
}
