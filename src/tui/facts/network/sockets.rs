//! Who listens, each with the processes that hold it and where these belong; and what is sent elsewhere.

use std::cmp::Ordering;

use super::super::{Facts, Tone};
use super::{LEFT, Sight, each, heading};
use crate::model::{Container, NetworkNamespace, PublishedPort, Snapshot, Socket};
use crate::query::{Id, RowId};
use crate::report::words::{self, PORT_FORWARDS, SOCKETS};

/// Sockets that wait for others and have a port, those first that can be reached from outside.
pub(super) fn about_listeners(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    let heading = Sort::Listening.heading();
    let Some(sockets) = &namespace.sockets else {
        return unknown(facts, sight, namespace, (heading, SOCKETS));
    };
    let waiting = of_sort(sockets, Sort::Listening);
    about(facts, sight, namespace, heading, &waiting);
}

/// That a list is not known, and why where that is known.
fn unknown(
    facts: &mut Facts,
    sight: &Sight<'_>,
    namespace: &NetworkNamespace,
    (words, what): (&str, &str),
) {
    facts.line("", Tone::Plain);
    facts.line(words, Tone::Title);
    let snapshot = sight.data.telling(&Id::from(namespace));
    let why = words::why_unknown(snapshot, namespace, what);
    let why = why.unwrap_or_else(|| "not known".to_owned());
    facts.tell("", why, Tone::Notable);
}

/// Sockets that see what passes an interface.
pub(super) fn about_sniffers(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    about_some(facts, sight, namespace, [Sort::Packet]);
}

/// Sockets that wait at a path, those that have another side, and those that speak with the kernel.
pub(super) fn about_others(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    let sorts = [Sort::Unix, Sort::Other, Sort::Netlink];
    about_some(facts, sight, namespace, sorts);
}

/// Sockets of these sorts, where there are some.
fn about_some<const N: usize>(
    facts: &mut Facts,
    sight: &Sight<'_>,
    namespace: &NetworkNamespace,
    sorts: [Sort; N],
) {
    for sort in sorts {
        let list = of_sort(namespace.sockets.iter().flatten(), sort);
        if !list.is_empty() {
            about(facts, sight, namespace, sort.heading(), &list);
        }
    }
}

/// Sockets that are told together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Listening,
    Packet,
    Unix,
    Netlink,
    /// Those that have another side.
    Other,
}

impl Sort {
    fn of(socket: &Socket) -> Self {
        let waits = matches!(socket.state.as_ref(), "listen" | "unconnected");
        match socket.protocol.as_ref() {
            "packet" => Self::Packet,
            "netlink" => Self::Netlink,
            _ if !waits => Self::Other,
            _ if is_unix(socket) => Self::Unix,
            _ => Self::Listening,
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Listening => "LISTENING",
            Self::Packet => "PACKET SOCKETS",
            Self::Unix => "UNIX SOCKETS",
            Self::Netlink => "NETLINK SOCKETS",
            Self::Other => "OTHER SOCKETS",
        }
    }
}

/// Those of one sort, in order.
fn of_sort<'a>(sockets: impl IntoIterator<Item = &'a Socket>, sort: Sort) -> Vec<&'a Socket> {
    let sockets = sockets.into_iter();
    let mut list: Vec<_> = sockets.filter(|socket| Sort::of(socket) == sort).collect();
    list.sort_by(|a, b| order(a, b));
    list
}

fn is_unix(socket: &Socket) -> bool {
    socket.protocol.starts_with("unix")
}

/// Those that can be reached from outside first, by their ports.
fn order(one: &Socket, other: &Socket) -> Ordering {
    fn key(socket: &Socket) -> (bool, bool, Option<u16>, &str, Option<&str>) {
        let local = socket.local.as_deref();
        let port = local.and_then(|local| local.rsplit_once(':'));
        let port = port.and_then(|(_, port)| port.parse().ok());
        let is_within = local.is_some_and(words::is_inner);
        let protocol = socket.protocol.as_ref();
        let is_unix = is_unix(socket);
        (
            is_unix,
            is_within,
            port.filter(|_| !is_unix),
            protocol,
            local,
        )
    }
    key(one).cmp(&key(other))
}

fn about(
    facts: &mut Facts,
    sight: &Sight<'_>,
    namespace: &NetworkNamespace,
    words: &str,
    sockets: &[&Socket],
) {
    if heading(facts, words, Some(sockets)) {
        each(facts, sockets, |facts, socket| {
            let words = socket_words(sight, namespace, socket);
            facts.put(socket.protocol.to_string(), LEFT, words, Tone::Plain);
        });
    }
}

fn socket_words(sight: &Sight<'_>, namespace: &NetworkNamespace, socket: &Socket) -> String {
    let own = namespace.namespace;
    let local = words::local(socket);
    let mut words = format!("{local:<22}");
    if let Some(remote) = &socket.remote {
        words = format!("{words} with {remote}, {}", socket.state);
    }
    words = match &socket.pids {
        None => format!("{words}  held by ? (not known)"),
        Some(pids) => format!("{words}  {}", sight.holders.of(pids, own)),
    };
    if let Some(to) = &socket.forwards_to {
        words = format!("{words}, forwards to {}", sight.holders.target(to, own));
    }
    words
}

/// Ports that an engine publishes, and ports that firewall rules send elsewhere.
pub(super) fn about_published(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    let snapshot = sight.data.telling(&namespace.into());
    let ports = published(sight, snapshot, namespace);
    if !ports.is_empty() {
        heading(facts, "PUBLISHED ON THE HOST", Some(&ports));
        each(facts, &ports, |facts, (name, port)| {
            let [from, to] = words::published(name, port);
            let words = format!("{from:<22}  -> {to}");
            facts.put(port.protocol.clone(), LEFT, words, Tone::Plain);
        });
    }
    let Some(forwards) = &namespace.port_forwards else {
        return unknown(facts, sight, namespace, ("PORT FORWARDING", PORT_FORWARDS));
    };
    // Most namespaces have none, and that is no news.
    if !forwards.is_empty() && heading(facts, "PORT FORWARDING", Some(forwards)) {
        each(facts, forwards, |facts, forward| {
            let protocol = forward.protocol.as_deref().unwrap_or("any").to_owned();
            let [from, to] = words::forward(&sight.holders, forward, namespace.namespace);
            facts.put(protocol, LEFT, format!("{from:<22}  -> {to}"), Tone::Plain);
        });
    }
}

/// Those of the containers in it; of the host all, since they are ports of the host.
fn published<'a>(
    sight: &Sight<'_>,
    snapshot: &'a Snapshot,
    namespace: &NetworkNamespace,
) -> Vec<(&'a str, &'a PublishedPort)> {
    let tenants = sight.ends().wiring().tenants(namespace.namespace);
    let is_reference = tenants
        .first()
        .is_some_and(|one| one.row == RowId::Reference);
    let ids = namespace.containers.iter().flatten();
    let ids: Vec<&String> = ids.collect();
    let is_here = |container: &&Container| is_reference || ids.contains(&&container.id);
    let containers = snapshot.containers.iter().flatten().filter(is_here);
    let ports = containers.flat_map(|one| one.ports.iter().map(|port| (one.name.as_str(), port)));
    ports.collect()
}
