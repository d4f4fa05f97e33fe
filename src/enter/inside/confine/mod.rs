//! What limits a target besides its namespaces, which entering them does not take over: its user and groups, capabilities,
//! `no_new_privs`, cgroups, security label, resource limits and seccomp filter.
//!
//! [`Limits`] takes them over for a command that is to be confined, in two steps, since some of it can only be done from
//! outside and some only inside. What it cannot take over without giving more rights than the target has is refused; the
//! rest is said. Seccomp filters cannot be taken over by anybody, and what the kernel does not show of another process
//! (Landlock, securebits) cannot even be known. For a command that is not confined, [`Comparison`] says what it may do more.

mod capabilities;
mod cgroup;
mod file;
mod id_map;
mod ids;
mod label;
mod notice;
mod resources;
mod rights;
mod status;

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, open, readlinkat};
use rustix::thread::set_no_new_privs;

use super::super::{EnterError, Files, Plan};
use super::identity::Pinned;
use crate::model::{Kind, visible};
use capabilities::{Own, Sets};
use id_map::Maps;
use ids::Ids;
use label::Label;
use resources::Resources;
use rights::Rights;
use status::Status;

/// A target's limits, as far as they are taken over inside.
#[derive(Debug)]
pub(super) struct Limits {
    /// What the target's process may do.
    target: Status,
    /// Whether the target's capabilities count where the command runs: in another user namespace it has none.
    counts: bool,
    /// Who the command becomes.
    ids: Ids,
    /// How much of what it may use.
    resources: Resources,
    /// The label to be taken over, if any, by our own directory in /proc.
    label: Option<(OwnedFd, Label)>,
    /// What is not taken over, in words that are not yet made visible.
    left: Vec<String>,
}

/// Us and the target, as seen from outside.
#[derive(Debug)]
struct Outside {
    /// What limits us.
    ours: Rights,
    /// What limits the target.
    theirs: Rights,
    /// How the user namespace that is entered numbers users; absent where none is.
    maps: Option<Maps>,
    /// Whether the target's user namespace is ours.
    shares_user: bool,
    /// The target's resource limits.
    resources: Resources,
    /// Where the hierarchies of cgroups are mounted, among others.
    mountinfo: Vec<u8>,
}

impl Outside {
    fn read(plan: &Plan, own: BorrowedFd<'_>, target: BorrowedFd<'_>) -> io::Result<Self> {
        let enters_user = plan.namespaces.get(Kind::User).is_some();
        let user = |process| readlinkat(process, "ns/user", Vec::new());
        Ok(Self {
            ours: Rights::read(own)?,
            theirs: Rights::read(target)?,
            maps: enters_user.then(|| Maps::read(target)).transpose()?,
            shares_user: user(own)? == user(target)?,
            resources: Resources::read(target)?,
            mountinfo: fs::read("/proc/thread-self/mountinfo")?,
        })
    }

    /// Takes over the cgroups and the target's place where memory runs out; gives back in words what cannot be taken over.
    fn take_over(&self, own: BorrowedFd<'_>, target: BorrowedFd<'_>) -> Vec<String> {
        let score = resources::take_over_oom_score(own, target).err();
        let score = score.map(|error| format!("the OOM score ({})", error.kind()));
        let (ours, theirs) = (&self.ours.cgroups, &self.theirs.cgroups);
        let left = [
            seccomp(&self.theirs.status),
            cgroup::enter(ours, theirs, &self.mountinfo),
            score,
        ];
        left.into_iter().flatten().collect()
    }

    /// The label that is to be taken over, if any; or in words why it cannot be.
    fn label(&self) -> Result<Option<Label>, String> {
        match &self.theirs.label {
            label if *label == self.ours.label => Ok(None),
            Ok(label) => Ok(label.clone()),
            Err(kind) => Err(format!("the security label ({kind})")),
        }
    }
}

