//! Containers: processes that their cgroups place together, decorated with what an engine says.
//!
//! An engine never makes a row: a container that it names and of which no process is seen is a gap.

use std::collections::{BTreeMap, HashSet};

use super::cgroup::Mark;
use super::processes::Processes;
use super::runtimes;
use crate::collect::observation::{EngineContainer, EngineRecord, Observation};
use crate::model::{Container, EngineStatus, Gap, Kind, PerKind, Process, Reason, Scope, Share};

/// The containers, not yet compared with each other.
pub(super) struct Containers(pub(super) Vec<Container>);

impl Containers {
    /// Finds the containers; what the engine and the cgroups disagree about becomes a gap.
    pub(super) fn of(seen: &Observation, processes: &Processes, gaps: &mut Vec<Gap>) -> Self {
        for engine in &seen.engines {
            gaps.extend(disagreements(engine, processes));
        }
        let mut found = by_id(processes);
        for record in &seen.runtimes.records {
            if let Some((container, _)) = found.get_mut(&record.id) {
                runtimes::decorate(container, record, processes);
            }
        }
        for engine in &seen.engines {
            for named in &engine.containers {
                if let Some((container, _)) = found.get_mut(&named.id) {
                    decorate(container, named, engine);
                }
            }
        }
        let settled = found.into_values().map(|(mut container, members)| {
            let init = container.init_pid.and_then(|pid| processes.position(pid));
            let init = init.filter(|at| members.contains(at));
            let init = init.unwrap_or_else(|| first_process(&members, processes));
            container.init_pid = Some(processes.all[init].pid);
            container.sharing = of_process(init, processes);
            container.differing_processes = differing(init, &members, processes);
            container
        });
        let containers = Self(settled.collect());
        gaps.extend(containers.nameless(&seen.engines));
        containers
    }

    /// Docker's containers are there, but Docker is nowhere to be asked for their names.
    fn nameless(&self, engines: &[EngineRecord]) -> Option<Gap> {
        let is_absent = engines
            .iter()
            .any(|record| record.engine.status == EngineStatus::Absent);
        let nameless = |row: &&Container| row.engine == "docker" && row.name_source == "cgroup";
        let count = self.0.iter().filter(nameless).count();
        (is_absent && count > 0).then(|| Gap {
            what: "names of docker containers: no engine was found to ask".to_owned(),
            reason: Reason::Unsupported,
            count: u32::try_from(count).unwrap_or(u32::MAX),
        })
    }
}

/// Compares an engine's pids with the cgroups, which are believed.
fn disagreements(engine: &EngineRecord, processes: &Processes) -> Vec<Gap> {
    if !engine.current {
        return Vec::new();
    }
    let seen: HashSet<&str> = processes
        .all
        .iter()
        .filter_map(|process| process.container.as_deref())
        .collect();
    let gap = |named: &EngineContainer| {
        let init = named.init_pid.filter(|_| engine.local);
        let init = init.and_then(|pid| processes.position(pid));
        match init.map(|at| &processes.all[at]) {
            Some(process) if process.container.as_ref() == Some(&named.id) => None,
            Some(process) => Some(disagreement(named, process)),
            None => (!seen.contains(named.id.as_str())).then(|| unseen(named, engine)),
        }
    };
    engine.containers.iter().filter_map(gap).collect()
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

/// A container for each id that a process has, with the places of its processes in the list.
fn by_id(processes: &Processes) -> BTreeMap<String, (Container, Vec<usize>)> {
    let mut found: BTreeMap<String, (Container, Vec<usize>)> = BTreeMap::new();
    for (at, process) in processes.all.iter().enumerate() {
        let Some(id) = &process.container else {
            continue;
        };
        if let Some((container, members)) = found.get_mut(id) {
            container.process_count += 1;
            members.push(at);
        } else {
            let place = processes.signs[at].place.as_ref();
            let mark = place.and_then(|place| place.container.as_ref());
            found.insert(id.clone(), (new(id, mark, process), vec![at]));
        }
    }
    found
}

fn new(id: &str, mark: Option<&Mark>, process: &Process) -> Container {
    Container {
        id: id.to_owned(),
        name: short(id).to_owned(),
        engine: mark.map_or("unknown", |mark| mark.engine).to_owned(),
        name_source: "cgroup".to_owned(),
        image: None,
        state: None,
        init_pid: None,
        project: None,
        service: None,
        pod: mark.and_then(|mark| mark.pod.clone()),
        pod_name: None,
        pod_namespace: None,
        nested_in: mark.and_then(|mark| mark.outer.clone()),
        labels: BTreeMap::new(),
        process_count: 1,
        cgroup: process.cgroup.as_deref().map(str::to_owned),
        sharing: PerKind::default(),
        declared: None,
        drift: Vec::new(),
        differing_processes: 0,
        networks: Vec::new(),
        ports: Vec::new(),
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
    if named.image.is_some() {
        container.image.clone_from(&named.image);
    }
    container.state.clone_from(&named.state);
    let init = named.init_pid.filter(|_| engine.local && engine.current);
    container.init_pid = init.or(container.init_pid);
    container.labels.clone_from(&named.labels);
    let label = |name: &str| named.labels.get(name).cloned();
    container.project = label("com.docker.compose.project");
    container.service = label("com.docker.compose.service");
    container.declared.clone_from(&named.declared);
    container.networks.clone_from(&named.networks);
    container.ports.clone_from(&named.ports);
    container.mounts.clone_from(&named.mounts);
}

/// The oldest process whose parent is outside. Zombies come last: they have left their namespaces.
fn first_process(members: &[usize], processes: &Processes) -> usize {
    let pids: HashSet<u32> = members.iter().map(|at| processes.all[*at].pid).collect();
    let rank = |at: &usize| {
        let process = &processes.all[*at];
        let parent_is_in = process.ppid.is_some_and(|ppid| pids.contains(&ppid));
        (
            processes.signs[*at].has_left,
            parent_is_in,
            !is_init(process),
            process.start_ticks,
            process.pid,
        )
    };
    // There is a member, or there would be no container.
    members.iter().copied().min_by_key(rank).unwrap_or_default()
}

/// Whether a process is the first one of a pid namespace below the proc mount's.
fn is_init(process: &Process) -> bool {
    process.ns_pids.len() > 1 && process.ns_pids.last() == Some(&1)
}

/// How many members are known to be in another namespace of some kind than the first process.
fn differing(init: usize, members: &[usize], processes: &Processes) -> u32 {
    let own = &processes.all[init].namespaces;
    let differs = |at: &&usize| {
        let other = &processes.all[**at].namespaces;
        Kind::ALL
            .into_iter()
            .any(|kind| match (own.inode(kind), other.inode(kind)) {
                (Some(own), Some(other)) => own != other,
                _ => false,
            })
    };
    u32::try_from(members.iter().filter(differs).count()).unwrap_or(u32::MAX)
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
