//! Keeps of a snapshot what matched.

use super::hits::Hits;
use crate::model::Snapshot;

/// Drops what `hits` does not name, and records `text` as the reason.
pub(super) fn keep(mut snapshot: Snapshot, hits: &Hits, text: &str) -> Snapshot {
    retain(snapshot.containers.as_mut(), &hits.containers);
    retain(snapshot.groups.as_mut(), &hits.groups);
    retain(snapshot.namespaces.as_mut(), &hits.namespaces);
    retain(snapshot.processes.as_mut(), &hits.processes);
    retain(snapshot.network.as_mut(), &hits.network);
    snapshot.filter = Some(match snapshot.filter {
        Some(before) => format!("({before}) ({text})"),
        None => text.to_owned(),
    });
    snapshot
}

fn retain<T>(list: Option<&mut Vec<T>>, hits: &[bool]) {
    let mut hits = hits.iter();
    if let Some(list) = list {
        list.retain(|_| hits.next() == Some(&true));
    }
}
