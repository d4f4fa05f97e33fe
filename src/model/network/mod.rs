//! Network namespaces: their interfaces, what these are plugged into, and who listens there.

mod interface;
mod neighbour;
mod route;
#[cfg(test)]
pub(crate) mod samples;
mod socket;

pub use interface::{Address, BridgePort, Counters, Details, End, Interface, Switches};
pub use neighbour::{ForwardingEntry, Neighbour};
pub use route::{NextHop, Route, Rule};
pub use socket::{PortForward, Socket};

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Inode;

/// One of the few words that the kernel has numbers for. A large host has hundreds of thousands of them, so they are not
/// copied.
pub type Word = Cow<'static, str>;

/// What one network namespace holds. A list that is `None` could not be read, or was not asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NetworkNamespace {
    /// The namespace.
    pub namespace: Inode,
    /// Its name under `/run/netns`.
    pub name: Option<String>,
    /// The lowest member pid; `None` without a process.
    pub leader_pid: Option<u32>,
    /// Ids of the containers that have a member in it; `None` where containers were not collected.
    pub containers: Option<Vec<String>>,
    /// How it was read.
    pub source: NetworkSource,
    /// Interfaces, by index.
    pub interfaces: Option<Vec<Interface>>,
    /// Routes of all tables, in the order of the kernel.
    pub routes: Option<Vec<Route>>,
    /// Rules that choose the table, by priority.
    pub rules: Option<Vec<Rule>>,
    /// Neighbours: hardware addresses of hosts on the same link.
    pub neighbours: Option<Vec<Neighbour>>,
    /// Forwarding entries of bridges and of vxlan interfaces.
    pub forwarding: Option<Vec<ForwardingEntry>>,
    /// Sockets that listen or are bound; every one with `--deep`. Not asked for where the namespace has no process,
    /// unless with `--deep`.
    pub sockets: Option<Vec<Socket>>,
    /// Ports that its NAT rules send elsewhere. Not asked for where the namespace has no process and no interface that
    /// could lead on to another, unless with `--deep`.
    pub port_forwards: Option<Vec<PortForward>>,
}

impl NetworkNamespace {
    /// The interface with this index.
    #[must_use]
    pub fn interface(&self, index: u32) -> Option<&Interface> {
        let all = self.interfaces.iter().flatten();
        all.into_iter().find(|interface| interface.index == index)
    }

    /// The interface with this name.
    #[must_use]
    pub fn interface_named(&self, name: &str) -> Option<&Interface> {
        let all = self.interfaces.iter().flatten();
        all.into_iter().find(|interface| interface.name == name)
    }
}

/// How a network namespace was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum NetworkSource {
    /// By netlink from inside it: everything.
    Netlink,
    /// From `/proc/PID/net` of a member, which needs no right to enter it and knows less.
    Proc,
    /// Not at all.
    None,
}
