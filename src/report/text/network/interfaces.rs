//! Interfaces: state, addresses, traffic, and in words what each is plugged into.

use std::io;

use super::{INDENT, Network};
use crate::model::{BridgePort, Counters, Details, End, Inode, Interface, NetworkNamespace, Word};
use crate::report::table::{Align, Table};

/// Flags of an address that is not, or not yet, good for use.
const TROUBLES: [&str; 3] = ["tentative", "dadfailed", "deprecated"];

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
                counters.map_or_else(|| "?".to_owned(), |counters| size(of(counters)))
            };
            table.push(vec![
                self.page.name(&interface.name),
                interface
                    .kind
                    .as_deref()
                    .map_or_else(String::new, |kind| self.page.shown(kind)),
                self.page.shown(&state(interface)),
                self.page.maybe(interface.mac.as_deref()),
                bytes(|counters| counters.rx_bytes),
                bytes(|counters| counters.tx_bytes),
                self.addresses(interface),
                self.plugs(space, interface).join("; "),
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
        let shown = addresses.iter().map(|address| {
            let text = format!(
                "{}/{}",
                self.page.shown(&address.address),
                address.prefix_len
            );
            let flags = address.flags.iter().map(AsRef::as_ref);
            let troubles: Vec<_> = flags.filter(|flag| TROUBLES.contains(flag)).collect();
            if troubles.is_empty() {
                text
            } else {
                format!("{text} ({})", troubles.join(", "))
            }
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    /// All that is to say of an interface in words.
    fn plugs(&self, space: &NetworkNamespace, interface: &Interface) -> Vec<String> {
        let own = space.namespace;
        let mut words = Vec::new();
        if let Some(peer) = &interface.peer {
            words.push(format!("-> {}", self.end(own, peer)));
        } else if matches!(interface.kind.as_deref(), Some("veth" | "netkit")) {
            words.push("-> other end not known".to_owned());
        }
        if let Some(link) = &interface.link {
            words.push(format!("on {}", self.end(own, link)));
        }
        words.extend(self.port_of(space, interface));
        words.extend(interface.port.iter().filter_map(port));
        let network = interface.network.as_deref();
        words.extend(network.map(|network| format!("network {}", self.page.name(network))));
        words.extend(
            interface
                .details
                .as_ref()
                .and_then(|details| self.details(space, details)),
        );
        let names = interface.altnames.iter().chain(&interface.alias);
        words.extend(names.map(|name| format!("also {}", self.page.name(name))));
        words.extend(interface.counters.iter().filter_map(losses));
        words
    }

    /// The interface at the other end, where it is, and of which bridge it is a port.
    fn end(&self, own: Inode, end: &End) -> String {
        let Some(inode) = end.namespace else {
            return "in a namespace that cannot be seen".to_owned();
        };
        let place = if inode == own {
            String::new()
        } else {
            format!(" in {}", self.title(inode))
        };
        if let Some((space, interface)) = self.wiring.interface(end) {
            let name = self.page.name(&interface.name);
            let port = self.port_of(space, interface).filter(|_| inode != own);
            let port = port.map(|port| format!(", {port}")).unwrap_or_default();
            return format!("{name}{place}{port}");
        }
        match (&end.name, end.index) {
            (Some(name), _) => format!("{}{place}", self.page.name(name)),
            (None, Some(index)) => format!("index {index}{place}"),
            (None, None) => format!("an interface{place}"),
        }
    }

    /// `port of br-… (network shop_default)`
    fn port_of(&self, space: &NetworkNamespace, interface: &Interface) -> Option<String> {
        let index = interface.master?;
        let Some(master) = space.interface(index) else {
            return Some(format!("port of index {index}"));
        };
        let network = master.network.as_deref();
        let network = network.map(|network| format!(" (network {})", self.page.name(network)));
        let name = self.page.name(&master.name);
        Some(format!("port of {name}{}", network.unwrap_or_default()))
    }

    fn details(&self, space: &NetworkNamespace, details: &Details) -> Option<String> {
        let mode = |what: &str, mode: &Option<Word>| {
            mode.as_deref()
                .map(|mode| format!("{what} {}", self.page.shown(mode)))
        };
        match details {
            Details::Bridge { vlan_filtering, .. } => vlan_filtering
                .filter(|filters| *filters)
                .map(|_| "keeps vlans apart".to_owned()),
            Details::Vlan { id, .. } => id.map(|id| format!("vlan {id}")),
            Details::Vxlan { id, remote, .. } => {
                let remote = remote
                    .as_deref()
                    .map(|one| format!(" to {}", self.page.shown(one)));
                id.map(|id| format!("vni {id}{}", remote.unwrap_or_default()))
            }
            Details::Macvlan { mode: of } => mode("mode", of),
            Details::Ipvlan { mode: of, flags } => {
                let flags = flags.as_deref().filter(|flags| *flags != "bridge");
                let flags = flags.map(|flags| format!(" {}", self.page.shown(flags)));
                mode("mode", of).map(|words| words + &flags.unwrap_or_default())
            }
            Details::Bond { mode: of, active } => {
                let active = active.and_then(|index| space.interface(index));
                let active = active.map(|one| format!(", {} in use", self.page.name(&one.name)));
                mode("mode", of).map(|words| words + &active.unwrap_or_default())
            }
            Details::Vrf { table } => table.map(|table| format!("table {table}")),
            Details::Tun { mode, pids, .. } => {
                let what = mode
                    .as_deref()
                    .map_or_else(|| "tun or tap".to_owned(), |mode| self.page.shown(mode));
                Some(match pids.as_deref() {
                    None => format!("{what}, not known by whom it is served"),
                    Some([]) => format!("{what} that nobody serves"),
                    Some(pids) => {
                        format!("{what} served by {}", self.holders(pids, space.namespace))
                    }
                })
            }
        }
    }
}

/// The operational state; where it is down, whether it is switched off or has nothing at the other end.
fn state(interface: &Interface) -> String {
    let state = interface.state.as_deref().unwrap_or("?");
    match (state, interface.is_up()) {
        _ if interface.flags.is_empty() => state.to_owned(),
        ("down", Some(true)) if interface.has_carrier() == Some(false) => "no carrier".to_owned(),
        ("down", Some(false)) | (_, Some(true) | None) => state.to_owned(),
        (_, Some(false)) => format!("{state}, off"),
    }
}

/// What is unusual about a bridge's port.
fn port(port: &BridgePort) -> Option<String> {
    let state = port.state.as_deref().filter(|state| *state != "forwarding");
    let words = [
        state.map(|state| format!("port is {}", crate::model::visible(state))),
        port.isolated
            .filter(|is| *is)
            .map(|_| "isolated".to_owned()),
        port.hairpin.filter(|is| *is).map(|_| "hairpin".to_owned()),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Packets that were lost.
fn losses(counters: &Counters) -> Option<String> {
    let losses = [
        (counters.rx_errors, "received with errors"),
        (counters.tx_errors, "not sent for errors"),
        (counters.rx_dropped, "dropped on arrival"),
        (counters.tx_dropped, "dropped instead of sent"),
    ];
    let losses = losses.iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = losses
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Bytes for people: `512 B`, `1.5 KiB`.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut tenths, mut unit) = (u128::from(bytes) * 10, "B");
    for larger in UNITS {
        if tenths < 10 * 1024 {
            break;
        }
        (tenths, unit) = (tenths / 1024, larger);
    }
    if unit == "B" {
        return format!("{bytes} B");
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_units() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1_048_575, "1023.9 KiB"),
            (1_048_576, "1.0 MiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }
}
