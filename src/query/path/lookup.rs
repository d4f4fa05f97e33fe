//! What one namespace does with a packet: its rules choose a table, the table a route.

use core::cmp::Reverse;
use core::net::IpAddr;

use super::address::{self, Prefix, is_family};
use crate::model::{Details, Interface, NetworkNamespace, NextHop, Route, Rule};

/// The routing table of addresses that are the namespace's own.
const LOCAL: u32 = 255;
/// Tables in the order in which the kernel's own rules ask them: local, main, default.
const ORDINARY: [u32; 3] = [LOCAL, 254, 253];

/// A packet that wants to go somewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    pub(super) destination: IpAddr,
    /// `None` where it has not got one yet.
    pub(super) source: Option<IpAddr>,
    /// By which interface it came in; `None` for one of the namespace's own.
    pub(super) input: Option<&'a Interface>,
}

/// What becomes of it.
#[derive(Clone, Debug)]
pub(super) enum Decision<'a> {
    /// It is for the namespace itself.
    Local,
    /// It goes one of these ways.
    Ways(Vec<Exit<'a>>),
    /// A route or rule, told here in words, drops it.
    Refused(String),
    /// No route leads there.
    NoRoute,
    /// The routes are not known.
    NotRead,
}

/// One way to go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exit<'a> {
    pub(super) route: &'a Route,
    pub(super) gateway: Option<IpAddr>,
    /// Name of the interface; `None` where the route names none.
    pub(super) interface: Option<&'a str>,
}

/// The decision, and what may have changed it.
#[derive(Clone, Debug)]
pub(super) struct Answer<'a> {
    pub(super) decision: Decision<'a>,
    /// Priorities of rules that could not be judged and would lead elsewhere.
    pub(super) doubtful: Vec<u32>,
    /// Whether the rules are known; the kernel's own were taken where not.
    pub(super) has_rules: bool,
    /// Whether a rule counts only for marked packets, and was passed over.
    pub(super) has_marks: bool,
}

/// What `ns` does with `packet`.
pub(super) fn decide<'a>(ns: &'a NetworkNamespace, packet: Packet<'_>) -> Answer<'a> {
    let mut answer = Answer {
        decision: Decision::NotRead,
        doubtful: Vec::new(),
        has_rules: ns.rules.is_some(),
        has_marks: false,
    };
    if let Some(routes) = ns.routes.as_deref() {
        let tables = Tables { ns, routes, packet };
        let domain = tables.domain().and_then(|table| tables.ask(table));
        answer.decision = domain.unwrap_or_else(|| tables.by_rules(&mut answer));
    }
    answer
}

/// The routes of a namespace, asked for one packet.
struct Tables<'a, 'p> {
    ns: &'a NetworkNamespace,
    routes: &'a [Route],
    packet: Packet<'p>,
}

