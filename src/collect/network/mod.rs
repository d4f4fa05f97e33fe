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
mod rtnetlink;
mod values;
mod visit;
mod wire;

use std::sync::Arc;

use super::observation::{Miss, NetnsRecord, NetworkRecord, ProcessRecord};
use super::proc::{ProcRoot, read_mountinfo};
use crate::model::Inode;
use crew::Crew;
use visit::{Map, Visitor};

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
    ) -> NetworkRecord {
        let mounts = read_mountinfo(root);
        let map = Arc::new(Map {
            root: Arc::clone(root),
            targets: find::targets(processes, mounts.as_deref().unwrap_or_default()),
            home,
        });
        let mut namespaces = self.read(&map);
        self.find_ends(&map, &mut namespaces);
        NetworkRecord {
            namespaces,
            mounts: mounts.map(drop),
            ..NetworkRecord::default()
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
