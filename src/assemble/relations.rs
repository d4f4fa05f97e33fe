//! How each process came into its container, and who is in one although its cgroup does not say so.
//!
//! What a process does later can hide how it came: one that outlives whoever started it is adopted, by the container's
//! first process where that has a pid namespace of its own, and is then a member.

use std::collections::HashMap;

use super::processes::Processes;
use super::reference::Reference;
use crate::model::{Container, Inode, Kind, PerKind, Process, Relation};

/// Longer lines of ancestors than this are a mix of processes that came and went.
const LONGEST_LINE: usize = 1000;
/// Programs that start processes in containers for their engines, by the 15 bytes that the kernel keeps of a name.
const STARTERS: [&str; 8] = [
    "conmon",
    "containerd-shim",
    "crun",
    "lxc-attach",
    "podman",
    "runc",
    "runsc",
    "youki",
];

/// Finds how each process relates to its container. A process that is in a container's mount or pid namespace is in that
/// container, whatever its cgroup.
pub(super) fn find(containers: &mut [Container], processes: &mut Processes, reference: &Reference) {
    let inits = inits(containers, processes);
    let places = Places::of(containers, &inits, processes, reference);
    for at in 0..processes.all.len() {
        if processes.all[at].container.is_none()
            && !processes.signs[at].has_left
            && let Some(container) = places.owner(&processes.all[at])
        {
            processes.all[at].container = Some(containers[container].id.clone());
            containers[container].process_count += 1;
            let descends = descends(at, inits[container], processes);
            let relation = if descends {
                Relation::Member
            } else {
                Relation::Entered
            };
            processes.all[at].relation = Some(relation);
        }
    }
    let by_id: HashMap<&str, usize> = containers
        .iter()
        .enumerate()
        .map(|(at, container)| (container.id.as_str(), at))
        .collect();
    for at in 0..processes.all.len() {
        let process = &processes.all[at];
        let container = process.container.as_deref().and_then(|id| by_id.get(id));
        if let (Some(container), None) = (container, process.relation) {
            let init = inits[*container];
            processes.all[at].relation = if places.is_stray(at, *container, init, processes) {
                Some(Relation::Stray)
            } else {
                came(at, init, processes, reference)
            };
        }
    }
}

/// Where each container's first process is in the list.
fn inits(containers: &[Container], processes: &Processes) -> Vec<Option<usize>> {
    let position = |container: &Container| processes.position(container.init_pid?);
    containers.iter().map(position).collect()
}

/// How a process that is where its container is came there.
fn came(
    at: usize,
    init: Option<usize>,
    processes: &Processes,
    reference: &Reference,
) -> Option<Relation> {
    if descends(at, init, processes) {
        return Some(Relation::Member);
    }
    let init = &processes.all[init?];
    let first = outermost(at, processes);
    let parent = processes.all[first].ppid.filter(|ppid| *ppid != 0)?;
    let is_inits_parent = init.ppid == Some(parent);
    let has_own_pids = init.namespaces.inode(Kind::Pid).is_some_and(|own| {
        reference
            .compared()
            .inode(Kind::Pid)
            .is_some_and(|host| host != own)
    });
    if is_inits_parent && !has_own_pids {
        // It may as well be an orphan of the container that the engine's process has adopted.
        return None;
    }
    let starter = processes.position(parent).map(|at| &processes.all[at]);
    let is_starter = |process: &Process| {
        let name = process.comm.as_deref();
        process.container.is_none() && name.is_some_and(|name| STARTERS.contains(&name))
    };
    let is_exec = is_inits_parent || starter.is_some_and(is_starter);
    Some(if is_exec {
        Relation::Exec
    } else {
        Relation::Entered
    })
}

/// The highest of the unbroken line of ancestors that are in the same container.
fn outermost(at: usize, processes: &Processes) -> usize {
    let mut at = at;
    for _ in 0..LONGEST_LINE {
        let own = &processes.all[at];
        let parent = own.ppid.and_then(|ppid| processes.position(ppid));
        match parent.filter(|parent| processes.all[*parent].container == own.container) {
            Some(parent) => at = parent,
            None => break,
        }
    }
    at
}

/// Whether the process is `init` or below it.
fn descends(at: usize, init: Option<usize>, processes: &Processes) -> bool {
    let mut now = Some(at);
    for _ in 0..LONGEST_LINE {
        match now {
            Some(at) if Some(at) == init => return true,
            Some(at) => {
                let parent = processes.all[at].ppid;
                now = parent.and_then(|ppid| processes.position(ppid));
            }
            None => return false,
        }
    }
    false
}

/// Which namespaces are whose.
struct Places {
    /// The container whose first process is in it; `None` where several are.
    owners: HashMap<(Kind, Inode), Option<usize>>,
    /// Namespaces that are nobody's own.
    common: PerKind<Option<Inode>>,
}

impl Places {
    fn of(
        containers: &[Container],
        inits: &[Option<usize>],
        processes: &Processes,
        reference: &Reference,
    ) -> Self {
        let mut owners = HashMap::new();
        let common = *reference.compared();
        for (container, init) in (0..containers.len()).zip(inits) {
            let Some(init) = init else { continue };
            for (kind, inode) in processes.all[*init].namespaces.iter() {
                let own = inode.filter(|own| common.inode(kind).is_some_and(|host| host != *own));
                if let Some(own) = own {
                    owners
                        .entry((kind, own))
                        .and_modify(|owner| *owner = None)
                        .or_insert(Some(container));
                }
            }
        }
        Self { owners, common }
    }

    /// The container that the process is in by its namespaces: that of its files, or of its pids.
    fn owner(&self, process: &Process) -> Option<usize> {
        let owner = |kind| {
            let inode = process.namespaces.inode(kind)?;
            *self.owners.get(&(kind, inode))?
        };
        owner(Kind::Mnt).or_else(|| owner(Kind::Pid))
    }

    /// Whether its namespaces say the host or another container, where those of its container's first process do not.
    fn is_stray(
        &self,
        at: usize,
        container: usize,
        init: Option<usize>,
        processes: &Processes,
    ) -> bool {
        let Some(init) = init.filter(|_| !processes.signs[at].has_left) else {
            return false;
        };
        let own = &processes.all[init].namespaces;
        processes.all[at].namespaces.iter().any(|(kind, inode)| {
            let (Some(inode), Some(own)) = (*inode, own.inode(kind)) else {
                return false;
            };
            let is_anothers = || {
                let owner = self.owners.get(&(kind, inode));
                owner.is_some_and(|owner| *owner != Some(container))
            };
            inode != own && (self.common.inode(kind) == Some(inode) || is_anothers())
        })
    }
}
