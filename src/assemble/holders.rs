//! What keeps each namespace alive besides the processes in it, and the names that namespaces have by it.

use std::collections::{BTreeMap, HashMap};

use super::gaps::reason;
use super::reference::Reference;
use crate::collect::observation::{
    HeldBy, HolderRecord, HoldersRecord, Kinship, Miss, ThreadRecord, Through,
};
use crate::model::{Gap, Holder, Inode, Kind, PerKind, Reason, ThreadElsewhere};

/// A namespace and something that keeps it alive.
pub(super) type Held = ((Kind, Inode), Holder);

/// What was found to hold namespaces.
pub(super) fn found(record: &HoldersRecord) -> impl Iterator<Item = Held> + '_ {
    let found = record.found.iter();
    found.map(|held| ((held.kind, held.inode), holder(&held.by)))
}

fn holder(by: &HeldBy) -> Holder {
    match by {
        HeldBy::BindMount { path, mnt_ns, .. } => Holder::BindMount {
            path: String::from_utf8_lossy(path).into_owned(),
            mnt_ns: *mnt_ns,
        },
        HeldBy::Fd { pid, fd } => Holder::Fd { pid: *pid, fd: *fd },
        HeldBy::Socket { pid, fd, .. } => Holder::Socket { pid: *pid, fd: *fd },
        HeldBy::Thread { pid, tid, .. } => Holder::Thread {
            pid: *pid,
            tid: *tid,
        },
    }
}

/// A namespace holds those above it.
pub(super) fn children(
    kinships: &HashMap<(Kind, Inode), Kinship>,
) -> impl Iterator<Item = Held> + '_ {
    kinships.iter().flat_map(|(key, kinship)| {
        let (kind, inode) = *key;
        let owner = kinship.owner.ok().map(|owner| (Kind::User, owner));
        let parent = kinship.parent.ok().map(|parent| (kind, parent));
        // The parent of a user namespace is its owner; what neither pid nor user namespaces are has none.
        let nests = matches!(kind, Kind::Pid | Kind::User);
        let parent = parent.filter(|parent| nests && Some(*parent) != owner);
        let above = owner.into_iter().chain(parent);
        above.map(move |above| (above, Holder::Child { kind, inode }))
    })
}

/// The threads of each process that are elsewhere, by number.
pub(super) fn threads_elsewhere(threads: &[ThreadRecord]) -> HashMap<u32, Vec<ThreadElsewhere>> {
    let mut elsewhere: HashMap<u32, Vec<ThreadElsewhere>> = HashMap::new();
    for thread in threads {
        let namespaces: PerKind<Inode> = thread.links.known();
        if namespaces.iter().next().is_some() {
            let threads = elsewhere.entry(thread.pid).or_default();
            threads.push(ThreadElsewhere {
                tid: thread.tid,
                namespaces,
            });
        }
    }
    for threads in elsewhere.values_mut() {
        threads.sort_unstable_by_key(|thread| thread.tid);
    }
    elsewhere
}

/// Names under `/run/netns`, by network namespace: those that the host sees, else those that we see.
pub(super) fn names(record: &HoldersRecord, reference: &Reference) -> HashMap<Inode, String> {
    let mut names: HashMap<Inode, (bool, String)> = HashMap::new();
    let host = reference.host.inode(Kind::Mnt);
    for held in record.found.iter().filter(|held| held.kind == Kind::Net) {
        let Some((mnt_ns, through, name)) = name(held) else {
            continue;
        };
        let is_hosts = mnt_ns.is_some() && mnt_ns == host;
        if is_hosts || through == Some(Through::Ourselves) {
            let name = (!is_hosts, name);
            let best = names.entry(held.inode).or_insert_with(|| name.clone());
            *best = name.min(best.clone());
        }
    }
    let names = names.into_iter();
    names.map(|(inode, (_, name))| (inode, name)).collect()
}

/// The name under `/run/netns`, and where that is.
fn name(held: &HolderRecord) -> Option<(Option<Inode>, Option<Through>, String)> {
    let HeldBy::BindMount {
        path,
        mnt_ns,
        through,
    } = &held.by
    else {
        return None;
    };
    let path = path.strip_prefix(b"/var").unwrap_or(path);
    let name = path.strip_prefix(b"/run/netns/")?;
    let is_one = !name.contains(&b'/');
    let name = || String::from_utf8_lossy(name).into_owned();
    is_one.then(|| (*mnt_ns, *through, name()))
}

/// What could not be looked into, summed up.
pub(super) fn gaps(record: &HoldersRecord) -> impl Iterator<Item = Gap> {
    let mut counts: BTreeMap<(&str, Reason), u32> = BTreeMap::new();
    for (what, miss, count) in &record.missed {
        let reason = match miss {
            Miss::Absent => Some(Reason::Unsupported),
            miss => reason(*miss),
        };
        if let Some(reason) = reason.filter(|_| *count > 0) {
            let sum = counts.entry((what, reason)).or_default();
            *sum = sum.saturating_add(*count);
        }
    }
    counts.into_iter().map(|((what, reason), count)| Gap {
        what: what.to_owned(),
        reason,
        count,
    })
}
