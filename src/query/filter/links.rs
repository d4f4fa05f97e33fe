//! What an expression holds for among network namespaces and their interfaces.
//!
//! Here a word also finds names, addresses and hardware addresses of interfaces, and who listens; a number finds a port.
//! What holds for a namespace as such (how far it reaches, which it is) holds for its interfaces too.

use std::collections::HashMap;

use super::eval::Evaluation;
use super::expr::{Expr, Test, Word};
use super::matcher::{Bound, Pattern};
use super::network;
use crate::model::{Container, Interface, NetworkNamespace, Snapshot};
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
    let containers = snapshot.containers.iter().flatten();
    let evaluation = LinkEvaluation {
        spaces: snapshot.network.as_deref().unwrap_or_default(),
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

    /// Answers of each namespace by its place, and of each interface with the place of its namespace.
    fn ask(
        &self,
        space: impl Fn(usize) -> bool,
        interface: impl Fn(usize, &Interface) -> bool,
    ) -> LinkHits {
        let spaces = self.spaces.iter().enumerate();
        let interfaces = spaces.map(|(at, space)| {
            let all = space.interfaces.iter().flatten();
            all.map(|one| interface(at, one)).collect()
        });
        LinkHits {
            namespaces: (0..self.spaces.len()).map(space).collect(),
            interfaces: interfaces.collect(),
        }
    }

    fn test(&self, test: &Test) -> LinkHits {
        let general = self.general.test(test).network;
        let known = |at: usize| general[at];
        match test {
            Test::Word(word) => self.word(word, &general),
            Test::Address(range) => self.ask(known, |_, one| network::is_at(one, *range)),
            Test::Interface(pattern) => self.ask(known, |_, one| network::is_named(one, pattern)),
            _ => self.ask(known, |at, _| known(at)),
        }
    }

    /// What is found in a namespace is asked once for all of its interfaces.
    fn word(&self, word: &Word, general: &[bool]) -> LinkHits {
        let spaces = self.spaces.iter();
        let found: Vec<bool> = spaces.map(|space| self.is_found(space, word)).collect();
        let mut hits = self.ask(
            |at| general[at] || found[at],
            |at, one| found[at] || network::is_interface_called(one, word),
        );
        for (space, interfaces) in hits.namespaces.iter_mut().zip(&hits.interfaces) {
            *space |= interfaces.contains(&true);
        }
        hits
    }

    /// Whether its names or those of who lives there hold the word, or somebody listens there.
    fn is_found(&self, space: &NetworkNamespace, word: &Word) -> bool {
        let pattern = &word.pattern;
        let mut tenants = self.wiring.tenants(space.namespace).iter();
        word.number == Some(space.namespace.0)
            || pattern.matches_some(space.name.as_deref())
            || tenants.any(|tenant| pattern.matches(tenant.name))
            || self.networks(space).any(|name| pattern.matches(name))
            || match word.number.map(Bound::equal) {
                Some(port) => {
                    network::has_port(space, port)
                        || self.inside(space).any(|row| network::publishes(row, port))
                }
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
}

/// Whether the local address of a socket holds the text.
fn listens_at(space: &NetworkNamespace, pattern: &Pattern) -> bool {
    let mut sockets = space.sockets.iter().flatten();
    sockets.any(|socket| pattern.matches_some(socket.local.as_deref()))
}
