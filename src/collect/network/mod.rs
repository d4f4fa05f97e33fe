//! The network: what every network namespace holds, and which interface is plugged into which.
//!
//! A few threads made for the pass go into one namespace after the other and ask the kernel over netlink, as ip(8) and
//! ss(8) do inside it; nothing is run and nothing stays open. Asking for links has one effect that cannot be avoided,
//! the same as that of `ip link`: the kernel gives numbers (nsid) to the namespaces of other ends.

mod crew;
mod ends;
mod find;
mod holders;
mod kernel_module;
mod nat;
#[cfg(test)]
mod noise;
mod part;
mod proc_net;
mod rtnetlink;
mod sockets;
mod values;
mod visit;
mod wire;

use std::collections::HashSet;
use std::os::fd::AsFd as _;
use std::sync::Arc;

use super::observation::{Miss, NetnsRecord, NetworkRecord, ProcessRecord};
use super::proc::{ProcRoot, read_mountinfo};
use crate::model::{Details, Inode, Kind};
use crew::Crew;
use ends::Question;
use find::Target;
use holders::{Held, Wanted, holders};
use part::{Missing, Part};
use sockets::Askable;
use visit::{Map, Visitor};

/// Which sockets are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Those that wait for others: listening, or bound without another side; packet sockets too, but no netlink sockets.
    /// Only of namespaces with a process, and held by a process in them.
    Bound,
    /// All of all namespaces, whoever holds them.
    All,
}

/// Looks at networks, again and again.
#[derive(Debug, Default)]
pub(super) struct Networks {
    crew: Crew,
}

impl Networks {
    /// Looks at the namespaces that the processes and our own mounts show. `home` is our own.
    pub(super) fn look(
        &mut self,
        root: &Arc<ProcRoot>,
        home: Option<Inode>,
        processes: &[ProcessRecord],
        depth: Depth,
    ) -> NetworkRecord {
        let mounts = read_mountinfo(root);
        let map = Arc::new(Map {
            root: Arc::clone(root),
            targets: find::targets(processes, mounts.as_deref().unwrap_or_default()),
            home,
            depth,
            askable: Askable::now(),
            nf_tables: nat::presence(),
        });
        let mut namespaces = self.read(&map);
        self.find_ends(&map, &mut namespaces);
        let held = who_holds(root, &namespaces, processes, depth);
        NetworkRecord {
            namespaces,
            mounts: mounts.map(drop),
            holders: held.sockets,
            tuns: held.tuns.into_iter().collect(),
            unseen_descriptors: held.denied,
            unread_descriptors: held.failed,
        }
    }

    fn read(&mut self, map: &Arc<Map>) -> Vec<NetnsRecord> {
        let (start, count) = (Arc::clone(map), map.targets.len());
        let read = self.crew.run(
            count,
            move |pulse| Visitor::new(&start, pulse),
            Visitor::read,
        );
        let mut missing = Vec::new();
        let mut records = Vec::new();
        for (target, read) in map.targets.iter().zip(read) {
            match read {
                Some(Some(record)) => records.push(record),
                Some(None) if target.members.is_empty() => missing.push(target),
                Some(None) => {}
                None => records.push(target.missed(Miss::TimedOut)),
            }
        }
        records.extend(unreachable(&map.root, &missing));
        records.sort_unstable_by_key(|record| record.inode);
        records
    }

    /// Learns the numbers that namespaces have for each other, as far as their links name them.
    fn find_ends(&mut self, map: &Arc<Map>, records: &mut [NetnsRecord]) {
        ends::learn_from_twins(records);
        let places: Vec<_> = records.iter().map(|record| map.place(record)).collect();
        let questions: Vec<_> = ends::open_questions(records).into_iter().collect();
        if questions.is_empty() {
            return;
        }
        let asked: Vec<_> = questions
            .iter()
            .map(|(from, all)| (places[*from], in_targets(all, &places)))
            .collect();
        let start = Arc::clone(map);
        let answers = self.crew.run(
            questions.len(),
            move |pulse| Visitor::new(&start, pulse),
            move |visitor, at| {
                let (from, questions) = &asked[at];
                visitor.numbers(*from, questions)
            },
        );
        for ((from, _), numbers) in questions.iter().zip(answers) {
            records[*from].nsids.extend(numbers.into_iter().flatten());
        }
        ends::learn_from_twins(records);
    }
}

/// Of namespaces that no way led into: those that are still mounted, under something else.
fn unreachable(root: &ProcRoot, missing: &[&Target]) -> Vec<NetnsRecord> {
    if missing.is_empty() {
        return Vec::new();
    }
    let mounts = read_mountinfo(root).unwrap_or_default();
    let still: HashSet<_> = find::mounted(&mounts).map(|(inode, _)| inode).collect();
    let missing = missing
        .iter()
        .filter(|target| still.contains(&target.inode));
    missing.map(|target| target.missed(Miss::Failed)).collect()
}

/// The questions with the places of targets instead of those of records.
fn in_targets(questions: &[Question], places: &[usize]) -> Vec<Question> {
    let mut questions = questions.to_vec();
    for candidate in questions.iter_mut().flat_map(|one| &mut one.candidates) {
        candidate.place = places[candidate.place];
    }
    questions
}

/// Looks for the processes that hold the sockets, and for those that serve tun interfaces. Whoever holds a socket is
/// mostly in its namespace; a tun interface is mostly served from another one.
fn who_holds(
    root: &ProcRoot,
    namespaces: &[NetnsRecord],
    processes: &[ProcessRecord],
    depth: Depth,
) -> Held {
    let mut wanted = Wanted::default();
    let mut places = HashSet::new();
    for record in namespaces {
        let sockets = record.sockets.iter().flatten();
        let inodes = sockets.filter_map(|record| record.socket.inode);
        let before = wanted.sockets.len();
        wanted.sockets.extend(inodes);
        if wanted.sockets.len() > before {
            places.insert(record.inode);
        }
        let mut links = record.links.iter().flatten();
        wanted.tuns |=
            links.any(|link| matches!(link.interface.details, Some(Details::Tun { .. })));
    }
    if wanted.sockets.is_empty() && !wanted.tuns {
        return Held::default();
    }
    let everywhere = wanted.tuns || depth == Depth::All;
    let is_place = |record: &&ProcessRecord| {
        let place = record.links.get(Kind::Net);
        everywhere || place.is_ok_and(|place| places.contains(&place))
    };
    let suspects = processes.iter().filter(is_place).map(Into::into);
    holders(root.as_fd(), suspects, &wanted)
}
