//! Interfaces: state, addresses, traffic, and in words what each is plugged into.

use std::io;

use super::{INDENT, Network};
use crate::model::{Counters, Interface, NetworkNamespace};
use crate::report::table::{Align, Table};
use crate::report::words::{self, Plug};

impl Network<'_> {
    pub(super) fn interfaces(
        &self,
        space: &NetworkNamespace,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let Some(interfaces) = &space.interfaces else {
            return writeln!(out, "  Interfaces: not known");
        };
        let mut table = Table::within(
            vec![
                ("INTERFACE", Align::Left),
                ("KIND", Align::Left),
                ("STATE", Align::Left),
                ("MAC", Align::Left),
                ("RECEIVED", Align::Right),
                ("SENT", Align::Right),
                ("ADDRESSES", Align::Left),
                ("PLUGGED INTO", Align::Left),
            ],
            INDENT,
        );
        for interface in interfaces {
            let counters = interface.counters.as_ref();
            let bytes = |of: fn(&Counters) -> u64| {
                counters.map_or_else(|| "?".to_owned(), |counters| words::bytes(of(counters)))
            };
            table.push(vec![
                self.page.name(&interface.name),
                interface
                    .kind
                    .as_deref()
                    .map_or_else(String::new, |kind| self.page.shown(kind)),
                self.page.maybe(words::state(interface).as_deref()),
                self.page.maybe(interface.mac.as_deref()),
                bytes(|counters| counters.rx_bytes),
                bytes(|counters| counters.tx_bytes),
                self.addresses(interface),
                self.page.shown(&self.plugs(space, interface).join("; ")),
            ]);
        }
        if table.is_empty() {
            return writeln!(out, "  No interfaces.");
        }
        table.write(out)
    }

    fn addresses(&self, interface: &Interface) -> String {
        let Some(addresses) = &interface.addresses else {
            return "?".to_owned();
        };
        let shown: Vec<_> = addresses.iter().map(words::address).collect();
        self.page.shown(&shown.join(" "))
    }

    /// All that is to say of an interface in words.
    fn plugs(&self, space: &NetworkNamespace, interface: &Interface) -> Vec<String> {
        let plugs = self.holders.ends.plugs(space, interface).into_iter();
        let plugs = plugs.map(|(plug, end)| match plug {
            Plug::Peer => format!("-> {end}"),
            Plug::Rides => format!("on {end}"),
            Plug::Port => format!("port of {end}"),
        });
        let mut parts: Vec<_> = plugs.collect();
        let port = interface.port.as_ref().map(words::bridge_port);
        // That of most ports.
        let port = port.filter(|port| port != "forwarding");
        parts.extend(port.map(|port| format!("as a port {port}")));
        let network = interface.network.as_ref();
        parts.extend(network.map(|network| format!("network {network}")));
        let details = interface.details.as_ref();
        parts.extend(details.and_then(|one| words::details(&self.holders, space, one)));
        let names = interface.altnames.iter().chain(&interface.alias);
        parts.extend(names.map(|name| format!("also {name}")));
        parts.extend(interface.counters.as_ref().and_then(words::losses));
        parts
    }
}
