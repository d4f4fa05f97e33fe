//! The only code that touches the host: one pass over its sources gives an [`Observation`].

pub mod door;
pub mod engines;
mod error;
mod network;
mod nsfs;
pub mod observation;
mod proc;
mod syscall;

use std::collections::{BTreeSet, HashMap};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub use error::CollectError;
use network::{Depth, Networks};
use nsfs::Kinships;
use observation::{Facts, Observation};
use proc::{ProcRoot, Walk, Want, read_host, read_viewer, walk};

use crate::model::{Kind, Section, Sections};

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The proc mount.
    pub proc_root: PathBuf,
    /// Sections that are wanted; others cost nothing.
    pub sections: Sections,
    /// Whether to look into the expensive sources too: every socket, and whoever holds it.
    pub deep: bool,
    /// Which engines to ask.
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
            asker: engines::Asker::default(),
        })
    }

    /// One pass over the processes; no engine is asked.
    pub fn observe(&mut self) -> Result<Observation, CollectError> {
        let (captured_at, start) = (SystemTime::now(), Instant::now());
        let sections = self.request.sections;
        let needs_facts = sections.has(Section::Processes) || sections.has(Section::Containers);
        let want = match sections.has(Section::Namespaces) {
            _ if needs_facts => Want::All,
            true => Want::Links,
            false => Want::Net,
        };
        let Walk { processes, gaps } = walk(Arc::clone(&self.root), want, &mut self.stuck)?;
        let kinships = if needs_facts && sections.has(Section::Namespaces) {
            self.kinships.of(self.root.as_fd(), &processes)
        } else {
            HashMap::new()
        };
        Ok(Observation {
            captured_at,
            sections,
            host: read_host(&self.root),
            viewer: read_viewer(&self.root),
            processes,
            kinships,
            engines: Vec::new(),
            network: None,
            gaps,
            duration: start.elapsed(),
        })
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
        let processes = &observation.processes;
        let seen = self.networks.look(&self.root, home, processes, depth);
        observation.network = Some(seen);
        observation.duration += start.elapsed();
    }

    /// Asks the engines for names, if containers are wanted, and puts their answer into `observation`.
    pub fn ask_engines(&mut self, observation: &mut Observation) {
        if !self.request.sections.has(Section::Containers) {
            return;
        }
        let start = Instant::now();
        let situation = self.situation(observation);
        let Request {
            engine,
            engine_timeout,
            ..
        } = &self.request;
        observation.engines = self.asker.ask(engine, &situation, *engine_timeout);
        observation.duration += start.elapsed();
    }

    /// From now on rings `bell` when an engine that was asked tells of a change, until it says that nobody listens.
    pub fn watch_engines(&mut self, bell: impl Fn() -> bool + Send + 'static) {
        let is_wanted = self.request.sections.has(Section::Containers);
        if is_wanted && self.request.engine != engines::Choice::None {
            self.asker.watch(bell);
        }
    }

    /// What the processes tell about engines: which run, and whether a socket may stand for one that does not.
    fn situation(&self, observation: &Observation) -> engines::Situation {
        let uid = rustix::process::geteuid().as_raw();
        let mounts = observation.viewer.links.get(Kind::Mnt).ok();
        let processes = &observation.processes;
        let first = processes.first().filter(|first| first.pid == 1);
        let first = first.and_then(|first| named(first.facts.as_ref()?, b"systemd"));
        engines::Situation {
            root: Arc::clone(&self.root),
            services: engines::services(processes, uid, mounts),
            // A first process that we cannot see may well be systemd.
            systemd: first.unwrap_or(true),
        }
    }
}

/// Whether a process has this name, if that could be read.
fn named(facts: &Facts, name: &[u8]) -> Option<bool> {
    facts.stat.as_ref().ok().map(|stat| *stat.comm == *name)
}
