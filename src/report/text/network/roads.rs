//! Routes, the rules that choose their table, neighbours, and what bridges have learned.

use std::io;

use super::{INDENT, Network};
use crate::model::{NetworkNamespace, Rule};
use crate::report::table::{Align, Table};
use crate::report::words::{self, LOCAL, MAIN};

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
        self.list("Routes", routes, out, |route| {
            let is_usual = route.table == LOCAL || route.destination == LINK_LOCAL;
            let is_usual = is_usual && route.protocol == "kernel";
            let table = (route.table != MAIN).then(|| words::table(route.table) + ": ");
            let words = table.unwrap_or_default() + &words::route(route);
            (!is_usual).then_some(words)
        })
    }

    /// Those that not every namespace has.
    pub(super) fn rules(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        self.list("Rules", space.rules.as_deref(), out, |rule| {
            (!is_usual(rule)).then(|| format!("{}: {}", rule.priority, words::rule(rule)))
        })
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
                self.home(&one.address, space),
            ]);
        }
        Self::table("Neighbours", &table, out)
    }

    /// Where an address is, other than here.
    fn home(&self, address: &str, space: &NetworkNamespace) -> String {
        let home = self.holders.home(address, space.namespace);
        self.page.shown(&home.unwrap_or_default())
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
