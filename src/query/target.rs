//! Who is meant by a word on the command line.

use std::fmt::Write as _;

use crate::model::{Container, Group, Inode, Kind, NetworkNamespace, Process, Snapshot};

/// Someone, or something, of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// The host.
    Host,
    /// A container.
    Container(&'a Container),
    /// Processes in no container that differ from the host.
    Group(&'a Group),
    /// A process.
    Process(&'a Process),
    /// A namespace.
    Namespace(Kind, Inode),
}

/// Why a word names nobody, or too many. What is quoted is not yet made visible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nobody is called that.
    #[error(
        "nothing here is called {0:?}: no container (by name or id), no pid, no group, no KIND:[INODE], no netns:NAME"
    )]
    NotFound(String),
    /// Several are.
    #[error("{word:?} may be {}", candidates.join(", or "))]
    Ambiguous {
        /// The word.
        word: String,
        /// Each of them, with a word that names only it.
        candidates: Vec<String>,
    },
}

/// Finds who is meant by `word`: `host`, a container by name or the beginning of its id, a group by name or id, a pid,
/// `KIND:INODE`, `KIND:[INODE]`, or `netns:NAME` for a namespace under `/run/netns`; the bare name too, where nobody else is
/// called that.
///
/// A whole name, id or pid goes before the beginning of an id.
pub fn target<'a>(snapshot: &'a Snapshot, word: &str) -> Result<Target<'a>, TargetError> {
    let missing = || TargetError::NotFound(word.to_owned());
    if let Some(name) = word.strip_prefix("netns:") {
        return netns(snapshot, name).ok_or_else(missing);
    }
    if let Some((kind, inode)) = namespace_link(word) {
        let found = exists(snapshot, kind, inode).then_some(Target::Namespace(kind, inode));
        return found.ok_or_else(missing);
    }
    let mut found = whole(snapshot, word);
    if found.is_empty() && !word.is_empty() {
        let containers = snapshot.containers.iter().flatten();
        let begun = containers.filter(|container| container.id.starts_with(word));
        found = begun.map(Target::Container).collect();
    }
    if found.is_empty() {
        // Titles call a namespace without tenants by this name.
        found.extend(netns(snapshot, word));
    }
    match found.as_slice() {
        [] => Err(missing()),
        [only] => Ok(*only),
        several => Err(TargetError::Ambiguous {
            word: word.to_owned(),
            candidates: several.iter().map(Target::describe).collect(),
        }),
    }
}

fn netns<'a>(snapshot: &Snapshot, name: &str) -> Option<Target<'a>> {
    let mut all = snapshot.network.iter().flatten();
    let named = all.find(|ns| ns.name.as_deref() == Some(name))?;
    Some(Target::Namespace(Kind::Net, named.namespace))
}

/// The namespace that `net:4026532184` or `net:[4026532184]` names, whether it is there or not.
#[must_use]
pub fn namespace_link(word: &str) -> Option<(Kind, Inode)> {
    let (kind, inode) = word.split_once(':')?;
    let bare = inode
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let inode = bare.unwrap_or(inode);
    let is_number = inode.bytes().all(|byte| byte.is_ascii_digit());
    let inode = inode.parse().ok().filter(|_| is_number)?;
    Some((kind.parse().ok()?, Inode(inode)))
}

fn exists(snapshot: &Snapshot, kind: Kind, inode: Inode) -> bool {
    let is_it =
        |namespace: &crate::model::Namespace| namespace.kind == kind && namespace.inode == inode;
    let is_wired = |ns: &NetworkNamespace| kind == Kind::Net && ns.namespace == inode;
    let has = |process: &Process| process.namespaces.inode(kind) == Some(inode);
    snapshot.namespaces.iter().flatten().any(is_it)
        || snapshot.network.iter().flatten().any(is_wired)
        || snapshot.processes.iter().flatten().any(has)
}

/// Everything of which the whole name, id or pid is `word`.
fn whole<'a>(snapshot: &'a Snapshot, word: &str) -> Vec<Target<'a>> {
    let containers = snapshot.containers.iter().flatten();
    let containers = containers.filter(|row| row.name == word || row.id == word);
    let groups = snapshot.groups.iter().flatten();
    let groups = groups.filter(|row| row.name == word || row.id == word);
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let pid = word.parse().ok().filter(|_| is_number);
    let processes = snapshot.processes.iter().flatten();
    let process = processes.filter(|process| Some(process.pid) == pid);
    let host = (word == "host").then_some(Target::Host);
    host.into_iter()
        .chain(containers.map(Target::Container))
        .chain(groups.map(Target::Group))
        .chain(process.map(Target::Process))
        .collect()
}

impl Target<'_> {
    /// Its namespace of `kind`; `None` where it is not known, or where it is a namespace of another kind.
    #[must_use]
    pub fn namespace(&self, snapshot: &Snapshot, kind: Kind) -> Option<Inode> {
        match self {
            Self::Host => snapshot.host.namespaces.inode(kind),
            Self::Container(container) => container.sharing.get(kind)?.inode,
            Self::Group(group) => group.sharing.get(kind)?.inode,
            Self::Process(process) => process.namespaces.inode(kind),
            Self::Namespace(own, inode) => (*own == kind).then_some(*inode),
        }
    }

    /// What it is, for a sentence; names in it are not yet made visible.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Host => "the host".to_owned(),
            Self::Container(container) => {
                format!("the container {} ({})", container.name, container.id)
            }
            Self::Group(group) => format!("the group {} ({})", group.name, group.id),
            Self::Process(process) => {
                let mut text = format!("the process {}", process.pid);
                if let Some(comm) = &process.comm {
                    // Writing to a String cannot fail.
                    let _ = write!(text, " ({comm})");
                }
                text
            }
            Self::Namespace(kind, inode) => format!("the namespace {kind}:[{inode}]"),
        }
    }

    /// What it is called, in short; not yet made visible. `None` for a namespace, which is called after who is in it.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Host => Some("host".to_owned()),
            Self::Container(container) => Some(container.name.clone()),
            Self::Group(group) => Some(group.name.clone()),
            Self::Process(process) => Some(format!("pid {}", process.pid)),
            Self::Namespace(..) => None,
        }
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
