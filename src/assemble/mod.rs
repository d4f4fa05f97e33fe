//! Observation → Snapshot: who is in what, which container, shared with whom. Pure, so every hard case is a test.

mod cgroup;
mod containers;
mod doubles;
mod drift;
mod gaps;
mod groups;
mod holders;
mod namespaces;
mod network;
mod pods;
mod processes;
mod reference;
mod relations;
mod runtimes;
mod sandboxes;
mod sharing;

use crate::collect::observation::{Miss, Observation, ProcessRecord};
use crate::model::{Engine, Gap, Host, SCHEMA, Section, Snapshot, Viewer};
use containers::Containers;
use groups::Groups;
use processes::Processes;
use reference::Reference;

/// Gives an observation its meaning.
#[must_use]
pub fn assemble(seen: &Observation) -> Snapshot {
    let reference = Reference::of(seen);
    let mut gaps = seen.gaps.clone();
    gaps.extend(reference.gaps());
    gaps.extend(gaps::of_host(&seen.host));
    gaps.extend(gaps::of_processes(&seen.processes));
    gaps.extend(gaps::of_namespaces(&seen.kinships));
    gaps.extend(holders::gaps(&seen.holders));
    gaps.extend(seen.network.iter().flat_map(network::gaps));
    gaps.extend(
        seen.engines
            .iter()
            .flat_map(|engine| engine.gaps.iter().cloned()),
    );
    let needs_facts =
        seen.sections.has(Section::Processes) || seen.sections.has(Section::Containers);
    let mut processes = if needs_facts {
        Processes::of(seen, &reference)
    } else {
        Processes::default()
    };
    let rows = seen
        .sections
        .has(Section::Containers)
        .then(|| rows(seen, &reference, &mut processes, &mut gaps));
    let housed = rows.as_ref().map(|_| processes.all.as_slice());
    let network = network::list(seen, &processes.all, housed.is_some(), &reference);
    let namespaces = seen.sections.has(Section::Namespaces);
    let namespaces = namespaces.then(|| namespaces::list(seen, &reference, housed));
    let unlisted = namespaces.as_deref();
    let unlisted = unlisted.and_then(|list| namespaces::unlisted(seen, list));
    gaps.sort();
    Snapshot {
        schema: SCHEMA.to_owned(),
        captured_at: humantime::format_rfc3339_millis(seen.captured_at).to_string(),
        duration_ms: u64::try_from(seen.duration.as_millis()).unwrap_or(u64::MAX),
        filter: None,
        host: Host {
            unlisted_namespaces: unlisted,
            ..host(seen, &reference, rows.as_ref())
        },
        viewer: viewer(seen, &reference),
        engines: engines(seen),
        namespaces,
        processes: seen
            .sections
            .has(Section::Processes)
            .then_some(processes.all),
        groups: rows.as_ref().map(|rows| rows.groups.list.clone()),
        containers: rows.map(|rows| rows.containers.0),
        network,
        gaps,
    }
}

/// The rows of the matrix, and how many processes are in none of them.
struct Rows {
    containers: Containers,
    groups: Groups,
    host_processes: u32,
    unknown_processes: u32,
}

fn rows(
    seen: &Observation,
    reference: &Reference,
    processes: &mut Processes,
    gaps: &mut Vec<Gap>,
) -> Rows {
    gaps.extend(doubles::expose(&seen.engines, processes));
    runtimes::claim(&seen.runtimes, processes);
    let mut containers = Containers::of(seen, processes, gaps);
    pods::name(&mut containers.0, &seen.runtimes);
    gaps.extend(runtimes::gaps(&seen.runtimes, &containers.0));
    relations::find(&mut containers.0, processes, reference);
    let mut groups = Groups::of(processes, reference);
    sharing::settle(&mut containers.0, &mut groups, processes, reference);
    drift::find(&mut containers.0, reference);
    containers
        .0
        .sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let (mut host_processes, mut unknown_processes) = (0, 0);
    for (at, process) in processes.all.iter_mut().enumerate() {
        process.group = groups.id_of(at).map(str::to_owned);
        if process.container.is_some() || process.group.is_some() {
            continue;
        }
        let is_known = process.namespaces.iter().all(|(_, inode)| inode.is_some());
        let count = if is_known || processes.signs[at].has_left {
            &mut host_processes
        } else {
            &mut unknown_processes
        };
        *count += 1;
    }
    Rows {
        containers,
        groups,
        host_processes,
        unknown_processes,
    }
}

fn host(seen: &Observation, reference: &Reference, rows: Option<&Rows>) -> Host {
    Host {
        hostname: seen
            .host
            .hostname
            .clone()
            .filter(|_| reference.hostname_is_the_hosts()),
        kernel: seen.host.kernel.clone(),
        boot_id: seen.host.boot_id.clone(),
        boot_time: seen.host.boot_time,
        clock_ticks: seen.host.clock_ticks,
        process_count: rows.map(|rows| rows.host_processes),
        unknown_process_count: rows.map(|rows| rows.unknown_processes),
        unlisted_namespaces: None,
        namespaces: reference.host,
        pid_namespace_is_initial: reference.sees_host,
    }
}

fn viewer(seen: &Observation, reference: &Reference) -> Viewer {
    let is_denied = |record: &&ProcessRecord| record.links.own.contains(&Err(Miss::Denied));
    let denied = seen.processes.iter().filter(is_denied).count();
    Viewer {
        pid: seen.viewer.pid,
        uid: seen.viewer.uid,
        namespaces: reference.viewer,
        denied_processes: u32::try_from(denied).unwrap_or(u32::MAX),
    }
}

fn engines(seen: &Observation) -> Vec<Engine> {
    let mut engines: Vec<_> = seen
        .engines
        .iter()
        .map(|record| record.engine.clone())
        .collect();
    engines.sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
    engines
}

#[cfg(test)]
mod tests;