impl<'a> Tables<'a, '_> {
    /// The table of the routing domain (vrf) that the packet came in by.
    fn domain(&self) -> Option<u32> {
        let master = self.ns.interface(self.packet.input?.master?)?;
        match master.details {
            Some(Details::Vrf { table }) => table,
            _ => None,
        }
    }

    fn by_rules(&self, answer: &mut Answer<'a>) -> Decision<'a> {
        let Some(rules) = &self.ns.rules else {
            let mut decisions = ORDINARY.iter().filter_map(|table| self.ask(*table));
            return decisions.next().unwrap_or(Decision::NoRoute);
        };
        let mut unjudged = Vec::new();
        let mut chosen = None;
        let mut rules: Vec<&Rule> = rules.iter().filter(|rule| self.is_ours(rule)).collect();
        rules.sort_by_key(|rule| rule.priority);
        for rule in rules {
            if rule.has_more || rule.action == "goto" {
                unjudged.push((rule.priority, self.obey(rule)));
            } else if self.fits(rule) {
                answer.has_marks |= rule.mark.is_some();
                chosen = self.obey(rule).filter(|_| rule.mark.is_none());
            }
            if chosen.is_some() {
                break;
            }
        }
        let chosen = chosen.unwrap_or(Decision::NoRoute);
        let differing = unjudged.into_iter().filter(|(_, decision)| {
            let decision = decision.as_ref();
            decision.is_some_and(|decision| !is_same(decision, &chosen))
        });
        answer.doubtful = differing.map(|(priority, _)| priority).collect();
        chosen
    }

    fn is_ours(&self, rule: &Rule) -> bool {
        is_family(&rule.family, self.packet.destination)
    }

    /// Whether the conditions of a rule hold, but for its mark.
    fn fits(&self, rule: &Rule) -> bool {
        let in_range = |range: &Option<String>, address: Option<IpAddr>| {
            let prefix = range
                .as_ref()
                .map(|range| Prefix::parse(range, &rule.family));
            match (prefix, address) {
                (None, _) => true,
                (Some(Some(prefix)), Some(address)) => prefix.holds(address),
                // A packet that has no source yet is of no range but the one that holds all.
                (Some(prefix), None) => prefix.is_some_and(|prefix| prefix.length == 0),
                (Some(None), _) => false,
            }
        };
        // The kernel takes the namespace's own packets to come in by lo.
        let input = self.packet.input.map_or("lo", |input| &input.name);
        let came_in = rule.in_interface.as_ref().is_none_or(|name| name == input);
        came_in
            && rule.out_interface.is_none()
            && in_range(&rule.from, self.packet.source)
            && in_range(&rule.to, Some(self.packet.destination))
    }

    /// What a rule leads to; `None` for on to the next one.
    fn obey(&self, rule: &Rule) -> Option<Decision<'a>> {
        match rule.action.as_ref() {
            "lookup" => self.ask(rule.table?),
            "nop" | "goto" => None,
            refusal => Some(Decision::Refused(format!(
                "rule {} says {refusal}",
                rule.priority
            ))),
        }
    }

    /// The best route of a table: the longest prefix, then the lowest metric, then the first.
    fn ask(&self, table: u32) -> Option<Decision<'a>> {
        if table == LOCAL && self.is_own_without_table() {
            return Some(Decision::Local);
        }
        let candidates = self.of_table(table).filter_map(|route| {
            let prefix = Prefix::parse(&route.destination, &route.family)?;
            let is_dead = route.flags.iter().any(|flag| flag == "dead");
            (!is_dead && prefix.holds(self.packet.destination)).then_some((prefix.length, route))
        });
        let best =
            candidates.min_by_key(|(length, route)| (Reverse(*length), route.metric.unwrap_or(0)));
        let (_, route) = best?;
        match route.kind.as_ref() {
            "local" | "anycast" => Some(Decision::Local),
            "unicast" => Some(Decision::Ways(self.exits(route))),
            "throw" => None,
            refusal => Some(Decision::Refused(format!(
                "the route {} says {refusal}",
                route.destination
            ))),
        }
    }

    fn of_table(&self, table: u32) -> impl Iterator<Item = &'a Route> {
        let destination = self.packet.destination;
        let routes = self.routes.iter();
        routes.filter(move |r| r.table == table && is_family(&r.family, destination))
    }

    /// Some sources do not know the table of own addresses; then the addresses themselves tell.
    fn is_own_without_table(&self) -> bool {
        self.of_table(LOCAL).next().is_none()
            && address::of_namespace(self.ns).any(|own| {
                own.address == self.packet.destination && own.interface.is_up() != Some(false)
            })
    }

    /// The ways of a route; the kernel passes over those whose interface is down while another is up.
    fn exits(&self, route: &'a Route) -> Vec<Exit<'a>> {
        let exit = |gateway: &'a Option<String>, interface: &'a Option<String>| Exit {
            route,
            gateway: gateway.as_ref().and_then(|gateway| gateway.parse().ok()),
            interface: interface.as_deref(),
        };
        if route.next_hops.is_empty() {
            return vec![exit(&route.gateway, &route.interface)];
        }
        let is_up = |hop: &&NextHop| {
            let interface = hop.interface.as_deref();
            let interface = interface.and_then(|name| self.ns.interface_named(name));
            interface.is_some_and(|interface| interface.is_up() != Some(false))
        };
        let up: Vec<&NextHop> = route.next_hops.iter().filter(is_up).collect();
        let hops = if up.is_empty() {
            route.next_hops.iter().collect()
        } else {
            up
        };
        hops.iter()
            .map(|hop| exit(&hop.gateway, &hop.interface))
            .collect()
    }
}

fn is_same(one: &Decision<'_>, other: &Decision<'_>) -> bool {
    match (one, other) {
        (Decision::Ways(one), Decision::Ways(other)) => one
            .iter()
            .map(|exit| std::ptr::from_ref(exit.route))
            .eq(other.iter().map(|exit| std::ptr::from_ref(exit.route))),
        (Decision::Local, Decision::Local) => true,
        _ => false,
    }
}

/// The source that the kernel would give a packet of `ns` that leaves by `exit`; `None` where there is none.
pub(super) fn source(
    ns: &NetworkNamespace,
    exit: &Exit<'_>,
    destination: IpAddr,
) -> Option<IpAddr> {
    let named = exit.route.source.as_ref();
    if let Some(source) = named.and_then(|source| source.parse().ok()) {
        return Some(source);
    }
    let next = exit.gateway.unwrap_or(destination);
    let fits = |own: &address::Own<'_>| {
        own.address.is_ipv4() == destination.is_ipv4() && own.is_preferred()
    };
    let is_here = |own: &address::Own<'_>| Some(own.interface.name.as_str()) == exit.interface;
    let all: Vec<_> = address::of_namespace(ns).filter(fits).collect();
    // The first on the next hop's network, else the first of the interface, else the first of all.
    let rank = |own: &&address::Own<'_>| (!(is_here(own) && own.prefix.holds(next)), !is_here(own));
    all.iter().min_by_key(rank).map(|own| own.address)
}
