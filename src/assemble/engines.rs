//! Which engine is believed about which container, where several were asked.
//!
//! An engine that runs in a container itself says what it likes, so it names only containers whose cgroups lie below its
//! own. Of those that may name a container, the one is believed whose pid for the first process of it is right; then one
//! that runs in no container before one that does; then the one that was asked first. What another says otherwise is a
//! gap. Where an answer is older than the pass, no pid counts.

use std::collections::BTreeMap;

use super::cgroup::{Mark, Place};
use super::processes::Processes;
use crate::collect::observation::{EngineContainer, EngineRecord};
use crate::model::{Engine, Gap, Reason};

/// What is believed of each container: the engine and its words, by id.
pub(super) type Believed<'a> = BTreeMap<&'a str, (&'a EngineRecord, &'a EngineContainer)>;

/// Decides for each container that an engine names and of which a process is seen; what is not believed becomes a gap.
pub(super) fn believed<'a>(
    engines: &'a [EngineRecord],
    processes: &Processes,
    gaps: &mut Vec<Gap>,
) -> Believed<'a> {
    let places = places(processes);
    let mut believed: BTreeMap<&str, (Rank, &EngineRecord, &EngineContainer)> = BTreeMap::new();
    for engine in engines {
        let home = home(engine);
        for named in &engine.containers {
            let Some(place) = places.get(named.id.as_str()) else {
                continue;
            };
            if home.as_ref().is_some_and(|home| !is_below(place, home)) {
                gaps.push(presumption(engine, named));
                continue;
            }
            let rank = Rank {
                pid_is_wrong: !is_right(engine, named, processes),
                is_nested: home.is_some(),
            };
            match believed.get(named.id.as_str()) {
                Some((best, ..)) if *best <= rank => {}
                _ => drop(believed.insert(&named.id, (rank, engine, named))),
            }
        }
    }
    gaps.extend(contradictions(engines, &believed));
    let all = believed.into_iter();
    all.map(|(id, (_, engine, named))| (id, (engine, named)))
        .collect()
}

/// How far an engine is to be believed about a container; the least is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    pid_is_wrong: bool,
    is_nested: bool,
}

/// The cgroup that names a container, by its id.
fn places(processes: &Processes) -> BTreeMap<&str, &str> {
    let all = processes.all.iter().zip(&processes.signs);
    all.filter_map(|(process, signs)| {
        let mark = signs.place.as_ref()?.container.as_ref()?;
        Some((process.container.as_deref()?, mark.place.as_str()))
    })
    .collect()
}

/// The container that an engine runs in.
pub(super) fn home(engine: &EngineRecord) -> Option<Mark> {
    let process = engine.process.as_ref()?;
    Place::of(process.cgroup.as_ref()?).container
}

/// Whether a container's cgroup lies below that of the container that is its engine's home.
fn is_below(place: &str, home: &Mark) -> bool {
    let rest = place.strip_prefix(&*home.place);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

fn is_right(engine: &EngineRecord, named: &EngineContainer, processes: &Processes) -> bool {
    let at = position(engine, named, processes);
    at.is_some_and(|at| processes.all[at].container.as_ref() == Some(&named.id))
}

/// Place in the list of the process that an engine calls the first one of a container. The pids of an engine in a deeper
/// pid namespace are looked for among the processes of the container.
pub(super) fn position(
    engine: &EngineRecord,
    named: &EngineContainer,
    processes: &Processes,
) -> Option<usize> {
    let pid = named.init_pid.filter(|_| engine.local && engine.current)?;
    if engine.pids_are_ours() {
        return processes.position(pid);
    }
    let depth = engine.process.as_ref()?.depth;
    processes.all.iter().position(|process| {
        process.container.as_ref() == Some(&named.id) && process.ns_pids.get(depth) == Some(&pid)
    })
}

/// An engine in a container names one that is not in that.
fn presumption(engine: &EngineRecord, named: &EngineContainer) -> Gap {
    Gap {
        what: format!(
            "container {}: the engine at {} calls it {:?}, runs in a container that does not hold it, and is not believed",
            named.id, engine.engine.endpoint, named.name
        ),
        reason: Reason::Malformed,
        count: 1,
    }
}

/// Names that engines give otherwise than the one that is believed.
fn contradictions(
    engines: &[EngineRecord],
    believed: &BTreeMap<&str, (Rank, &EngineRecord, &EngineContainer)>,
) -> Vec<Gap> {
    let all = engines.iter().flat_map(|engine| {
        let named = engine.containers.iter();
        named.map(move |named| (engine, named))
    });
    let differs = all.filter_map(|(engine, named)| {
        let (_, best, right) = believed.get(named.id.as_str())?;
        let is_told = !named.name.is_empty() && engine.current && best.current;
        (is_told && named.name != right.name).then(|| contradiction(engine, named, best, right))
    });
    differs.collect()
}

fn contradiction(
    engine: &EngineRecord,
    named: &EngineContainer,
    best: &EngineRecord,
    right: &EngineContainer,
) -> Gap {
    let (one, other) = (&best.engine.endpoint, &engine.engine.endpoint);
    Gap {
        what: format!(
            "container {}: the engine at {other} calls it {:?}, that at {one} is believed",
            right.name, named.name
        ),
        reason: Reason::Malformed,
        count: 1,
    }
}

/// The engines as they are told, by their places.
pub(super) fn list(records: &[EngineRecord]) -> Vec<Engine> {
    let told = records.iter().map(|record| Engine {
        container: home(record).map(|home| home.id),
        ..record.engine.clone()
    });
    let mut engines: Vec<_> = told.collect();
    engines.sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
    engines
}
