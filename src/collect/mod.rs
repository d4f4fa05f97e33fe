//! The only code that touches the host: one pass over its sources gives an [`Observation`].

pub mod door;
pub mod engines;
mod error;
mod holders;
mod kernel;
mod kinships;
mod network;
mod nsfs;
pub mod observation;
mod proc;
mod runtimes;
mod syscall;

use std::collections::{BTreeSet, HashMap};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub use error::CollectError;
use holders::descriptors::Held;
use kernel::Before;
use kinships::Kinships;
use network::{Depth, Networks, Ways};
use observation::{Facts, HoldersRecord, Observation, ProcessRecord, RuntimeRecord, Runtimes};
use proc::{ProcRoot, Walk, Want, read_host, read_viewer, walk};

use crate::model::{Inode, Kind, Section, Sections};

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The proc mount.
    pub proc_root: PathBuf,
    /// Sections that are wanted; others cost nothing.
    pub sections: Sections,
    /// Whether to look into the expensive sources too: every socket and whoever holds it, and what else processes and
    /// threads keep alive.
    pub deep: bool,
    /// Which engine to ask.
    pub engine: engines::Choice,
    /// How long it may take.
    pub engine_timeout: Duration,
}

/// Looks at a host, again and again.
#[derive(Debug)]
pub struct Collector {
    request: Request,
    root: Arc<ProcRoot>,
    stuck: BTreeSet<u32>,
    kinships: Kinships,
    networks: Networks,
    /// What the processes of the last pass had open, where that was looked for.
    open: Option<Held>,
    runtimes: runtimes::Reader,
    asker: engines::Asker,
}

impl Collector {
    /// Opens the proc mount.
    pub fn new(request: Request) -> Result<Self, CollectError> {
        let root = Arc::new(ProcRoot::open(&request.proc_root)?);
        Ok(Self {
            request,
            root,
            stuck: BTreeSet::new(),
            kinships: Kinships::default(),
            networks: Networks::default(),
            open: None,
            runtimes: runtimes::Reader::default(),
            asker: engines::Asker::default(),
        })
    }

    /// Whether it looks into the expensive sources too.
    #[must_use]
    pub const fn is_deep(&self) -> bool {
        self.request.deep
    }

    /// One pass over the processes and what engines left about their containers; no engine is asked.
    pub fn observe(&mut self) -> Result<Observation, CollectError> {
        let (captured_at, start) = (SystemTime::now(), Instant::now());
        let sections = self.request.sections;
        let needs_facts = sections.has(Section::Processes) || sections.has(Section::Containers);
        let want = match sections.has(Section::Namespaces) {
            _ if needs_facts => Want::All,
            true => Want::Links,
            false => Want::Net,
        };
        let is_whole = needs_facts && sections.has(Section::Namespaces);
        let before = is_whole.then(|| Before::take(&self.root)).flatten();
        let Walk { processes, gaps } = walk(Arc::clone(&self.root), want, &mut self.stuck)?;
        let viewer = read_viewer(&self.root);
        let home = viewer.links.get(Kind::Mnt).ok();
        let mut holders = self.look_for_holders(home, &processes, needs_facts);
        let mut kinships = HashMap::new();
        if is_whole {
            let alone = before
                .as_ref()
                .map(|before| before.find_alone(&self.root, &processes, &mut holders));
            let found = &holders.found;
            kinships = self.kinships.of(self.root.as_fd(), &processes, found);
            kinships.extend(alone.into_iter().flatten());
        }
        let runtimes = if sections.has(Section::Containers) {
            self.runtimes.read(&self.root, &processes)
        } else {
            Runtimes::default()
        };
        Ok(Observation {
            captured_at,
            sections,
            host: read_host(&self.root),
            viewer,
            processes,
            kinships,
            holders,
            listed: before.and_then(Before::still_listed),
            runtimes,
            engines: Vec::new(),
            network: None,
            gaps,
            duration: start.elapsed(),
        })
    }

