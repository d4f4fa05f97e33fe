//! What exists on a host: plain immutable values, no IO.
//!
//! [`Snapshot`] is the centre. Entities name each other by id (namespaces by inode number, processes by pid,
//! containers by full id), never by reference, so a snapshot is the same value in memory, in JSON and read back.
//!
//! Two rules hold everywhere: `None` inside a value means *could not be learned* (a [`Gap`] says why), and a
//! kind that is missing from a [`PerKind`] means *this kernel has no such namespace*.

mod container;
mod engine;
mod gap;
mod group;
mod host;
mod kind;
mod namespace;
mod network;
mod process;
mod sharing;
mod snapshot;
mod visible;

pub use container::{Container, Declared, Mount, Network, PublishedPort};
pub use engine::{Engine, EngineStatus};
pub use gap::{Gap, Reason};
pub use group::{Group, GroupKind};
pub use host::{Host, Viewer};
pub use kind::{Inode, KernelRelease, Kind, PerKind, UnknownKind};
pub use namespace::{Holder, Namespace};
#[cfg(test)]
pub(crate) use network::samples;
pub use network::{
    Address, BridgePort, Counters, Details, End, ForwardingEntry, Interface, Neighbour,
    NetworkNamespace, NetworkSource, NextHop, PortForward, Route, Rule, Socket, Switches, Word,
};
pub use process::{Process, Relation, ThreadElsewhere};
pub use sharing::{Scope, Share};
pub use snapshot::{SCHEMA, Section, Sections, Snapshot, UnknownSection};
pub use visible::{Charset, is_hidden, visible, visible_in};
