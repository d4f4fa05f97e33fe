//! An interface: what it is, its addresses, what it is plugged into, what goes through it.

use super::super::{Context, Facts, Tone};
use super::{LEFT, Sight, about_gone, each, heading, nothing, roads, traffic};
use crate::model::{Address, BridgePort, Details, End, Inode, Interface, Kind, NetworkNamespace};
use crate::query::Id;
use crate::tui::data::Data;
use crate::tui::network;
use crate::tui::text;

/// All interfaces of a namespace, some lines for each.
pub(super) fn all(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    let list = namespace.interfaces.as_deref();
    if !heading(facts, "INTERFACES", list) {
        return;
    }
    each(facts, list.unwrap_or_default(), |facts, interface| {
        let tone = if interface.is_up() == Some(true) {
            Tone::Plain
        } else {
            Tone::Notable
        };
        facts.put(interface.name.clone(), LEFT, kind_words(interface), tone);
        let mut say = |words: String| facts.put(String::new(), LEFT, words, Tone::Plain);
        match &interface.addresses {
            None => say("addresses: ? (not known)".to_owned()),
            Some(all) if all.is_empty() => {}
            Some(all) => say(all.iter().map(short).collect::<Vec<_>>().join(", ")),
        }
        for (way, words) in plugged(sight, namespace, interface) {
            say(format!("{way}: {words}"));
        }
        say(traffic::rates(sight, namespace.namespace, interface));
    });
}

/// What there is to say about one interface.
pub(in crate::tui::facts) fn facts(
    data: &Data,
    inode: Inode,
    index: u32,
    context: Context<'_>,
) -> Facts {
    let Some((namespace, interface)) = data.find_interface(inode, index) else {
        let id = Id::Interface {
            namespace: inode,
            index,
        };
        return nothing(data, &id, context);
    };
    let sight = Sight::of(data, inode, context);
    let mut facts = Facts::titled(network::seen(&sight.wiring, namespace, interface));
    about_gone(&mut facts, data, &Id::Namespace(Kind::Net, inode));
    facts.say(
        "interface",
        format!("{}, index {index}", kind_words(interface)),
    );
    about_names(&mut facts, interface);
    about_details(&mut facts, interface);
    about_addresses(&mut facts, interface);
    for (way, words) in plugged(&sight, namespace, interface) {
        facts.say(way, words);
    }
    if let Some(port) = &interface.port {
        facts.say("as a port", port_words(port));
    }
    facts.say("traffic", traffic::rates(&sight, inode, interface));
    for words in interface
        .counters
        .map(traffic::totals)
        .into_iter()
        .flatten()
    {
        facts.say("in all", words);
    }
    about_ports(&mut facts, &sight, namespace, interface);
    let is_its = |name: Option<&String>| name == Some(&interface.name);
    roads::about_routes(&mut facts, namespace, |route| {
        is_its(route.interface.as_ref())
            || route
                .next_hops
                .iter()
                .any(|hop| is_its(hop.interface.as_ref()))
    });
    roads::about_neighbours(&mut facts, namespace, |one| is_its(one.interface.as_ref()));
    roads::about_forwarding(&mut facts, namespace, |one| {
        is_its(one.interface.as_ref()) || is_its(one.bridge.as_ref())
    });
    facts
}

/// `veth, up, mtu 1500, 02:42:ac:11:00:02`.
fn kind_words(interface: &Interface) -> String {
    let kind = interface.kind.as_deref().unwrap_or("device");
    let mut parts = vec![kind.to_owned()];
    parts.push(match interface.state.as_deref() {
        None => "state not known".to_owned(),
        Some("unknown") if interface.is_up() == Some(true) => "up".to_owned(),
        Some(state) if interface.is_up() == Some(true) && state != "up" => {
            format!("switched on, but {state}")
        }
        Some(state) => state.to_owned(),
    });
    if interface.is_up() == Some(true) && interface.has_carrier() == Some(false) {
        parts.push("no carrier".to_owned());
    }
    parts.extend(interface.mtu.map(|mtu| format!("mtu {mtu}")));
    parts.extend(interface.mac.clone());
    parts.extend(
        interface
            .network
            .as_ref()
            .map(|name| format!("network {name}")),
    );
    parts.join(", ")
}

fn about_names(facts: &mut Facts, interface: &Interface) {
    if let Some(alias) = &interface.alias {
        facts.say("alias", alias.clone());
    }
    if !interface.altnames.is_empty() {
        facts.say("also called", interface.altnames.join(", "));
    }
    if !interface.flags.is_empty() {
        facts.say("flags", interface.flags.join(" "));
    }
}

fn about_addresses(facts: &mut Facts, interface: &Interface) {
    let Some(addresses) = &interface.addresses else {
        return facts.tell("address", "not known", Tone::Notable);
    };
    if addresses.is_empty() {
        facts.say("address", "none");
    }
    for address in addresses {
        facts.say("address", long(address));
    }
}

fn short(address: &Address) -> String {
    format!("{}/{}", address.address, address.prefix_len)
}

/// An address with all that is known of it.
fn long(address: &Address) -> String {
    let mut parts = vec![short(address)];
    parts.extend(address.scope.as_ref().map(|scope| format!("scope {scope}")));
    parts.extend(address.peer.as_ref().map(|peer| format!("peer {peer}")));
    parts.extend(
        address
            .broadcast
            .as_ref()
            .map(|all| format!("broadcast {all}")),
    );
    parts.extend(address.flags.iter().map(ToString::to_string));
    let valid = address.valid_seconds;
    parts.extend(valid.map(|valid| format!("valid for {valid}s")));
    let preferred = address.preferred_seconds;
    parts.extend(preferred.map(|preferred| format!("preferred for {preferred}s")));
    parts.join(", ")
}

