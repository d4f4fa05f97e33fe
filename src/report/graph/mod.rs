//! The topology of the network as a graph: interfaces by namespace, and what is plugged into what.

mod dot;
mod mermaid;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use dot::write as write_dot;
pub use mermaid::write as write_mermaid;

use crate::model::{Charset, End, Inode, Interface, NetworkNamespace, Snapshot, visible_in};
use crate::query::Wiring;

/// A drawing, whatever the language.
struct Graph {
    clusters: Vec<Cluster>,
    /// Namespaces in which an other end is that cannot be seen, in the order of who leads there.
    unseen: Vec<Node>,
    edges: BTreeSet<Edge>,
}

/// A network namespace.
struct Cluster {
    inode: Inode,
    /// What it is called; as all text of a graph made visible, and not yet escaped.
    title: String,
    nodes: Vec<Node>,
}

/// An interface, or a word in its place.
struct Node {
    id: Id,
    lines: Vec<String>,
}

impl Node {
    /// Its lines, each `escaped`, with `between` them.
    fn label(&self, escaped: fn(&str) -> String, between: &str) -> String {
        let lines: Vec<_> = self.lines.iter().map(|line| escaped(line)).collect();
        lines.join(between)
    }
}

/// What a node stands for; its place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Id {
    /// The interface with this index; 0 is a word instead of interfaces.
    Interface(Inode, u32),
    /// The namespace to which the interface with this index leads.
    Unseen(Inode, u32),
}

/// As a name that means nothing else in any of the languages.
impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface(inode, index) => write!(out, "n{inode}_{index}"),
            Self::Unseen(inode, index) => write!(out, "u{inode}_{index}"),
        }
    }
}

/// Two nodes, and how the first belongs to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: Id,
    to: Id,
    what: Bond,
}

/// How two interfaces belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    /// They are the ends of one cable.
    Peer,
    /// The first is a port of the second.
    Port,
    /// The first rides on the second.
    Rides,
}

impl Bond {
    /// The word at an edge that has a direction.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Peer => None,
            Self::Port => Some("port of"),
            Self::Rides => Some("on"),
        }
    }
}

impl Graph {
    /// Draws what `shown` has of `whole`, and the ends of the links that lead out of it with the bridges behind them.
    fn of(shown: &Snapshot, whole: &Snapshot, charset: Charset) -> Self {
        let wiring = Wiring::of(whole);
        let mut sketch = Sketch {
            wiring: &wiring,
            charset,
            drawn: BTreeMap::new(),
            edges: BTreeSet::new(),
            unseen: BTreeMap::new(),
        };
        for space in shown.network.iter().flatten() {
            sketch.space(space);
        }
        sketch.finish()
    }
}

/// A graph in the making.
struct Sketch<'a> {
    wiring: &'a Wiring<'a>,
    charset: Charset,
    /// The interfaces that are drawn, by namespace and index.
    drawn: BTreeMap<Inode, BTreeMap<u32, Node>>,
    edges: BTreeSet<Edge>,
    unseen: BTreeMap<Id, Node>,
}

impl Sketch<'_> {
    fn text(&self, text: &str) -> String {
        visible_in(text, self.charset).into_owned()
    }

    /// A namespace with all of its interfaces but lo.
    fn space(&mut self, space: &NetworkNamespace) {
        let interfaces = space.interfaces.iter().flatten();
        let mut is_empty = true;
        for interface in interfaces.filter(|one| one.kind.as_deref() != Some("loopback")) {
            is_empty = false;
            self.interface(space, interface);
            self.port(space, interface);
            self.end(space, interface, interface.peer.as_ref(), Bond::Peer);
            self.end(space, interface, interface.link.as_ref(), Bond::Rides);
        }
        if is_empty {
            let word = match &space.interfaces {
                None => "interfaces not known",
                Some(all) if all.is_empty() => "no interface",
                Some(_) => "only lo",
            };
            let node = Node {
                id: Id::Interface(space.namespace, 0),
                lines: vec![word.to_owned()],
            };
            self.drawn
                .entry(space.namespace)
                .or_default()
                .insert(0, node);
        }
    }

    fn interface(&mut self, space: &NetworkNamespace, interface: &Interface) {
        let lines = self.lines(interface);
        let id = Id::Interface(space.namespace, interface.index);
        let nodes = self.drawn.entry(space.namespace).or_default();
        nodes.entry(interface.index).or_insert(Node { id, lines });
    }

    /// Name, kind and state, network, addresses.
    fn lines(&self, interface: &Interface) -> Vec<String> {
        let kind = interface.kind.iter().map(|kind| self.text(kind));
        let state = interface.state.as_deref();
        let state = state.map_or_else(|| "state not known".to_owned(), |state| self.text(state));
        let words: Vec<_> = kind.chain([state]).collect();
        let mut lines = vec![self.text(&interface.name), words.join(", ")];
        let network = interface.network.as_deref();
        lines.extend(network.map(|network| format!("network {}", self.text(network))));
        let addresses = interface.addresses.iter().flatten();
        lines
            .extend(addresses.map(|one| format!("{}/{}", self.text(&one.address), one.prefix_len)));
        if interface.addresses.is_none() {
            lines.push("addresses not known".to_owned());
        }
        lines
    }

    /// The bridge of which it is a port.
    fn port(&mut self, space: &NetworkNamespace, interface: &Interface) {
        let master = interface.master.and_then(|index| space.interface(index));
        let Some(master) = master else { return };
        self.interface(space, master);
        self.edges.insert(Edge {
            from: Id::Interface(space.namespace, interface.index),
            to: Id::Interface(space.namespace, master.index),
            what: Bond::Port,
        });
    }

    /// What it is plugged into or rides on.
    fn end(
        &mut self,
        space: &NetworkNamespace,
        interface: &Interface,
        end: Option<&End>,
        what: Bond,
    ) {
        let Some(end) = end else { return };
        let from = Id::Interface(space.namespace, interface.index);
        let to = match self.wiring.interface(end) {
            Some((there, other)) => {
                self.interface(there, other);
                self.port(there, other);
                Id::Interface(there.namespace, other.index)
            }
            None => self.unseen(space.namespace, interface.index, end),
        };
        // A cable is drawn once, from whichever side it is seen.
        let (from, to) = if what == Bond::Peer && to < from {
            (to, from)
        } else {
            (from, to)
        };
        self.edges.insert(Edge { from, to, what });
    }

    fn unseen(&mut self, inode: Inode, index: u32, end: &End) -> Id {
        let id = Id::Unseen(inode, index);
        let place = match end.namespace {
            None => "in a namespace that cannot be seen".to_owned(),
            Some(inode) => format!("in {}", self.text(&self.wiring.title(inode))),
        };
        let name = end.name.as_deref().map(|name| self.text(name));
        let name = name.or_else(|| end.index.map(|index| format!("index {index}")));
        let lines = name.into_iter().chain([place]).collect();
        self.unseen.insert(id, Node { id, lines });
        id
    }

    fn finish(self) -> Graph {
        let titles: Vec<_> = self
            .drawn
            .keys()
            .map(|inode| self.text(&self.wiring.title(*inode)))
            .collect();
        let clusters = self.drawn.into_iter().zip(titles);
        let clusters = clusters.map(|((inode, nodes), title)| Cluster {
            inode,
            title,
            nodes: nodes.into_values().collect(),
        });
        Graph {
            clusters: clusters.collect(),
            unseen: self.unseen.into_values().collect(),
            edges: self.edges,
        }
    }
}
