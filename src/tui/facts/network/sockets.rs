//! Who listens, each with the processes that hold it and where these belong; and what is sent elsewhere.

use super::super::gaps::about_gaps;
use super::super::{Facts, Tone};
use super::{LEFT, Sight, each, heading};
use crate::model::{
    Container, Kind, NetworkNamespace, PortForward, PublishedPort, Snapshot, Socket,
};
use crate::query::RowId;
use crate::tui::list::row_name;

/// Pids that are named of one program; the others are counted.
const PIDS: usize = 4;

/// Sockets that wait for others.
pub(super) fn about_listeners(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    let Some(sockets) = &namespace.sockets else {
        heading::<Socket>(facts, "LISTENING", None);
        if namespace.leader_pid.is_none() {
            let words = "sockets were not asked for, as no process is in it (--deep asks)";
            facts.tell("", words, Tone::Notable);
        } else {
            about_gaps(facts, "why", &sight.data.snapshot.gaps, Kind::Net);
        }
        return;
    };
    let mut waiting: Vec<&Socket> = sockets.iter().filter(|one| waits(one)).collect();
    waiting.sort_by_key(|socket| order(socket));
    about(facts, sight, "LISTENING", &waiting);
}

/// Sockets that have another side.
pub(super) fn about_connections(
    facts: &mut Facts,
    sight: &Sight<'_>,
    namespace: &NetworkNamespace,
) {
    let sockets = namespace.sockets.iter().flatten();
    let mut others: Vec<&Socket> = sockets.filter(|one| !waits(one)).collect();
    others.sort_by_key(|socket| order(socket));
    if !others.is_empty() {
        about(facts, sight, "OTHER SOCKETS", &others);
    }
}

fn waits(socket: &Socket) -> bool {
    matches!(socket.state.as_ref(), "listen" | "unconnected")
}

/// Those with a port first, by port.
fn order(socket: &Socket) -> (bool, Option<u16>, &str, Option<&str>) {
    let local = socket.local.as_deref();
    let port = local.and_then(|local| local.rsplit_once(':'));
    let port = port.and_then(|(_, port)| port.parse().ok());
    let is_unix = socket.protocol.starts_with("unix");
    (is_unix, port.filter(|_| !is_unix), &socket.protocol, local)
}

fn about(facts: &mut Facts, sight: &Sight<'_>, words: &str, sockets: &[&Socket]) {
    if heading(facts, words, Some(sockets)) {
        each(facts, sockets, |facts, socket| {
            let words = socket_words(sight, socket);
            facts.put(socket.protocol.to_string(), LEFT, words, Tone::Plain);
        });
    }
}

fn socket_words(sight: &Sight<'_>, socket: &Socket) -> String {
    let local = socket.local.as_deref().unwrap_or("(no name)");
    let mut words = format!("{local:<22}");
    if let Some(remote) = &socket.remote {
        words = format!("{words} with {remote}, {}", socket.state);
    }
    if let Some(interface) = &socket.interface {
        words = format!("{words} on {interface}");
    }
    words = format!("{words}  {}", holders(sight, socket));
    if let Some(to) = &socket.forwards_to {
        words = format!("{words}, forwards to {}", destination(sight, to));
    }
    words
}

