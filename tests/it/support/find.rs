//! Finds things in a snapshot; fails where they are not there.

use nslens::model::{
    Container, Gap, Group, Inode, Kind, Namespace, Process, Reason, Scope, Share, Snapshot,
};

/// Finds things in a snapshot.
pub(crate) trait Find {
    /// The process `pid`.
    fn process(&self, pid: u32) -> &Process;
    /// The container with the full id `id`.
    fn container(&self, id: &str) -> &Container;
    /// The group that has a namespace of its own of `kind` with this inode.
    fn group(&self, kind: Kind, inode: impl Into<u64>) -> &Group;
    /// The namespace with this inode.
    fn namespace(&self, inode: impl Into<u64>) -> &Namespace;
    /// Gaps with this reason.
    fn gaps(&self, reason: Reason) -> Vec<&Gap>;
}

impl Find for Snapshot {
    #[track_caller]
    fn process(&self, pid: u32) -> &Process {
        let mut all = self.processes.iter().flatten();
        all.find(|process| process.pid == pid)
            .unwrap_or_else(|| panic!("no process {pid}"))
    }

    #[track_caller]
    fn container(&self, id: &str) -> &Container {
        let mut all = self.containers.iter().flatten();
        all.find(|container| container.id == id)
            .unwrap_or_else(|| panic!("no container {id} in {:?}", self.containers))
    }

    #[track_caller]
    fn group(&self, kind: Kind, inode: impl Into<u64>) -> &Group {
        let inode = inode.into();
        let mut all = self.groups.iter().flatten();
        all.find(|group| number(share(&group.sharing, kind).inode) == Some(inode))
            .unwrap_or_else(|| panic!("no group in {kind:?} {inode} in {:?}", self.groups))
    }

    #[track_caller]
    fn namespace(&self, inode: impl Into<u64>) -> &Namespace {
        let inode = inode.into();
        let mut all = self.namespaces.iter().flatten();
        all.find(|namespace| u64::from(namespace.inode.0) == inode)
            .unwrap_or_else(|| panic!("no namespace {inode}"))
    }

    fn gaps(&self, reason: Reason) -> Vec<&Gap> {
        self.gaps
            .iter()
            .filter(|gap| gap.reason == reason)
            .collect()
    }
}

fn number(inode: Option<Inode>) -> Option<u64> {
    inode.map(|inode| u64::from(inode.0))
}

/// The share of `kind`.
#[track_caller]
pub(crate) fn share(sharing: &nslens::model::PerKind<Share>, kind: Kind) -> &Share {
    sharing
        .get(kind)
        .unwrap_or_else(|| panic!("nothing about {kind:?}"))
}

/// The scopes of all kinds, each as `kind:scope`, in one line.
pub(crate) fn scopes(sharing: &nslens::model::PerKind<Share>) -> String {
    let words = sharing.iter().map(|(kind, share)| {
        let scope = match share.scope {
            Scope::Host => "host",
            Scope::Shared => "shared",
            Scope::Private => "private",
            Scope::Unknown => "unknown",
        };
        format!("{}:{scope}", kind.name())
    });
    words.collect::<Vec<_>>().join(" ")
}
