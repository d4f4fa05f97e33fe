//! The network as a list: namespaces by who lives there, their interfaces, or these below what they are plugged into.

use std::borrow::Cow;
use std::cmp::Ordering;

use ratatui::style::Style;

use super::arrange::{Fate, arrange};
use super::columns::{Column, Spec};
use super::namespaces::branch;
use super::{Entry, List, Rows, Shape, known_first, number, ordered};
use crate::model::{Interface, Kind};
use crate::query::{Id, LinkHits};
use crate::report::words;
use crate::tui::data::Data;
use crate::tui::network::{Node, Space};
use crate::tui::rates::Rate;
use crate::tui::text;
use crate::tui::theme::Look;

/// The columns that the list would like.
pub(super) fn columns(shape: Shape, data: &Data) -> Vec<Spec> {
    let title = data.net.widest.clamp(8, 30);
    let traffic = [
        Spec::new(Column::Received, "RX/s", 6, 5).right(),
        Spec::new(Column::Sent, "TX/s", 6, 5).right(),
    ];
    let mut specs = if shape == Shape::Flat {
        vec![
            Spec::new(Column::Name, "NAME", title.min(22), 0)
                .up_to(title)
                .down_to(8),
            Spec::new(Column::What, "KIND", 10, 4),
            Spec::new(Column::Processes, "PROCS", 5, 6).right(),
            Spec::new(Column::Interfaces, "IFACES", 6, 7).right(),
            Spec::new(Column::Addresses, "ADDRESSES", 15, 1).up_to(24),
            Spec::new(Column::Listens, "LISTENS", 14, 2).up_to(30),
            Spec::new(Column::Networks, "NETWORKS", 12, 3).up_to(24),
        ]
    } else {
        vec![
            Spec::new(Column::Name, "INTERFACE", 16, 0)
                .up_to(28)
                .down_to(10),
            Spec::new(Column::Who, "IN", title.min(18), 1)
                .up_to(title)
                .down_to(6),
            Spec::new(Column::Type, "KIND", 8, 6),
            Spec::new(Column::State, "STATE", 7, 4).up_to(8),
            Spec::new(Column::Addresses, "ADDRESSES", 15, 2).up_to(20),
            Spec::new(Column::End, "PLUGGED INTO", 20, 3).up_to(60),
        ]
    };
    specs.extend(traffic);
    specs
}

/// The rows that are shown.
pub(super) fn rows(list: &List, data: &Data) -> Rows {
    let hits = (!list.filter.is_empty()).then(|| hits(list, data));
    let scope = list.scope.as_ref();
    let in_scope: Option<Vec<bool>> = scope.map(|scope| {
        let spaces = data.net.spaces.iter();
        spaces
            .map(|space| scope.has_network(data, space.inode))
            .collect()
    });
    let fate = |at: usize| {
        let node = &data.net.nodes[at];
        let is_outside = in_scope.as_ref().is_some_and(|inside| !inside[node.space]);
        if !belongs(data, node, list.shape) {
            Fate::Elsewhere
        } else if is_outside && list.shape == Shape::Topology {
            // It may be on the way to what is inside.
            Fate::Filtered
        } else if is_outside {
            Fate::Elsewhere
        } else if hits.as_ref().is_some_and(|hits| !is_hit(hits, node)) {
            Fate::Filtered
        } else {
            Fate::Shown
        }
    };
    let order = |a: usize, b: usize| {
        let (one, other) = (&data.net.nodes[a], &data.net.nodes[b]);
        let natural = natural(data, one).cmp(&natural(data, other));
        ordered(list.sort, natural, |column| {
            by_column(data, column, one, other)
        })
    };
    let above = |at: usize| match list.shape {
        Shape::Topology => data.net.nodes[at].above,
        _ => None,
    };
    arrange(data.net.nodes.len(), list.shape, fate, order, above)
}

