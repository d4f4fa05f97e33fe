//! Who is meant, across refreshes, views and sort orders.

use super::RowId;
use crate::model::{Inode, Kind, Namespace, NetworkNamespace, Process};

/// Anything that can be pointed at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    /// A row of the matrix: the host, a project or pod, a container, a group.
    Row(RowId),
    /// A namespace.
    Namespace(Kind, Inode),
    /// A process. A pid alone is reused; with the start time it is not.
    Process {
        /// Its pid.
        pid: u32,
        /// Its start in clock ticks after boot, where that was learned.
        start: Option<u64>,
    },
    /// A network interface.
    Interface {
        /// Its network namespace.
        namespace: Inode,
        /// Its index there.
        index: u32,
    },
}

impl From<&Namespace> for Id {
    fn from(namespace: &Namespace) -> Self {
        Self::Namespace(namespace.kind, namespace.inode)
    }
}

impl From<&NetworkNamespace> for Id {
    fn from(network: &NetworkNamespace) -> Self {
        Self::Namespace(Kind::Net, network.namespace)
    }
}

impl From<&Process> for Id {
    fn from(process: &Process) -> Self {
        Self::Process {
            pid: process.pid,
            start: process.start_ticks,
        }
    }
}

impl From<&RowId> for Id {
    fn from(row: &RowId) -> Self {
        Self::Row(row.clone())
    }
}
