//! Two network namespaces, or two interfaces, side by side.

use super::super::Facts;
use super::super::compare::{Pair, row};
use crate::model::{Inode, Interface};
use crate::query::Id;
use crate::report::words::{Ends, state};
use crate::tui::data::Data;

/// What the two hold, where the network was looked at.
pub(in crate::tui::facts) fn namespaces(facts: &mut Facts, data: &Data, pair: [Inode; 2]) {
    let [Some(left), Some(right)] = pair.map(|inode| data.net.find(inode)) else {
        return;
    };
    let spaces = [left, right].map(|at| &data.net.spaces[at]);
    let known = |text: &str| Some(text.to_owned());
    let counts = spaces.map(|one| one.interfaces.map(|count| count.to_string()));
    row(facts, "who", Pair::of(spaces.map(|one| known(&one.title))));
    row(facts, "interfaces", Pair::of(counts));
    row(
        facts,
        "addresses",
        Pair::of(spaces.map(|one| one.addresses.clone())),
    );
    row(
        facts,
        "networks",
        Pair::of(spaces.map(|one| known(&one.networks))),
    );
    row(
        facts,
        "listens",
        Pair::of(spaces.map(|one| one.listens.clone())),
    );
}

/// Compares two interfaces; false where these are none.
pub(in crate::tui::facts) fn interfaces(
    facts: &mut Facts,
    data: &Data,
    left: &Id,
    right: &Id,
) -> bool {
    let find = |id: &Id| match id {
        Id::Interface { namespace, index } => data.find_interface(*namespace, *index),
        _ => None,
    };
    let (Some(left), Some(right)) = (find(left), find(right)) else {
        return false;
    };
    let pair = [left, right];
    let ends = Ends::of(&data.snapshot);
    let places = pair.map(|(space, _)| Some(ends.title(space.namespace)));
    let masters = pair.map(|(space, one)| ends.master(space, one));
    let peers = pair.map(|(space, one)| Some(ends.end(space.namespace, one.peer.as_ref()?)));
    let mut own = |label, of: fn(&Interface) -> Option<String>| {
        row(facts, label, Pair::of(pair.map(|(_, one)| of(one))));
    };
    own("name", |one| Some(one.name.clone()));
    own("index", |one| Some(one.index.to_string()));
    own("kind", |one| {
        Some(one.kind.as_deref().unwrap_or("device").to_owned())
    });
    own("state", state);
    own("mtu", |one| one.mtu.map(|mtu| mtu.to_string()));
    own("mac", |one| one.mac.clone());
    own("addresses", addresses);
    row(facts, "in", Pair::of(places));
    row(facts, "port of", Pair::of(masters).or_nothing());
    row(facts, "other end", Pair::of(peers).or_nothing());
    true
}

fn addresses(interface: &Interface) -> Option<String> {
    let addresses = interface.addresses.as_ref()?.iter();
    let addresses = addresses.map(|one| format!("{}/{}", one.address, one.prefix_len));
    Some(addresses.collect::<Vec<_>>().join(" "))
}
