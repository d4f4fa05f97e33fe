//! What the lists of the network need of a snapshot: worked out once, not per drawing.
//!
//! A [`Node`] is a row that may be shown: a network namespace or one of its interfaces. Those that are gone stand behind
//! those that are there.

mod space;

use core::net::IpAddr;
use std::collections::HashMap;

use space::Sources;
pub(super) use space::Space;

use super::changes::Changes;
use super::rates::Rates;
use super::text;
use crate::model::{Inode, Interface, NetworkNamespace, Snapshot};
use crate::query::{Matrix, Topology, Wiring};
use crate::report::words::{Ends, Plug};

/// A namespace or an interface.
#[derive(Debug)]
pub(super) struct Node {
    /// Place of the namespace.
    pub(super) space: usize,
    /// Place of the interface in it; `None` for the namespace itself.
    pub(super) link: Option<usize>,
    /// Node that it hangs below in the topology.
    pub(super) above: Option<usize>,
    /// Whether it stands in the topology: not what is gone, loops back, or has nothing below it.
    pub(super) is_wired: bool,
    /// Its first address, to sort by.
    pub(super) address: Option<IpAddr>,
    /// What it is plugged into, in words.
    pub(super) end: String,
}

/// The network of a snapshot, and what is gone of the one before.
#[derive(Debug, Default)]
pub(super) struct Net {
    /// The namespaces.
    pub(super) spaces: Vec<Space>,
    /// The namespaces in the same order, then the interfaces.
    pub(super) nodes: Vec<Node>,
    /// Columns that the longest names of a namespace take.
    pub(super) widest: u16,
    /// Namespaces that are there.
    present: usize,
    namespaces: HashMap<Inode, usize>,
    interfaces: HashMap<(Inode, u32), usize>,
}

impl Net {
    /// Works it out; `changes` knows what is gone.
    pub(super) fn of(
        snapshot: &Snapshot,
        changes: &Changes,
        matrix: &Matrix,
        rates: &Rates,
    ) -> Self {
        let mut net = Self::default();
        let rows = || {
            matrix
                .rows
                .iter()
                .chain(changes.rows.iter().map(|(row, _)| row))
        };
        let ends = Ends::of(snapshot);
        let gone_ends = Ends::of_gone(&changes.past, snapshot);
        let (wiring, gone) = (ends.wiring(), gone_ends.wiring());
        let sources = Sources::of(snapshot, &ends, rows(), rates);
        for namespace in wiring.namespaces() {
            net.add_space(Space::of(&sources, namespace));
        }
        net.present = net.spaces.len();
        let sources = Sources::of(&changes.past, &gone_ends, rows(), rates);
        for namespace in gone.namespaces() {
            let mut space = Space::of(&sources, namespace);
            space.is_partial = changes.partial.contains(&space.inode);
            net.add_space(space);
        }
        for (at, namespace) in wiring.namespaces().iter().enumerate() {
            net.add_interfaces(&ends, at, namespace);
        }
        for (at, namespace) in gone.namespaces().iter().enumerate() {
            net.add_interfaces(&gone_ends, net.present + at, namespace);
        }
        net.hang(wiring);
        net.rank();
        net
    }

    fn add_space(&mut self, space: Space) {
        let at = self.spaces.len();
        let width = text::width(&text::shown(&space.names, false));
        self.widest = self.widest.max(u16::try_from(width).unwrap_or(u16::MAX));
        self.namespaces.entry(space.inode).or_insert(at);
        self.nodes.push(Node {
            space: at,
            link: None,
            above: None,
            is_wired: false,
            address: space.address,
            end: String::new(),
        });
        self.spaces.push(space);
    }

    fn add_interfaces(&mut self, ends: &Ends<'_>, space: usize, namespace: &NetworkNamespace) {
        for (link, interface) in namespace.interfaces.iter().flatten().enumerate() {
            let key = (namespace.namespace, interface.index);
            self.interfaces.entry(key).or_insert(self.nodes.len());
            let mut addresses = interface.addresses.iter().flatten();
            self.nodes.push(Node {
                space,
                link: Some(link),
                above: Some(space),
                is_wired: space < self.present && !is_loopback(interface),
                address: addresses.find_map(|one| one.address.parse().ok()),
                end: plugged(ends, namespace, interface),
            });
        }
    }

    /// Hangs the interfaces below each other, and shows the namespaces that still have some of their own.
    fn hang(&mut self, wiring: &Wiring<'_>) {
        let topology = Topology::of(wiring);
        for namespace in wiring.namespaces() {
            for interface in namespace.interfaces.iter().flatten() {
                let key = (namespace.namespace, interface.index);
                let Some(at) = self.interfaces.get(&key).copied() else {
                    continue;
                };
                let above = topology.above(key.0, key.1);
                match above.and_then(|above| self.interfaces.get(&above).copied()) {
                    Some(above) => self.nodes[at].above = Some(above),
                    None if self.nodes[at].is_wired => {
                        let space = self.nodes[at].space;
                        self.nodes[space].is_wired = true;
                    }
                    None => {}
                }
            }
        }
    }

    /// The natural order of the namespaces: by who lives there.
    fn rank(&mut self) {
        let mut order: Vec<usize> = (0..self.spaces.len()).collect();
        order.sort_by(|a, b| self.spaces[*a].natural().cmp(&self.spaces[*b].natural()));
        for (rank, at) in order.into_iter().enumerate() {
            self.spaces[at].rank = rank;
        }
    }

    /// The namespace that a node is, or is in.
    pub(super) fn space(&self, node: &Node) -> &Space {
        &self.spaces[node.space]
    }

    /// Place of the namespace, there or gone.
    pub(super) fn find(&self, namespace: Inode) -> Option<usize> {
        self.namespaces.get(&namespace).copied()
    }

    /// Node of the interface, there or gone.
    pub(super) fn find_interface(&self, namespace: Inode, index: u32) -> Option<usize> {
        self.interfaces.get(&(namespace, index)).copied()
    }

    /// Whether the namespace is there.
    pub(super) fn has(&self, namespace: Inode) -> bool {
        self.find(namespace).is_some_and(|at| at < self.present)
    }

    /// Whether the interface is there.
    pub(super) fn has_interface(&self, namespace: Inode, index: u32) -> bool {
        let node = self.find_interface(namespace, index);
        node.is_some_and(|at| self.nodes[at].space < self.present)
    }
}

/// Everything that the interface is plugged into.
fn plugged(ends: &Ends<'_>, namespace: &NetworkNamespace, interface: &Interface) -> String {
    let plugs = ends.plugs(namespace, interface).into_iter();
    let plugs = plugs.map(|(plug, end)| match plug {
        Plug::Peer => end,
        Plug::Rides => format!("on {end}"),
        Plug::Port => format!("port of {end}"),
    });
    plugs.collect::<Vec<_>>().join("; ")
}

/// Whether the interface leads nowhere but back.
pub(super) fn is_loopback(interface: &Interface) -> bool {
    interface.flags.iter().any(|flag| flag == "LOOPBACK")
        || interface.kind.as_deref() == Some("loopback")
}
