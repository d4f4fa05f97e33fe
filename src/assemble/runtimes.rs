//! What engines left in files and arguments, put to the containers that processes show.
//!
//! Sources decorate and never decide: what is said of a container of which no process is seen says nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::processes::Processes;
use crate::collect::observation::{InitRecord, Miss, RuntimeRecord, Runtimes};
use crate::model::{Container, Gap, Reason};

/// Longer lines of ancestors than this are a mix of processes that came and went.
const LONGEST_LINE: usize = 1000;

/// Puts processes into containers that only their keeper knows to be some.
pub(super) fn claim(runtimes: &Runtimes, processes: &mut Processes) {
    claim_by_cgroup(runtimes, processes);
    claim_machines(runtimes, processes);
}

/// Containers whose ids are names, in a cgroup that is called after them.
fn claim_by_cgroup(runtimes: &Runtimes, processes: &mut Processes) {
    let cgroup = |record: &RuntimeRecord| {
        let cgroup = record.cgroup.as_ref()?;
        let last = cgroup.rsplit('/').next()?;
        (last == record.id).then(|| (cgroup.clone(), record.id.clone()))
    };
    let places: BTreeMap<String, String> = runtimes.records.iter().filter_map(cgroup).collect();
    if places.is_empty() {
        return;
    }
    for process in processes
        .all
        .iter_mut()
        .filter(|process| process.container.is_none())
    {
        let Some(path) = process.cgroup.as_deref() else {
            continue;
        };
        // The cgroup itself, or one above it.
        let cuts = path
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([path.len()]);
        let mut above = cuts.rev().map(|cut| &path[..cut]);
        process.container = above.find_map(|above| places.get(above)).cloned();
    }
}

/// Machines of nspawn's without a unit of their own: several may be in cgroups of one name, `payload`.
fn claim_machines(runtimes: &Runtimes, processes: &mut Processes) {
    let machine = |record: &RuntimeRecord| {
        let init = record
            .init
            .filter(|_| record.engine.as_deref() == Some("nspawn"))?;
        let at = processes.position(init.pid)?;
        let is_it = processes.all[at].start_ticks == Some(init.start_ticks);
        is_it.then(|| (at, record.id.clone()))
    };
    let machines: BTreeMap<usize, String> = runtimes.records.iter().filter_map(machine).collect();
    if machines.is_empty() {
        return;
    }
    for at in 0..processes.all.len() {
        // A path that ends in `payload` names no machine.
        let known = processes.all[at].container.as_deref();
        if known.is_none_or(|known| known.starts_with('/'))
            && let Some(name) = machine_of(at, &machines, processes)
        {
            processes.all[at].container = Some(name);
        }
    }
}

/// The machine that a process descends from the first process of.
fn machine_of(
    at: usize,
    machines: &BTreeMap<usize, String>,
    processes: &Processes,
) -> Option<String> {
    let parent = |at: &usize| processes.position(processes.all[*at].ppid?);
    let line = std::iter::successors(Some(at), parent).take(LONGEST_LINE);
    line.into_iter().find_map(|at| machines.get(&at)).cloned()
}

/// Puts what one source says to its container, where no better source has said it.
pub(super) fn decorate(container: &mut Container, record: &RuntimeRecord, processes: &Processes) {
    if let Some(engine) = &record.engine
        && container.name_source == CGROUP
        && !is_better(&container.engine, engine)
    {
        container.engine.clone_from(engine);
    }
    if let Some(name) = &record.name
        && container.name_source == CGROUP
    {
        container.name.clone_from(name);
        STATE_FILE.clone_into(&mut container.name_source);
    }
    container.image = container.image.take().or_else(|| record.image.clone());
    let init = record
        .init
        .filter(|init| is_it(*init, container, processes));
    container.init_pid = container.init_pid.or(init.map(|init| init.pid));
    for (label, value) in &record.labels {
        let label = container.labels.entry(label.clone());
        label.or_insert_with(|| value.clone());
    }
    let label = |name: &str| record.labels.get(name).cloned();
    let (project, service) = (
        label("com.docker.compose.project"),
        label("com.docker.compose.service"),
    );
    container.project = container.project.take().or(project);
    container.service = container.service.take().or(service);
}

/// Where a name comes from that nobody told.
const CGROUP: &str = "cgroup";
/// Where a name comes from that an engine left.
pub(super) const STATE_FILE: &str = "state_file";

/// Whether an engine told by the cgroup says more than one told by a source: containerd works for others.
fn is_better(known: &str, told: &str) -> bool {
    told == "containerd" && !matches!(known, "unknown" | "kubernetes")
}

/// Whether the container's first process is there still, and is no other of that pid.
fn is_it(init: InitRecord, container: &Container, processes: &Processes) -> bool {
    processes.position(init.pid).is_some_and(|at| {
        let process = &processes.all[at];
        process.start_ticks == Some(init.start_ticks)
            && process.container.as_ref() == Some(&container.id)
    })
}

/// What could not be used, and what sources and engines disagree about. Files that may not be read are a gap only
/// where nobody else told the name.
pub(super) fn gaps(runtimes: &Runtimes, containers: &[Container]) -> Vec<Gap> {
    let by_id: BTreeMap<&str, &Container> = containers
        .iter()
        .map(|container| (container.id.as_str(), container))
        .collect();
    let mut denied = BTreeSet::new();
    let mut gaps = Vec::new();
    for miss in &runtimes.misses {
        let Some(container) = by_id.get(miss.id.as_str()) else {
            continue;
        };
        match miss.miss {
            Miss::Denied if container.name_source == CGROUP => drop(denied.insert(&miss.id)),
            Miss::Denied => {}
            why => gaps.push(Gap {
                what: format!("container {}: {}", container.name, miss.source),
                reason: reason(why),
                count: 1,
            }),
        }
    }
    if !denied.is_empty() {
        gaps.push(Gap {
            what: "names of containers from the files of their engines".to_owned(),
            reason: Reason::Denied,
            count: u32::try_from(denied.len()).unwrap_or(u32::MAX),
        });
    }
    gaps.extend(runtimes.records.iter().filter_map(|record| {
        let container = by_id.get(record.id.as_str())?;
        disagreement(container, record)
    }));
    gaps
}

const fn reason(miss: Miss) -> Reason {
    match miss {
        Miss::Denied => Reason::Denied,
        Miss::Malformed => Reason::Malformed,
        Miss::Truncated => Reason::Truncated,
        Miss::TimedOut => Reason::Timeout,
        Miss::Absent | Miss::Failed | Miss::NotAsked => Reason::Failed,
    }
}

/// Another name than the one that is shown. What a container is called in its pod is another thing than what its
/// engine calls it.
fn disagreement(container: &Container, record: &RuntimeRecord) -> Option<Gap> {
    let other = record.name.as_ref()?;
    let is_other = *other != container.name && container.pod_name.is_none();
    is_other.then(|| Gap {
        what: format!(
            "container {}: {} names it {other}",
            container.name, record.source
        ),
        reason: Reason::Malformed,
        count: 1,
    })
}
