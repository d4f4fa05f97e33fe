//! A network namespace as a row: who lives there, its addresses, its networks, who listens.

use core::net::IpAddr;
use std::collections::{BTreeSet, HashMap};

use super::is_loopback;
use crate::model::{
    Address, Container, Inode, Interface, Kind, NetworkNamespace, Snapshot, Socket,
};
use crate::query::{Row, RowId, Tenant, Wiring};
use crate::report::words::{Ends, is_inner};
use crate::tui::rates::{Rate, Rates};
use crate::tui::text;

/// Addresses, networks and ports that a row names; the others are counted.
const NAMED: usize = 8;

/// A network namespace as a row. Texts are as the host says: not yet made visible.
#[derive(Debug)]
pub(in crate::tui) struct Space {
    /// Its number.
    pub(in crate::tui) inode: Inode,
    /// Who lives there, in short.
    pub(in crate::tui) title: String,
    /// The names of all who live there.
    pub(in crate::tui) names: String,
    /// Engine or kind of group of the first that lives there.
    pub(in crate::tui) what: String,
    /// How many interfaces it has; `None` where they are not known.
    pub(in crate::tui) interfaces: Option<usize>,
    /// Its addresses, the global ones first; `None` where they are not known.
    pub(in crate::tui) addresses: Option<String>,
    /// The first of them.
    pub(super) address: Option<IpAddr>,
    /// Networks of engines.
    pub(in crate::tui) networks: String,
    /// Ports that listen; `None` where they are not known.
    pub(in crate::tui) listens: Option<String>,
    /// Processes in it; `None` where they are not known.
    pub(in crate::tui) processes: Option<u32>,
    /// What goes through its outer interfaces.
    pub(in crate::tui) rate: Option<Rate>,
    /// Whether its traffic was counted at all.
    pub(in crate::tui) is_counted: bool,
    /// Its place in the natural order.
    pub(in crate::tui) rank: usize,
    /// It is there still, and stands here once more for interfaces of it that are gone.
    pub(in crate::tui) is_partial: bool,
    /// The host, containers, groups, named ones, others.
    class: u8,
}

/// Where a row's words are looked up.
pub(super) struct Sources<'a> {
    ends: &'a Ends<'a>,
    rates: &'a Rates,
    rows: HashMap<&'a RowId, &'a Row>,
    containers: HashMap<&'a str, &'a Container>,
    /// Whether it is known of all processes where they are.
    sees_all: bool,
    /// Processes in each; `None` where namespaces were not collected.
    processes: Option<HashMap<Inode, u32>>,
}

impl<'a> Sources<'a> {
    /// Those of one snapshot; `rows` are those of the matrix.
    pub(super) fn of(
        snapshot: &'a Snapshot,
        ends: &'a Ends<'a>,
        rows: impl Iterator<Item = &'a Row>,
        rates: &'a Rates,
    ) -> Self {
        let containers = snapshot.containers.iter().flatten();
        let processes = snapshot.namespaces.as_ref().map(|all| {
            let networks = all.iter().filter(|one| one.kind == Kind::Net);
            networks.map(|one| (one.inode, one.process_count)).collect()
        });
        Self {
            ends,
            rates,
            rows: rows.map(|row| (&row.id, row)).collect(),
            containers: containers.map(|row| (row.id.as_str(), row)).collect(),
            processes,
            sees_all: snapshot.viewer.denied_processes == 0,
        }
    }
}

impl Space {
    /// The namespace as a row.
    pub(super) fn of(sources: &Sources<'_>, namespace: &NetworkNamespace) -> Self {
        let inode = namespace.namespace;
        let tenant = sources.ends.wiring().tenants(inode).first();
        let addresses = addresses(namespace);
        let first = addresses.as_ref().and_then(|all| all.first());
        let (rate, is_counted) = rate(sources.rates, namespace);
        Self {
            inode,
            title: sources.ends.title(inode),
            names: names(sources.ends.wiring(), inode),
            what: what(sources, namespace, tenant),
            interfaces: namespace.interfaces.as_ref().map(Vec::len),
            address: first.and_then(|first| first.parse().ok()),
            addresses: addresses.map(|all| some(&all)),
            networks: some(&networks(sources, namespace)),
            listens: namespace.sockets.as_ref().map(|all| some(&ports(all))),
            processes: processes(sources, namespace),
            rate,
            is_counted,
            rank: 0,
            is_partial: false,
            class: class(namespace, tenant),
        }
    }

    /// What the natural order goes by.
    pub(super) fn natural(&self) -> (u8, &str, Inode) {
        (self.class, &self.title, self.inode)
    }
}

/// Whoever shares the host's is in the host's.
fn names(wiring: &Wiring<'_>, inode: Inode) -> String {
    match wiring.tenants(inode) {
        [] => wiring.title(inode),
        [first, ..] if first.row == RowId::Reference => wiring.title(inode),
        tenants => text::list(tenants.iter().map(|tenant| tenant.name), NAMED),
    }
}

fn class(namespace: &NetworkNamespace, tenant: Option<&Tenant<'_>>) -> u8 {
    match tenant.map(|tenant| &tenant.row) {
        Some(RowId::Reference) => 0,
        Some(RowId::Container(_) | RowId::Family(_)) => 1,
        Some(RowId::Group(_)) => 2,
        None if namespace.name.is_some() => 3,
        None => 4,
    }
}

