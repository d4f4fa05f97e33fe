//! Who owns each namespace, and whose child it is. Only the namespace itself can tell, so it has to be opened.
//!
//! An open descriptor keeps a namespace alive, so each is closed before the next is opened, and the answers, which hold
//! for as long as the namespace lives, are kept instead: a pass at rest opens only those that no process shows, of
//! which nothing tells whether they are still the same.

use std::collections::HashMap;
use std::mem;
use std::os::fd::BorrowedFd;

use super::error::Failure;
use super::holders::ancestors::{Key, above, climb, kinship};
use super::holders::way;
use super::nsfs;
use super::observation::{HeldBy, HolderRecord, Kinship, Miss, ProcessRecord, Through};
use super::proc::path_through;
use super::syscall::NsFile;
use crate::model::Kind;

/// The answers of earlier passes.
#[derive(Debug, Default)]
pub(super) struct Kinships(HashMap<Key, Known>);

/// An answer, and whom it was learned from.
#[derive(Clone, Copy, Debug)]
struct Known {
    kinship: Kinship,
    /// The namespace that was opened: this one, or one below it.
    from: Key,
    /// `None` where no process shows that one.
    through: Option<Member>,
}

/// The process through which a namespace was asked: a number that is used again comes with another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Member {
    pid: u32,
    start_ticks: Option<u64>,
    /// Which of its links, by place in [`NAMES`].
    link: usize,
}

impl Kinships {
    /// The kinship of every namespace that `processes` and `holders` show, and of all above these. What is not seen in
    /// this pass is forgotten.
    pub(super) fn of(
        &mut self,
        root: BorrowedFd<'_>,
        processes: &[ProcessRecord],
        holders: &[HolderRecord],
    ) -> HashMap<Key, Kinship> {
        let last = mem::take(&mut self.0);
        self.ask_shown(root, processes, &last);
        self.ask_above(root, processes, &last);
        let all = self.0.iter();
        let mut all = all.map(|(key, known)| (*key, known.kinship)).collect();
        ask_held(root, holders, &mut all);
        all
    }

    /// Asks the namespaces that processes show.
    fn ask_shown(
        &mut self,
        root: BorrowedFd<'_>,
        processes: &[ProcessRecord],
        last: &HashMap<Key, Known>,
    ) {
        // Neighbours are mostly in the same namespaces, and a comparison is cheaper than a look into the map.
        let mut before = [None; LINKS];
        for record in processes {
            let links = shown(record).into_iter().zip(&mut before).enumerate();
            for (link, (key, before)) in links {
                let Some(key) = key.filter(|key| *before != Some(*key)) else {
                    continue;
                };
                *before = Some(key);
                if self.0.contains_key(&key) {
                    continue;
                }
                let known = last
                    .get(&key)
                    .filter(|known| known.still_holds(key, record));
                let known = known.copied().or_else(|| ask(root, record, link, key));
                // Without an answer the process has ended, and the next member is asked.
                match known {
                    Some(known) => drop(self.0.insert(key, known)),
                    None => *before = None,
                }
            }
        }
    }

    /// Asks those above them that no process shows.
    fn ask_above(
        &mut self,
        root: BorrowedFd<'_>,
        processes: &[ProcessRecord],
        last: &HashMap<Key, Known>,
    ) {
        let mut left: Vec<Key> = self.0.keys().copied().collect();
        while let Some(below) = left.pop() {
            let known = self.0[&below];
            for key in above(&known.kinship, below.0) {
                if self.0.contains_key(&key) {
                    continue;
                }
                let old = last.get(&key).filter(|old| self.vouches_for(old));
                let found = match old {
                    Some(old) => HashMap::from([(key, old.kinship)]),
                    None => self.climb_from(root, processes, &known),
                };
                left.extend(found.keys());
                let found = found.into_iter();
                let found = found.map(|(key, kinship)| (key, Known { kinship, ..known }));
                self.0.extend(found);
            }
        }
    }

    /// Whether an answer from below still holds, since the namespace that it was learned from is still the same.
    fn vouches_for(&self, old: &Known) -> bool {
        let from = self.0.get(&old.from);
        let is_certain = old.through.is_some_and(|one| one.start_ticks.is_some());
        is_certain && from.is_some_and(|from| (from.from, from.through) == (old.from, old.through))
    }

    /// What lies above the namespace from which something was learned, and is not known.
    fn climb_from(
        &self,
        root: BorrowedFd<'_>,
        processes: &[ProcessRecord],
        known: &Known,
    ) -> HashMap<Key, Kinship> {
        let opened = known.through.and_then(|member| {
            let at = processes.binary_search_by_key(&member.pid, |record| record.pid);
            open(root, &processes[at.ok()?], member.link, known.from).ok()
        });
        let is_known = |key: &Key| self.0.contains_key(key);
        let mut found =
            opened.map_or_else(HashMap::new, |opened| climb(opened, known.from, is_known));
        found.remove(&known.from);
        found
    }
}

impl Known {
    /// Whether it is still the answer of `key`, which `record` shows.
    fn still_holds(&self, key: Key, record: &ProcessRecord) -> bool {
        let start_ticks = start_ticks(record);
        let is_same =
            |through: Member| (through.pid, through.start_ticks) == (record.pid, start_ticks);
        start_ticks.is_some() && self.from == key && self.through.is_some_and(is_same)
    }
}

