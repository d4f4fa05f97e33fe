//! nsfs: what a namespace itself tells when it is opened: who owns it, and whose child it is.
//!
//! The one place where namespaces are opened, since there is no other way to ask. An open descriptor keeps a namespace
//! alive, so each is closed before the next one is opened, and the answers, which hold for as long as the namespace
//! lives, are kept instead.

use std::collections::HashMap;
use std::mem;
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{Mode, OFlags, fstat, openat};
use rustix::io::Errno;
use rustix::path::Arg;

use super::error::Failure;
use super::observation::{Kinship, Miss, ProcessRecord, Reading};
use super::syscall::{NsFile, Relative};
use crate::model::{Inode, Kind};

/// A namespace, for as long as it lives.
type Key = (Kind, Inode);

/// The answers of earlier passes.
#[derive(Debug, Default)]
pub(super) struct Kinships(HashMap<Key, Known>);

/// An answer, and the process through which it was asked: a number that is used again comes with another process.
#[derive(Clone, Copy, Debug)]
struct Known {
    kinship: Kinship,
    pid: u32,
    start_ticks: Option<u64>,
}

impl Kinships {
    /// The kinship of every namespace that `processes` show. What is not seen in this pass is forgotten.
    pub(super) fn of(
        &mut self,
        root: BorrowedFd<'_>,
        processes: &[ProcessRecord],
    ) -> HashMap<Key, Kinship> {
        let last = mem::take(&mut self.0);
        // Neighbours are mostly in the same namespaces, and a comparison is cheaper than a look into the map.
        let mut before = [None; LINKS];
        for record in processes {
            for ((key, before), name) in shown(record).into_iter().zip(&mut before).zip(NAMES) {
                let Some(key) = key.filter(|key| *before != Some(*key)) else {
                    continue;
                };
                *before = Some(key);
                if self.0.contains_key(&key) {
                    continue;
                }
                let known = last.get(&key).filter(|known| known.still_holds(record));
                let known = known.copied().or_else(|| ask(root, record, name, key));
                // Without an answer the process has ended, and the next member is asked.
                match known {
                    Some(known) => drop(self.0.insert(key, known)),
                    None => *before = None,
                }
            }
        }
        let all = self.0.iter();
        all.map(|(key, known)| (*key, known.kinship)).collect()
    }
}

impl Known {
    fn still_holds(&self, record: &ProcessRecord) -> bool {
        let start_ticks = start_ticks(record);
        (self.pid, self.start_ticks) == (record.pid, start_ticks) && start_ticks.is_some()
    }
}

fn start_ticks(record: &ProcessRecord) -> Option<u64> {
    let stat = record.facts.as_ref()?.stat.as_ref();
    stat.ok().map(|stat| stat.start_ticks)
}

/// Links below `ns` that lead to a namespace.
const LINKS: usize = 10;

/// Their names, in the order of [`shown`].
const NAMES: [&str; LINKS] = [
    "cgroup",
    "ipc",
    "mnt",
    "net",
    "pid",
    "time",
    "user",
    "uts",
    "pid_for_children",
    "time_for_children",
];

/// The namespaces that the links of a process name.
fn shown(record: &ProcessRecord) -> [Option<Key>; LINKS] {
    let links = &record.links;
    let mut shown = [None; LINKS];
    for (key, kind) in shown.iter_mut().zip(Kind::ALL) {
        *key = links.get(kind).ok().map(|inode| (kind, inode));
    }
    shown[8] = links.pid_for_children.ok().map(|inode| (Kind::Pid, inode));
    shown[9] = links
        .time_for_children
        .ok()
        .map(|inode| (Kind::Time, inode));
    shown
}

/// Asks the namespace `key` through the link `name` of a process; `None` where the process is no longer there.
fn ask(root: BorrowedFd<'_>, record: &ProcessRecord, name: &str, key: Key) -> Option<Known> {
    let (kind, inode) = key;
    let path = match record.thread {
        Some(tid) => format!("{}/task/{tid}/ns/{name}", record.pid),
        None => format!("{}/ns/{name}", record.pid),
    };
    let kinship = match open(root, &path, inode) {
        Ok(namespace) => kinship(&namespace, kind),
        Err(Failure::Gone | Failure::Missed(Miss::Absent)) => return None,
        Err(Failure::Missed(miss)) => Kinship {
            owner: Err(miss),
            parent: Err(miss),
            owner_uid: Err(miss),
        },
    };
    Some(Known {
        kinship,
        pid: record.pid,
        start_ticks: start_ticks(record),
    })
}