fn what(
    sources: &Sources<'_>,
    namespace: &NetworkNamespace,
    tenant: Option<&Tenant<'_>>,
) -> String {
    match (tenant, &namespace.name) {
        (Some(tenant), _) => {
            let row = sources.rows.get(&tenant.row);
            row.map(|row| row.what.clone()).unwrap_or_default()
        }
        (None, Some(_)) => "named".to_owned(),
        (None, None) => String::new(),
    }
}

/// Global ones first, then others that do not loop back.
fn addresses(namespace: &NetworkNamespace) -> Option<Vec<&str>> {
    let interfaces = namespace.interfaces.as_ref()?.iter();
    let mut all = Vec::new();
    for interface in interfaces.filter(|interface| !is_loopback(interface)) {
        all.extend(interface.addresses.as_ref()?.iter());
    }
    let is_global = |address: &&Address| {
        address
            .scope
            .as_deref()
            .is_none_or(|scope| scope == "global")
    };
    all.sort_by_key(|address| !is_global(address));
    let globals = all.iter().filter(|address| is_global(address)).count();
    // Link-local ones say something only where there is nothing else.
    all.truncate(if globals > 0 { globals } else { all.len() });
    Some(all.into_iter().map(|one| one.address.as_str()).collect())
}

/// Networks of the containers in it, and those that its bridges carry.
fn networks<'a>(sources: &Sources<'a>, namespace: &'a NetworkNamespace) -> Vec<&'a str> {
    let tenant = sources.ends.wiring().tenants(namespace.namespace).first();
    let is_reference = tenant.is_some_and(|tenant| tenant.row == RowId::Reference);
    // Of the containers in the host's no network is theirs alone: its bridges tell.
    let ids = namespace.containers.iter().flatten();
    let ids = ids.filter(|_| !is_reference);
    let containers = ids.filter_map(|id| sources.containers.get(id.as_str()));
    let networks = containers.flat_map(|container| &container.networks);
    let mut names: BTreeSet<&str> = networks.map(|network| network.name.as_str()).collect();
    let carried = namespace.interfaces.iter().flatten();
    names.extend(carried.filter_map(|one| one.network.as_deref()));
    names.into_iter().collect()
}

/// Ports that listen, by number: `80`, `53/udp`; those that only who is inside can reach behind them: `lo:9000`.
fn ports(sockets: &[Socket]) -> Vec<String> {
    let (mut outer, mut inner) = (BTreeSet::new(), BTreeSet::new());
    for socket in sockets {
        let is_within = socket.local.as_deref().is_some_and(is_inner);
        let ports = if is_within { &mut inner } else { &mut outer };
        ports.extend(listening(socket));
    }
    let inner = inner.difference(&outer).copied();
    let inner = inner.map(|port| format!("lo:{}", short_port(port)));
    outer.iter().copied().map(short_port).chain(inner).collect()
}

/// `80` for tcp, `53/udp` for others.
fn short_port((port, protocol): (u16, &str)) -> String {
    match protocol {
        "tcp" => port.to_string(),
        other => format!("{port}/{other}"),
    }
}

/// The port of a socket that waits for others, and its protocol.
fn listening(socket: &Socket) -> Option<(u16, &str)> {
    let waits = match socket.protocol.as_ref() {
        "tcp" => socket.state == "listen",
        "udp" => socket.state == "unconnected",
        _ => false,
    };
    let (_, port) = socket.local.as_ref()?.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port > 0)?;
    waits.then_some((port, socket.protocol.as_ref()))
}

/// Where processes are hidden from us, a namespace in which none is seen may have some.
fn processes(sources: &Sources<'_>, namespace: &NetworkNamespace) -> Option<u32> {
    let known = sources.processes.as_ref()?.get(&namespace.namespace);
    let count = known.copied();
    let count = count.or(namespace.leader_pid.is_none().then_some(0));
    count.filter(|count| *count > 0 || sources.sees_all)
}

/// The sum over its outer interfaces, and whether any of them was counted. What goes through a port or through what
/// rides on another interface goes through that one too, and is not counted twice.
fn rate(rates: &Rates, namespace: &NetworkNamespace) -> (Option<Rate>, bool) {
    let inode = namespace.namespace;
    let is_outer = |interface: &&Interface| {
        let link = interface.link.as_ref();
        let rides = link.is_some_and(|link| link.namespace == Some(inode));
        !is_loopback(interface) && interface.master.is_none() && !rides
    };
    let outer = namespace.interfaces.iter().flatten().filter(is_outer);
    let outer: Vec<_> = outer.collect();
    let known = outer.iter().filter_map(|one| rates.of(inode, one.index));
    let is_counted = outer.iter().any(|one| one.counters.is_some()) || outer.is_empty();
    let is_counted = is_counted && namespace.interfaces.is_some();
    (known.reduce(|sum, rate| sum + rate), is_counted)
}

/// The first of them, and how many more there are.
fn some<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<_> = names.iter().take(NAMED).map(AsRef::as_ref).collect();
    let more = names.len().saturating_sub(NAMED);
    match more {
        0 => shown.join(" "),
        more => format!("{} +{more}", shown.join(" ")),
    }
}
