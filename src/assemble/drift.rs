//! Declared against real: kinds whose mode, as the engine says, and the kernel disagree.
//!
//! `container:X` chains are followed to their end, since a container that joins one that uses the host's namespace
//! is in the host's too. Only a contradiction counts: where the kernel's answer or the end of a chain is unknown,
//! nothing is claimed.

use super::reference::Reference;
use crate::model::{Container, Inode, Kind};

/// Longer chains than this are circles.
const LONGEST_CHAIN: usize = 32;

/// Fills `drift` of every container.
pub(super) fn find(containers: &mut [Container], reference: &Reference) {
    let drifts: Vec<Vec<Kind>> = containers
        .iter()
        .map(|container| {
            let drifts = |kind: &Kind| has_drifted(container, *kind, containers, reference);
            Kind::ALL.into_iter().filter(drifts).collect()
        })
        .collect();
    for (container, drift) in containers.iter_mut().zip(drifts) {
        container.drift = drift;
    }
}

fn has_drifted(
    container: &Container,
    kind: Kind,
    all: &[Container],
    reference: &Reference,
) -> bool {
    let Some(inode) = inode(container, kind) else {
        return false;
    };
    let end = end_of_chain(container, kind, all);
    let elsewhere = end
        .and_then(|end| self::inode(end, kind))
        .is_some_and(|there| there != inode);
    let against_host = || {
        let is_host = reference.host.inode(kind)? == inode;
        let declared_host = mode_of(end?, kind)?.is_host()?;
        // A rootless engine means its own namespaces by "host".
        let is_rootless = self::inode(container, Kind::User) != reference.host.inode(Kind::User);
        Some(declared_host != is_host && !(declared_host && is_rootless))
    };
    elsewhere || against_host() == Some(true)
}

fn inode(container: &Container, kind: Kind) -> Option<Inode> {
    container.sharing.get(kind)?.inode
}

/// The container whose own mode decides: itself, or the last one of a `container:X` chain. The last one may be known
/// by its cgroup alone, with no mode.
fn end_of_chain<'a>(
    start: &'a Container,
    kind: Kind,
    all: &'a [Container],
) -> Option<&'a Container> {
    let mut end = start;
    for _ in 0..LONGEST_CHAIN {
        match mode_of(end, kind) {
            Some(Mode::Container(name)) => end = named(name, all)?,
            _ => return Some(end),
        }
    }
    None
}

/// Engines name the other container by full id; Podman and old files by name or a part of the id.
fn named<'a>(name: &str, all: &'a [Container]) -> Option<&'a Container> {
    let by = |matches: &dyn Fn(&&Container) -> bool| all.iter().find(matches);
    by(&|c| c.id == name)
        .or_else(|| by(&|c| c.name == name))
        .or_else(|| by(&|c| name.len() >= 12 && c.id.starts_with(name)))
}

/// What a declared mode says about a namespace.
enum Mode<'a> {
    Host,
    Own,
    Container(&'a str),
    /// The engine's default, which it does not tell here.
    Default,
}

impl Mode<'_> {
    const fn is_host(&self) -> Option<bool> {
        match self {
            Self::Host => Some(true),
            Self::Own => Some(false),
            Self::Container(_) | Self::Default => None,
        }
    }
}

fn mode_of(container: &Container, kind: Kind) -> Option<Mode<'_>> {
    let declared = container.declared.as_ref()?.get(kind)?.as_str();
    let default_is_own = matches!(kind, Kind::Net | Kind::Pid | Kind::Uts);
    Some(match (declared, declared.split_once(':')) {
        (_, Some(("container", name))) => Mode::Container(name),
        ("host", _) => Mode::Host,
        // An empty ipc, user or cgroup mode leaves it to the daemon's configuration.
        ("", _) if default_is_own => Mode::Own,
        ("" | "default", _) if !default_is_own => Mode::Default,
        // `ns:PATH` of Podman joins anything.
        (_, Some(_)) => Mode::Default,
        _ => Mode::Own,
    })
}
