//! One command in several network namespaces.

use crate::model::{Inode, Kind, Snapshot, visible};
use crate::query::{Filter, Wiring};

/// A network namespace to run a command in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Its number.
    pub namespace: Inode,
    /// What it is called; not yet made visible.
    pub title: String,
}

/// The network namespaces that `filter` keeps: the host's first, then by title, as a report lists them.
#[must_use]
pub fn stops(snapshot: &Snapshot, filter: &Filter) -> Vec<Stop> {
    let wiring = Wiring::of(snapshot);
    let hits = filter.hits(snapshot).network;
    let all = wiring.namespaces().iter().zip(hits);
    let kept = all.filter_map(|(net, is_hit)| is_hit.then_some(net.namespace));
    let mut stops: Vec<_> = kept
        .map(|namespace| Stop {
            namespace,
            title: wiring.title(namespace),
        })
        .collect();
    let host = snapshot.host.namespaces.inode(Kind::Net);
    stops.sort_by_cached_key(|stop| {
        let is_other = host != Some(stop.namespace);
        (is_other, visible(&stop.title).into_owned(), stop.namespace)
    });
    stops
}
