//! Containers: processes that their cgroups place together, decorated with what an engine says.
//!
//! An engine never makes a row: a container that it names and of which no process is seen is a gap.

use std::collections::BTreeMap;

use super::processes::Processes;
use crate::collect::observation::{EngineContainer, EngineRecord, Observation};
use crate::model::{Container, Gap, Kind, PerKind, Process, Reason, Scope, Share};

/// The containers, not yet compared with each other.
pub(super) struct Containers(pub(super) Vec<Container>);

impl Containers {
    /// Finds the containers; what the engine and the cgroups disagree about becomes a gap.
    pub(super) fn of(seen: &Observation, processes: &mut Processes, gaps: &mut Vec<Gap>) -> Self {
        for engine in &seen.engines {
            gaps.extend(adopt(engine, processes));
        }
        let mut containers = by_cgroup(processes);
        for engine in &seen.engines {
            for named in &engine.containers {
                if let Some(container) = containers.get_mut(&named.id) {
                    decorate(container, named, engine);
                }
            }
        }
        for container in containers.values_mut() {
            container.init_pid = container
                .init_pid
                .or_else(|| first_process(&container.id, processes));
            container.sharing = sharing(container, processes);
        }
        Self(containers.into_values().collect())
    }
}

/// Compares an engine's pids with the cgroups. Where a cgroup names no container, a local engine's pid does.
fn adopt(engine: &EngineRecord, processes: &mut Processes) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for named in &engine.containers {
        let is_seen = processes
            .all
            .iter()
            .any(|process| process.container.as_deref() == Some(&*named.id));
        let init = named
            .init_pid
            .filter(|_| engine.local)
            .and_then(|pid| processes.position(pid));
        let elsewhere = init.map(|at| (&processes.all[at], processes.all[at].container.as_deref()));
        match elsewhere {
            Some((_, Some(container))) if container == named.id => {}
            Some((process, Some(_))) => gaps.push(disagreement(named, process)),
            Some((process, None)) => {
                gaps.push(disagreement(named, process));
                take_with_descendants(&named.id, process.pid, processes);
            }
            None if !is_seen => gaps.push(unseen(named, engine)),
            None => {}
        }
    }
    gaps
}

fn disagreement(named: &EngineContainer, process: &Process) -> Gap {
    let cgroup = process.cgroup.as_deref().unwrap_or("?");
    Gap {
        what: format!(
            "container {}: its engine names pid {}, whose cgroup is {cgroup}",
            named.name, process.pid
        ),
        reason: Reason::Malformed,
        count: 1,
    }
}

fn unseen(named: &EngineContainer, engine: &EngineRecord) -> Gap {
    Gap {
        what: format!(
            "container {}: {} names it, no process of it is seen here",
            named.name, engine.engine.endpoint
        ),
        reason: Reason::Unsupported,
        count: 1,
    }
}

/// Puts a process and its descendants into a container, as far as no cgroup says otherwise.
fn take_with_descendants(id: &str, init: u32, processes: &mut Processes) {
    let mut taken = vec![init];
    while let Some(pid) = taken.pop() {
        for process in &mut processes.all {
            let belongs = process.pid == pid || process.ppid == Some(pid);
            if belongs && process.container.is_none() {
                process.container = Some(id.to_owned());
                taken.push(process.pid);
            }
        }
    }
}

/// A container for each id that a process has.
fn by_cgroup(processes: &Processes) -> BTreeMap<String, Container> {
    let mut containers: BTreeMap<String, Container> = BTreeMap::new();
    for (process, signs) in processes.all.iter().zip(&processes.signs) {
        let Some(id) = &process.container else {
            continue;
        };
        if !containers.contains_key(id) {
            let mark = signs
                .place
                .as_ref()
                .and_then(|place| place.container.as_ref());
            let (engine, pod) =
                mark.map_or(("unknown", None), |mark| (mark.engine, mark.pod.clone()));
            containers.insert(id.clone(), new(id, engine, pod, process));
        }
        if let Some(container) = containers.get_mut(id) {
            container.process_count += 1;
        }
    }
    containers
}

fn new(id: &str, engine: &str, pod: Option<String>, process: &Process) -> Container {
    Container {
        id: id.to_owned(),
        name: short(id).to_owned(),
        engine: engine.to_owned(),
        name_source: "cgroup".to_owned(),
        image: None,
        state: None,
        init_pid: None,
        project: None,
        service: None,
        pod,
        labels: BTreeMap::new(),
        process_count: 0,
        cgroup: process.cgroup.as_deref().map(str::to_owned),
        sharing: PerKind::default(),
        declared: None,
        drift: Vec::new(),
        networks: Vec::new(),
        mounts: Vec::new(),
    }
}

/// An id is named by its first twelve digits, as engines do; a name stays whole.
fn short(id: &str) -> &str {
    let is_id = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { &id[..12] } else { id }
}

fn decorate(container: &mut Container, named: &EngineContainer, engine: &EngineRecord) {
    container.engine.clone_from(&engine.engine.kind);
    if !named.name.is_empty() {
        container.name.clone_from(&named.name);
        "engine".clone_into(&mut container.name_source);
    }
    container.image.clone_from(&named.image);
    container.state.clone_from(&named.state);
    container.init_pid = named.init_pid.filter(|_| engine.local);
    container.labels.clone_from(&named.labels);
    let label = |name: &str| named.labels.get(name).cloned();
    container.project = label("com.docker.compose.project");
    container.service = label("com.docker.compose.service");
    container.declared.clone_from(&named.declared);
    container.networks.clone_from(&named.networks);
    container.mounts.clone_from(&named.mounts);
}

/// The oldest process whose parent is outside. Zombies come last: they have left their namespaces.
fn first_process(id: &str, processes: &Processes) -> Option<u32> {
    let is_in = |process: &Process| process.container.as_deref() == Some(id);
    let parent_is_in = |process: &Process| {
        let parent = process.ppid.and_then(|ppid| processes.position(ppid));
        parent.is_some_and(|at| is_in(&processes.all[at]))
    };
    let members = processes
        .all
        .iter()
        .zip(&processes.signs)
        .filter(|(process, _)| is_in(process));
    members
        .min_by_key(|(process, signs)| {
            (
                signs.has_left,
                parent_is_in(process),
                process.start_ticks,
                process.pid,
            )
        })
        .map(|(process, _)| process.pid)
}

/// The namespaces of the first process, with whom they are shared not yet known.
fn sharing(container: &Container, processes: &Processes) -> PerKind<Share> {
    let init = container.init_pid.and_then(|pid| processes.position(pid));
    let init = init.filter(|at| processes.all[*at].container.as_deref() == Some(&*container.id));
    let init = init.or_else(|| processes.position(first_process(&container.id, processes)?));
    init.map(|at| of_process(at, processes)).unwrap_or_default()
}

/// The namespaces of the process at `at`, with whom they are shared not yet known.
pub(super) fn of_process(at: usize, processes: &Processes) -> PerKind<Share> {
    let namespaces = &processes.all[at].namespaces;
    let share = |kind: Kind| Share {
        inode: namespaces.inode(kind),
        scope: Scope::Unknown,
        with: Vec::new(),
        not_host: namespaces.inode(kind).is_none()
            && processes.signs[at].not_host.get(kind).is_some(),
    };
    PerKind::from_fn(|kind| namespaces.get(kind).map(|_| share(kind)))
}
