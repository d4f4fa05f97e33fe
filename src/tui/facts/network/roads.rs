//! Routes, rules, neighbours, forwarding entries: each on a line, as ip(8) and bridge(8) put it.

use super::super::{Facts, Tone};
use super::{LEFT, each, heading};
use crate::model::{ForwardingEntry, Neighbour, NetworkNamespace, NextHop, Route, Rule};

/// The table that the kernel keeps for its own addresses.
const LOCAL: u32 = 255;
/// The table of most routes.
const MAIN: u32 = 254;

/// Those of a list that are wanted, where it is known.
fn wanted<T>(list: Option<&Vec<T>>, is_wanted: impl Fn(&T) -> bool) -> Option<Vec<&T>> {
    Some(list?.iter().filter(|one| is_wanted(one)).collect())
}

/// The routes that are wanted, those of the kernel's own table last.
pub(super) fn about_routes(
    facts: &mut Facts,
    namespace: &NetworkNamespace,
    is_wanted: impl Fn(&Route) -> bool,
) {
    let mut routes = wanted(namespace.routes.as_ref(), is_wanted);
    if let Some(routes) = &mut routes {
        routes.sort_by_key(|route| (route.table == LOCAL, route.table != MAIN));
    }
    if heading(facts, "ROUTES", routes.as_deref()) {
        each(facts, &routes.unwrap_or_default(), |facts, route| {
            let tone = if route.table == LOCAL {
                Tone::Dim
            } else {
                Tone::Plain
            };
            facts.put(table(route.table), LEFT, route_words(route), tone);
        });
    }
}

fn table(number: u32) -> String {
    match number {
        253 => "default".to_owned(),
        MAIN => "main".to_owned(),
        LOCAL => "local".to_owned(),
        other => format!("table {other}"),
    }
}

fn route_words(route: &Route) -> String {
    let mut words = Vec::new();
    if route.kind != "unicast" {
        words.push(route.kind.to_string());
    }
    words.push(match (route.destination.as_str(), route.family.as_ref()) {
        ("default", "inet6") => "default (IPv6)".to_owned(),
        (destination, _) => destination.to_owned(),
    });
    words.extend(route.from.as_ref().map(|from| format!("from {from}")));
    words.extend(route.tos.map(|tos| format!("tos {tos:#x}")));
    words.extend(way(route.gateway.as_ref(), route.interface.as_ref()));
    words.extend(route.source.as_ref().map(|source| format!("src {source}")));
    words.extend(route.metric.map(|metric| format!("metric {metric}")));
    words.push(format!("proto {}", route.protocol));
    words.extend(route.flags.iter().map(ToString::to_string));
    words.extend(route.next_hops.iter().map(hop_words));
    words.join(" ")
}

fn hop_words(hop: &NextHop) -> String {
    let way = way(hop.gateway.as_ref(), hop.interface.as_ref());
    format!("or {} weight {}", way.join(" "), hop.weight)
}

fn way(gateway: Option<&String>, interface: Option<&String>) -> Vec<String> {
    let gateway = gateway.map(|gateway| format!("via {gateway}"));
    let interface = interface.map(|interface| format!("dev {interface}"));
    gateway.into_iter().chain(interface).collect()
}

/// The rules that choose a table.
pub(super) fn about_rules(facts: &mut Facts, namespace: &NetworkNamespace) {
    if heading(facts, "RULES", namespace.rules.as_deref()) {
        each(
            facts,
            namespace.rules.as_deref().unwrap_or_default(),
            |facts, rule| {
                facts.put(
                    rule.priority.to_string(),
                    LEFT,
                    rule_words(rule),
                    Tone::Plain,
                );
            },
        );
    }
}

fn rule_words(rule: &Rule) -> String {
    let mut words = vec![format!("from {}", rule.from.as_deref().unwrap_or("all"))];
    words.extend(rule.to.as_ref().map(|to| format!("to {to}")));
    words.extend(rule.in_interface.as_ref().map(|name| format!("iif {name}")));
    words.extend(
        rule.out_interface
            .as_ref()
            .map(|name| format!("oif {name}")),
    );
    words.extend(rule.mark.map(|mark| format!("fwmark {mark:#x}")));
    words.push(rule.action.to_string());
    words.extend(rule.table.map(table));
    words.extend(rule.goto.map(|priority| priority.to_string()));
    if rule.family == "inet6" {
        words.push("(IPv6)".to_owned());
    }
    if rule.has_more {
        words.push("and more conditions".to_owned());
    }
    words.join(" ")
}

/// The neighbours that are wanted.
pub(super) fn about_neighbours(
    facts: &mut Facts,
    namespace: &NetworkNamespace,
    is_wanted: impl Fn(&Neighbour) -> bool,
) {
    let neighbours = wanted(namespace.neighbours.as_ref(), is_wanted);
    if heading(facts, "NEIGHBOURS", neighbours.as_deref()) {
        each(facts, &neighbours.unwrap_or_default(), |facts, one| {
            let mac = one.mac.as_deref().unwrap_or("no hardware address");
            let words = format!("{} is {mac}, {}", one.address, one.state);
            let tone = if one.state == "failed" {
                Tone::Notable
            } else {
                Tone::Plain
            };
            facts.put(one.interface.clone().unwrap_or_default(), LEFT, words, tone);
        });
    }
}

/// The forwarding entries that are wanted.
pub(super) fn about_forwarding(
    facts: &mut Facts,
    namespace: &NetworkNamespace,
    is_wanted: impl Fn(&ForwardingEntry) -> bool,
) {
    let entries = wanted(namespace.forwarding.as_ref(), is_wanted);
    if heading(facts, "FORWARDING", entries.as_deref()) {
        each(facts, &entries.unwrap_or_default(), |facts, one| {
            let mut words = vec![one.mac.clone()];
            words.extend(one.bridge.as_ref().map(|bridge| format!("of {bridge}")));
            words.extend(one.destination.as_ref().map(|to| format!("to {to}")));
            words.extend(one.vlan.map(|vlan| format!("vlan {vlan}")));
            words.push(one.state.to_string());
            let name = one.interface.clone().unwrap_or_default();
            facts.put(name, LEFT, words.join(" "), Tone::Plain);
        });
    }
}
