//! What is on one link: every interface that a frame reaches without passing a router, and what stops it.
//!
//! A search goes from interface to interface as a frame would. What stops the frame does not stop the search: it goes on
//! behind, with the first fault in mind, so that whoever is found there is told apart from whoever is not there.

mod motion;
mod trouble;

use core::fmt::{self, Display, Formatter};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::fault::Fault;
use super::links::{Links, Port};
use crate::model::{Details, Inode, Interface, NetworkNamespace};
use crate::query::Wiring;

/// How a frame passes an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Motion {
    /// It leaves by it.
    Out,
    /// It comes in by it.
    In,
    /// It is handed from port to port; the interface is the bridge.
    Across,
}

/// Tags that a frame bears at most: two are usual at most, and where vlans lead back to themselves there would be no end.
const MOST_TAGS: usize = 3;
/// Places that are looked at on one link at most.
const MOST_PLACES: usize = 1 << 16;

/// A vlan tag on a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Tag {
    /// The vlan.
    id: u16,
    /// Whether it is one of a provider (802.1ad) and not an ordinary one (802.1Q).
    is_outer: bool,
}

impl Tag {
    /// The tag that a vlan interface puts on frames and takes off them; `None` where its number is not known.
    fn of(interface: &Interface) -> Option<Self> {
        let Some(Details::Vlan { id, protocol }) = &interface.details else {
            return None;
        };
        Some(Self {
            id: (*id)?,
            is_outer: protocol.as_deref() == Some("802.1ad"),
        })
    }
}

impl Display for Tag {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        f.write_str(if self.is_outer { " (802.1ad)" } else { "" })
    }
}

/// A place that the frame reaches.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) ns: &'a NetworkNamespace,
    pub(super) interface: &'a Interface,
    pub(super) motion: Motion,
    /// Vlan tags on the frame, the outermost last.
    pub(super) tags: Vec<Tag>,
    /// The first thing that keeps the frame from here.
    pub(super) fault: Option<Fault>,
    from: Option<usize>,
}

/// All places that a frame reaches.
#[derive(Debug)]
pub(super) struct Segment<'a> {
    nodes: Vec<Node<'a>>,
    /// Where the frame is handed to a namespace, the undisturbed ones first.
    pub(super) ends: Vec<usize>,
    /// Where it leaves what is seen undisturbed.
    pub(super) exits: Vec<Fault>,
}

impl<'a> Segment<'a> {
    /// Where a frame gets that `ns` sends by `interface`.
    fn of(
        wiring: &Wiring<'a>,
        links: &Links<'a>,
        ns: &'a NetworkNamespace,
        interface: &'a Interface,
    ) -> Self {
        let mut search = Search {
            wiring,
            links,
            segment: Self {
                nodes: Vec::new(),
                ends: Vec::new(),
                exits: Vec::new(),
            },
            seen: HashSet::new(),
            clear: VecDeque::new(),
            blocked: VecDeque::new(),
        };
        search.begin(ns, interface);
        while let Some(at) = search.next() {
            if search.segment.nodes.len() > MOST_PLACES {
                search.give_up((ns, interface));
                break;
            }
            search.expand(at);
        }
        search.segment
    }

    pub(super) fn node(&self, at: usize) -> &Node<'a> {
        &self.nodes[at]
    }

    /// The first thing wrong with the interface that it begins at.
    pub(super) fn start(&self) -> Option<&Fault> {
        self.nodes.first().and_then(|node| node.fault.as_ref())
    }

    /// The places from the beginning to `end`, up to the first that the frame does not pass.
    pub(super) fn trail(&self, end: usize) -> Vec<&Node<'a>> {
        let mut trail: Vec<_> = std::iter::successors(Some(end), |at| self.nodes[*at].from)
            .map(|at| &self.nodes[at])
            .collect();
        trail.reverse();
        let first_bad = trail.iter().position(|node| node.fault.is_some());
        trail.truncate(first_bad.map_or(trail.len(), |at| at + 1));
        trail
    }
}

