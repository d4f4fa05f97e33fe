//! What a list is restricted to: what belongs to one row, namespace or process.

use crate::model::{Inode, Kind, Namespace, Process};
use crate::query::{Id, RowId};
use crate::tui::data::Data;

/// The thing whose namespaces or processes are listed, and its name in the line of places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Scope {
    /// The thing.
    pub(in crate::tui) id: Id,
    /// Its name, as the host says.
    pub(in crate::tui) name: String,
}

impl Scope {
    /// Whether a process belongs to it.
    pub(super) fn has_process(&self, data: &Data, process: &Process) -> bool {
        match &self.id {
            Id::Row(RowId::Family(family)) => {
                let container = process.container.as_deref();
                container.is_some_and(|id| is_in_family(data, id, family))
            }
            Id::Row(row) => row.has(process),
            Id::Namespace(kind, inode) => process.namespaces.inode(*kind) == Some(*inode),
            Id::Process { pid, start } => (process.pid, process.start_ticks) == (*pid, *start),
            Id::Interface { namespace, .. } => {
                process.namespaces.inode(Kind::Net) == Some(*namespace)
            }
        }
    }

    /// Whether somebody who belongs to it is in the network namespace.
    pub(super) fn has_network(&self, data: &Data, inode: Inode) -> bool {
        if let Id::Namespace(Kind::Net, own) | Id::Interface { namespace: own, .. } = &self.id {
            return *own == inode;
        }
        let namespace = data.find_namespace(Kind::Net, inode);
        namespace.is_some_and(|namespace| self.has_namespace(data, namespace))
    }

    /// Whether somebody who belongs to it is in the namespace.
    pub(super) fn has_namespace(&self, data: &Data, namespace: &Namespace) -> bool {
        let key = (namespace.kind, namespace.inode);
        match &self.id {
            Id::Namespace(kind, inode) => key == (*kind, *inode),
            Id::Interface { namespace, .. } => key == (Kind::Net, *namespace),
            Id::Process { pid, start } => data
                .find_process(*pid, *start)
                .is_some_and(|process| process.namespaces.inode(key.0) == Some(key.1)),
            Id::Row(RowId::Container(id)) => namespace
                .containers
                .iter()
                .flatten()
                .any(|other| other == id),
            Id::Row(RowId::Family(family)) => {
                let mut containers = namespace.containers.iter().flatten();
                containers.any(|id| is_in_family(data, id, family))
            }
            Id::Row(RowId::Reference) => data.reference(key.0) == Some(key.1),
            Id::Row(RowId::Group(id)) => data.group(id).is_some_and(|group| {
                group.sharing.get(key.0).and_then(|share| share.inode) == Some(key.1)
            }),
        }
    }
}

/// Whether the container belongs to the compose project or pod.
fn is_in_family(data: &Data, container: &str, family: &str) -> bool {
    data.container(container).is_some_and(|container| {
        let families = [&container.project, &container.pod];
        families.iter().any(|name| name.as_deref() == Some(family))
    })
}
