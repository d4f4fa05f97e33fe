//! An interface: what it is, its addresses, what it is plugged into, what goes through it.

use super::super::{Context, Facts, Tone};
use super::{LEFT, Sight, about_gone, each, heading, nothing, tables, traffic};
use crate::model::{Address, End, Inode, Interface, NetworkNamespace};
use crate::query::Id;
use crate::report::words::{self, Plug};
use crate::tui::data::Data;

/// All interfaces of a namespace, some lines for each.
pub(super) fn all(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    let list = namespace.interfaces.as_deref();
    if !heading(facts, "INTERFACES", list) {
        return;
    }
    each(facts, list.unwrap_or_default(), |facts, interface| {
        let state = words::state(interface);
        let tone = match state.as_deref() {
            None | Some("up") => Tone::Plain,
            Some(_) => Tone::Notable,
        };
        facts.put(interface.name.clone(), LEFT, kind_words(interface), tone);
        let mut say = |words: String| facts.put(String::new(), LEFT, words, Tone::Plain);
        match &interface.addresses {
            None => say("addresses: ? (not known)".to_owned()),
            Some(all) if all.is_empty() => {}
            Some(all) => say(all
                .iter()
                .map(words::address)
                .collect::<Vec<_>>()
                .join(", ")),
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
    let id = Id::Interface {
        namespace: inode,
        index,
    };
    let Some((namespace, interface)) = data.find_interface(inode, index) else {
        return nothing(data, &id, context);
    };
    let sight = Sight::of(data, &id, context);
    let mut facts = Facts::titled(sight.ends().seen(namespace, interface));
    about_gone(&mut facts, data, &id);
    facts.say(
        "interface",
        format!("{}, index {index}", kind_words(interface)),
    );
    about_names(&mut facts, interface);
    about_details(&mut facts, &sight, namespace, interface);
    about_addresses(&mut facts, interface);
    for (way, words) in plugged(&sight, namespace, interface) {
        facts.say(way, words);
    }
    if let Some(port) = &interface.port {
        facts.say("as a port", words::bridge_port(port));
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
    // Of a namespace that is there still only the interface is kept.
    if data.changes.is_gone(&id) && data.changes.partial.contains(&inode) {
        return facts;
    }
    let is_its = |name: Option<&String>| name == Some(&interface.name);
    tables::about_routes(&mut facts, namespace, |route| {
        is_its(route.interface.as_ref())
            || route
                .next_hops
                .iter()
                .any(|hop| is_its(hop.interface.as_ref()))
    });
    tables::about_neighbours(&mut facts, namespace, |one| is_its(one.interface.as_ref()));
    tables::about_forwarding(&mut facts, namespace, |one| {
        is_its(one.interface.as_ref()) || is_its(one.bridge.as_ref())
    });
    facts
}

/// `veth, up, mtu 1500, 02:42:ac:11:00:02`.
fn kind_words(interface: &Interface) -> String {
    let kind = interface.kind.as_deref().unwrap_or("device");
    let mut parts = vec![kind.to_owned()];
    parts.push(words::state(interface).unwrap_or_else(|| "state not known".to_owned()));
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

/// An address with all that is known of it.
fn long(address: &Address) -> String {
    let mut parts = vec![format!("{}/{}", address.address, address.prefix_len)];
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
) -> impl Iterator<Item = (&'static str, String)> {
    let plugs = sight.ends().plugs(namespace, interface).into_iter();
    plugs.map(|(plug, words)| {
        let way = match plug {
            Plug::Peer => "other end",
            Plug::Rides => "rides on",
            Plug::Port => "port of",
        };
        (way, words)
    })
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
                Some(peer) => format!("leads to {}", sight.ends().end(namespace.namespace, peer)),
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
    for namespace in sight.ends().wiring().namespaces() {
        for interface in namespace.interfaces.iter().flatten() {
            let link = interface.link.as_ref();
            let is_it = |end: &End| (end.namespace, end.index) == (Some(inode), Some(index));
            if link.is_some_and(is_it) {
                let name = sight.ends().seen(namespace, interface);
                riders.push(format!("{name}, {}", kind_words(interface)));
            }
        }
    }
    riders
}

/// What only its kind has.
fn about_details(
    facts: &mut Facts,
    sight: &Sight<'_>,
    namespace: &NetworkNamespace,
    interface: &Interface,
) {
    let details = interface.details.as_ref();
    let words = details.and_then(|one| words::details(&sight.holders, namespace, one));
    if let Some(words) = words {
        facts.say("its kind", words);
    }
}
