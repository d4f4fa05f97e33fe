//! What an interface is plugged into, in words.

use crate::model::{End, Interface, NetworkNamespace};
use crate::query::Wiring;

/// Everything that the interface is plugged into: the other end, what it rides on, what it is a port of.
pub(super) fn plugged(
    wiring: &Wiring<'_>,
    namespace: &NetworkNamespace,
    interface: &Interface,
) -> Vec<String> {
    let peer = interface.peer.as_ref().map(|peer| end(wiring, peer));
    let link = interface.link.as_ref();
    let link = link.map(|link| format!("on {}", end(wiring, link)));
    let port = port(namespace, interface);
    [peer, link, port].into_iter().flatten().collect()
}

fn port(namespace: &NetworkNamespace, interface: &Interface) -> Option<String> {
    master(namespace, interface).map(|master| format!("port of {master}"))
}

/// `br-1c2d (network web_default)`, which the interface is a port of; `None` where it is a port of nothing.
pub(in crate::tui) fn master(
    namespace: &NetworkNamespace,
    interface: &Interface,
) -> Option<String> {
    let index = interface.master?;
    Some(match namespace.interface(index) {
        None => format!("interface {index}, of which nothing is known"),
        Some(master) => match &master.network {
            Some(network) => format!("{} (network {network})", master.name),
            None => master.name.clone(),
        },
    })
}

/// `veth1a2b in host, port of br-1c2d (network web_default)`, or as much as is known of it.
pub(in crate::tui) fn end(wiring: &Wiring<'_>, end: &End) -> String {
    if let Some((namespace, interface)) = wiring.interface(end) {
        let place = seen(wiring, namespace, interface);
        let network = interface.network.as_ref();
        let network = network.map(|network| format!(" (network {network})"));
        let port = port(namespace, interface).map(|port| format!(", {port}"));
        return format!(
            "{place}{}{}",
            network.unwrap_or_default(),
            port.unwrap_or_default()
        );
    }
    let name = match (&end.name, end.index) {
        (Some(name), _) => name.clone(),
        (None, Some(index)) => format!("interface {index}"),
        (None, None) => "an interface".to_owned(),
    };
    match end.namespace {
        Some(inode) => format!(
            "{name} in {}, whose interfaces are not known",
            wiring.title(inode)
        ),
        None => format!("not seen: {name} of another network namespace"),
    }
}

/// `eth0 in web`.
pub(in crate::tui) fn seen(
    wiring: &Wiring<'_>,
    namespace: &NetworkNamespace,
    interface: &Interface,
) -> String {
    format!(
        "{} in {}",
        interface.name,
        wiring.title(namespace.namespace)
    )
}
