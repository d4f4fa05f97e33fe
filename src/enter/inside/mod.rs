//! The way in, walked by a process with one thread that does nothing else.
//!
//! Everything that is needed from outside is opened first, and checked to be what was chosen; then the namespaces are
//! entered, all at once; then the command takes our place, or is waited for where it has to be a child to be in the pid
//! namespace.

mod child;
mod command;
mod confine;
mod environment;
mod identity;
mod join;
mod look;
mod passwd;
mod root;
mod session;
mod shell;
mod short_file;
mod tools;
mod user;

use std::path::Path;

use rustix::process::{
    DumpableBehavior, Pid, Signal, getppid, set_dumpable_behavior, set_parent_process_death_signal,
};

use super::{EnterError, Plan};
use confine::{Comparison, Limits};
use identity::Pinned;
pub use look::look;
use root::Root;
use tools::Tools;
use user::User;

pub use tools::mount_proc;

/// Walks in by the plan that `file` holds and runs its command there; gives back its status where it had to be waited for.
/// What the user should know besides is given to `tell`.
pub fn inside(file: &Path, tell: impl Fn(&str)) -> Result<u8, EnterError> {
    let supervisor = getppid();
    session::begin()?;
    let plan = Plan::read(file)?;
    hide()?;
    let pinned = Pinned::open(&plan)?;
    let root = Root::open(&plan, &pinned)?;
    let user = User::open(&plan, &pinned)?;
    let variables = environment::of_target(&plan, &pinned)?;
    let comparison = Comparison::prepare(&plan);
    let limits = plan.confined.then(|| Limits::read(&plan, &pinned));
    let limits = limits.transpose()?;
    let tools = Tools::open(&plan, &pinned)?;
    let (before, after) = tools.stages(&plan);
    let user = if limits.is_some() { User::Kept } else { user };
    if after.is_none() {
        user.step_down(&plan)?;
    }
    join::join(&before, &pinned)?;
    root.enter()?;
    tools.bring(&plan, &tell)?;
    if let Some(after) = after {
        user.step_down(&plan)?;
        join::join(&after, &pinned)?;
    }
    if let Some(sentence) = user.become_chosen(&plan)? {
        tell(&sentence);
    }
    if let Some(comparison) = comparison {
        comparison.say(&plan, &pinned);
    }
    if let Some(limits) = limits {
        limits.apply()?;
    }
    // To change who one is undoes both.
    hide()?;
    die_with(supervisor)?;
    command::run(&plan, &tools, variables)
}

/// Until the command runs, this process is the host's program inside the target: nobody there may look into it.
fn hide() -> Result<(), EnterError> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(EnterError::step("hide this program from the target"))
}

/// Lets the end of the process that supervises be to the command what the end of its terminal is: it hangs up. A command
/// that gains rights by its file (setuid) is left out by the kernel.
fn die_with(supervisor: Option<Pid>) -> Result<(), EnterError> {
    set_parent_process_death_signal(Some(Signal::HUP))
        .map_err(EnterError::step("be told of the end of nslens"))?;
    if getppid() == supervisor {
        return Ok(());
    }
    Err(EnterError::Orphaned)
}
