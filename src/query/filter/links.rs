//! What an expression holds for among network namespaces and their interfaces.
//!
//! Here a word also finds names, addresses and hardware addresses of interfaces, and who listens; a number finds a port.
//! What holds for a namespace as such (how far it reaches, which it is) holds for its interfaces too.

use std::collections::HashMap;

use super::eval::Evaluation;
use super::expr::{Expr, Test, Word};
use super::matcher::{Pattern, Range};
use super::network::is_named;
use crate::model::{Container, Inode, Interface, NetworkNamespace, PortForward, Snapshot};
use crate::query::Wiring;

/// What a filter matches of the network: as many entries as the snapshot has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkHits {
    /// Network namespaces.
    pub namespaces: Vec<bool>,
    /// The interfaces of each.
    pub interfaces: Vec<Vec<bool>>,
}

/// What `expr` matches in `snapshot`.
pub(super) fn eval(expr: &Expr, snapshot: &Snapshot) -> LinkHits {
    let network = snapshot.network.iter().flatten().enumerate();
    let containers = snapshot.containers.iter().flatten();
    let evaluation = LinkEvaluation {
        spaces: snapshot.network.as_deref().unwrap_or_default(),
        places: network.map(|(at, space)| (space.namespace, at)).collect(),
        containers: containers.map(|row| (row.id.as_str(), row)).collect(),
        wiring: Wiring::of(snapshot),
        general: Evaluation::of(snapshot),
    };
    evaluation.expr(expr)
}

impl LinkHits {
    fn combine(&mut self, other: &Self, change: fn(&mut bool, bool)) {
        let own = self.namespaces.iter_mut();
        let own = own.chain(self.interfaces.iter_mut().flatten());
        let others = other.namespaces.iter();
        let others = others.chain(other.interfaces.iter().flatten());
        own.zip(others).for_each(|(own, other)| change(own, *other));
    }
}

struct LinkEvaluation<'a> {
    spaces: &'a [NetworkNamespace],
    /// Where each stands in `spaces`.
    places: HashMap<Inode, usize>,
    containers: HashMap<&'a str, &'a Container>,
    wiring: Wiring<'a>,
    general: Evaluation<'a>,
}

impl LinkEvaluation<'_> {
    fn expr(&self, expr: &Expr) -> LinkHits {
        match expr {
            Expr::All(all) => {
                let everything = self.ask(|_| true, |_, _| true);
                all.iter().fold(everything, |mut hits, expr| {
                    hits.combine(&self.expr(expr), |own, other| *own &= other);
                    hits
                })
            }
            Expr::Any(any) => {
                let nothing = self.ask(|_| false, |_, _| false);
                any.iter().fold(nothing, |mut hits, expr| {
                    hits.combine(&self.expr(expr), |own, other| *own |= other);
                    hits
                })
            }
            Expr::Not(expr) => {
                let mut hits = self.expr(expr);
                let everything = self.ask(|_| true, |_, _| true);
                hits.combine(&everything, |own, _| *own = !*own);
                hits
            }
            Expr::Test(test) => self.test(test),
        }
    }

    /// Answers of each namespace, and of each interface where it is not that of its namespace.
    fn ask(
        &self,
        space: impl Fn(&NetworkNamespace) -> bool,
        interface: impl Fn(&NetworkNamespace, &Interface) -> bool,
    ) -> LinkHits {
        let interfaces = self.spaces.iter().map(|space| {
            let all = space.interfaces.iter().flatten();
            all.map(|one| interface(space, one)).collect()
        });
        LinkHits {
            namespaces: self.spaces.iter().map(space).collect(),
            interfaces: interfaces.collect(),
        }
    }

    fn test(&self, test: &Test) -> LinkHits {
        let general = self.general.test(test).network;
        let known = |space: &NetworkNamespace| {
            let place = self.places.get(&space.namespace);
            place.is_some_and(|at| general[*at])
        };
        match test {
            Test::Word(word) => self.ask(
                |space| {
                    let mut interfaces = space.interfaces.iter().flatten();
                    known(space)
                        || self.is_found(space, word)
                        || interfaces.any(|one| is_called(one, word))
                },
                |space, interface| is_called(interface, word) || self.is_found(space, word),
            ),
            Test::Address(range) => self.ask(known, |_, one| has_address(one, *range)),
            Test::Interface(pattern) => self.ask(known, |_, one| is_named(one, pattern)),
            _ => self.ask(known, |space, _| known(space)),
        }
    }

    /// Whether its names or those of who lives there hold the word, or somebody listens there.
    fn is_found(&self, space: &NetworkNamespace, word: &Word) -> bool {
        let pattern = &word.pattern;
        let mut tenants = self.wiring.tenants(space.namespace).iter();
        let number = word.number.and_then(|number| u16::try_from(number).ok());
        word.number == Some(space.namespace.0)
            || pattern.matches_some(space.name.as_deref())
            || tenants.any(|tenant| pattern.matches(tenant.name))
            || self.networks(space).any(|name| pattern.matches(name))
            || match number {
                Some(port) => self.has_port(space, port),
                None => listens_at(space, pattern),
            }
    }

    /// The containers in it.
    fn inside(&self, space: &NetworkNamespace) -> impl Iterator<Item = &Container> {
        let ids = space.containers.iter().flatten();
        ids.filter_map(|id| self.containers.get(id.as_str()).copied())
    }

    /// The engines' networks that the containers in it are on.
    fn networks(&self, space: &NetworkNamespace) -> impl Iterator<Item = &str> {
        let networks = self.inside(space).flat_map(|row| &row.networks);
        networks.map(|network| network.name.as_str())
    }

    /// Whether a socket has this port, or it is published or forwarded.
    fn has_port(&self, space: &NetworkNamespace, port: u16) -> bool {
        let mut sockets = space.sockets.iter().flatten();
        let mut published = self.inside(space).flat_map(|row| &row.ports);
        let mut forwards = space.port_forwards.iter().flatten();
        sockets.any(|socket| port_of(socket.local.as_deref()) == Some(port))
            || published.any(|one| one.host_port == port || one.container_port == port)
            || forwards.any(|forward| forwards_port(forward, port))
    }
}

/// Whether a name or an address of the interface holds the word. A bare number is no part of an address: it is meant
/// for a port.
fn is_called(interface: &Interface, word: &Word) -> bool {
    let pattern = &word.pattern;
    let is_text = word.number.is_none();
    let mut addresses = interface.addresses.iter().flatten();
    is_named(interface, pattern)
        || pattern.matches_some(interface.network.as_deref())
        || (is_text
            && (pattern.matches_some(interface.mac.as_deref())
                || addresses.any(|one| pattern.matches(&one.address))))
}

fn has_address(interface: &Interface, range: Range) -> bool {
    let mut addresses = interface.addresses.iter().flatten();
    addresses.any(|one| range.holds(&one.address))
}

/// Whether the local address of a socket holds the text.
fn listens_at(space: &NetworkNamespace, pattern: &Pattern) -> bool {
    let mut sockets = space.sockets.iter().flatten();
    sockets.any(|socket| pattern.matches_some(socket.local.as_deref()))
}

/// The port of an address.
fn port_of(address: Option<&str>) -> Option<u16> {
    address?.rsplit_once(':')?.1.parse().ok()
}

fn forwards_port(forward: &PortForward, port: u16) -> bool {
    let last = forward.last_port.or(forward.port);
    let is_asked = forward.port.zip(last);
    is_asked.is_some_and(|(first, last)| (first..=last).contains(&port))
        || forward.to_port == Some(port)
}
