//! From namespace to namespace, as a packet goes.

use core::net::IpAddr;

use super::fault::{Fault, FaultKind};
use super::links::Role;
use super::lookup::{self, Answer, Decision, Exit, Packet};
use super::next::Next;
use super::segment::Segments;
use super::{Hop, HopKind, Leg, Way, explain, source, words};
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
        let exits = match lookup::decide(from, packet).decision {
            Decision::Ways(exits) => exits,
            // With IPv6 a route that is only for some sources may lead on.
            _ if self.destination.is_ipv6() => Vec::new(),
            _ => return Ok(()),
        };
        way.source = source::choose(from, exits.first(), self.destination);
        if way.source.is_some() || exits.is_empty() || from.interfaces.is_none() {
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
            way.doubt(Fault::of(FaultKind::NotRead, at.ns, what));
        }
        if !answer.doubtful.is_empty() {
            let rules = words::list(&answer.doubtful);
            let what = format!(
                "of {title}, rule {rules} may lead elsewhere, by conditions that are not judged here"
            );
            way.doubt(Fault::of(FaultKind::RuleUncertain, at.ns, what));
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
        self.forward(way, at, interface)?;
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
        next.check(way, &segment, end);
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
    fn forward(&self, way: &mut Way, at: At<'_>, output: &Interface) -> Result<(), Fault> {
        let Some(input) = at.input else { return Ok(()) };
        let title = self.wiring.title(at.ns.namespace);
        let (family, name) = if self.destination.is_ipv4() {
            ("ipv4", input.name.as_str())
        } else {
            ("ipv6", "all")
        };
        let switch = format!("net.{family}.conf.{name}.forwarding");
        let fault = |kind, what| Fault::of(kind, at.ns, what).on(input);
        match input.switches(self.destination).map(|own| own.forwarding) {
            Some(true) => {}
            Some(false) => {
                let what = format!(
                    "{title} forwards nothing that comes in by {} ({switch} is off)",
                    input.name
                );
                return Err(fault(FaultKind::NotForwarding, what));
            }
            None => {
                let what = format!(
                    "whether {title} forwards what comes in by {} ({switch}) is not known",
                    input.name
                );
                way.doubt(fault(FaultKind::ForwardingUnknown, what));
            }
        }
        self.pass_networks(way, at, (input, output));
        Ok(())
    }

    /// Engines keep their networks apart.
    fn pass_networks(&self, way: &mut Way, at: At<'_>, (input, output): (&Interface, &Interface)) {
        let title = self.wiring.title(at.ns.namespace);
        if let (Some(from), Some(to)) = (engine_network(input), engine_network(output))
            && from != to
        {
            let what = format!(
                "the road leads through {title} from the network {from} to the network {to}, and engines keep their \
                 networks apart by firewall rules, which are not read"
            );
            way.doubt(Fault::of(FaultKind::NetworksApart, at.ns, what));
        }
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