/// What the filter matches, those that are gone behind those that are there.
fn hits(list: &List, data: &Data) -> LinkHits {
    let mut hits = list.filter.link_hits(&data.snapshot);
    let past = list.filter.link_hits(&data.changes.past);
    hits.namespaces.extend(past.namespaces);
    hits.interfaces.extend(past.interfaces);
    hits
}

fn is_hit(hits: &LinkHits, node: &Node) -> bool {
    match node.link {
        None => hits.namespaces[node.space],
        Some(link) => hits.interfaces[node.space][link],
    }
}

/// Whether it is a row of this shape at all.
fn belongs(data: &Data, node: &Node, shape: Shape) -> bool {
    match shape {
        Shape::Topology => node.is_wired,
        Shape::Interfaces => node.link.is_some(),
        _ => node.link.is_none() && !data.net.space(node).is_partial,
    }
}

fn natural(data: &Data, node: &Node) -> (usize, Option<usize>) {
    (data.net.space(node).rank, node.link)
}

/// The interface that a node is.
fn interface<'a>(data: &'a Data, node: &Node) -> Option<&'a Interface> {
    let namespace = data.network(node.space)?;
    namespace.interfaces.as_ref()?.get(node.link?)
}

/// Who the row is.
pub(super) fn id(data: &Data, at: usize) -> Option<Id> {
    let node = data.net.nodes.get(at)?;
    let namespace = data.net.space(node).inode;
    Some(match node.link {
        None => Id::Namespace(Kind::Net, namespace),
        Some(_) => Id::Interface {
            namespace,
            index: interface(data, node)?.index,
        },
    })
}

fn by_column(data: &Data, column: Column, a: &Node, b: &Node) -> Ordering {
    let (one, other) = (data.net.space(a), data.net.space(b));
    let links = (interface(data, a), interface(data, b));
    match column {
        Column::What => one.what.cmp(&other.what),
        Column::Processes => known_first(one.processes, other.processes),
        Column::Interfaces => known_first(one.interfaces, other.interfaces),
        Column::Addresses => known_first(a.address, b.address),
        Column::Networks => {
            let key = |space: &Space| (space.networks.is_empty(), space.networks.clone());
            key(one).cmp(&key(other))
        }
        Column::Listens => known_first(one.listens.as_ref(), other.listens.as_ref()),
        Column::Received => known_first(
            rate(data, a).map(|r| r.rx_bytes),
            rate(data, b).map(|r| r.rx_bytes),
        ),
        Column::Sent => known_first(
            rate(data, a).map(|r| r.tx_bytes),
            rate(data, b).map(|r| r.tx_bytes),
        ),
        Column::Who => one.title.cmp(&other.title),
        Column::End => a.end.cmp(&b.end),
        Column::Type => links
            .0
            .map(|link| &link.kind)
            .cmp(&links.1.map(|link| &link.kind)),
        Column::State => links
            .0
            .map(|link| &link.state)
            .cmp(&links.1.map(|link| &link.state)),
        _ => match links {
            (Some(one), Some(other)) => one.name.cmp(&other.name),
            _ => one.title.cmp(&other.title),
        },
    }
}

fn rate(data: &Data, node: &Node) -> Option<Rate> {
    match interface(data, node) {
        Some(link) => data.rates.of(data.net.space(node).inode, link.index),
        None => data.net.space(node).rate,
    }
}

/// What stands in a cell.
pub(super) fn cell<'a>(
    data: &'a Data,
    entry: Entry,
    column: Column,
    look: &Look,
) -> (Cow<'a, str>, Style) {
    let Some(node) = data.net.nodes.get(entry.at) else {
        return (Cow::Borrowed(""), Style::new());
    };
    let space = data.net.space(node);
    match column {
        Column::Received => traffic(data, node, |rate| rate.rx_bytes, look),
        Column::Sent => traffic(data, node, |rate| rate.tx_bytes, look),
        column => match interface(data, node) {
            Some(link) => interface_cell(node, space, link, entry, column, look),
            None => space_cell(space, entry, column, look),
        },
    }
}