/// The links of a snapshot, each searched once, when it is asked for.
#[derive(Debug)]
pub(super) struct Segments<'a, 'w> {
    wiring: &'w Wiring<'a>,
    links: Links<'a>,
    known: RefCell<HashMap<(Inode, u32), Rc<Segment<'a>>>>,
}

impl<'a, 'w> Segments<'a, 'w> {
    pub(super) fn of(wiring: &'w Wiring<'a>) -> Self {
        Self {
            wiring,
            links: Links::of(wiring),
            known: RefCell::default(),
        }
    }

    /// Where a frame gets that `ns` sends by `interface`.
    pub(super) fn from(
        &self,
        ns: &'a NetworkNamespace,
        interface: &'a Interface,
    ) -> Rc<Segment<'a>> {
        let mut known = self.known.borrow_mut();
        let key = (ns.namespace, interface.index);
        let segment = known
            .entry(key)
            .or_insert_with(|| Rc::new(Segment::of(self.wiring, &self.links, ns, interface)));
        Rc::clone(segment)
    }
}

/// A search that goes on.
struct Search<'a, 'w> {
    wiring: &'w Wiring<'a>,
    links: &'w Links<'a>,
    segment: Segment<'a>,
    seen: HashSet<(Inode, u32, Motion, Vec<Tag>)>,
    clear: VecDeque<usize>,
    blocked: VecDeque<usize>,
}

/// A step from one place to the next.
struct Step<'a> {
    to: Port<'a>,
    motion: Motion,
    tags: Vec<Tag>,
    fault: Option<Fault>,
}

impl<'a> Search<'a, '_> {
    fn begin(&mut self, ns: &'a NetworkNamespace, interface: &'a Interface) {
        self.add(
            None,
            Step {
                to: (ns, interface),
                motion: Motion::Out,
                tags: Vec::new(),
                fault: None,
            },
        );
    }

    /// What is reached undisturbed comes first.
    fn next(&mut self) -> Option<usize> {
        self.clear.pop_front().or_else(|| self.blocked.pop_front())
    }

    fn add(&mut self, from: Option<usize>, step: Step<'a>) {
        let (ns, interface) = step.to;
        let before = from.and_then(|from| self.segment.nodes[from].fault.clone());
        let fault = before
            .or(step.fault)
            .or_else(|| self.trouble(step.to, step.motion));
        let queue = if fault.is_none() {
            &mut self.clear
        } else {
            &mut self.blocked
        };
        queue.push_back(self.segment.nodes.len());
        self.segment.nodes.push(Node {
            ns,
            interface,
            motion: step.motion,
            tags: step.tags,
            fault,
            from,
        });
    }

    /// Goes on from the place `from`, with the same tags.
    fn go(&mut self, from: usize, to: Port<'a>, motion: Motion, fault: Option<Fault>) {
        let tags = self.segment.nodes[from].tags.clone();
        let step = Step {
            to,
            motion,
            tags,
            fault,
        };
        self.add(Some(from), step);
    }

    fn expand(&mut self, at: usize) {
        let Node {
            ns,
            interface,
            motion,
            ref tags,
            ..
        } = self.segment.nodes[at];
        // Two in one queue may lead to the same place; the first counts.
        let key = (ns.namespace, interface.index, motion, tags.clone());
        if !self.seen.insert(key) {
            return;
        }
        match motion {
            Motion::Out => self.leave(at, (ns, interface)),
            Motion::In => self.enter(at, (ns, interface)),
            Motion::Across => self.flood(at, (ns, interface)),
        }
    }

    fn exit(&mut self, at: usize, fault: Fault) {
        if self.segment.nodes[at].fault.is_none() {
            self.segment.exits.push(fault);
        }
    }
}

fn join<T: ToString>(all: &[T]) -> String {
    let all: Vec<_> = all.iter().map(ToString::to_string).collect();
    all.join(", ")
}
