//! The next hop, looked for on a link: whoever has the address, or answers in the place of whoever has it.

use core::net::IpAddr;

use super::Way;
use super::address::of_interface;
use super::fault::{Fault, FaultKind};
use super::links::{Port, is_loopback};
use super::lookup::{self, Decision, Packet};
use super::segment::{Node, Segment};
use super::walk::Walk;
use crate::model::{Interface, NetworkNamespace};

/// The next hop, looked for on a link.
pub(super) struct Next<'a, 'w> {
    pub(super) walk: &'w Walk<'a, 'w>,
    pub(super) at: &'a NetworkNamespace,
    /// By which it is to be reached.
    pub(super) interface: &'a Interface,
    pub(super) address: IpAddr,
}

/// Why an interface answers when asked for an address. The order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    /// It has the address.
    Exact,
    /// Its namespace has it on another interface: with IPv4 that is enough.
    Elsewhere,
    /// Its namespace knows the way, and answers for others (proxy ARP).
    Proxy,
    /// Nothing that is seen, but it has answered before: its hardware address was learned.
    Learned,
}

/// An entry of the neighbour table.
#[derive(Clone, Copy)]
struct Entry<'a> {
    state: &'a str,
    mac: Option<&'a str>,
}

impl<'a> Entry<'a> {
    /// The hardware address, where it was set by hand: it is never asked for again.
    fn fixed(self) -> Option<&'a str> {
        self.mac.filter(|_| self.state == "permanent")
    }

    /// The hardware address, where it was learned from an answer.
    fn learned(self) -> Option<&'a str> {
        let states = ["reachable", "stale", "delay", "probe"];
        self.mac.filter(|_| states.contains(&self.state))
    }
}

