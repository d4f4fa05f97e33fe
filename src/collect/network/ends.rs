//! Whose number is whose: finding the namespaces that the other ends of links lie in.
//!
//! A link tells its other end as an index and a number that only its own namespace has for the other one. Each visitor
//! asks for the number of the namespace that it came from, which solves the links between containers and their host.
//! A veth tells the same story from both ends, so one of them is enough. For what is left, the kernel is asked about
//! the namespaces that have an interface with the index in question.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::collect::observation::{LinkRecord, NetnsRecord};
use crate::model::Inode;

/// The kinds that have a twin.
pub(super) fn is_pair(link: &LinkRecord) -> bool {
    matches!(link.interface.kind.as_deref(), Some("veth" | "netkit"))
}

/// Index of the other end; the kernel may leave it out where it is the same.
fn other_index(link: &LinkRecord) -> u32 {
    link.link.unwrap_or(link.interface.index)
}

/// Interfaces by where they are, with the pairs whose other end is known.
type Known = HashMap<(Inode, u32), Vec<(Inode, u32)>>;

/// Learns numbers from veths whose other end knows where it leads.
pub(super) fn learn_from_twins(records: &mut [NetnsRecord]) {
    let known = known_pairs(records);
    for record in records {
        for link in record.links.iter().flatten().filter(|link| is_pair(link)) {
            let Some(number) = link.link_nsid else {
                continue;
            };
            let here = (record.inode, link.interface.index);
            let twin = known.get(&here).into_iter().flatten();
            let mut twin = twin.filter(|(_, index)| *index == other_index(link));
            if let (Some((namespace, _)), None) = (twin.next(), twin.next()) {
                record.nsids.entry(number).or_insert(*namespace);
            }
        }
    }
}

/// By the place that a known pair leads to: who leads there.
fn known_pairs(records: &[NetnsRecord]) -> Known {
    let mut known = Known::new();
    for record in records {
        for link in record.links.iter().flatten().filter(|link| is_pair(link)) {
            let namespace = link.link_nsid.and_then(|number| record.nsids.get(&number));
            if let Some(namespace) = namespace {
                let there = (*namespace, other_index(link));
                let here = (record.inode, link.interface.index);
                known.entry(there).or_default().push(here);
            }
        }
    }
    known
}

/// For each record with numbers that are still unknown, the places of the records that they may stand for.
pub(super) fn open_questions(records: &[NetnsRecord]) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut by_index: HashMap<u32, Vec<(usize, &LinkRecord)>> = HashMap::new();
    for (at, record) in records.iter().enumerate() {
        for link in record.links.iter().flatten() {
            let all = by_index.entry(link.interface.index).or_default();
            all.push((at, link));
        }
    }
    let mut questions: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        for link in record.links.iter().flatten() {
            if link
                .link_nsid
                .is_none_or(|number| record.nsids.contains_key(&number))
            {
                continue;
            }
            let there = by_index.get(&other_index(link)).into_iter().flatten();
            let fits = there.filter(|(other, twin)| *other != at && may_be_ends(link, twin));
            questions
                .entry(at)
                .or_default()
                .extend(fits.map(|(other, _)| *other));
        }
    }
    questions.retain(|_, others| !others.is_empty());
    questions
}

/// A pair tells of each other; anything else only of what it rides on.
fn may_be_ends(link: &LinkRecord, other: &LinkRecord) -> bool {
    !is_pair(link) || (is_pair(other) && other_index(other) == link.interface.index)
}
