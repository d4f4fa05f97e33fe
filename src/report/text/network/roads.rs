//! Routes, the rules that choose their table, neighbours, and what bridges have learned.

use std::io;

use super::{INDENT, Network};
use crate::model::{NetworkNamespace, Route, Rule};
use crate::report::table::{Align, Table};

/// Table of what the kernel delivers to itself.
const LOCAL: u32 = 255;
/// Table that is asked where no rule says otherwise.
const MAIN: u32 = 254;
/// Addresses that are good for one link only.
const LINK_LOCAL: &str = "fe80::/64";
/// Rules that every namespace has: asked for everything, in this order.
const USUAL: [(u32, u32); 3] = [(0, LOCAL), (32_766, MAIN), (32_767, 253)];

impl Network<'_> {
    /// All but those that the kernel makes for every address, to deliver to itself and within a link.
    pub(super) fn routes(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let routes = space.routes.as_deref();
        self.list("Routes", routes, out, |network, route| {
            let is_usual = route.table == LOCAL || route.destination == LINK_LOCAL;
            let is_usual = is_usual && route.protocol == "kernel";
            (!is_usual).then(|| network.route(route))
        })
    }

    /// As ip(8) writes it.
    fn route(&self, route: &Route) -> String {
        let mut words = Vec::new();
        if route.kind != "unicast" {
            words.push(self.page.shown(&route.kind));
        }
        words.push(self.page.shown(&route.destination));
        let mut say = |name: &str, value: Option<&str>| {
            words.extend(value.map(|value| format!("{name} {}", self.page.shown(value))));
        };
        say("from", route.from.as_deref());
        let tos = route.tos.map(|tos| format!("{tos:#x}"));
        say("tos", tos.as_deref());
        say("via", route.gateway.as_deref());
        say("dev", route.interface.as_deref());
        let table = route.table.to_string();
        say("table", Some(&*table).filter(|_| route.table != MAIN));
        say("proto", Some(&route.protocol));
        say("src", route.source.as_deref());
        let metric = route.metric.map(|metric| metric.to_string());
        say("metric", metric.as_deref());
        for hop in &route.next_hops {
            say("nexthop via", hop.gateway.as_deref());
            say("dev", hop.interface.as_deref());
            say("weight", Some(&hop.weight.to_string()));
        }
        words.extend(route.flags.iter().map(|flag| self.page.shown(flag)));
        words.join(" ")
    }

    /// Those that not every namespace has.
    pub(super) fn rules(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        self.list("Rules", space.rules.as_deref(), out, |network, rule| {
            (!is_usual(rule)).then(|| network.rule(rule))
        })
    }

    fn rule(&self, rule: &Rule) -> String {
        let mut words = vec![format!("{}:", rule.priority)];
        let mut say = |name: &str, value: Option<&str>| {
            words.extend(value.map(|value| format!("{name} {}", self.page.shown(value))));
        };
        say("from", Some(rule.from.as_deref().unwrap_or("all")));
        say("to", rule.to.as_deref());
        say("iif", rule.in_interface.as_deref());
        say("oif", rule.out_interface.as_deref());
        let mark = rule.mark.map(|mark| format!("{mark:#x}"));
        say("fwmark", mark.as_deref());
        let table = rule.table.or(rule.goto).map(|table| table.to_string());
        words.extend(rule.has_more.then(|| "(and more)".to_owned()));
        words.push(self.page.shown(&rule.action));
        words.extend(table);
        if rule.family != "inet" {
            words.push(format!("({})", self.page.shown(&rule.family)));
        }
        words.join(" ")
    }

    pub(super) fn neighbours(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let Some(neighbours) = &space.neighbours else {
            return writeln!(out, "  Neighbours: not known");
        };
        let left = Align::Left;
        let mut table = Table::within(
            vec![
                ("ADDRESS", left),
                ("MAC", left),
                ("INTERFACE", left),
                ("STATE", left),
                ("WHO", left),
            ],
            2 * INDENT,
        );
        for one in neighbours {
            let mac = one.mac.as_deref();
            table.push(vec![
                self.page.shown(&one.address),
                mac.map_or_else(|| "none".to_owned(), |mac| self.page.shown(mac)),
                self.page.maybe(one.interface.as_deref()),
                self.page.shown(&one.state),
                self.home(&one.address, space.namespace).unwrap_or_default(),
            ]);
        }
        Self::table("Neighbours", &table, out)
    }

    pub(super) fn forwarding(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let Some(entries) = &space.forwarding else {
            return writeln!(out, "  Forwarding of bridges: not known");
        };
        let left = Align::Left;
        let mut table = Table::within(
            vec![
                ("MAC", left),
                ("PORT", left),
                ("BRIDGE", left),
                ("STATE", left),
            ],
            2 * INDENT,
        );
        // What is permanent is the hardware address of the port itself.
        for entry in entries.iter().filter(|entry| entry.state != "permanent") {
            let port = self.page.maybe(entry.interface.as_deref());
            let beyond = entry.destination.as_deref();
            let beyond = beyond.map(|to| format!(" to {}", self.page.shown(to)));
            let vlan = entry.vlan.map(|vlan| format!(" vlan {vlan}"));
            let bridge = entry.bridge.as_deref();
            table.push(vec![
                self.page.shown(&entry.mac),
                [Some(port), beyond, vlan].into_iter().flatten().collect(),
                bridge.map_or_else(String::new, |bridge| self.page.shown(bridge)),
                self.page.shown(&entry.state),
            ]);
        }
        Self::table("Forwarding of bridges", &table, out)
    }
}

fn is_usual(rule: &Rule) -> bool {
    let is_for_all = rule.from.is_none()
        && rule.to.is_none()
        && rule.in_interface.is_none()
        && rule.out_interface.is_none()
        && rule.mark.is_none()
        && !rule.has_more;
    let place = rule.table.map(|table| (rule.priority, table));
    is_for_all && rule.action == "lookup" && place.is_some_and(|place| USUAL.contains(&place))
}
