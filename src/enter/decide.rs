//! From what was asked for to a plan, by what a snapshot tells.

use std::ffi::OsString;
use std::path::PathBuf;

use super::plan::{Door, Environment, Files, Plan};
use crate::model::{Container, Inode, Kind, PerKind, Process, Snapshot};
use crate::query::Target;

/// How to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which namespaces.
    pub kinds: Kinds,
    /// The host's tools instead of the target's.
    pub tools: Option<Tools>,
    /// What the command finds in its environment.
    pub environment: Environment,
    /// Whether the command gets no more rights than the target's process has.
    pub confined: bool,
    /// The program and its arguments; `None` for a shell.
    pub command: Option<Vec<OsString>>,
}

/// Which of the target's namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// Every one in which it differs from us.
    All,
    /// These, where it differs from us.
    Some(Vec<Kind>),
}

/// How the host's tools are brought along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tools {
    /// By staying outside of the target's mount namespace.
    Outside,
    /// By a private copy of the target's mounts.
    Full,
}

/// Why a target cannot be entered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The snapshot shows no process of it.
    #[error("no process of {0} can be seen, so there is nothing to enter by")]
    Empty(String),
    /// A namespace that no process is in: a file may lead there.
    #[error("no process is in {0}:[{1}]")]
    NoProcess(Kind, Inode),
    /// The process has ended.
    #[error("{0} has ended and only waits for its parent: it is in no namespaces any more")]
    Zombie(String),
    /// It is a part of the kernel.
    #[error("{0} is a thread of the kernel: it has no files to run anything from")]
    KernelThread(String),
    /// A number is missing.
    #[error("the {1} namespace of {0} is not known{2}")]
    Unknown(String, Kind, &'static str),
    /// Ours is.
    #[error("our own {0} namespace is not known, so nothing can be compared with it")]
    OwnUnknown(Kind),
    /// The kernel has no such kind.
    #[error("this kernel has no {0} namespaces")]
    Unsupported(Kind),
    /// A namespace has no others beside it.
    #[error("{0} is one namespace: it has no {1} namespace to enter")]
    OtherKind(String, Kind),
    /// Only a process has it.
    #[error("{0} is one namespace: {1} needs a process")]
    NeedsProcess(String, &'static str),
    /// The host's tools stay outside of this kind, for this reason.
    #[error("--tools stays outside of the {0} namespace{1}")]
    Outside(Kind, &'static str),
    /// With other files than the target's, its environment would run its code as us.
    #[error(
        "--env goes with the target's files only: what its environment names (LD_PRELOAD, PATH) our programs would load \
         and run as us"
    )]
    EnvironmentWithOurs,
    /// With other files than the target's, the target gets at them through the command.
    #[error(
        "--confined goes with the target's files only: through a command that is who the target is and may no more than it, \
         the target would get at our files"
    )]
    ConfinedWithOurs,
    /// Told apart from another process with its pid only by this.
    #[error("when {0} started is not known, so it cannot be told from another with its pid")]
    NoIdentity(String),
}

/// The plan that does what is wished for.
pub fn decide(snapshot: &Snapshot, target: Target<'_>, wish: &Wish) -> Result<Plan, Refusal> {
    let process = process(snapshot, target)?;
    let title = target.describe();
    if process.state == Some('Z') {
        return Err(Refusal::Zombie(title));
    }
    if process.kernel_thread == Some(true) {
        return Err(Refusal::KernelThread(title));
    }
    let start_ticks = process.start_ticks;
    let start_ticks = start_ticks.ok_or_else(|| Refusal::NoIdentity(title.clone()))?;
    let kinds = asked(target, wish, snapshot.viewer.uid == 0)?;
    let files = files(wish, &kinds)?;
    let by_name = matches!(wish.kinds, Kinds::Some(_));
    let namespaces = differing(snapshot, process, (&kinds, by_name), &title)?;
    // One in our own mount namespace has our programs, whatever is asked for. An ordinary user enters only its own.
    let has_own_files = namespaces.get(Kind::Mnt).is_some() || snapshot.viewer.uid != 0;
    if wish.environment == Environment::Target && !has_own_files {
        return Err(Refusal::EnvironmentWithOurs);
    }
    Ok(Plan {
        door: Door::Process {
            pid: process.pid,
            start_ticks,
        },
        namespaces,
        files,
        environment: wish.environment,
        confined: wish.confined,
        command: wish.command.clone(),
        title,
    })
}

