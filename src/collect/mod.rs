//! The only code that touches the host: one pass over its sources gives an [`Observation`].

pub mod engines;
mod error;
pub mod observation;
mod proc;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub use error::CollectError;
use observation::{Observation, ProcessRecord};
use proc::{ProcRoot, Walk, Want, read_host, read_viewer, walk};

use crate::model::{Section, Sections};

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The proc mount.
    pub proc_root: PathBuf,
    /// Sections that are wanted; others cost nothing.
    pub sections: Sections,
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
}

impl Collector {
    /// Opens the proc mount.
    pub fn new(request: Request) -> Result<Self, CollectError> {
        let root = Arc::new(ProcRoot::open(&request.proc_root)?);
        Ok(Self {
            request,
            root,
            stuck: BTreeSet::new(),
        })
    }

    /// One pass over the processes; no engine is asked.
    pub fn observe(&mut self) -> Result<Observation, CollectError> {
        let (captured_at, start) = (SystemTime::now(), Instant::now());
        let sections = self.request.sections;
        let needs_facts = sections.has(Section::Processes) || sections.has(Section::Containers);
        let want = if needs_facts { Want::All } else { Want::Links };
        let Walk { processes, gaps } = walk(Arc::clone(&self.root), want, &mut self.stuck)?;
        Ok(Observation {
            captured_at,
            sections,
            host: read_host(&self.root),
            viewer: read_viewer(&self.root),
            processes,
            engines: Vec::new(),
            gaps,
            duration: start.elapsed(),
        })
    }

    /// Asks the engines for names, if containers are wanted, and puts their answer into `observation`.
    pub fn ask_engines(&self, observation: &mut Observation) {
        if !self.request.sections.has(Section::Containers) {
            return;
        }
        let start = Instant::now();
        let situation = situation(&observation.processes);
        observation.engines =
            engines::ask(&self.request.engine, situation, self.request.engine_timeout);
        observation.duration += start.elapsed();
    }
}

/// What the processes tell about engines: an engine's socket is not to be asked where that would start it.
fn situation(processes: &[ProcessRecord]) -> engines::Situation {
    let comm = |record: &ProcessRecord, name: &[u8]| {
        let stat = record
            .facts
            .as_ref()
            .and_then(|facts| facts.stat.as_ref().ok());
        stat.is_some_and(|stat| *stat.comm == *name)
    };
    engines::Situation {
        dockerd: processes.iter().any(|record| comm(record, b"dockerd")),
        systemd: processes
            .first()
            .is_some_and(|first| first.pid == 1 && comm(first, b"systemd")),
    }
}