/// Opens a namespace, if `path` still leads to `inode`.
pub(super) fn open(root: BorrowedFd<'_>, path: impl Arg, inode: Inode) -> Result<NsFile, Failure> {
    // Where a link of a made-up tree leads to something else, that must not hold us up.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = openat(root, path, flags, Mode::empty())?;
    let namespace = NsFile::new(file)?.ok_or(Miss::Malformed)?;
    // Another process by now, or the same one elsewhere.
    if number(namespace.as_fd())? != inode {
        return Err(Failure::Gone);
    }
    Ok(namespace)
}

fn number(namespace: BorrowedFd<'_>) -> Result<Inode, Errno> {
    let number = fstat(namespace)?.st_ino;
    u32::try_from(number)
        .map(Inode)
        .map_err(|_| Errno::OVERFLOW)
}

/// Asks an open namespace.
fn kinship(namespace: &NsFile, kind: Kind) -> Kinship {
    let has_parent = matches!(kind, Kind::Pid | Kind::User);
    Kinship {
        owner: relative(namespace, Relative::Owner),
        parent: if has_parent {
            relative(namespace, Relative::Parent)
        } else {
            Err(Miss::NotAsked)
        },
        owner_uid: if kind == Kind::User {
            namespace.owner_uid().map_err(miss)
        } else {
            Err(Miss::NotAsked)
        },
    }
}

/// The number of a relative.
fn relative(namespace: &NsFile, relative: Relative) -> Reading<Inode> {
    let opened = namespace.relative(relative);
    opened
        .and_then(|relative| number(relative.as_fd()))
        .map_err(miss)
}

/// Kernels before 4.9 (the user, before 4.11) know no such request.
fn miss(errno: Errno) -> Miss {
    match errno {
        Errno::PERM => Miss::Denied,
        Errno::NOTTY => Miss::Absent,
        _ => Miss::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::proc::{ProcRoot, Want, walk};
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::sync::Arc;

    /// This very process, as a walk sees it, and the mount.
    fn myself() -> (Arc<ProcRoot>, ProcessRecord) {
        let root = Arc::new(ProcRoot::open(Path::new("/proc")).unwrap());
        let mut seen = walk(Arc::clone(&root), Want::All, &mut BTreeSet::new()).unwrap();
        let own = |record: &ProcessRecord| record.pid == std::process::id();
        seen.processes.retain(own);
        (root, seen.processes.pop().unwrap())
    }

    #[test]
    fn an_answer_is_believed_of_the_same_process_only() {
        let (root, mut me) = myself();
        let net = (Kind::Net, me.links.get(Kind::Net).unwrap());
        let mut kinships = Kinships::default();
        let mut owner = |me: &ProcessRecord, lie: Option<Inode>| {
            if let Some(lie) = lie {
                kinships.0.get_mut(&net).unwrap().kinship.owner = Ok(lie);
            }
            kinships.of(root.as_fd(), std::slice::from_ref(me))[&net].owner
        };
        let truth = owner(&me, None);
        assert!(truth.is_ok(), "{truth:?}");
        let lie = Inode(1);
        assert_eq!(owner(&me, Some(lie)), Ok(lie), "it was not asked again");
        me.facts
            .as_mut()
            .unwrap()
            .stat
            .as_mut()
            .unwrap()
            .start_ticks += 1;
        assert_eq!(owner(&me, Some(lie)), truth, "another process, asked anew");
        me.facts.as_mut().unwrap().stat = Err(Miss::Denied);
        assert_eq!(owner(&me, Some(lie)), truth, "who knows which process");
    }

    #[test]
    fn what_is_not_seen_is_forgotten() {
        let (root, me) = myself();
        let mut kinships = Kinships::default();
        assert!(!kinships.of(root.as_fd(), &[me]).is_empty());
        assert!(kinships.of(root.as_fd(), &[]).is_empty());
        assert!(kinships.0.is_empty());
    }

    #[test]
    fn a_link_that_leads_elsewhere_by_now_is_not_asked() {
        let (root, me) = myself();
        let elsewhere = (Kind::Net, Inode(1));
        assert!(ask(root.as_fd(), &me, "net", elsewhere).is_none());
        let ended = ProcessRecord {
            pid: u32::MAX,
            ..me
        };
        assert!(ask(root.as_fd(), &ended, "net", elsewhere).is_none());
    }

    #[test]
    fn only_nsfs_is_asked() {
        let root = ProcRoot::open(Path::new("/proc")).unwrap();
        let opened = open(root.as_fd(), "self/stat", Inode(1));
        assert_eq!(opened.err(), Some(Failure::Missed(Miss::Malformed)));
    }
}
