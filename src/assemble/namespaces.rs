//! The namespaces that processes show, and those that something else keeps alive.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::holders;
use super::reference::Reference;
use crate::collect::observation::{Observation, ProcessRecord};
use crate::model::{Holder, Inode, Kind, Namespace, Process};

/// Lists the namespaces by inode. `processes` are those of `seen` with their containers, where those were collected.
pub(super) fn list(
    seen: &Observation,
    reference: &Reference,
    processes: Option<&[Process]>,
) -> Vec<Namespace> {
    let mut found = Found::of(seen);
    for (key, holder) in holders::children(&seen.kinships) {
        // What is always there needs nothing that keeps it.
        let is_always_there =
            is_initial(key, reference) == Some(true) || key.1 == key.0.initial().0;
        let namespace = found.get(key);
        namespace
            .holders
            .extend((!is_always_there).then_some(holder));
    }
    let mut containers = processes.map(by_namespace);
    let mut names = holders::names(&seen.holders, reference);
    let mut list: Vec<_> = found.0.into_values().collect();
    for namespace in &mut list {
        let key = (namespace.kind, namespace.inode);
        namespace.initial = is_initial(key, reference);
        if namespace.kind == Kind::Net {
            namespace.name = names.remove(&namespace.inode);
        }
        if let Some(kinship) = seen.kinships.get(&key) {
            namespace.id = kinship.id.ok();
            namespace.owner_user_ns = kinship.owner.ok();
            namespace.parent = kinship.parent.ok();
            namespace.owner_uid = kinship.owner_uid.ok();
        }
        namespace.containers = containers.as_mut().map(|c| {
            c.remove(&key)
                .unwrap_or_default()
                .into_iter()
                .map(str::to_owned)
                .collect()
        });
        namespace.holders.sort_unstable();
        namespace.holders.dedup();
    }
    list.sort_unstable_by_key(|namespace| (namespace.inode, namespace.kind));
    list
}

/// How many namespaces the kernel lists that are not in `list`; `None` where it does not list them. One that was found and
/// does not tell its id may be any of them.
pub(super) fn unlisted(seen: &Observation, list: &[Namespace]) -> Option<u32> {
    let listed = seen.listed.as_ref()?;
    let ids: HashSet<u64> = list.iter().filter_map(|one| one.id).collect();
    let missing = listed.iter().filter(|id| !ids.contains(id)).count();
    let nameless = list.iter().filter(|one| one.id.is_none()).count();
    let missing = missing.saturating_sub(nameless);
    Some(u32::try_from(missing).unwrap_or(u32::MAX))
}

fn is_initial((kind, inode): (Kind, Inode), reference: &Reference) -> Option<bool> {
    reference.host.inode(kind).map(|host| host == inode)
}

/// Containers by the namespaces that their processes are members of.
pub(super) fn by_namespace(processes: &[Process]) -> HashMap<(Kind, Inode), BTreeSet<&str>> {
    let mut containers: HashMap<_, BTreeSet<_>> = HashMap::new();
    for process in processes {
        let Some(container) = process.container.as_deref() else {
            continue;
        };
        for (kind, inode) in process.namespaces.iter() {
            if let Some(inode) = inode {
                containers
                    .entry((kind, *inode))
                    .or_default()
                    .insert(container);
            }
        }
    }
    containers
}

/// Namespaces found so far.
#[derive(Default)]
struct Found(HashMap<(Kind, Inode), Namespace>);

impl Found {
    fn of(seen: &Observation) -> Self {
        let mut found = Self::default();
        for record in &seen.processes {
            found.member(record);
        }
        for record in &seen.processes {
            found.for_children(record);
        }
        for (key, holder) in holders::found(&seen.holders) {
            found.get(key).holders.push(holder);
        }
        for inode in &seen.holders.mount_namespaces {
            found.get((Kind::Mnt, *inode));
        }
        found
    }

    fn get(&mut self, (kind, inode): (Kind, Inode)) -> &mut Namespace {
        let namespace = self.0.entry((kind, inode));
        namespace.or_insert_with(|| new(kind, inode))
    }

    /// Counts a process, which come by pid: the first member is the leader.
    fn member(&mut self, record: &ProcessRecord) {
        for kind in Kind::ALL {
            let Ok(inode) = record.links.get(kind) else {
                continue;
            };
            let namespace = self.get((kind, inode));
            namespace.process_count += 1;
            if namespace.leader_pid.is_none() {
                namespace.leader_pid = Some(record.pid);
                namespace.holders.push(holder(record));
            }
        }
    }

    /// A namespace that will have the next child of a process, which itself is not in it.
    fn for_children(&mut self, record: &ProcessRecord) {
        let links = [
            (Kind::Pid, record.links.pid_for_children),
            (Kind::Time, record.links.time_for_children),
        ];
        for (kind, link) in links {
            let own = record.links.get(kind);
            let Some(inode) = link.ok().filter(|inode| own != Ok(*inode)) else {
                continue;
            };
            let namespace = self.get((kind, inode));
            let may_be_in_it = own.is_err() && !namespace.holders.is_empty();
            if !may_be_in_it {
                let holder = Holder::ForChildren { pid: record.pid };
                namespace.holders.push(holder);
            }
        }
    }
}

fn holder(record: &ProcessRecord) -> Holder {
    match record.thread {
        Some(tid) => Holder::Thread {
            pid: record.pid,
            tid,
        },
        None => Holder::Process { pid: record.pid },
    }
}

const fn new(kind: Kind, inode: Inode) -> Namespace {
    Namespace {
        inode,
        kind,
        id: None,
        name: None,
        initial: None,
        owner_user_ns: None,
        parent: None,
        owner_uid: None,
        process_count: 0,
        leader_pid: None,
        containers: None,
        holders: Vec::new(),
    }
}
