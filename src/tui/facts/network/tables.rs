//! Routes, rules, neighbours, forwarding entries: each on a line, as ip(8) and bridge(8) put it.

use super::super::{Facts, Tone};
use super::{LEFT, each, heading};
use crate::model::{ForwardingEntry, Neighbour, NetworkNamespace, Route};
use crate::report::words::{self, LOCAL, MAIN};

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
            facts.put(words::table(route.table), LEFT, words::route(route), tone);
        });
    }
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
                    words::rule(rule),
                    Tone::Plain,
                );
            },
        );
    }
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
