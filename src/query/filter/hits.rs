//! What an expression holds for: a bool for the host's row and for each entry of a snapshot's lists.

use crate::model::Snapshot;

/// What a filter matches. Each list is as long as the snapshot's, and empty where the snapshot has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The host, with the processes that are in no container and no group.
    pub host: bool,
    /// Containers.
    pub containers: Vec<bool>,
    /// Groups.
    pub groups: Vec<bool>,
    /// Namespaces.
    pub namespaces: Vec<bool>,
    /// Processes.
    pub processes: Vec<bool>,
    /// What the network namespaces hold.
    pub network: Vec<bool>,
}

impl Hits {
    /// Everything in `snapshot`, or nothing.
    pub(super) fn all(snapshot: &Snapshot, value: bool) -> Self {
        Self {
            host: value,
            containers: flags(snapshot.containers.as_deref(), |_| value),
            groups: flags(snapshot.groups.as_deref(), |_| value),
            namespaces: flags(snapshot.namespaces.as_deref(), |_| value),
            processes: flags(snapshot.processes.as_deref(), |_| value),
            network: flags(snapshot.network.as_deref(), |_| value),
        }
    }

    /// What both match.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.combine(other, |own, other| *own &= other);
        self
    }

    /// What either matches.
    pub(super) fn or(mut self, other: &Self) -> Self {
        self.combine(other, |own, other| *own |= other);
        self
    }

    /// What it does not match.
    pub(super) fn not(mut self) -> Self {
        self.host = !self.host;
        let lists = self.lists().into_iter().flatten();
        lists.for_each(|flag| *flag = !*flag);
        self
    }

    fn combine(&mut self, other: &Self, change: fn(&mut bool, bool)) {
        change(&mut self.host, other.host);
        let others = [
            &other.containers,
            &other.groups,
            &other.namespaces,
            &other.processes,
            &other.network,
        ];
        for (own, other) in self.lists().into_iter().zip(others) {
            own.iter_mut()
                .zip(other)
                .for_each(|(own, other)| change(own, *other));
        }
    }

    fn lists(&mut self) -> [&mut Vec<bool>; 5] {
        [
            &mut self.containers,
            &mut self.groups,
            &mut self.namespaces,
            &mut self.processes,
            &mut self.network,
        ]
    }
}

/// Asks `question` for each entry of a list.
pub(super) fn flags<T>(list: Option<&[T]>, question: impl FnMut(&T) -> bool) -> Vec<bool> {
    list.unwrap_or_default().iter().map(question).collect()
}