/// The plan that enters a namespace without a process by a file that keeps it.
pub fn through_file(
    (kind, inode): (Kind, Inode),
    path: PathBuf,
    wish: &Wish,
) -> Result<Plan, Refusal> {
    let target = Target::Namespace(kind, inode);
    let title = target.describe();
    let kinds = asked(target, wish, true)?;
    let needs = |what| Err(Refusal::NeedsProcess(title.clone(), what));
    if wish.confined {
        return needs("--confined");
    }
    if wish.environment == Environment::Target {
        return needs("--env");
    }
    let mut namespaces = PerKind::default();
    namespaces.set(kind, inode);
    Ok(Plan {
        door: Door::File(path),
        namespaces,
        files: files(wish, &kinds)?,
        environment: wish.environment,
        confined: false,
        command: wish.command.clone(),
        title,
    })
}

/// The process to enter by.
fn process<'a>(snapshot: &'a Snapshot, target: Target<'a>) -> Result<&'a Process, Refusal> {
    let all = snapshot.processes.as_deref().unwrap_or_default();
    let with = |pid: u32| all.iter().find(|process| process.pid == pid);
    let empty = || Refusal::Empty(target.describe());
    match target {
        Target::Host => hosts(snapshot, all).ok_or_else(empty),
        Target::Process(process) => Ok(process),
        Target::Group(group) => with(group.leader_pid).ok_or_else(empty),
        Target::Container(container) => first(all, container).ok_or_else(empty),
        Target::Namespace(kind, inode) => {
            let is_in = |process: &&Process| {
                process.namespaces.inode(kind) == Some(inode) && process.state != Some('Z')
            };
            let is_program = |process: &&Process| process.kernel_thread != Some(true);
            let mut programs = all.iter().filter(is_program);
            let found = programs.find(is_in).or_else(|| all.iter().find(is_in));
            found.ok_or(Refusal::NoProcess(kind, inode))
        }
    }
}

/// The host's first process, or where some systems refuse it even to root, the first one that is known to be in the
/// host's namespaces throughout.
fn hosts<'a>(snapshot: &Snapshot, all: &'a [Process]) -> Option<&'a Process> {
    let is_known = |process: &&Process| process.namespaces.iter().all(|(_, own)| own.is_some());
    let is_there = |process: &&Process| {
        process.namespaces == snapshot.host.namespaces && process.kernel_thread == Some(false)
    };
    let first = all.iter().find(|process| process.pid == 1);
    let known = first.filter(is_known);
    known
        .or_else(|| all.iter().filter(is_known).find(is_there))
        .or(first)
}

/// A container's first process that lives.
fn first<'a>(all: &'a [Process], container: &Container) -> Option<&'a Process> {
    let is_alive = |process: &&Process| process.state != Some('Z');
    let mut members = all.iter().filter(|process| {
        process.container.as_ref() == Some(&container.id) && process.kernel_thread != Some(true)
    });
    let init = all.iter().filter(is_alive);
    let mut init = init.filter(|process| Some(process.pid) == container.init_pid);
    init.next().or_else(|| members.find(is_alive))
}

