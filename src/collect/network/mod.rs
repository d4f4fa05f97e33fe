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
use holders::{Held, Wanted, holders};
use part::{Missing, Part};
use sockets::Askable;
use visit::{Map, Visitor};

/// Which sockets are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Those that wait for others: listening, or bound without another side. Only of namespaces with a process, and
    /// held by a process in them.
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
        let read = self
            .crew
            .run(count, move || Visitor::new(&start), Visitor::read);
        let given_up = |at: usize| Some(NetnsRecord::missed(map.targets[at].inode, Miss::TimedOut));
        let read = read.into_iter().enumerate();
        read.filter_map(|(at, record)| record.unwrap_or_else(|| given_up(at)))
            .collect()
    }

    /// Learns the numbers that namespaces have for each other, as far as their links name them.
    fn find_ends(&mut self, map: &Arc<Map>, records: &mut [NetnsRecord]) {
        ends::learn_from_twins(records);
        let place = |record: &NetnsRecord| {
            let targets = &map.targets;
            targets.binary_search_by_key(&record.inode, |target| target.inode)
        };
        let places: Vec<_> = records
            .iter()
            .filter_map(|record| place(record).ok())
            .collect();
        let questions: Vec<_> = ends::open_questions(records).into_iter().collect();
        let asked = questions.clone();
        let start = Arc::clone(map);
        let answers = self.crew.run(
            questions.len(),
            move || Visitor::new(&start),
            move |visitor, at| {
                let (from, others) = &asked[at];
                let others: Vec<_> = others.iter().map(|other| places[*other]).collect();
                visitor.numbers(places[*from], &others)
            },
        );
        for ((from, _), numbers) in questions.iter().zip(answers) {
            records[*from].nsids.extend(numbers.into_iter().flatten());
        }
        ends::learn_from_twins(records);
    }
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
