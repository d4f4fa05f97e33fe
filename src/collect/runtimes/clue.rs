//! Where to look: the containers that processes show, and the processes that keep them.
//!
//! Who keeps a container is told by the kernel: it is the parent of one of its processes. Anybody may run a program called
//! conmon with any id among its arguments, but not be the parent of another's container.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::arguments::{Told, data_root};
use crate::collect::observation::{Facts, InitRecord, ProcessRecord};

/// Where to look.
#[derive(Debug, Default)]
pub(super) struct Clues {
    /// Containers by id.
    pub(super) containers: BTreeMap<String, Kept>,
    /// Where engines keep their containers, by their arguments.
    pub(super) data_roots: BTreeSet<PathBuf>,
}

/// How a container is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// By whom; `None` where nobody does that is known.
    pub(super) keeper: Option<Arc<Keeper>>,
    /// The first process of a machine of nspawn's, the only child of who keeps it.
    pub(super) first: Option<InitRecord>,
}

/// A process that keeps containers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Keeper {
    /// Its pid.
    pub(super) pid: u32,
    /// When it started, in clock ticks after boot.
    pub(super) start_ticks: u64,
    /// Its effective user id; `None` where it could not be read.
    pub(super) uid: Option<u32>,
    /// Whether it is in the pid namespace that we look from; else its paths are not ours.
    pub(super) is_here: bool,
    /// What its arguments say.
    pub(super) told: Told,
}

impl Clues {
    /// What the processes show.
    pub(super) fn of(processes: &[ProcessRecord]) -> Self {
        let facts = || {
            let all = processes.iter();
            all.filter_map(|record| Some((record.pid, record.facts.as_deref()?)))
        };
        let keepers: HashMap<u32, Arc<Keeper>> = facts()
            .filter_map(|(pid, facts)| Some((pid, Arc::new(keeper(pid, facts)?))))
            .collect();
        let mut clues = Self {
            containers: BTreeMap::new(),
            data_roots: facts().filter_map(|(_, facts)| root(facts)).collect(),
        };
        let mut known: HashMap<*const u8, BTreeSet<String>> = HashMap::new();
        for (pid, facts) in facts() {
            let stat = facts.stat.as_ref().ok();
            let keeper = stat.and_then(|stat| keepers.get(&stat.ppid));
            let ids = facts.cgroup.as_ref().ok().map(|text| {
                let ids = known.entry(text.as_ptr());
                ids.or_insert_with(|| ids_in(text))
            });
            for id in ids.into_iter().flat_map(|ids| &*ids) {
                clues.add(id, keeper, None);
            }
            // Containers whose ids are no ids: only who keeps them knows that they are some.
            if let Some(keeper) = keeper {
                let first = stat.map(|stat| InitRecord {
                    pid,
                    start_ticks: stat.start_ticks,
                });
                let is_machine = matches!(keeper.told, Told::Nspawn { .. });
                let first = first.filter(|_| is_machine);
                clues.add(keeper.told.id(), Some(keeper), first);
            }
        }
        clues
    }

    fn add(&mut self, id: &str, keeper: Option<&Arc<Keeper>>, first: Option<InitRecord>) {
        let keeper = keeper.filter(|keeper| keeper.may_keep(id)).cloned();
        let kept = Kept { keeper, first };
        match self.containers.get_mut(id) {
            Some(known) if known.keeper.is_none() => *known = kept,
            Some(_) => {}
            None => drop(self.containers.insert(id.to_owned(), kept)),
        }
    }
}

impl Keeper {
    /// Whether it may keep the container. A shim keeps all containers of a pod and is started with the id of one.
    fn may_keep(&self, id: &str) -> bool {
        matches!(self.told, Told::Shim { .. }) || self.told.id() == id
    }
}

fn keeper(pid: u32, facts: &Facts) -> Option<Keeper> {
    let stat = facts.stat.as_ref().ok()?;
    let told = Told::of(&stat.comm, &facts.cmdline.as_ref().ok()?.bytes)?;
    Some(Keeper {
        pid,
        start_ticks: stat.start_ticks,
        uid: facts.status.as_ref().ok().map(|status| status.uid),
        is_here: is_here(facts),
        told,
    })
}

fn is_here(facts: &Facts) -> bool {
    facts
        .status
        .as_ref()
        .is_ok_and(|status| status.ns_pids.len() == 1)
}

/// Where a Docker engine that we can meet keeps its containers, if its arguments tell.
fn root(facts: &Facts) -> Option<PathBuf> {
    let stat = facts.stat.as_ref().ok()?;
    let is_engine = *stat.comm == *b"dockerd" && is_here(facts);
    let cmdline = is_engine.then_some(facts.cmdline.as_ref().ok()?)?;
    data_root(&cmdline.bytes).filter(|path| path.is_absolute())
}

/// The ids of 64 hexadecimal digits in a cgroup file, the last one of each line.
fn ids_in(file: &[u8]) -> BTreeSet<String> {
    let lines = file.split(|byte| *byte == b'\n');
    lines.filter_map(last_id).collect()
}

fn last_id(line: &[u8]) -> Option<String> {
    let words = line.rsplit(|byte| !byte.is_ascii_alphanumeric());
    let is_id = |word: &&[u8]| {
        let mut digits = word.iter();
        word.len() == 64 && digits.all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let id = words.into_iter().find(is_id)?;
    Some(String::from_utf8_lossy(id).into_owned())
}

#[cfg(test)]
#[path = "clue_tests.rs"]
mod tests;