/// The processes that hold a socket, program by program, each with its own container: a namespace can have several
/// tenants.
fn holders(sight: &Sight<'_>, socket: &Socket) -> String {
    let pids = match &socket.pids {
        None => return "held by ? (not known)".to_owned(),
        Some(pids) if pids.is_empty() => return "held by no process that is seen".to_owned(),
        Some(pids) => pids,
    };
    let mut programs: Vec<((&str, &str), Vec<u32>)> = Vec::new();
    for pid in pids {
        let at = sight.data.process_at(*pid);
        let process = at.and_then(|at| sight.data.process(at));
        let comm = process.and_then(|process| process.comm.as_deref());
        let row = process.map_or("?", |process| row_name(sight.data, process));
        let program = (comm.unwrap_or("?"), row);
        match programs.iter_mut().find(|(other, _)| *other == program) {
            Some((_, pids)) => pids.push(*pid),
            None => programs.push((program, vec![*pid])),
        }
    }
    let words = programs.iter().map(|((comm, row), pids)| {
        let place = match *row {
            "" if sight.data.sees_host() => "the host".to_owned(),
            "" => "here".to_owned(),
            row => row.to_owned(),
        };
        format!("{comm} ({}) of {place}", some_pids(pids))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn some_pids(pids: &[u32]) -> String {
    let shown: Vec<_> = pids.iter().take(PIDS).map(u32::to_string).collect();
    let more = pids.len().saturating_sub(PIDS);
    match more {
        0 => shown.join(" "),
        more => format!("{} and {more} more", shown.join(" ")),
    }
}

/// `172.18.0.2:80 (web)`.
fn destination(sight: &Sight<'_>, to: &str) -> String {
    let address = to.rsplit_once(':').map_or(to, |(address, _)| address);
    let address = address.trim_start_matches('[').trim_end_matches(']');
    match sight.owners.get(address).copied().flatten() {
        Some(inode) => format!("{to} ({})", sight.wiring.title(inode)),
        None => to.to_owned(),
    }
}

/// Ports that an engine publishes, and ports that firewall rules send elsewhere.
pub(super) fn about_published(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    let snapshot = sight.data.telling(&namespace.into());
    let ports = published(sight, snapshot, namespace);
    if !ports.is_empty() {
        heading(facts, "PUBLISHED PORTS", Some(&ports));
        each(facts, &ports, |facts, (name, port)| {
            facts.put(
                port.protocol.clone(),
                LEFT,
                published_words(name, port),
                Tone::Plain,
            );
        });
    }
    let forwards = namespace.port_forwards.as_deref();
    // Most namespaces have none, and that is no news.
    if forwards.is_none_or(|all| !all.is_empty()) && heading(facts, "PORT FORWARDING", forwards) {
        each(facts, forwards.unwrap_or_default(), |facts, forward| {
            let protocol = forward.protocol.as_deref().unwrap_or("any").to_owned();
            let words = forward_words(sight, forward);
            facts.put(protocol, LEFT, words, Tone::Plain);
        });
    }
}

/// Those of the containers in it; of the host all, since they are ports of the host.
fn published<'a>(
    sight: &Sight<'_>,
    snapshot: &'a Snapshot,
    namespace: &NetworkNamespace,
) -> Vec<(&'a str, &'a PublishedPort)> {
    let tenants = sight.wiring.tenants(namespace.namespace);
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

fn published_words(name: &str, port: &PublishedPort) -> String {
    let address = if port.host_address.contains(':') {
        format!("[{}]", port.host_address)
    } else {
        port.host_address.clone()
    };
    let local = format!("{address}:{}", port.host_port);
    format!(
        "{local:<22}  of the host, to port {} of {name}",
        port.container_port
    )
}

fn forward_words(sight: &Sight<'_>, forward: &PortForward) -> String {
    let port = match (forward.port, forward.last_port) {
        (None, _) => "any port".to_owned(),
        (Some(port), None) => port.to_string(),
        (Some(port), Some(last)) => format!("{port}-{last}"),
    };
    let local = format!("{}:{port}", forward.address.as_deref().unwrap_or("any"));
    let to = match (&forward.to_address, forward.to_port) {
        (Some(address), Some(port)) if address.contains(':') => format!("[{address}]:{port}"),
        (Some(address), Some(port)) => format!("{address}:{port}"),
        (Some(address), None) => address.clone(),
        (None, Some(port)) => format!("port {port} here"),
        (None, None) => "here".to_owned(),
    };
    let to = destination(sight, &to);
    format!("{local:<22}  to {to} ({})", forward.source)
}