/// Bytes per second; `?` where nothing was counted, a dot where it was but once.
fn traffic<'a>(
    data: &Data,
    node: &Node,
    of: impl Fn(Rate) -> u64,
    look: &Look,
) -> (Cow<'a, str>, Style) {
    let is_counted = match interface(data, node) {
        Some(link) => link.counters.is_some(),
        None => data.net.space(node).is_counted,
    };
    match rate(data, node) {
        Some(rate) => (Cow::Owned(words::bytes(of(rate))), Style::new()),
        None if is_counted => (Cow::Borrowed(look.dot()), look.dim),
        None => (Cow::Borrowed("?"), look.notable),
    }
}

fn space_cell<'a>(
    space: &'a Space,
    entry: Entry,
    column: Column,
    look: &Look,
) -> (Cow<'a, str>, Style) {
    let plain = Style::new();
    match column {
        Column::Name => {
            let title = text::shown(&space.names, look.ascii);
            (
                Cow::Owned(branch(&title, entry, look).into_owned()),
                look.title,
            )
        }
        Column::What => (text::shown(&space.what, look.ascii), look.dim),
        Column::Processes => (number(space.processes), plain),
        Column::Interfaces => (number(space.interfaces), plain),
        Column::Addresses => known(space.addresses.as_deref(), look),
        Column::Networks => (text::shown(&space.networks, look.ascii), plain),
        // Nobody is there who could listen, so nobody was asked.
        Column::Listens if space.listens.is_none() && space.processes == Some(0) => {
            (Cow::Borrowed(look.dot()), look.dim)
        }
        Column::Listens => known(space.listens.as_deref(), look),
        _ => (Cow::Borrowed(""), plain),
    }
}

fn interface_cell<'a>(
    node: &'a Node,
    space: &'a Space,
    link: &'a Interface,
    entry: Entry,
    column: Column,
    look: &Look,
) -> (Cow<'a, str>, Style) {
    let plain = Style::new();
    match column {
        Column::Name => {
            let name = match &link.network {
                Some(network) => Cow::Owned(format!("{} ({network})", link.name)),
                None => Cow::Borrowed(link.name.as_str()),
            };
            let name = text::shown(&name, look.ascii).into_owned();
            (Cow::Owned(branch(&name, entry, look).into_owned()), plain)
        }
        Column::Who => (text::shown(&space.title, look.ascii), plain),
        Column::Type => (
            text::shown(link.kind.as_deref().unwrap_or_default(), look.ascii),
            look.dim,
        ),
        Column::State => state(link, look),
        Column::Addresses => {
            let addresses = link.addresses.as_ref().map(|all| {
                let all = all.iter().map(|one| one.address.as_str());
                all.collect::<Vec<_>>().join(" ")
            });
            match addresses {
                Some(addresses) => (
                    Cow::Owned(text::shown(&addresses, look.ascii).into_owned()),
                    plain,
                ),
                None => (Cow::Borrowed("?"), look.notable),
            }
        }
        _ => (text::shown(text::start(&node.end), look.ascii), look.dim),
    }
}

fn known<'a>(words: Option<&'a str>, look: &Look) -> (Cow<'a, str>, Style) {
    match words {
        Some(words) => (text::shown(words, look.ascii), Style::new()),
        None => (Cow::Borrowed("?"), look.notable),
    }
}

/// The state; anything but up stands out.
fn state<'a>(link: &Interface, look: &Look) -> (Cow<'a, str>, Style) {
    let Some(state) = words::state(link) else {
        return (Cow::Borrowed("?"), look.notable);
    };
    let style = if state == "up" {
        Style::new()
    } else {
        look.notable
    };
    let shown = text::shown(&state, look.ascii).into_owned();
    (Cow::Owned(shown), style)
}