impl Limits {
    /// Reads the limits from outside, and takes over there what cannot be taken over inside: the cgroups, the supplementary
    /// groups.
    pub(super) fn read(plan: &Plan, pinned: &Pinned) -> Result<Self, EnterError> {
        let failed = |cause| EnterError::Step {
            doing: format!("read the limits of {}", plan.title),
            cause,
        };
        let own = own_directory().map_err(failed)?;
        let target = pinned.directory();
        let target = target.ok_or_else(|| failed(io::Error::other("it is no process")))?;
        let seen = Outside::read(plan, own.as_fd(), target).map_err(failed)?;
        let mut left = seen.take_over(own.as_fd(), target);
        let label = seen.label().unwrap_or_else(|missed| {
            left.push(missed);
            None
        });
        let maps = seen.maps.as_ref();
        let ids = Ids::begin(&seen.ours.status, &seen.theirs.status, maps)?;
        left.extend(ids.lost());
        Ok(Self {
            target: seen.theirs.status,
            counts: maps.is_some() || seen.shares_user,
            ids,
            resources: seen.resources,
            label: label.map(|label| (own, label)),
            left,
        })
    }

    /// Takes over the rest, inside, as the last step before the command; then says what was not.
    pub(super) fn apply(mut self) -> Result<(), EnterError> {
        // The next program that is run gets it, so nothing else may be run after this.
        if let Some((own, label)) = self.label.take()
            && let Err(error) = label.take_over(own.as_fd())
        {
            self.left.push(format!("the {label} ({})", error.kind()));
        }
        let own = Own::read()?;
        let mut sets = Sets::NONE;
        if self.counts {
            sets = Sets::wanted(&self.target, self.ids.is_root(), &own);
            self.left.extend(lacking(&self.target, &own));
        }
        sets.prepare(&own)?;
        self.ids.finish()?;
        sets.finish()?;
        // Where a kernel does not tell, the command rather gets fewer rights.
        if self.target.no_new_privs != Some(false) {
            set_no_new_privs(true).map_err(EnterError::step("take over no_new_privs"))?;
        }
        if !self.left.is_empty() {
            say(&format!("not taken over: {}", self.left.join(", ")));
        }
        // Last: they may leave us little room.
        self.resources.take_over()
    }
}

/// Us and the target, to be compared once the command can start.
#[derive(Debug)]
pub(super) struct Comparison {
    /// Our own directory in /proc.
    own: OwnedFd,
}

impl Comparison {
    /// Prepares to compare, where somebody sits at a terminal and is going to work with the target's files: what is
    /// printed between the output of a command that is part of a script would only be in the way.
    pub(super) fn prepare(plan: &Plan) -> Option<Self> {
        let is_wanted = !plan.confined && matches!(plan.files, Files::Target | Files::Full);
        let own = (is_wanted && io::stderr().is_terminal()).then(own_directory);
        Some(Self { own: own?.ok()? })
    }

    /// Says in what the command is stronger than the target. Where that cannot be told, nothing is said.
    pub(super) fn say(self, plan: &Plan, pinned: &Pinned) {
        let rights = |process| Rights::read(process).ok();
        let target = pinned.directory().and_then(rights);
        let what = plan
            .command
            .as_ref()
            .map_or("this shell", |_| "this command");
        if let (Some(own), Some(target)) = (rights(self.own.as_fd()), target)
            && let Some(sentence) = notice::stronger(what, &own, &target)
        {
            say(&sentence);
        }
    }
}

/// Our directory in /proc, which leads to us wherever we are.
fn own_directory() -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(open("/proc/thread-self", flags, Mode::empty())?)
}

/// The target's seccomp filters, which nobody can take over.
fn seccomp(target: &Status) -> Option<String> {
    let mode = target.seccomp;
    (mode > 0).then(|| match target.seccomp_filters {
        Some(1) => format!("the seccomp filter (mode {mode}, 1 filter)"),
        Some(count) if count > 1 => format!("the seccomp filters (mode {mode}, {count} filters)"),
        _ => format!("the seccomp filter (mode {mode})"),
    })
}

/// The capabilities of the target that we have not got ourselves.
fn lacking(target: &Status, own: &Own) -> Option<String> {
    let lacking = target.permitted - own.permitted;
    (!lacking.is_empty()).then(|| format!("{} (which we lack)", capabilities::names(lacking)))
}

/// One line on standard error.
fn say(message: &str) {
    // Where standard error is closed, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "nslens: {}", visible(message));
}
