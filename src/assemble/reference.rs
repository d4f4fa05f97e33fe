//! What "the host's" means from where we look.
//!
//! We see the host where the proc mount shows kthreadd, or our own pid namespace is the initial one. Then kthreadd's
//! namespaces are the host's; where they may not be read, the numbers that the kernel reserves for them are.
//! Otherwise we are inside a container, and nothing is called the host's.

use crate::collect::observation::{Links, Miss, Observation};
use crate::model::{Gap, Inode, KernelRelease, Kind, PerKind, Reason};

/// The host's namespaces and our own.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// Whether we see the host.
    pub(super) sees_host: bool,
    /// Whether the proc mount hides processes: we see the host, but not even its kthreadd.
    pub(super) hides_processes: bool,
    /// The host's namespaces, for each kind that the kernel has.
    pub(super) host: PerKind<Option<Inode>>,
    /// Our own.
    pub(super) viewer: PerKind<Option<Inode>>,
}

impl Reference {
    pub(super) fn of(seen: &Observation) -> Self {
        let own = seen.viewer.links;
        let sees_host =
            seen.host.kthreadd.is_some() || own.get(Kind::Pid) == Ok(Kind::Pid.initial().0);
        let release = seen.host.kernel.as_deref().and_then(release);
        let host = |kind| {
            let kthreadd = seen.host.kthreadd.and_then(|links| links.get(kind).ok());
            kthreadd
                .or_else(|| reserved(kind, release, own))
                .filter(|_| sees_host)
        };
        let exists = |kind| exists(kind, seen);
        Self {
            sees_host,
            hides_processes: sees_host && seen.host.kthreadd.is_none(),
            host: PerKind::from_fn(|kind| exists(kind).then(|| host(kind))),
            viewer: PerKind::from_fn(|kind| exists(kind).then(|| own.get(kind).ok())),
        }
    }

    /// What rows are compared with: the host's namespaces, or our own where the host is not seen.
    pub(super) fn compared(&self) -> &PerKind<Option<Inode>> {
        if self.sees_host {
            &self.host
        } else {
            &self.viewer
        }
    }

    /// `/proc/sys/kernel/hostname` is the name in our own uts namespace.
    pub(super) fn hostname_is_the_hosts(&self) -> bool {
        let host = self.host.inode(Kind::Uts);
        !self.sees_host
            || host.is_none()
            || self
                .viewer
                .inode(Kind::Uts)
                .is_none_or(|own| host == Some(own))
    }

    /// What cannot be known from where we look.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let gap = |what: &str, reason| Gap {
            what: what.to_owned(),
            reason,
            count: 1,
        };
        let mut gaps = Vec::new();
        if !self.sees_host {
            let inside = "the host: we are inside a container and see only its inside";
            return vec![gap(inside, Reason::Unsupported)];
        }
        if !self.hostname_is_the_hosts() {
            gaps.push(gap(
                "the host's name: we are in another uts namespace",
                Reason::Unsupported,
            ));
        }
        let cgroup = (
            self.host.inode(Kind::Cgroup),
            self.viewer.inode(Kind::Cgroup),
        );
        if matches!(cgroup, (Some(host), Some(own)) if host != own) {
            let relative = "whole cgroup paths: we are in another cgroup namespace";
            gaps.push(gap(relative, Reason::Unsupported));
        }
        if self.hides_processes {
            gaps.push(gap(
                "processes that this proc mount hides (hidepid)",
                Reason::Denied,
            ));
        }
        let unknown = self.host.iter().filter(|(_, inode)| inode.is_none());
        gaps.extend(
            unknown.map(|(kind, _)| gap(&format!("the host's {kind} namespace"), Reason::Denied)),
        );
        gaps
    }
}

/// A kernel without this kind of namespace has no such link for any process.
fn exists(kind: Kind, seen: &Observation) -> bool {
    let shows = |links: &Links| !matches!(links.get(kind), Err(Miss::Absent | Miss::NotAsked));
    shows(&seen.viewer.links)
        || seen.host.kthreadd.as_ref().is_some_and(shows)
        || seen.processes.iter().any(|process| shows(&process.links))
}

/// The number reserved for the initial namespace, where this kernel keeps to it or our own link proves it.
fn reserved(kind: Kind, release: Option<KernelRelease>, own: Links) -> Option<Inode> {
    let (inode, since) = kind.initial();
    let is_kept = release.is_some_and(|release| release >= since);
    (is_kept || own.get(kind) == Ok(inode)).then_some(inode)
}

/// `6.18.44-cloud` → (6, 18).
fn release(text: &str) -> Option<KernelRelease> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases() {
        assert_eq!(release("6.18.44-fc"), Some((6, 18)));
        assert_eq!(release("6.1.0-37-cloud-amd64"), Some((6, 1)));
        assert_eq!(release("7.2-rc1"), Some((7, 2)));
        assert_eq!(release("linux"), None);
    }

    #[test]
    fn numbers_are_reserved_from_a_release_on() {
        let nothing = Links::missed(Miss::Denied);
        assert_eq!(reserved(Kind::Net, Some((6, 16)), nothing), None);
        assert_eq!(
            reserved(Kind::Net, Some((6, 17)), nothing),
            Some(Inode(4_026_531_833))
        );
        assert_eq!(
            reserved(Kind::Uts, Some((4, 0)), nothing),
            Some(Inode(4_026_531_838))
        );
        let mut own = nothing;
        own.own[Kind::Net as usize] = Ok(Inode(4_026_531_833));
        assert_eq!(reserved(Kind::Net, None, own), Some(Inode(4_026_531_833)));
    }
}