impl<'a> Next<'a, '_> {
    /// Whoever gets the packet: without a fault on the way before those behind one. Where its hardware address is set by
    /// hand, that alone decides who it is.
    pub(super) fn find(&self, segment: &Segment<'a>) -> Option<usize> {
        let entry = self.entry();
        let fixed = entry.and_then(Entry::fixed);
        let known = fixed.or(entry.and_then(Entry::learned));
        let rank = |end: &usize| {
            let node = segment.node(*end);
            let (claim, has_mac) = (self.claim(node), is_mac(node.interface, known));
            if fixed.map_or(claim.is_none(), |_| !has_mac) {
                return None;
            }
            let is_wanted = node.ns.namespace == self.walk.to;
            let claim = claim.unwrap_or(Claim::Learned);
            Some(((node.fault.is_some(), claim, !has_mac, !is_wanted), *end))
        };
        let ranked = segment.ends.iter().filter_map(rank);
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, end)| end)
    }

    fn claim(&self, node: &Node<'a>) -> Option<Claim> {
        let learned = self.entry().and_then(Entry::learned);
        if self.has_address(node.interface) {
            Some(Claim::Exact)
        } else if self.address.is_ipv4()
            && node
                .ns
                .interfaces
                .iter()
                .flatten()
                .any(|one| self.has_address(one))
        {
            Some(Claim::Elsewhere)
        } else if self.is_proxied((node.ns, node.interface)) == Some(true) {
            Some(Claim::Proxy)
        } else {
            is_mac(node.interface, learned).then_some(Claim::Learned)
        }
    }

    fn has_address(&self, interface: &Interface) -> bool {
        of_interface(interface).any(|own| own.address == self.address)
    }

    /// Whether a namespace answers for the address on an interface because it knows the way there, which has to lead out
    /// by another one; `None` where that is not known.
    pub(super) fn is_proxied(&self, (ns, interface): Port<'a>) -> Option<bool> {
        let is_plugged_in_once = || {
            let all = ns.interfaces.iter().flatten();
            all.filter(|one| !is_loopback(one)).nth(1).is_none()
        };
        let switches = interface.switches(self.address);
        let is_off = switches.map_or_else(is_plugged_in_once, |own| !(own.forwarding && own.proxy));
        if is_off || ns.namespace == self.at.namespace {
            return Some(false);
        }
        let packet = Packet {
            destination: self.address,
            source: None,
            input: Some(interface),
        };
        let leads_on = match lookup::decide(ns, packet).decision {
            Decision::Ways(exits) => exits
                .iter()
                .any(|exit| exit.interface != Some(interface.name.as_str())),
            Decision::NotRead => return None,
            _ => false,
        };
        // With IPv6 it answers only for addresses that it was told one by one, which are not read.
        let is_sure = switches.is_some() && self.address.is_ipv4();
        if leads_on && !is_sure {
            return None;
        }
        Some(leads_on)
    }

    fn entry(&self) -> Option<Entry<'a>> {
        let all = self.at.neighbours.iter().flatten();
        let mut here = all.filter(|entry| {
            entry.interface.as_deref() == Some(&self.interface.name)
                && entry.address.parse() == Ok(self.address)
        });
        let entry = here.next()?;
        Some(Entry {
            state: &entry.state,
            mac: entry.mac.as_deref(),
        })
    }

    /// What is wrong where the hardware address that is set by hand is nobody's.
    pub(super) fn wrong_mac(&self, segment: &Segment<'a>) -> Option<Fault> {
        let fixed = self.entry().and_then(Entry::fixed)?;
        let title = self.walk.wiring.title(self.at.namespace);
        let ends = segment.ends.iter().map(|end| segment.node(*end));
        let mut unread = ends.filter(|node| node.interface.mac.is_none());
        if let Some(node) = unread.next() {
            let there = self.walk.wiring.title(node.ns.namespace);
            let what = format!(
                "the hardware address of {} of {there} is not known",
                node.interface.name
            );
            let fault = Fault::of(FaultKind::NotRead, node.ns, what);
            return Some(fault.on(node.interface));
        }
        let what = format!(
            "{title} was told that {} is at {fixed}, and nobody on the link of {} has this hardware address",
            self.address, self.interface.name
        );
        let fault = Fault::of(FaultKind::NeighbourWrong, self.at, what);
        Some(fault.on(self.interface))
    }

    /// What is known of the next hop from earlier attempts, and who else has its address.
    pub(super) fn check(&self, way: &mut Way, segment: &Segment<'a>, end: usize) {
        let title = self.walk.wiring.title(self.at.namespace);
        if self.at.neighbours.is_none() {
            way.leave_out(format!("the neighbours of {title}"));
        }
        let found = segment.node(end);
        let entry = self.entry();
        let unanswered = entry.filter(|entry| matches!(entry.state, "failed" | "incomplete"));
        let unanswered = unanswered.map(|entry| {
            format!(
                "{title} asked on {} who has {} and got no answer ({}); with the next packet it asks again",
                self.interface.name, self.address, entry.state
            )
        });
        let remarks = self.namesakes(segment, found).into_iter().chain(unanswered);
        if let Some(hop) = way.hops.last_mut() {
            hop.remarks.extend(remarks);
        }
        if let Some(learned) = entry.and_then(Entry::learned)
            && !has_mac(segment, found, learned)
        {
            let what = format!(
                "{title} has learned that {} is at {learned}, and by what is seen it is not",
                self.address
            );
            let fault = Fault::of(FaultKind::NeighbourDiffers, self.at, what);
            way.doubt(fault.on(self.interface));
        }
        if entry
            .and_then(|entry| entry.fixed().or(entry.learned()))
            .is_none()
        {
            self.check_asking(way, found);
        }
    }

    /// Whether the hardware address of the next hop can be asked for, where nothing is known of it.
    fn check_asking(&self, way: &mut Way, found: &Node<'a>) {
        for (ns, interface) in [(self.at, self.interface), (found.ns, found.interface)] {
            if asks_nobody(interface) {
                let title = self.walk.wiring.title(ns.namespace);
                let what = format!(
                    "hardware addresses are neither asked for nor told on {} of {title} (NOARP), so whether the packets \
                     get there is not known",
                    interface.name
                );
                way.doubt(Fault::of(FaultKind::NeighboursUnasked, ns, what).on(interface));
                return;
            }
        }
    }

    /// Others on the link with the same address.
    fn namesakes(&self, segment: &Segment<'a>, found: &Node<'a>) -> Vec<String> {
        let ends = segment.ends.iter().map(|end| segment.node(*end));
        let others = ends.filter(|node| {
            node.fault.is_none()
                && node.ns.namespace != found.ns.namespace
                && self.has_address(node.interface)
        });
        others
            .map(|other| {
                format!(
                    "{} of {} has the address {} on this link too",
                    other.interface.name,
                    self.walk.wiring.title(other.ns.namespace),
                    self.address
                )
            })
            .collect()
    }
}

/// Whether a hardware address is that of the end `found`, or of another interface of its namespace on this link, which
/// may have answered in its place. One of an ipvlan is that of what it rides on.
fn has_mac(segment: &Segment<'_>, found: &Node<'_>, mac: &str) -> bool {
    let is_ipvlan = found
        .interface
        .kind
        .as_deref()
        .is_some_and(|kind| kind.starts_with("ipv"));
    let mut ends = segment.ends.iter().map(|end| segment.node(*end));
    is_ipvlan
        || ends.any(|node| {
            let is_there = node.fault.is_none() && node.ns.namespace == found.ns.namespace;
            is_there && is_mac(node.interface, Some(mac))
        })
}

fn is_mac(interface: &Interface, known: Option<&str>) -> bool {
    let mac = interface.mac.as_deref();
    mac.zip(known)
        .is_some_and(|(mac, known)| mac.eq_ignore_ascii_case(known))
}

/// Whether an interface on which hardware addresses count neither asks for them nor tells its own. Others (ipvlan, tun,
/// vrf, …) do without by their nature.
fn asks_nobody(interface: &Interface) -> bool {
    let has = |wanted: &str| interface.flags.iter().any(|flag| flag == wanted);
    let counts = match interface.kind.as_deref() {
        None => interface.mac.is_some(),
        Some(kind) => ["veth", "bridge", "bond", "vlan", "macvlan", "macvtap"].contains(&kind),
    };
    counts && has("NOARP") && !has("POINTOPOINT")
}
