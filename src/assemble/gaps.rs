//! What the process records could not say, summed up.

use std::collections::{BTreeMap, HashMap};

use crate::collect::observation::{Facts, HostRecord, Kinship, Miss, ProcessRecord, Reading};
use crate::model::{Gap, Inode, Kind, Reason};

/// So many processes are named one by one; more are counted.
const NAMED: usize = 3;

/// The gaps of all process records.
pub(super) fn of_processes(processes: &[ProcessRecord]) -> Vec<Gap> {
    let mut tally = Tally::default();
    for process in processes {
        let worst = Kind::ALL
            .into_iter()
            .filter_map(|kind| process.links.get(kind).err());
        tally.count("namespaces", process.pid, worst.filter_map(reason).min());
        if let Some(facts) = &process.facts {
            tally.facts(process.pid, facts);
        }
    }
    tally.gaps()
}

/// The gaps of the facts about the host as a whole; a proc mount may be limited to processes (`subset=pid`).
pub(super) fn of_host(host: &HostRecord) -> impl Iterator<Item = Gap> {
    let facts = [
        ("the host's name", host.hostname.is_none()),
        ("the kernel's release", host.kernel.is_none()),
        ("the boot id", host.boot_id.is_none()),
        ("the time of boot", host.boot_time.is_none()),
    ];
    let missing = facts.into_iter().filter(|(_, is_missing)| *is_missing);
    missing.map(|(what, _)| Gap {
        what: what.to_owned(),
        reason: Reason::Failed,
        count: 1,
    })
}

/// The gaps of what namespaces say of themselves, counted: what is refused to one pass is refused for many of them.
pub(super) fn of_namespaces(kinships: &HashMap<(Kind, Inode), Kinship>) -> Vec<Gap> {
    let mut counts: BTreeMap<Reason, u32> = BTreeMap::new();
    for (key, kinship) in kinships {
        if let Some(reason) = of_kinship(*key, kinship) {
            *counts.entry(reason).or_default() += 1;
        }
    }
    let gap = |(reason, count)| Gap {
        what: "owners and parents of namespaces".to_owned(),
        reason,
        count,
    };
    counts.into_iter().map(gap).collect()
}

/// Why something of a namespace's kinship is missing. Nothing is above the initial pid and user namespaces, which
/// the kernel says by a refusal.
fn of_kinship((kind, inode): (Kind, Inode), kinship: &Kinship) -> Option<Reason> {
    let is_top = inode == kind.initial().0;
    let at_top = |above: Reading<Inode>| above == Err(Miss::Denied) && is_top;
    let misses = [
        (kinship.owner.err()).filter(|_| !(at_top(kinship.owner) && kind == Kind::User)),
        (kinship.parent.err()).filter(|_| !at_top(kinship.parent)),
        kinship.owner_uid.err(),
    ];
    let reasons = misses.into_iter().flatten().filter_map(|miss| match miss {
        Miss::Absent => Some(Reason::Unsupported),
        miss => reason(miss),
    });
    reasons.min()
}

/// An absence explains itself: the kernel lacks the kind, or the process is a zombie.
pub(super) const fn reason(miss: Miss) -> Option<Reason> {
    match miss {
        Miss::Absent | Miss::NotAsked => None,
        Miss::Denied => Some(Reason::Denied),
        Miss::Malformed => Some(Reason::Malformed),
        Miss::Truncated => Some(Reason::Truncated),
        Miss::TimedOut => Some(Reason::Timeout),
        Miss::Failed => Some(Reason::Failed),
    }
}

/// Pids by what is missing of them, and why.
#[derive(Default)]
struct Tally(BTreeMap<(&'static str, Reason), Vec<u32>>);

impl Tally {
    fn facts(&mut self, pid: u32, facts: &Facts) {
        self.count("stat", pid, file(&facts.stat));
        self.count("status", pid, file(&facts.status));
        self.count("cgroup", pid, file(&facts.cgroup));
        self.count("command", pid, file(&facts.cmdline));
    }

    fn count(&mut self, what: &'static str, pid: u32, reason: Option<Reason>) {
        if let Some(reason) = reason {
            self.0.entry((what, reason)).or_default().push(pid);
        }
    }

    fn gaps(self) -> Vec<Gap> {
        self.0
            .into_iter()
            .flat_map(|((what, reason), pids)| sum_up(what, reason, &pids))
            .collect()
    }
}

/// Files are there for every process, so one that is missing is a gap too.
fn file<T>(reading: &Reading<T>) -> Option<Reason> {
    match reading.as_ref().err()? {
        Miss::Absent => Some(Reason::Failed),
        miss => reason(*miss),
    }
}

fn sum_up(what: &str, reason: Reason, pids: &[u32]) -> Vec<Gap> {
    if pids.len() <= NAMED {
        return pids
            .iter()
            .map(|pid| Gap {
                what: format!("{what} of pid {pid}"),
                reason,
                count: 1,
            })
            .collect();
    }
    let count = u32::try_from(pids.len()).unwrap_or(u32::MAX);
    vec![Gap {
        what: format!("{what} of processes"),
        reason,
        count,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_named_and_many_are_counted() {
        let few = sum_up("namespaces", Reason::Denied, &[1, 7]);
        assert_eq!(
            few.iter().map(|gap| gap.what.as_str()).collect::<Vec<_>>(),
            ["namespaces of pid 1", "namespaces of pid 7"]
        );
        let many = sum_up("namespaces", Reason::Denied, &[1, 2, 3, 4]);
        assert_eq!(
            many,
            [Gap {
                what: "namespaces of processes".to_owned(),
                reason: Reason::Denied,
                count: 4
            }]
        );
    }
}
