//! What of the network namespaces could not be read.

use std::collections::BTreeMap;

use crate::assemble::gaps::reason;
use crate::collect::observation::{Miss, NetnsRecord, NetworkRecord};
use crate::model::{Gap, Inode, NetworkSource, Reason};

/// So many namespaces are named one by one; more are counted.
const NAMED: usize = 3;

/// The gaps of `network`.
pub(in crate::assemble) fn of(network: &NetworkRecord) -> Vec<Gap> {
    let mut missing: BTreeMap<(&str, Reason), Vec<Inode>> = BTreeMap::new();
    for record in &network.namespaces {
        for (what, miss) in misses(record) {
            let reason = miss.and_then(of_miss);
            if let Some(reason) = reason {
                let all = missing.entry((what, reason)).or_default();
                all.push(record.inode);
            }
        }
    }
    let mut gaps: Vec<_> = missing
        .into_iter()
        .flat_map(|((what, reason), inodes)| sum_up(what, reason, &inodes))
        .collect();
    gaps.extend(counted(network));
    gaps.extend(left_to_deep(network));
    gaps
}

/// What is missing of several things at once.
fn counted(network: &NetworkRecord) -> impl Iterator<Item = Gap> {
    let unread = network
        .namespaces
        .iter()
        .map(|record| record.unread_forwards);
    let all = [
        (
            "descriptors of processes, which tell who holds a socket",
            Some(Reason::Denied),
            network.unseen_descriptors,
        ),
        (
            "descriptors of processes, which tell who holds a socket",
            Some(Reason::Failed),
            network.unread_descriptors,
        ),
        (
            "NAT rules whose ports or addresses are sets, maps or ranges",
            Some(Reason::Unsupported),
            unread.fold(0, u32::saturating_add),
        ),
    ];
    all.into_iter().filter_map(|(what, reason, count)| {
        let gap = reason.map(|reason| Gap {
            what: what.to_owned(),
            reason,
            count,
        });
        gap.filter(|gap| gap.count > 0)
    })
}

/// What was not asked for, since it is dear.
fn left_to_deep(network: &NetworkRecord) -> Option<Gap> {
    let is_unasked = |record: &&NetnsRecord| {
        record.source == NetworkSource::Netlink
            && record.sockets.as_ref().err() == Some(&Miss::NotAsked)
    };
    let unasked = network.namespaces.iter().filter(is_unasked).count();
    let left = Gap::LEFT_TO_DEEP;
    (unasked > 0).then(|| Gap {
        what: format!("sockets of network namespaces without a process, {left}"),
        reason: Reason::Truncated,
        count: u32::try_from(unasked).unwrap_or(u32::MAX),
    })
}

/// What is missing of one namespace; all of it is one thing.
fn misses(record: &NetnsRecord) -> Vec<(&'static str, Option<Miss>)> {
    let lists = [
        ("interfaces", record.links.as_ref().err()),
        ("addresses", record.addresses.as_ref().err()),
        ("routes", record.routes.as_ref().err()),
        ("rules", record.rules.as_ref().err()),
        ("neighbours", record.neighbours.as_ref().err()),
        ("forwarding entries", record.forwarding.as_ref().err()),
        ("sockets", record.sockets.as_ref().err()),
        ("port forwards", record.port_forwards.as_ref().err()),
    ];
    let first = lists[0].1;
    if first.is_some() && lists.iter().all(|(_, miss)| *miss == first) {
        return vec![("network", first.copied())];
    }
    let mut misses: Vec<_> = lists
        .into_iter()
        .map(|(what, miss)| (what, miss.copied()))
        .collect();
    let missing = record.missing.iter();
    misses.extend(missing.map(|(what, miss)| (*what, Some(*miss))));
    if record.unsteady {
        misses.push(("steady tables", Some(Miss::Failed)));
    }
    misses
}

/// A table that this kernel lacks is a gap too: what is asked for is there on every other one.
const fn of_miss(miss: Miss) -> Option<Reason> {
    match miss {
        Miss::Absent => Some(Reason::Unsupported),
        other => reason(other),
    }
}

fn sum_up(what: &str, reason: Reason, inodes: &[Inode]) -> Vec<Gap> {
    if inodes.len() > NAMED {
        return vec![Gap {
            what: format!("{what} of network namespaces"),
            reason,
            count: u32::try_from(inodes.len()).unwrap_or(u32::MAX),
        }];
    }
    let gap = |inode: &Inode| Gap {
        what: format!("{what} of net:[{inode}]"),
        reason,
        count: 1,
    };
    inodes.iter().map(gap).collect()
}
