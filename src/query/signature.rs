//! Signatures: a letter for each set of namespaces, so that equal processes look equal.
//!
//! A letter means the same from one snapshot to the next, for as long as a process has that set.

use std::collections::{BTreeSet, HashMap};

use super::letter::letter;
use crate::model::{Inode, Kind, Process, Snapshot};

/// The namespaces of a process; a kind that the kernel lacks has none.
type Set = [Option<Inode>; 8];

/// The letters, kept from one snapshot to the next.
#[derive(Clone, Debug, Default)]
pub struct Signatures {
    host: Option<Set>,
    numbers: HashMap<Set, usize>,
}

impl Signatures {
    /// Gives each set of namespaces in `snapshot` a number: the one it has, else the lowest that no set had before or
    /// has now, in the order of the processes. So a letter on screen never changes hands at once.
    pub fn learn(&mut self, snapshot: &Snapshot) {
        self.host = host(snapshot);
        let mut numbers = HashMap::new();
        let mut new = Vec::new();
        for set in snapshot.processes.iter().flatten().filter_map(set) {
            if Some(set) == self.host || numbers.contains_key(&set) {
                continue;
            }
            let number = self.numbers.get(&set).copied();
            if number.is_none() {
                new.push(set);
            }
            numbers.insert(set, number.unwrap_or_default());
        }
        let taken: BTreeSet<usize> = self.numbers.values().copied().collect();
        let free = (0..).filter(|number| !taken.contains(number));
        numbers.extend(new.into_iter().zip(free));
        self.numbers = numbers;
    }

    /// The letter of the set that `process` has: H for the host's own. `None` where one of its namespaces is not
    /// known, since two that are not known may differ.
    #[must_use]
    pub fn letter(&self, process: &Process) -> Option<String> {
        let set = set(process)?;
        if Some(set) == self.host {
            return Some("H".to_owned());
        }
        self.numbers.get(&set).copied().map(letter)
    }
}

/// The host's own set, where it is seen and known whole.
fn host(snapshot: &Snapshot) -> Option<Set> {
    let host = &snapshot.host;
    let is_known = host.namespaces.iter().all(|(_, inode)| inode.is_some());
    let is_seen = host.pid_namespace_is_initial && is_known;
    is_seen.then(|| Kind::ALL.map(|kind| host.namespaces.inode(kind)))
}

fn set(process: &Process) -> Option<Set> {
    let own = &process.namespaces;
    let is_known = own.iter().all(|(_, inode)| inode.is_some());
    is_known.then(|| Kind::ALL.map(|kind| own.inode(kind)))
}

/// For each kind, how a process stands to the host: the kind's letter where it is elsewhere, `-` where it is in the
/// host's namespace, `?` where that is not known, a space where the kernel has no such kind.
#[must_use]
pub fn mask(process: &Process, snapshot: &Snapshot) -> [char; 8] {
    let host = &snapshot.host;
    Kind::ALL.map(|kind| {
        let Some(own) = process.namespaces.get(kind) else {
            return ' ';
        };
        let hosts = host.namespaces.inode(kind);
        match (own, hosts.filter(|_| host.pid_namespace_is_initial)) {
            (Some(own), Some(hosts)) if *own == hosts => '-',
            (Some(_), Some(_)) => kind.letter(),
            _ => '?',
        }
    })
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