/// What the interface is plugged into: in which way, and the words for it.
fn plugged(
    sight: &Sight<'_>,
    namespace: &NetworkNamespace,
    interface: &Interface,
) -> Vec<(&'static str, String)> {
    let end = |end: &End| network::end(&sight.wiring, end);
    let ways = [
        ("other end", interface.peer.as_ref().map(end)),
        ("rides on", interface.link.as_ref().map(end)),
        ("port of", network::master(namespace, interface)),
    ];
    let ways = ways.into_iter();
    ways.filter_map(|(way, words)| Some((way, words?)))
        .collect()
}

fn port_words(port: &BridgePort) -> String {
    let mut parts = vec![
        port.state
            .clone()
            .unwrap_or_else(|| "state not known".into()),
    ];
    if port.isolated == Some(true) {
        parts.push(
            "isolated: sends only to ports that are not"
                .to_owned()
                .into(),
        );
    }
    if port.hairpin == Some(true) {
        parts.push(
            "hairpin: what comes in may go out here too"
                .to_owned()
                .into(),
        );
    }
    parts.join(", ")
}

/// What is plugged into a bridge, bond or vrf, or rides on the interface.
fn about_ports(
    facts: &mut Facts,
    sight: &Sight<'_>,
    namespace: &NetworkNamespace,
    interface: &Interface,
) {
    let ports = namespace.interfaces.iter().flatten();
    let ports = ports.filter(|one| one.master == Some(interface.index));
    let ports: Vec<&Interface> = ports.collect();
    if !ports.is_empty() {
        heading(facts, "PORTS", Some(&ports));
        each(facts, &ports, |facts, port| {
            let peer = port.peer.as_ref();
            let words = match peer {
                Some(peer) => format!("leads to {}", network::end(&sight.wiring, peer)),
                None => kind_words(port),
            };
            facts.put(port.name.clone(), LEFT, words, Tone::Plain);
        });
    }
    let riders = riders(sight, namespace.namespace, interface.index);
    if !riders.is_empty() {
        heading(facts, "WHAT RIDES ON IT", Some(&riders));
        each(facts, &riders, |facts, words| {
            facts.put(String::new(), LEFT, words.clone(), Tone::Plain);
        });
    }
}

fn riders(sight: &Sight<'_>, inode: Inode, index: u32) -> Vec<String> {
    let mut riders = Vec::new();
    for namespace in sight.wiring.namespaces() {
        for interface in namespace.interfaces.iter().flatten() {
            let link = interface.link.as_ref();
            let is_it = |end: &End| (end.namespace, end.index) == (Some(inode), Some(index));
            if link.is_some_and(is_it) {
                let name = network::seen(&sight.wiring, namespace, interface);
                riders.push(format!("{name}, {}", kind_words(interface)));
            }
        }
    }
    riders
}

/// What only its kind has.
fn about_details(facts: &mut Facts, interface: &Interface) {
    let Some(details) = &interface.details else {
        return;
    };
    let parts = detail_words(details);
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        facts.say("its kind", parts.join(", "));
    }
}

fn named(name: &str, value: Option<impl ToString>) -> Option<String> {
    value.map(|value| format!("{name} {}", value.to_string()))
}

fn switch(name: &str, value: Option<bool>) -> Option<String> {
    value.map(|on| format!("{name} {}", if on { "on" } else { "off" }))
}

fn detail_words(details: &Details) -> Vec<Option<String>> {
    match details {
        Details::Bridge {
            stp,
            vlan_filtering,
        } => vec![
            switch("spanning tree", *stp),
            switch("vlan filtering", *vlan_filtering),
        ],
        Details::Vlan { id, protocol } => vec![
            named("vlan", *id),
            protocol.as_ref().map(ToString::to_string),
        ],
        Details::Vxlan {
            id,
            remote,
            local,
            port,
        } => vec![
            named("vni", *id),
            named("to", remote.as_ref()),
            named("from", local.as_ref()),
            named("udp port", *port),
        ],
        Details::Macvlan { mode } => vec![named("mode", mode.as_ref())],
        Details::Ipvlan { mode, flags } => vec![
            named("mode", mode.as_ref()),
            flags.as_ref().map(ToString::to_string),
        ],
        Details::Bond { mode, active } => vec![
            named("mode", mode.as_ref()),
            named("in use: interface", *active),
        ],
        Details::Vrf { table } => vec![named("table", *table)],
        Details::Tun {
            mode,
            owner,
            persistent,
            pids,
        } => vec![
            mode.as_ref().map(ToString::to_string),
            named("owner uid", *owner),
            switch("persistent", *persistent),
            Some(served(pids.as_deref())),
        ],
    }
}

fn served(pids: Option<&[u32]>) -> String {
    match pids {
        None => "served by ? (not known)".to_owned(),
        Some([]) => "served by nobody".to_owned(),
        Some(pids) => {
            let pids: Vec<_> = pids.iter().map(u32::to_string).collect();
            let pids = text::list(pids.iter().map(String::as_str), 8);
            format!("served by process {pids}")
        }
    }
}
