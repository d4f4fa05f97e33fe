//! What an interface is, without what it is plugged into.

use super::Holders;
use crate::model::{Address, BridgePort, Counters, Details, Interface, NetworkNamespace};

/// Flags of an address that is not, or not yet, good for use.
const TROUBLES: [&str; 3] = ["tentative", "dadfailed", "deprecated"];

/// The state: `up`, `down` where it is switched off, `no carrier` where nothing answers at the other end, else the
/// kernel's word; `None` where it is not known.
pub(crate) fn state(interface: &Interface) -> Option<String> {
    let state = interface.state.as_deref()?;
    let is_up = interface.is_up() == Some(true);
    Some(match state {
        // The kernel knows of no more than this for a device without a carrier, as lo.
        "unknown" if is_up => "up".to_owned(),
        "down" | "lowerlayerdown" if is_up => "no carrier".to_owned(),
        "down" => state.to_owned(),
        _ if is_up => state.to_owned(),
        _ => format!("{state}, off"),
    })
}

/// An address with its prefix, and what is wrong with it.
pub(crate) fn address(address: &Address) -> String {
    let text = format!("{}/{}", address.address, address.prefix_len);
    let flags = address.flags.iter().map(AsRef::as_ref);
    let troubles: Vec<_> = flags.filter(|flag| TROUBLES.contains(flag)).collect();
    if troubles.is_empty() {
        text
    } else {
        format!("{text} ({})", troubles.join(", "))
    }
}

/// What a bridge knows of one of its ports.
pub(crate) fn bridge_port(port: &BridgePort) -> String {
    let state = port.state.as_deref().unwrap_or("state not known");
    let isolated = "isolated (sends only to ports that are not)";
    let hairpin = "hairpin (what comes in may go out here too)";
    let words = [
        Some(state),
        (port.isolated == Some(true)).then_some(isolated),
        (port.hairpin == Some(true)).then_some(hairpin),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Packets that were lost; `None` where none was.
pub(crate) fn losses(counters: &Counters) -> Option<String> {
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

/// What only its kind has; a switch that is off is not told.
pub(crate) fn details(
    holders: &Holders<'_>,
    space: &NetworkNamespace,
    details: &Details,
) -> Option<String> {
    let parts: Vec<_> = match details {
        Details::Tun { pids, .. } => {
            let served = match pids.as_deref() {
                None => "not known by whom it is served".to_owned(),
                Some([]) => "served by nobody".to_owned(),
                Some(pids) => format!("served by {}", holders.of(pids, space.namespace)),
            };
            plain(space, details).chain([Some(served)]).collect()
        }
        _ => plain(space, details).collect(),
    };
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn plain(
    space: &NetworkNamespace,
    details: &Details,
) -> impl Iterator<Item = Option<String>> + use<> {
    let parts: [Option<String>; 4] = match details {
        Details::Bridge {
            stp,
            vlan_filtering,
        } => [
            switch("spanning tree", *stp),
            switch("keeps vlans apart", *vlan_filtering),
            None,
            None,
        ],
        Details::Vlan { id, protocol } => {
            let protocol = protocol.as_deref().filter(|one| *one != "802.1Q");
            [named("vlan", *id), protocol.map(str::to_owned), None, None]
        }
        Details::Vxlan {
            id,
            remote,
            local,
            port,
        } => [
            named("vni", *id),
            named("to", remote.as_ref()),
            named("from", local.as_ref()),
            named("udp port", *port),
        ],
        Details::Macvlan { mode } => [named("mode", mode.as_ref()), None, None, None],
        Details::Ipvlan { mode, flags } => {
            let flags = flags.as_deref().filter(|flags| *flags != "bridge");
            let flags = flags.map(str::to_owned);
            [named("mode", mode.as_ref()), flags, None, None]
        }
        Details::Bond { mode, active } => {
            let active = active.map(|index| match space.interface(index) {
                Some(one) => format!("{} in use", one.name),
                None => format!("interface {index} in use"),
            });
            [named("mode", mode.as_ref()), active, None, None]
        }
        Details::Vrf { table } => [named("table", *table), None, None, None],
        Details::Tun {
            mode,
            owner,
            persistent,
            ..
        } => {
            let mode = mode.as_deref().unwrap_or("tun or tap");
            [
                Some(mode.to_owned()),
                named("owner uid", *owner),
                switch("persistent", *persistent),
                None,
            ]
        }
    };
    parts.into_iter()
}

fn named(name: &str, value: Option<impl ToString>) -> Option<String> {
    value.map(|value| format!("{name} {}", value.to_string()))
}

fn switch(name: &str, value: Option<bool>) -> Option<String> {
    match value {
        Some(true) => Some(name.to_owned()),
        Some(false) => None,
        None => Some(format!("{name}: not known")),
    }
}
