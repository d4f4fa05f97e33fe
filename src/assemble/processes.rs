//! Process records → processes.

use std::collections::HashMap;
use std::sync::Arc;

use super::cgroup::Place;
use super::holders::threads_elsewhere;
use super::reference::Reference;
use crate::collect::observation::{Cmdline, Facts, Links, Miss, Observation, ProcessRecord, Stat};
use crate::model::{Inode, Kind, PerKind, Process};

/// The processes, and what is known of each beyond what the model keeps.
#[derive(Default)]
pub(super) struct Processes {
    /// By pid.
    pub(super) all: Vec<Process>,
    /// One for each process, in the same order.
    pub(super) signs: Vec<Signs>,
}

/// What else is known of a process.
pub(super) struct Signs {
    /// Where its cgroup places it.
    pub(super) place: Option<Arc<Place>>,
    /// It has left its namespaces: a zombie.
    pub(super) has_left: bool,
    /// Kinds whose inode is unknown, but known not to be the host's.
    pub(super) not_host: PerKind<()>,
}

impl Processes {
    pub(super) fn of(seen: &Observation, reference: &Reference) -> Self {
        let mut places = HashMap::new();
        let mut elsewhere = threads_elsewhere(&seen.holders.threads);
        let (mut all, mut signs) = (
            Vec::with_capacity(seen.processes.len()),
            Vec::with_capacity(seen.processes.len()),
        );
        for record in &seen.processes {
            let Some(facts) = &record.facts else { continue };
            let place = facts.cgroup.as_ref().ok().map(|text| {
                Arc::clone(
                    places
                        .entry(&text[..])
                        .or_insert_with(|| Arc::new(Place::of(text))),
                )
            });
            let mut process = process(record, facts, place.as_deref(), reference);
            process.threads_elsewhere = elsewhere.remove(&record.pid).unwrap_or_default();
            all.push(process);
            signs.push(Signs {
                place,
                has_left: record.links.get(Kind::Mnt) == Err(Miss::Absent),
                not_host: not_host(&record.links, facts, reference),
            });
        }
        Self { all, signs }
    }

    /// Place in the list of the process with this pid.
    pub(super) fn position(&self, pid: u32) -> Option<usize> {
        self.all
            .binary_search_by_key(&pid, |process| process.pid)
            .ok()
    }
}

fn process(
    record: &ProcessRecord,
    facts: &Facts,
    place: Option<&Place>,
    reference: &Reference,
) -> Process {
    let stat = facts.stat.as_ref().ok();
    let status = facts.status.as_ref().ok();
    let command = facts.cmdline.as_ref().ok();
    Process {
        pid: record.pid,
        ppid: stat.map(|stat| stat.ppid),
        start_ticks: stat.map(|stat| stat.start_ticks),
        uid: status.map(|status| status.uid),
        comm: stat.map(|stat| text(&stat.comm)),
        command: command.map(joined),
        command_truncated: command.is_some_and(|command| command.truncated),
        state: stat.map(|stat| char::from(stat.state)),
        kernel_thread: stat.map(Stat::is_kernel_thread),
        ns_pids: status
            .map(|status| status.ns_pids.to_vec())
            .unwrap_or_default(),
        namespaces: namespaces(&record.links, facts, reference),
        container: place.and_then(|place| Some(place.container.as_ref()?.id.clone())),
        relation: None,
        threads_elsewhere: Vec::new(),
        group: None,
        unit: place.and_then(|place| place.unit.clone()),
        cgroup: place.map(|place| Arc::clone(&place.path)),
    }
}

/// The namespaces of a process, for each kind that the kernel has.
fn namespaces(links: &Links, facts: &Facts, reference: &Reference) -> PerKind<Option<Inode>> {
    let mut known = PerKind::from_fn(|kind| reference.host.get(kind).map(|_| links.get(kind).ok()));
    // One pid only: it is in the pid namespace of the proc mount, which is the host's where we see the host.
    let one_pid = facts
        .status
        .as_ref()
        .is_ok_and(|status| status.ns_pids.len() == 1);
    if one_pid && reference.sees_host && links.get(Kind::Pid) == Err(Miss::Denied) {
        known.set(Kind::Pid, reference.host.inode(Kind::Pid));
    }
    known
}

/// Signs that any user may read: several pids mean a nested pid namespace, mapped ids a nested user namespace.
/// A uid map is written as the reader's namespace sees it, so it tells only where that is the host's.
fn not_host(links: &Links, facts: &Facts, reference: &Reference) -> PerKind<()> {
    let nested = facts
        .status
        .as_ref()
        .is_ok_and(|status| status.ns_pids.len() > 1);
    let user = (
        reference.host.inode(Kind::User),
        reference.viewer.inode(Kind::User),
    );
    let maps_uids = facts.maps_uids == Ok(true) && user.0.is_some() && user.0 == user.1;
    PerKind::from_fn(|kind| match kind {
        Kind::Pid => (nested && links.get(kind).is_err()).then_some(()),
        Kind::User => (maps_uids && links.get(kind).is_err()).then_some(()),
        _ => None,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Arguments joined by spaces; the NUL at the end of the last one dropped.
fn joined(cmdline: &Cmdline) -> String {
    let end = cmdline
        .bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let mut command = text(&cmdline.bytes[..end]);
    if command.contains('\0') {
        command = command.replace('\0', " ");
    }
    command
}
