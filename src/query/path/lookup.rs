//! What one namespace does with a packet: its rules choose a table, the table a route.

use core::cmp::Reverse;
use core::net::IpAddr;

use super::address::{self, Prefix, is_family};
use crate::model::{Details, Interface, NetworkNamespace, NextHop, Route, Rule};

/// The routing table of addresses that are the namespace's own.
const LOCAL: u32 = 255;
/// The tables that the kernel's own rules ask after it, in this order.
const MAIN: u32 = 254;
const DEFAULT: u32 = 253;

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
        answer.decision = tables.by_rules(&mut answer);
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
            let tables = [Some(LOCAL), self.domain(), Some(MAIN), Some(DEFAULT)];
            let mut decisions = tables.into_iter().flatten();
            let decision = decisions.find_map(|table| self.ask(table));
            return decision.unwrap_or(Decision::NoRoute);
        };
        let mut rules: Vec<&Rule> = rules.iter().filter(|rule| self.is_ours(rule)).collect();
        rules.sort_by_key(|rule| rule.priority);
        let mut open = Open::default();
        let chosen = self.run(&rules, 0, &mut open);
        let chosen = chosen.unwrap_or(Decision::NoRoute);
        answer.has_marks = open.has_marks;
        let doubtful = open.rules.into_iter();
        let doubtful = doubtful.filter(|rule| self.may_change(&rules, rule, &chosen));
        answer.doubtful = doubtful.map(|rule| rule.priority).collect();
        chosen
    }

    /// What the rules from the place `at` on lead to. Those that cannot be judged are passed over and kept in `open`.
    fn run<'r>(
        &self,
        rules: &[&'r Rule],
        mut at: usize,
        open: &mut Open<'r>,
    ) -> Option<Decision<'a>> {
        while let Some(rule) = rules.get(at) {
            at += 1;
            let is_judged = self.is_of_domain(rule) || !rule.has_more;
            if !is_judged {
                open.rules.push(rule);
            } else if !self.fits(rule) {
            } else if rule.mark.is_some() {
                open.has_marks = true;
            } else if rule.action == "goto" {
                match rule.goto {
                    Some(_) => at = target(rules, rule).unwrap_or(at),
                    None => open.rules.push(rule),
                }
            } else if let Some(decision) = self.obey(rule) {
                return Some(decision);
            }
        }
        None
    }

    /// Whether a rule that was not judged would lead elsewhere.
    fn may_change(&self, rules: &[&Rule], rule: &Rule, chosen: &Decision<'a>) -> bool {
        let decision = match (rule.action.as_ref(), rule.goto) {
            ("goto", None) => return true,
            ("goto", Some(_)) => {
                let target = target(rules, rule);
                target.and_then(|at| self.run(rules, at, &mut Open::default()))
            }
            _ => self.obey(rule),
        };
        decision.is_some_and(|decision| !is_same(&decision, chosen))
    }

    /// Whether a rule says that the routing domain (l3mdev) chooses the table, which is all that its condition is.
    fn is_of_domain(&self, rule: &Rule) -> bool {
        rule.action == "lookup" && rule.table.is_none() && self.domain().is_some()
    }

    fn is_ours(&self, rule: &Rule) -> bool {
        is_family(&rule.family, self.packet.destination)
    }

    /// Whether the conditions of a rule hold, but for its mark.
    fn fits(&self, rule: &Rule) -> bool {
        // The kernel takes the namespace's own packets to come in by lo.
        let input = self.packet.input.map_or("lo", |input| &input.name);
        let came_in = rule.in_interface.as_ref().is_none_or(|name| name == input);
        came_in
            && rule.out_interface.is_none()
            && self.is_from(rule.from.as_ref(), &rule.family)
            && is_in(
                rule.to.as_ref(),
                &rule.family,
                Some(self.packet.destination),
            )
    }

    /// Whether the packet has a source of a prefix. One that has none yet is of no prefix but the one that holds all.
    fn is_from(&self, prefix: Option<&String>, family: &str) -> bool {
        is_in(prefix, family, self.packet.source)
    }

    /// What a rule leads to; `None` for on to the next one.
    fn obey(&self, rule: &Rule) -> Option<Decision<'a>> {
        match rule.action.as_ref() {
            "lookup" => self.ask(rule.table.or_else(|| self.domain())?),
            "nop" | "goto" => None,
            refusal => Some(Decision::Refused(format!(
                "rule {} says {refusal}",
                rule.priority
            ))),
        }
    }

    /// The best route of a table for an ordinary packet: the longest prefix, then the longest of its source, then the
    /// lowest metric, then the first.
    fn ask(&self, table: u32) -> Option<Decision<'a>> {
        if table == LOCAL && self.is_own_without_table() {
            return Some(Decision::Local);
        }
        let candidates = self.of_table(table).filter_map(|route| {
            let prefix = Prefix::parse(&route.destination, &route.family)?;
            let is_dead = route.flags.iter().any(|flag| flag == "dead");
            let is_for_it = route.tos.is_none() && self.is_from(route.from.as_ref(), &route.family);
            let from = route.from.as_ref();
            let from = from.and_then(|from| Prefix::parse(from, &route.family));
            let lengths = (prefix.length, from.map_or(0, |from| from.length));
            let fits = !is_dead && is_for_it && prefix.holds(self.packet.destination);
            fits.then_some((lengths, route))
        });
        let best = candidates
            .min_by_key(|(lengths, route)| (Reverse(*lengths), route.metric.unwrap_or(0)));
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

/// Rules that were passed over because they cannot be judged.
#[derive(Default)]
struct Open<'r> {
    rules: Vec<&'r Rule>,
    /// Whether one of them counts only for marked packets.
    has_marks: bool,
}

/// The place of the rule that another leads to; none where there is no such rule, so that the next one is asked. The
/// kernel refuses to lead back.
fn target(rules: &[&Rule], rule: &Rule) -> Option<usize> {
    let wanted = rule.goto.filter(|target| *target > rule.priority)?;
    rules.iter().position(|other| other.priority == wanted)
}

/// Whether an address is in a prefix, where there is one.
fn is_in(prefix: Option<&String>, family: &str, address: Option<IpAddr>) -> bool {
    let prefix = prefix.map(|prefix| Prefix::parse(prefix, family));
    match (prefix, address) {
        (None, _) => true,
        (Some(Some(prefix)), Some(address)) => prefix.holds(address),
        (Some(prefix), None) => prefix.is_some_and(|prefix| prefix.length == 0),
        (Some(None), _) => false,
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
