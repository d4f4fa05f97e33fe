//! Whose number is whose: finding the namespaces that the other ends of links lie in.
//!
//! A link tells its other end as an index and a number that only its own namespace has for the other one. Each visitor
//! asks for the number of the namespace that it came from, which solves the links between containers and their host.
//! A veth tells the same story from both ends, so one of them is enough. For what is left, the kernel is asked how the
//! other end is called, and then about the namespaces that have an interface of that name.

use std::collections::{BTreeMap, HashMap};

use crate::collect::observation::{LinkRecord, NetnsRecord};
use crate::model::Inode;

/// A number of a namespace of which it is not known whose it is.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The number.
    pub(super) number: i32,
    /// Index of an interface there.
    pub(super) index: u32,
    /// The records that may be meant: those with an interface of that index that may be the other end.
    pub(super) candidates: Vec<Candidate>,
}

/// A namespace that may be meant.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Place of its record.
    pub(super) place: usize,
    /// Name of the interface.
    pub(super) name: String,
    /// Its hardware address.
    pub(super) mac: Option<String>,
}

/// Interfaces by where the other ends of pairs are.
type Known = HashMap<(Inode, u32), Vec<(Inode, u32)>>;

/// Learns numbers from veths whose other end knows where it leads.
pub(super) fn learn_from_twins(records: &mut [NetnsRecord]) {
    let known = known_pairs(records);
    for record in records {
        for link in record.links.iter().flatten().filter(|link| link.is_pair()) {
            let Some(number) = link.link_nsid else {
                continue;
            };
            let here = (record.inode, link.interface.index);
            let twins = known.get(&here).into_iter().flatten();
            let mut twins = twins.filter(|(_, index)| Some(*index) == link.twin_index());
            if let (Some((namespace, _)), None) = (twins.next(), twins.next()) {
                record.nsids.entry(number).or_insert(*namespace);
            }
        }
    }
}

/// By the place that a known pair leads to: who leads there.
fn known_pairs(records: &[NetnsRecord]) -> Known {
    let mut known = Known::new();
    for record in records {
        for link in record.links.iter().flatten().filter(|link| link.is_pair()) {
            let namespace = link.link_nsid.and_then(|number| record.nsids.get(&number));
            if let Some((namespace, index)) = namespace.copied().zip(link.twin_index()) {
                let here = (record.inode, link.interface.index);
                known.entry((namespace, index)).or_default().push(here);
            }
        }
    }
    known
}

/// What is still unknown, by the place of the record; each number once.
pub(super) fn open_questions(records: &[NetnsRecord]) -> BTreeMap<usize, Vec<Question>> {
    let mut by_index: HashMap<u32, Vec<(usize, &LinkRecord)>> = HashMap::new();
    for (place, record) in records.iter().enumerate() {
        for link in record.links.iter().flatten() {
            let all = by_index.entry(link.interface.index).or_default();
            all.push((place, link));
        }
    }
    let mut questions: BTreeMap<usize, Vec<Question>> = BTreeMap::new();
    for (place, record) in records.iter().enumerate() {
        let mut numbers = Vec::new();
        for link in record.links.iter().flatten() {
            let Some((number, index)) = unknown(record, link) else {
                continue;
            };
            if numbers.contains(&number) {
                continue;
            }
            let there = by_index.get(&index).into_iter().flatten();
            let fits = there.filter(|(other, end)| *other != place && may_be_ends(link, end));
            let candidates: Vec<_> = fits.map(candidate).collect();
            if !candidates.is_empty() {
                numbers.push(number);
                let all = questions.entry(place).or_default();
                all.push(Question {
                    number,
                    index,
                    candidates,
                });
            }
        }
    }
    questions
}

/// The number and index of an other end whose namespace is not known.
fn unknown(record: &NetnsRecord, link: &LinkRecord) -> Option<(i32, u32)> {
    let number = link.link_nsid?;
    let index = if link.is_pair() {
        link.twin_index()
    } else {
        link.link
    };
    let is_known = record.nsids.contains_key(&number);
    index.filter(|_| !is_known).map(|index| (number, index))
}

fn candidate((place, link): &(usize, &LinkRecord)) -> Candidate {
    Candidate {
        place: *place,
        name: link.interface.name.clone(),
        mac: link.interface.mac.clone(),
    }
}

/// A pair tells of each other; anything else only of what it rides on.
fn may_be_ends(link: &LinkRecord, other: &LinkRecord) -> bool {
    !link.is_pair() || (other.is_pair() && other.twin_index() == Some(link.interface.index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::observation::Miss;
    use crate::model::Interface;

    const HOST: Inode = Inode(1);
    const A: Inode = Inode(2);
    const B: Inode = Inode(3);

    /// An interface with an index of its own, its other end and the number for where that is.
    fn link(kind: &str, index: u32, other: u32, number: Option<i32>) -> LinkRecord {
        LinkRecord {
            interface: Interface {
                kind: Some(kind.to_owned().into()),
                ..Interface::named(index, format!("e{index}"))
            },
            link: Some(other),
            link_nsid: number,
        }
    }

    fn record(inode: Inode, links: Vec<LinkRecord>) -> NetnsRecord {
        NetnsRecord {
            links: Ok(links),
            ..NetnsRecord::missed(inode, Miss::NotAsked)
        }
    }

    #[test]
    fn the_host_learns_from_those_who_know_it() {
        let mut guest = record(A, vec![link("veth", 2, 9, Some(0))]);
        guest.nsids.insert(0, HOST);
        let host = record(HOST, vec![link("veth", 9, 2, Some(7))]);
        let mut records = [host, guest];
        learn_from_twins(&mut records);
        assert_eq!(records[0].nsids[&7], A);
        assert!(open_questions(&records).is_empty());
    }

    /// Two that claim the same other end cannot both be right: the kernel has to be asked.
    #[test]
    fn who_contradict_each_other_teach_nothing() {
        let mut guests = [A, B].map(|inode| record(inode, vec![link("veth", 2, 9, Some(0))]));
        for guest in &mut guests {
            guest.nsids.insert(0, HOST);
        }
        let [a, b] = guests;
        let mut records = [record(HOST, vec![link("veth", 9, 2, Some(7))]), a, b];
        learn_from_twins(&mut records);
        assert!(records[0].nsids.is_empty());
        let questions = open_questions(&records);
        let places: Vec<_> = questions[&0][0]
            .candidates
            .iter()
            .map(|one| one.place)
            .collect();
        assert_eq!(places, [1, 2]);
    }

    #[test]
    fn only_what_may_be_the_other_end_is_asked_about() {
        let records = [
            record(
                HOST,
                vec![link("veth", 9, 2, Some(7)), link("macvlan", 10, 3, Some(8))],
            ),
            // A twin of another one, and one of another index.
            record(
                A,
                vec![link("veth", 2, 8, Some(0)), link("veth", 4, 9, Some(0))],
            ),
            record(
                B,
                vec![link("veth", 2, 9, Some(0)), link("bridge", 3, 3, None)],
            ),
        ];
        let questions = open_questions(&records);
        let of_host: Vec<_> = questions[&0]
            .iter()
            .map(|one| {
                (
                    one.number,
                    one.index,
                    one.candidates.len(),
                    one.candidates[0].place,
                )
            })
            .collect();
        assert_eq!(of_host, [(7, 2, 1, 2), (8, 3, 1, 2)]);
        assert_eq!(questions[&2][0].candidates[0].name, "e9");
        assert!(
            !questions.contains_key(&1),
            "nobody can be the other end of these"
        );
    }
}
