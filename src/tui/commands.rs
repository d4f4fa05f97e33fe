//! The quick commands: what is asked in a namespace of each kind, and shown as a page.

use crate::model::Kind;

/// Stands for the pid of the process by which the namespace is entered.
pub(super) const PID: &str = "{pid}";

/// A command that is run in a namespace, with the host's tools; in a mount namespace with the files there, in a user namespace with ours.
///
/// Where [`PID`] is among its words, it is run outside and told the pid as the host sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct QuickCommand {
    /// The kind of namespace that it asks about.
    pub(super) kind: Kind,
    /// The program and its arguments.
    pub(super) words: Vec<String>,
}

impl QuickCommand {
    /// Whether it is told the pid instead of being run inside.
    pub(super) fn is_outside(&self) -> bool {
        self.words.iter().any(|word| word.contains(PID))
    }
}

/// What there is without a configuration, in the order of the chooser.
const BUILT_IN: [(Kind, &[&[&str]]); 8] = [
    (
        Kind::Net,
        &[
            &["ip", "addr"],
            &["ip", "route"],
            &["ss", "-tlnp"],
            &["ip", "neigh"],
        ],
    ),
    (Kind::Pid, &[&["ps", "axf"]]),
    // A container need not have it, and its own mounts are not in the way of reading the others.
    (Kind::Mnt, &[&["findmnt", "--task", PID]]),
    (Kind::Ipc, &[&["ipcs", "-a"]]),
    (Kind::Uts, &[&["hostname"]]),
    // Its root would have every right over what runs in it, with our files.
    (
        Kind::User,
        &[
            &["cat", "/proc/{pid}/uid_map"],
            &["cat", "/proc/{pid}/gid_map"],
        ],
    ),
    (Kind::Cgroup, &[&["cat", "/proc/{pid}/cgroup"]]),
    (Kind::Time, &[&["cat", "/proc/{pid}/timens_offsets"]]),
];

/// All of them, kind by kind: the built-in ones, and behind them those of the configuration.
pub(super) fn all(configured: &[QuickCommand]) -> Vec<QuickCommand> {
    let of_kind = |(kind, commands): &(Kind, &[&[&str]])| {
        let kind = *kind;
        let built_in = commands.iter().map(move |words| QuickCommand {
            kind,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        });
        let own = configured.iter().filter(move |own| own.kind == kind);
        built_in.chain(own.cloned()).collect::<Vec<_>>()
    };
    BUILT_IN.iter().flat_map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_and_the_configured_ones_come_behind_those_of_their_kind() {
        let own = QuickCommand {
            kind: Kind::Net,
            words: vec!["conntrack".to_owned(), "-L".to_owned()],
        };
        let all = all(std::slice::from_ref(&own));
        for kind in Kind::ALL {
            assert!(all.iter().any(|one| one.kind == kind), "{kind}");
        }
        let net: Vec<_> = all.iter().filter(|one| one.kind == Kind::Net).collect();
        assert_eq!((net.len(), net[4]), (5, &own));
        let outside: Vec<_> = all.iter().filter(|one| one.is_outside()).collect();
        let kinds: Vec<_> = outside.iter().map(|one| one.kind).collect();
        assert_eq!(
            kinds,
            [Kind::Mnt, Kind::User, Kind::User, Kind::Cgroup, Kind::Time]
        );
    }
}