    /// Looks for what keeps namespaces alive, `home` being our own mount namespace. Others' mounts are a part of whole looks
    /// only.
    fn look_for_holders(
        &mut self,
        home: Option<Inode>,
        processes: &[ProcessRecord],
        is_whole: bool,
    ) -> HoldersRecord {
        let Request { sections, deep, .. } = self.request;
        let mut holders = HoldersRecord::default();
        if sections.has(Section::Namespaces) || sections.has(Section::Network) {
            let others = if is_whole || deep { processes } else { &[] };
            holders = holders::look(&self.root, home, others);
        }
        self.open = deep.then(|| holders::look_deep(&self.root, processes, &mut holders));
        holders
    }

    /// Looks at the network namespaces, if they are wanted, and puts what they hold into `observation`.
    pub fn look_at_network(&mut self, observation: &mut Observation) {
        if !self.request.sections.has(Section::Network) {
            return;
        }
        let start = Instant::now();
        let home = observation.viewer.links.get(Kind::Net).ok();
        let depth = if self.request.deep {
            Depth::All
        } else {
            Depth::Bound
        };
        let Observation {
            processes, holders, ..
        } = &*observation;
        let open = self.open.take();
        let ways = Ways {
            processes,
            holders: &holders.found,
            open: open.as_ref(),
        };
        let seen = self.networks.look(&self.root, home, &ways, depth);
        self.take_in_sockets(seen.sockets, observation);
        observation.network = Some(seen.record);
        observation.duration += start.elapsed();
    }

    /// Takes in what sockets were found to keep alive.
    fn take_in_sockets(&self, sockets: HoldersRecord, observation: &mut Observation) {
        if !observation.kinships.is_empty() {
            kinships::ask_held(self.root.as_fd(), &sockets.found, &mut observation.kinships);
        }
        observation.holders.found.extend(sockets.found);
        observation.holders.missed.extend(sockets.missed);
    }

    /// Asks the engines for names, if containers are wanted, and puts their answer into `observation`.
    pub fn ask_engines(&mut self, observation: &mut Observation) {
        if !self.request.sections.has(Section::Containers) {
            return;
        }
        let start = Instant::now();
        let situation = situation(&observation.processes);
        let Request {
            engine,
            engine_timeout,
            ..
        } = &self.request;
        observation.engines = self.asker.ask(engine, situation, *engine_timeout);
        self.look_again(observation);
        observation.duration += start.elapsed();
    }

    /// Looks again for what was left of containers that an engine calls otherwise: they may have been renamed.
    fn look_again(&mut self, observation: &mut Observation) {
        let told = observation
            .engines
            .iter()
            .flat_map(|engine| &engine.containers);
        let told: HashMap<&str, &str> = told.map(|one| (&*one.id, &*one.name)).collect();
        let left = observation.runtimes.records.iter();
        let is_renamed = |record: &&RuntimeRecord| {
            let told = told.get(&*record.id);
            told.is_some_and(|told| record.name.as_deref().is_some_and(|left| left != *told))
        };
        let renamed: Vec<&str> = left.filter(is_renamed).map(|record| &*record.id).collect();
        if !renamed.is_empty() {
            self.runtimes.forget(&renamed);
            observation.runtimes = self.runtimes.read(&self.root, &observation.processes);
        }
    }
}

/// What the processes tell about engines: an engine's socket is not to be asked where that would start it.
fn situation(processes: &[ProcessRecord]) -> engines::Situation {
    let own = rustix::process::geteuid().as_raw();
    let is_dockerd = |facts: &Facts| {
        let uid = facts.status.as_ref().map(|status| status.uid);
        named(facts, b"dockerd") == Some(true) && uid.is_ok_and(|uid| uid == 0 || uid == own)
    };
    let first = processes.first().filter(|first| first.pid == 1);
    let first = first.and_then(|first| named(first.facts.as_ref()?, b"systemd"));
    engines::Situation {
        dockerd: processes
            .iter()
            .filter_map(|record| record.facts.as_deref())
            .any(is_dockerd),
        // A first process that we cannot see may well be systemd.
        systemd: first.unwrap_or(true),
    }
}

/// Whether a process has this name, if that could be read.
fn named(facts: &Facts, name: &[u8]) -> Option<bool> {
    facts.stat.as_ref().ok().map(|stat| *stat.comm == *name)
}
