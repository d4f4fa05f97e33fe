//! The network: what every network namespace holds, and which interface is plugged into which.
//!
//! A few threads made for the pass go into one namespace after the other and ask the kernel over netlink, as ip(8) and
//! ss(8) do inside it; nothing is run and nothing stays open. Asking for links has one effect that cannot be avoided,
//! the same as that of `ip link`: the kernel gives numbers (nsid) to the namespaces of other ends.

mod crew;
mod ends;
mod find;
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

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd as _;
use std::sync::Arc;

use super::holders::descriptors::{Held, OpenSocket, Sockets, Wanted, holders};
use super::holders::sockets::{ask, held_from_outside};
use super::observation::{
    HeldBy, HolderRecord, HoldersRecord, Miss, NetnsRecord, NetworkRecord, ProcessRecord,
};
use super::proc::{ProcRoot, mounted_namespaces, read_mountinfo};
use crate::model::{Details, Inode, Kind};
use crew::Crew;
use ends::Question;
use find::Target;
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

/// What a pass has found so far that leads to network namespaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways<'a> {
    /// Processes, by pid.
    pub(super) processes: &'a [ProcessRecord],
    /// What keeps namespaces alive besides.
    pub(super) holders: &'a [HolderRecord],
    /// What all processes have open, where that was looked for.
    pub(super) open: Option<&'a Held>,
}

/// What a look at networks brings.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The networks.
    pub(super) record: NetworkRecord,
    /// What sockets were found to keep alive.
    pub(super) sockets: HoldersRecord,
}

/// Looks at networks, again and again.
#[derive(Debug, Default)]
pub(super) struct Networks {
    crew: Crew,
}

impl Networks {
    /// Looks at the namespaces that there are `ways` to. `home` is our own.
    pub(super) fn look(
        &mut self,
        root: &Arc<ProcRoot>,
        home: Option<Inode>,
        ways: &Ways<'_>,
        depth: Depth,
    ) -> Seen {
        let mut map = Arc::new(Map {
            root: Arc::clone(root),
            targets: find::targets(ways.processes, ways.holders),
            home,
            depth,
            askable: Askable::now(),
            nf_tables: nat::presence(),
        });
        let mut namespaces = self.read(&map);
        let mut sockets = HoldersRecord::default();
        if let Some(open) = ways.open {
            sockets = follow(&open.sockets, ways.processes, &map.targets, &namespaces);
            self.read_more(&mut map, &sockets.found, &mut namespaces);
        }
        self.find_ends(&map, &mut namespaces);
        let found = ways.open.is_none();
        let found = found.then(|| who_holds(root, &namespaces, ways.processes));
        let held = ways.open.or(found.as_ref());
        let record = NetworkRecord {
            holders: held.map(Held::holders).unwrap_or_default(),
            tuns: held.map_or_else(Vec::new, |held| held.tuns.iter().cloned().collect()),
            // What was looked into before has said itself what of it may not be seen.
            unseen_descriptors: found.as_ref().map_or(0, |held| held.denied),
            unread_descriptors: found.as_ref().map_or(0, |held| held.failed),
            namespaces,
        };
        Seen { record, sockets }
    }

    /// Reads the namespaces that only sockets lead to.
    fn read_more(
        &mut self,
        map: &mut Arc<Map>,
        sockets: &[HolderRecord],
        namespaces: &mut Vec<NetnsRecord>,
    ) {
        let mut targets = find::targets(&[], sockets);
        targets.retain(|target| !map.has(target.inode));
        if targets.is_empty() {
            return;
        }
        let known = map.targets.clone();
        let mut more = Map::clone(map);
        more.targets = targets;
        let more = Arc::new(more);
        namespaces.extend(self.read(&more));
        namespaces.sort_unstable_by_key(|record| record.inode);
        let mut all = Map::clone(&more);
        all.targets.extend(known);
        all.targets.sort_unstable_by_key(|target| target.inode);
        *map = Arc::new(all);
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

/// Follows the sockets that processes have open to where they were made.
fn follow(
    open: &[OpenSocket],
    processes: &[ProcessRecord],
    targets: &[Target],
    namespaces: &[NetnsRecord],
) -> HoldersRecord {
    let listed = namespaces.iter().flat_map(|record| {
        let sockets = record.sockets.iter().flatten();
        sockets.filter_map(|one| Some((one.socket.inode?, record.inode)))
    });
    let listed: HashMap<_, _> = listed.collect();
    let place = |record: &ProcessRecord| Some((record.pid, record.links.get(Kind::Net).ok()?));
    let places = processes.iter().filter_map(place).collect();
    let known = targets.iter().map(|target| target.inode).collect();
    let asked = ask(open, &listed, &known);
    let mut found = held_from_outside(open, &listed, &places);
    found.extend(asked.found);
    let what = "sockets, which keep network namespaces alive";
    HoldersRecord {
        found,
        missed: vec![
            (what, Miss::Truncated, asked.cut),
            (what, Miss::Denied, asked.denied),
        ],
        ..HoldersRecord::default()
    }
}

/// Of namespaces that no way led into: those that are still mounted, under something else or where nobody is.
fn unreachable(root: &ProcRoot, missing: &[&Target]) -> Vec<NetnsRecord> {
    let is_mounted = |target: &Target, through| {
        let text = read_mountinfo(root, through).unwrap_or_default();
        let key = (Kind::Net, target.inode);
        mounted_namespaces(&text).any(|mount| (mount.kind, mount.inode) == key)
    };
    let why = |target: &Target| {
        target.holders.iter().find_map(|held| match held.by {
            HeldBy::BindMount { through: None, .. } => Some(Miss::Absent),
            HeldBy::BindMount {
                through: Some(through),
                ..
            } => is_mounted(target, through).then_some(Miss::Failed),
            _ => None,
        })
    };
    let missing = missing.iter();
    let found = missing.filter_map(|target| Some(target.missed(why(target)?)));
    found.collect()
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
fn who_holds(root: &ProcRoot, namespaces: &[NetnsRecord], processes: &[ProcessRecord]) -> Held {
    let (mut sockets, mut tuns) = (HashSet::new(), false);
    let mut places = HashSet::new();
    for record in namespaces {
        let inodes = record.sockets.iter().flatten();
        let inodes = inodes.filter_map(|record| record.socket.inode);
        let before = sockets.len();
        sockets.extend(inodes);
        if sockets.len() > before {
            places.insert(record.inode);
        }
        let mut links = record.links.iter().flatten();
        tuns |= links.any(|link| matches!(link.interface.details, Some(Details::Tun { .. })));
    }
    if sockets.is_empty() && !tuns {
        return Held::default();
    }
    let wanted = Wanted {
        sockets: Sockets::These(sockets),
        tuns,
        namespaces: None,
    };
    let is_place = |record: &&ProcessRecord| {
        let place = record.links.get(Kind::Net);
        tuns || place.is_ok_and(|place| places.contains(&place))
    };
    let suspects = processes.iter().filter(is_place).map(Into::into);
    holders(root.as_fd(), suspects, &wanted)
}
