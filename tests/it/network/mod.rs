//! What network namespaces hold, with `ip` inside each as a second opinion.

pub(crate) mod compare;
mod ends;
mod kinds;
mod many;
mod nat;

use self::compare::Said;
use crate::support::eventually;
use crate::support::netns::{Netns, ip_at};
use crate::support::program::snapshot;
use nslens::model::{Inode, Interface, NetworkNamespace, Snapshot};

/// A look at the networks of this host alone.
fn look() -> Snapshot {
    snapshot(&["--no-docker", "--only", "network"])
}

/// What changes by itself when links come up, in words of `ip`.
const STATE: [&str; 4] = [
    "-br addr",
    "-4 route show table all",
    "-6 route show table all",
    "neigh",
];

/// A look, and what `ip` said at the same time of each namespace, given by its path, while nothing changed: the kernel
/// goes on making addresses, routes and neighbours for links that have just come up.
pub(crate) fn look_beside_ip(namespaces: &[String]) -> (Snapshot, Vec<Said>) {
    let of = |path: &String| STATE.map(|words| ip_at(path, words));
    let state = || -> Vec<_> { namespaces.iter().map(of).collect() };
    eventually("a network at rest", || {
        let before = state();
        let said = namespaces.iter().map(|path| Said::of(path)).collect();
        let seen = look();
        (state() == before).then_some((seen, said))
    })
}

/// A look at the networks of this host alone, of namespaces without a process too, and of every socket.
fn look_deep() -> Snapshot {
    snapshot(&["--no-docker", "--only", "network", "--deep"])
}

/// Finds things in the networks of a snapshot.
pub(crate) trait Networks {
    /// The namespace with this number.
    fn network(&self, inode: Inode) -> &NetworkNamespace;

    /// An interface of a named namespace.
    fn interface(&self, netns: &Netns, name: &str) -> &Interface;
}

impl Networks for Snapshot {
    #[track_caller]
    fn network(&self, inode: Inode) -> &NetworkNamespace {
        let mut all = self.network.iter().flatten();
        all.find(|namespace| namespace.namespace == inode)
            .unwrap_or_else(|| panic!("net:[{inode}] is missing"))
    }

    #[track_caller]
    fn interface(&self, netns: &Netns, name: &str) -> &Interface {
        let namespace = self.network(netns.inode());
        namespace
            .interface_named(name)
            .unwrap_or_else(|| panic!("{name} is missing in {netns:?}"))
    }
}