/// Asks those of the namespaces with `holders` that nothing else told of, and those above them.
pub(super) fn ask_held(
    root: BorrowedFd<'_>,
    holders: &[HolderRecord],
    all: &mut HashMap<Key, Kinship>,
) {
    let mut refused = HashMap::new();
    for held in holders {
        let key = (held.kind, held.inode);
        if all.contains_key(&key) {
            continue;
        }
        match way::open(root, held) {
            Ok(namespace) => {
                let found = climb(namespace, key, |key| all.contains_key(key));
                all.extend(found);
            }
            Err(Failure::Missed(Miss::Denied)) => drop(refused.insert(key, Miss::Denied)),
            Err(_) if matches!(held.by, HeldBy::BindMount { through: None, .. }) => {
                refused.entry(key).or_insert(Miss::Absent);
            }
            // Covered by another mount; anything else has let it go meanwhile.
            Err(_) if matches!(held.by, HeldBy::BindMount { .. }) => {
                refused.entry(key).or_insert(Miss::Failed);
            }
            Err(_) => {}
        }
    }
    for (key, miss) in refused {
        all.entry(key).or_insert_with(|| missed(miss));
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

/// Asks the namespace `key` through a link of a process; `None` where the process is no longer there.
fn ask(root: BorrowedFd<'_>, record: &ProcessRecord, link: usize, key: Key) -> Option<Known> {
    let kinship = match open(root, record, link, key) {
        Ok(namespace) => kinship(&namespace, key.0),
        Err(Failure::Gone | Failure::Missed(Miss::Absent)) => return None,
        Err(Failure::Missed(miss)) => missed(miss),
    };
    let member = Member {
        pid: record.pid,
        start_ticks: start_ticks(record),
        link,
    };
    Some(Known {
        kinship,
        from: key,
        through: Some(member),
    })
}

fn open(
    root: BorrowedFd<'_>,
    record: &ProcessRecord,
    link: usize,
    (_, inode): Key,
) -> Result<NsFile, Failure> {
    let through = Through::Process {
        pid: record.pid,
        thread: record.thread,
    };
    let path = path_through(through, &format!("ns/{}", NAMES[link]));
    nsfs::open(root, &path, inode)
}

const fn missed(miss: Miss) -> Kinship {
    Kinship {
        id: Err(miss),
        owner: Err(miss),
        parent: Err(miss),
        owner_uid: Err(miss),
    }
}

#[cfg(test)]
mod tests {
    use super::super::proc::{ProcRoot, Want, walk};
    use super::*;
    use crate::model::Inode;
    use std::collections::BTreeSet;
    use std::io::Read as _;
    use std::os::fd::AsFd as _;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::sync::Arc;

    /// This very process, as a walk sees it, and the mount.
    fn myself() -> (Arc<ProcRoot>, ProcessRecord) {
        process(std::process::id())
    }

    fn process(pid: u32) -> (Arc<ProcRoot>, ProcessRecord) {
        let root = Arc::new(ProcRoot::open(Path::new("/proc")).unwrap());
        let mut seen = walk(Arc::clone(&root), Want::All, &mut BTreeSet::new()).unwrap();
        let own = |record: &ProcessRecord| record.pid == pid;
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
            kinships.of(root.as_fd(), std::slice::from_ref(me), &[])[&net].owner
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

    /// A process two user namespaces below ours, of which it alone is in the inner one and nobody in the outer one.
    struct Nested(Child);

    impl Nested {
        /// `None` where it may not be made.
        fn new() -> Option<Self> {
            let unshare = ["unshare", "--user", "--map-root-user"];
            let mut command = Command::new(unshare[0]);
            command.args(&unshare[1..]).args(unshare);
            command.args(["sh", "-c", "echo; exec cat"]);
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.stderr(Stdio::null()).spawn().ok()?;
            let is_there = child.stdout.as_mut()?.read_exact(&mut [0]).is_ok();
            let nested = Self(child);
            is_there.then_some(nested)
        }
    }

    impl Drop for Nested {
        fn drop(&mut self) {
            drop(self.0.stdin.take());
            let _ = self.0.wait();
        }
    }

    #[test]
    fn what_is_above_is_asked_once_for_as_long_as_those_below_are_the_same() {
        let Some(nested) = Nested::new() else {
            return;
        };
        let (root, mut record) = process(nested.0.id());
        let user = |inode| (Kind::User, inode);
        let inner = user(record.links.get(Kind::User).unwrap());
        let mut kinships = Kinships::default();
        let all = kinships.of(root.as_fd(), std::slice::from_ref(&record), &[]);
        let outer = user(all[&inner].parent.unwrap());
        let truth = all[&outer].owner;
        assert!(truth.is_ok(), "{truth:?}");
        let lie = Inode(1);
        kinships.0.get_mut(&outer).unwrap().kinship.owner = Ok(lie);
        let all = kinships.of(root.as_fd(), std::slice::from_ref(&record), &[]);
        assert_eq!(all[&outer].owner, Ok(lie), "it was not asked again");
        let facts = record.facts.as_mut().unwrap();
        facts.stat.as_mut().unwrap().start_ticks += 1;
        let all = kinships.of(root.as_fd(), &[record], &[]);
        assert_eq!(all[&outer].owner, truth, "another process, asked anew");
        assert!(kinships.of(root.as_fd(), &[], &[]).is_empty());
    }

    #[test]
    fn what_is_not_seen_is_forgotten() {
        let (root, me) = myself();
        let mut kinships = Kinships::default();
        assert!(!kinships.of(root.as_fd(), &[me], &[]).is_empty());
        assert!(kinships.of(root.as_fd(), &[], &[]).is_empty());
        assert!(kinships.0.is_empty());
    }

    #[test]
    fn a_link_that_leads_elsewhere_by_now_is_not_asked() {
        let (root, me) = myself();
        let elsewhere = (Kind::Net, Inode(1));
        assert!(ask(root.as_fd(), &me, 3, elsewhere).is_none());
        let ended = ProcessRecord {
            pid: u32::MAX,
            ..me
        };
        assert!(ask(root.as_fd(), &ended, 3, elsewhere).is_none());
    }
}
