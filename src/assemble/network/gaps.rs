//! What of the network namespaces could not be read.

use std::collections::BTreeMap;

use crate::assemble::gaps::reason;
use crate::collect::observation::{Miss, NetnsRecord, NetworkRecord};
use crate::model::{Gap, Inode, Reason};

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
    let unseen = [
        (network.unseen_descriptors, Reason::Denied),
        (network.unread_descriptors, Reason::Failed),
    ];
    for (count, reason) in unseen.into_iter().filter(|(count, _)| *count > 0) {
        gaps.push(Gap {
            what: "descriptors of processes, which tell who holds a socket".to_owned(),
            reason,
            count,
        });
    }
    let unread = network
        .namespaces
        .iter()
        .map(|record| record.unread_forwards);
    let unread = unread.fold(0, u32::saturating_add);
    if unread > 0 {
        gaps.push(Gap {
            what: "NAT rules whose ports or addresses are sets, maps or ranges".to_owned(),
            reason: Reason::Unsupported,
            count: unread,
        });
    }
    if let Some(reason) = network.mounts.err().and_then(of_miss) {
        gaps.push(Gap {
            what: "network namespaces without a process".to_owned(),
            reason,
            count: 1,
        });
    }
    gaps
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
    if record.legacy_nat {
        misses.push(("NAT rules of ip_tables (legacy)", Some(Miss::Absent)));
    }
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
