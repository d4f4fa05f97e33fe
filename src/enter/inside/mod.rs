//! The way in, walked by a process with one thread that does nothing else.
//!
//! Everything that is needed from outside is opened first, and checked to be what was chosen; then the namespaces are
//! entered, all at once; then all that is open is closed again, so that no path inside leads out by it; then the command
//! takes our place, or is waited for where it has to be a child to be in the pid namespace.

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
mod way;

use std::path::Path;

use rustix::process::{
    DumpableBehavior, Pid, Signal, getppid, set_dumpable_behavior, set_parent_process_death_signal,
};

use super::{EnterError, Plan};
use confine::{Comparison, Limits};
pub use look::look;
use user::User;
use way::Way;

pub use tools::mount_proc;

/// Walks in by the plan that `file` holds and runs its command there; gives back its status where it had to be waited for.
/// What the user should know besides is given to `tell`.
pub fn inside(file: &Path, tell: impl Fn(&str)) -> Result<u8, EnterError> {
    let supervisor = getppid();
    session::begin()?;
    let plan = Plan::read(file)?;
    let mut way = Way::open(&plan)?;
    let comparison = Comparison::prepare(&plan);
    let limits = plan.confined.then(|| Limits::read(&plan, &way.pinned));
    let limits = limits.transpose()?;
    if limits.is_some() {
        way.user = User::Kept;
    }
    way.walk(&tell)?;
    if let Some(sentence) = way.user.become_chosen(&plan)? {
        tell(&sentence);
    }
    if let Some(comparison) = comparison {
        comparison.say(&plan, &way.pinned);
    }
    let (variables, luggage) = way.arrive();
    if let Some(limits) = limits {
        limits.apply()?;
    }
    // To change who one is undoes both.
    hide()?;
    die_with(supervisor)?;
    command::run(&plan, luggage, variables)
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
