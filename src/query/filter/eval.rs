//! Expression → hits. Each question is put to whole lists at once, its answers are combined entry by entry.
//!
//! A question about what a thing *is* (its name, image, user, address) holds for what contains it or is in it, too: see
//! [`Census`]. A question about how it is *placed* (`kind`, `ns`, `procs`, how far a namespace reaches) is answered by
//! everything for itself.

use super::census::Census;
use super::expr::{Expr, Test, Text, Word};
use super::hits::{Hits, flags};
use super::matcher::{Bound, Pattern, Range};
use super::network;
use crate::model::{
    Container, Group, Inode, Kind, Namespace, NetworkNamespace, PerKind, Process, Scope, Share,
    Snapshot,
};

/// What `expr` matches in `snapshot`.
pub(super) fn eval(expr: &Expr, snapshot: &Snapshot) -> Hits {
    Evaluation::of(snapshot).expr(expr)
}

/// Answers the questions of one expression.
pub(super) struct Evaluation<'a> {
    snapshot: &'a Snapshot,
    census: Census<'a>,
}

impl<'a> Evaluation<'a> {
    /// Over this snapshot.
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let census = Census::of(snapshot);
        Self { snapshot, census }
    }
    fn expr(&self, expr: &Expr) -> Hits {
        match expr {
            Expr::All(all) => {
                let everything = Hits::all(self.snapshot, true);
                all.iter()
                    .fold(everything, |hits, expr| hits.and(&self.expr(expr)))
            }
            Expr::Any(any) => {
                let nothing = Hits::all(self.snapshot, false);
                any.iter()
                    .fold(nothing, |hits, expr| hits.or(&self.expr(expr)))
            }
            Expr::Not(expr) => self.expr(expr).not(),
            Expr::Test(test) => self.test(test),
        }
    }

    /// The answer to a single question.
    pub(super) fn test(&self, test: &Test) -> Hits {
        match test {
            Test::Word(word) => self.word(word),
            Test::Kind(kind) => self.kind(*kind),
            Test::Namespace(kind, bound) => self.namespace(*kind, *bound),
            Test::Pid(bound) => self.pid(*bound),
            Test::User(bound) => self.some_process(|process| bound.holds_some(process.uid)),
            Test::Text(which, pattern) => self.container(|row| has_text(row, *which, pattern)),
            Test::Label(key, value) => self.container(|row| {
                let found = row.labels.get(key);
                found.is_some_and(|found| value.as_ref().is_none_or(|value| value.matches(found)))
            }),
            Test::AnyLabel(pattern) => self.container(|row| {
                let mut labels = row.labels.iter();
                labels.any(|(key, value)| pattern.matches(&format!("{key}={value}")))
            }),
            Test::Address(range) => self.address(*range),
            Test::Interface(pattern) => self.network(|net| network::has_interface(net, pattern)),
            Test::Port(bound) => self.port(*bound),
            Test::Relation(relation) => {
                self.some_process(|process| process.relation == Some(*relation))
            }
            Test::Reach(scope, kind) => self.reach(*scope, *kind),
            Test::Processes(bound) => self.processes(*bound),
        }
    }

    /// Answers of the lists by themselves; `host` is the answer of the host's row.
    fn ask(
        &self,
        host: bool,
        container: impl FnMut(&Container) -> bool,
        group: impl FnMut(&Group) -> bool,
        process: impl FnMut(&Process) -> bool,
        namespace: impl FnMut(&Namespace) -> bool,
        network: impl FnMut(&NetworkNamespace) -> bool,
    ) -> Hits {
        let snapshot = self.snapshot;
        Hits {
            host,
            containers: flags(snapshot.containers.as_deref(), container),
            groups: flags(snapshot.groups.as_deref(), group),
            processes: flags(snapshot.processes.as_deref(), process),
            namespaces: flags(snapshot.namespaces.as_deref(), namespace),
            network: flags(snapshot.network.as_deref(), network),
        }
    }

    /// What a container is holds for its processes and for the namespaces that they are in.
    fn container(&self, question: impl FnMut(&Container) -> bool) -> Hits {
        let mut hits = self.ask(false, question, |_| false, |_| false, |_| false, |_| false);
        self.census.inherit(&mut hits);
        self.census.fill(&mut hits);
        hits
    }

    /// What a network namespace holds is there for all who are in it.
    fn network(&self, question: impl FnMut(&NetworkNamespace) -> bool) -> Hits {
        let mut hits = self.ask(false, |_| false, |_| false, |_| false, |_| false, question);
        self.census.spread(&mut hits);
        hits
    }

    fn address(&self, range: Range) -> Hits {
        let told = self.container(|row| {
            let mut addresses = row.networks.iter().filter_map(|net| net.address.as_deref());
            addresses.any(|address| range.holds(address))
        });
        told.or(&self.network(|net| network::has_address(net, range)))
    }

    /// Who holds a socket at such a port, where it is, and the containers for which such a port is published. Of a
    /// socket of which nobody knows who holds it, everyone where it is may be the one.
    fn port(&self, bound: Bound) -> Hits {
        let mut published = self.ask(
            false,
            |row| network::publishes(row, bound),
            |_| false,
            |_| false,
            |_| false,
            |_| false,
        );
        self.census.join(&mut published);
        let holders = network::holders(self.snapshot, bound);
        let mut held = self.ask(
            false,
            |_| false,
            |_| false,
            |process| holders.contains(&process.pid),
            |_| false,
            |net| network::has_port(net, bound),
        );
        self.census.mark(&mut held);
        self.census.lift(&mut held);
        let mut maybe = self.network(|net| network::has_port_of_somebody(net, bound));
        maybe.processes.fill(false);
        published.or(&held).or(&maybe)
    }

    fn word(&self, word: &Word) -> Hits {
        let pattern = &word.pattern;
        // The host's row is called so.
        let host =
            pattern.matches("host") || pattern.matches_some(self.snapshot.host.hostname.as_deref());
        let mut hits = self.ask(
            host,
            |row| is_called(row, pattern) || pattern.matches_some(row.image.as_deref()),
            |row| pattern.matches(&row.name),
            |process| {
                pattern.matches_some(process.comm.as_deref())
                    || pattern.matches_some(process.command.as_deref())
            },
            |namespace| pattern.matches_some(namespace.name.as_deref()),
            |net| network::is_called(net, word),
        );
        self.census.inherit(&mut hits);
        self.census.lift(&mut hits);
        self.census.fill(&mut hits);
        let Some(number) = word.number.map(Bound::equal) else {
            return hits;
        };
        hits.or(&self.pid(number)).or(&self.namespace(None, number))
    }

    fn kind(&self, kind: Kind) -> Hits {
        self.ask(
            true,
            |_| true,
            |_| true,
            |_| true,
            |namespace| namespace.kind == kind,
            |_| kind == Kind::Net,
        )
    }

    fn pid(&self, bound: Bound) -> Hits {
        let mut hits = self.ask(
            false,
            |row| bound.holds_some(row.init_pid),
            |row| bound.holds(row.leader_pid),
            |process| bound.holds(process.pid),
            |namespace| bound.holds_some(namespace.leader_pid),
            |net| bound.holds_some(net.leader_pid),
        );
        self.census.lift(&mut hits);
        self.census.fill(&mut hits);
        hits
    }

    /// What a process is holds for its row and for the namespaces that it is in.
    fn some_process(&self, question: impl FnMut(&Process) -> bool) -> Hits {
        let mut hits = self.ask(false, |_| false, |_| false, question, |_| false, |_| false);
        self.census.lift(&mut hits);
        self.census.fill(&mut hits);
        hits
    }

    fn processes(&self, bound: Bound) -> Hits {
        let has_list = self.snapshot.namespaces.is_some();
        let mut hits = self.ask(
            bound.holds_some(self.snapshot.host.process_count),
            |row| bound.holds(row.process_count),
            |row| bound.holds(row.process_count),
            |_| false,
            |namespace| bound.holds(namespace.process_count),
            // What is not among the namespaces has no process.
            |_| has_list && bound.holds(0),
        );
        self.census.copy(&mut hits);
        hits
    }

    /// A namespace itself, and who is in it.
    fn namespace(&self, wanted: Option<Kind>, bound: Bound) -> Hits {
        let holds = |kind: Kind, inode: Option<Inode>| {
            wanted.is_none_or(|wanted| wanted == kind)
                && bound.holds_some(inode.map(|inode| inode.0))
        };
        let shares = |sharing: &PerKind<Share>| {
            let mut shares = sharing.iter();
            shares.any(|(kind, share)| holds(kind, share.inode))
        };
        let inodes = |table: &PerKind<Option<Inode>>| {
            let mut inodes = table.iter();
            inodes.any(|(kind, inode)| holds(kind, *inode))
        };
        let mut hits = self.ask(
            inodes(&self.snapshot.host.namespaces),
            |row| shares(&row.sharing),
            |row| shares(&row.sharing),
            |process| inodes(&process.namespaces),
            |namespace| holds(namespace.kind, Some(namespace.inode)),
            |net| holds(Kind::Net, Some(net.namespace)),
        );
        self.census.lift(&mut hits);
        hits
    }

    fn reach(&self, scope: Scope, kind: Kind) -> Hits {
        let shares = |sharing: &PerKind<Share>| {
            let share = sharing.get(kind);
            share.is_some_and(|share| share.scope == scope)
        };
        let inode = |table: &PerKind<Option<Inode>>| {
            let found = table.get(kind).map(|inode| match inode {
                Some(inode) => self.census.scope(kind, *inode),
                None => Scope::Unknown,
            });
            found == Some(scope)
        };
        self.ask(
            inode(&self.snapshot.host.namespaces),
            |row| shares(&row.sharing),
            |row| shares(&row.sharing),
            |process| inode(&process.namespaces),
            |space| space.kind == kind && self.census.scope(kind, space.inode) == scope,
            |net| kind == Kind::Net && self.census.scope(kind, net.namespace) == scope,
        )
    }
}

fn has_text(row: &Container, which: Text, pattern: &Pattern) -> bool {
    match which {
        Text::Container => is_called(row, pattern),
        Text::Engine => pattern.matches(&row.engine),
        Text::Image => pattern.matches_some(row.image.as_deref()),
        Text::Project => pattern.matches_some(row.project.as_deref()),
        Text::Pod => {
            pattern.matches_some(row.pod.as_deref())
                || pattern.matches_some(row.pod_name.as_deref())
        }
    }
}

fn is_called(row: &Container, pattern: &Pattern) -> bool {
    pattern.matches(&row.name) || pattern.begins(&row.id)
}