/// The kinds that are meant.
fn asked(target: Target<'_>, wish: &Wish, is_root: bool) -> Result<Vec<Kind>, Refusal> {
    let mut kinds = match (target, &wish.kinds) {
        (Target::Namespace(kind, _), Kinds::All) => vec![kind],
        (Target::Namespace(kind, _), Kinds::Some(kinds)) => {
            if let Some(other) = kinds.iter().find(|other| **other != kind) {
                return Err(Refusal::OtherKind(target.describe(), *other));
            }
            vec![kind]
        }
        (_, Kinds::All) => Kind::ALL.to_vec(),
        (_, Kinds::Some(kinds)) => kinds.clone(),
    };
    match (wish.tools, target) {
        (Some(Tools::Outside), _) => {
            let is_named = matches!(
                (target, &wish.kinds),
                (Target::Namespace(..), _) | (_, Kinds::Some(_))
            );
            stay_outside(&mut kinds, is_named, is_root)?;
        }
        (Some(Tools::Full), _) if kinds.contains(&Kind::Mnt) => {}
        (Some(Tools::Full), Target::Namespace(..)) => {
            return Err(Refusal::OtherKind(target.describe(), Kind::Mnt));
        }
        (Some(Tools::Full), _) => kinds.push(Kind::Mnt),
        (None, _) => {}
    }
    Ok(kinds)
}

/// Why the host's tools stay outside of a kind; `None` where they do not. Root of a user namespace has every right over the
/// processes in it, and so over the host's files that they see; those of an ordinary user, who can enter none without it,
/// are that user's anyway.
const fn why_outside(kind: Kind, is_root: bool) -> Option<&'static str> {
    match kind {
        Kind::Mnt => Some(", since their files are ours: not with -m (--tools=full enters it)"),
        Kind::User if is_root => {
            Some(", whose root would get at our files through the command: not with -U")
        }
        _ => None,
    }
}

/// Leaves out what the host's tools stay outside of, unless it is named.
fn stay_outside(kinds: &mut Vec<Kind>, is_named: bool, is_root: bool) -> Result<(), Refusal> {
    if is_named {
        let mut reasons = kinds
            .iter()
            .map(|kind| (*kind, why_outside(*kind, is_root)));
        if let Some((kind, why)) = reasons.find_map(|(kind, why)| Some((kind, why?))) {
            return Err(Refusal::Outside(kind, why));
        }
    }
    kinds.retain(|kind| why_outside(*kind, is_root).is_none());
    Ok(())
}

/// The numbers of those in which the process differs from us.
fn differing(
    snapshot: &Snapshot,
    process: &Process,
    (kinds, by_name): (&[Kind], bool),
    title: &str,
) -> Result<PerKind<Inode>, Refusal> {
    let mut differing = PerKind::default();
    for kind in kinds {
        // A kind that is absent is one that this kernel lacks.
        let Some(own) = snapshot.viewer.namespaces.get(*kind) else {
            if by_name {
                return Err(Refusal::Unsupported(*kind));
            }
            continue;
        };
        let own = own.ok_or(Refusal::OwnUnknown(*kind))?;
        let theirs = process.namespaces.inode(*kind);
        let theirs = theirs.ok_or_else(|| {
            let advice = if snapshot.viewer.uid == 0 {
                ""
            } else {
                "; root may read it"
            };
            Refusal::Unknown(title.to_owned(), *kind, advice)
        })?;
        if theirs != own {
            differing.set(*kind, theirs);
        }
    }
    Ok(differing)
}

/// Whose files there will be. What trusts the target goes with its own only.
fn files(wish: &Wish, kinds: &[Kind]) -> Result<Files, Refusal> {
    let files = match wish.tools {
        Some(Tools::Outside) => Files::Tools,
        Some(Tools::Full) => Files::Full,
        None if kinds.contains(&Kind::Mnt) => return Ok(Files::Target),
        None => Files::Own,
    };
    if wish.environment == Environment::Target {
        return Err(Refusal::EnvironmentWithOurs);
    }
    if wish.confined {
        return Err(Refusal::ConfinedWithOurs);
    }
    Ok(files)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
