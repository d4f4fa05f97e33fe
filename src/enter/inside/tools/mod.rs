//! The host's tools, for a target that has none.
//!
//! From outside ([`outside`]): the host's files, and the target's other namespaces. Nothing of the target is run or read,
//! so this is the way for what is not trusted.
//!
//! In full ([`full`]): the target's files, and the host's beside them. What the host's programs read at fixed places is
//! then the target's (its users, its resolver, its configuration), and where the target wants, so is code: it is trusted
//! as much as when its own shell is run. It gets no more rights than the command: nothing else is run with its files.
//!
//! Who may trace the command (a process with `CAP_SYS_PTRACE` in the user namespace that the command is in) reaches the
//! host's files through the command's root in /proc: in full the target's root, from outside only root of the host, since
//! the target's user namespace is not entered then.

mod elf;
mod full;
mod graft;
mod host;
mod netns_etc;
mod outside;
mod own_proc;
mod place;
mod stand_in;
mod sysfs;

use std::ffi::OsString;

use super::super::{EnterError, Files, Plan};
use super::environment::Variables;
use super::identity::Pinned;
use crate::model::{Kind, PerKind};
use full::Full;
pub use own_proc::mount_proc;

/// What is brought along.
#[derive(Debug)]
pub(super) enum Tools {
    /// Nothing.
    None,
    /// The host's files, without the target's.
    Outside,
    /// The host's files beside the target's.
    Full(Box<Full>),
}

impl Tools {
    /// Opens what has to be opened from outside.
    pub(super) fn open(plan: &Plan, pinned: &Pinned) -> Result<Self, EnterError> {
        Ok(match plan.files {
            Files::Target | Files::Own => Self::None,
            Files::Tools => Self::Outside,
            Files::Full => Self::Full(Box::new(Full::open(plan, pinned)?)),
        })
    }

    /// The plan in two: what is entered before the tools are brought, and after. That is the user namespace, where we may
    /// do without it what else there is to do. We have more rights than it has, and are somebody, who can make files.
    pub(super) fn stages(&self, plan: &Plan) -> (Plan, Option<Plan>) {
        let enters_user = plan.namespaces.get(Kind::User).is_some();
        let brings_nothing = matches!(self, Self::None);
        if !enters_user || brings_nothing || !rustix::process::geteuid().is_root() {
            return (plan.clone(), None);
        }
        let is_user = |kind| kind == Kind::User;
        let (before, after) = (only(plan, |kind| !is_user(kind)), only(plan, is_user));
        (before, Some(after))
    }

    /// Brings it along, into the namespaces that have been entered. What is not as one would expect it is given to `tell`.
    pub(super) fn bring(&self, plan: &Plan, tell: &dyn Fn(&str)) -> Result<(), EnterError> {
        match self {
            Self::None => {}
            Self::Outside => outside::prepare(plan, tell),
            Self::Full(full) => full.bring(plan, tell)?,
        }
        Ok(())
    }

    /// What of it the command needs to know.
    pub(super) fn luggage(self) -> Luggage {
        match self {
            Self::None | Self::Outside => Luggage::default(),
            Self::Full(full) => Luggage {
                variables: full.environment(),
                shells: Some(full.shells()),
            },
        }
    }
}

/// The plan for some of its namespaces.
fn only(plan: &Plan, is_wanted: impl Fn(Kind) -> bool) -> Plan {
    let mut part = plan.clone();
    part.namespaces = PerKind::default();
    for (kind, inode) in plan.namespaces.iter().filter(|(kind, _)| is_wanted(*kind)) {
        part.namespaces.set(kind, *inode);
    }
    part
}

/// What a command needs to find the tools. No descriptor is in it.
#[derive(Debug, Default)]
pub(super) struct Luggage {
    /// Variables that it must have.
    variables: Variables,
    /// The shells to try, best first, where they are not those of the files that the command sees.
    pub(super) shells: Option<Vec<Vec<OsString>>>,
}

impl Luggage {
    /// The variables of a command, with those that it needs.
    pub(super) fn complete(&self, variables: Option<Variables>) -> Option<Variables> {
        if self.variables.is_empty() {
            return variables;
        }
        let needed = &self.variables;
        let mut variables = variables.unwrap_or_default();
        variables.retain(|(name, _)| needed.iter().all(|(other, _)| name != other));
        variables.extend(needed.iter().cloned());
        Some(variables)
    }
}
