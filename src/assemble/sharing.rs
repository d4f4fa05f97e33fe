//! Who shares with whom: each row's namespaces compared with those of every process that we could read.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::groups::Groups;
use super::processes::Processes;
use super::reference::Reference;
use crate::model::{Container, Inode, Kind, Scope, Share};

/// Gives every share of every row its scope and its partners.
pub(super) fn settle(
    containers: &mut [Container],
    groups: &mut Groups,
    processes: &Processes,
    reference: &Reference,
) {
    let census = Census::of(processes, groups, reference);
    let containers = containers.iter_mut().map(|row| (&row.id, &mut row.sharing));
    let groups = groups
        .list
        .iter_mut()
        .map(|row| (&row.id, &mut row.sharing));
    for (id, sharing) in containers.chain(groups) {
        for (kind, share) in sharing.iter_mut() {
            if let Some(inode) = share.inode {
                census.judge(id, kind, inode, share);
            }
        }
    }
}

/// Whose processes are in which namespace.
struct Census<'a> {
    reference: &'a Reference,
    /// Rows that have a process in a namespace other than the host's.
    tenants: HashMap<(Kind, Inode), BTreeSet<String>>,
    /// Namespaces of processes in no row.
    rowless: HashSet<(Kind, Inode)>,
    /// Kinds in which some process could not be read: it may be anywhere.
    unread: [bool; 8],
}

impl<'a> Census<'a> {
    fn of(processes: &Processes, groups: &Groups, reference: &'a Reference) -> Self {
        let mut census = Self {
            reference,
            tenants: HashMap::new(),
            rowless: HashSet::new(),
            unread: [reference.hides_processes; 8],
        };
        for (at, process) in processes.all.iter().enumerate() {
            let row = process.container.as_deref().or_else(|| groups.id_of(at));
            // Process 1 started the host, and some systems refuse it even to root: it is taken to be where it began.
            let is_trusted = row.is_none() && process.pid == 1 && reference.sees_host;
            if processes.signs[at].has_left || is_trusted {
                continue;
            }
            for (kind, inode) in process.namespaces.iter() {
                census.count(row, kind, *inode);
            }
        }
        census
    }

    fn count(&mut self, row: Option<&str>, kind: Kind, inode: Option<Inode>) {
        let Some(inode) = inode else {
            self.unread[kind as usize] = true;
            return;
        };
        if self.reference.host.inode(kind) == Some(inode) {
            return;
        }
        let Some(row) = row else {
            self.rowless.insert((kind, inode));
            return;
        };
        let tenants = self.tenants.entry((kind, inode)).or_default();
        if !tenants.contains(row) {
            tenants.insert(row.to_owned());
        }
    }

    fn judge(&self, id: &str, kind: Kind, inode: Inode, share: &mut Share) {
        let host = self.reference.host.inode(kind);
        let tenants = self.tenants.get(&(kind, inode)).into_iter().flatten();
        let others = tenants.filter(|tenant| *tenant != id);
        share.scope = if host == Some(inode) {
            Scope::Host
        } else if self.rowless.contains(&(kind, inode)) {
            // Processes that stand in no row are in it: it may be the host's, which we do not know.
            Scope::Unknown
        } else {
            share.with = others.cloned().collect();
            let is_sure = host.is_some() && !self.unread[kind as usize];
            match (share.with.is_empty(), is_sure) {
                (false, _) => Scope::Shared,
                (true, true) => Scope::Private,
                (true, false) => Scope::Unknown,
            }
        };
    }
}
