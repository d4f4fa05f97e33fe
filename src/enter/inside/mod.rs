//! The way in, walked by a process with one thread that does nothing else.
//!
//! Everything that is needed from outside is opened first, and checked to be what was chosen; then the namespaces are
//! entered, all at once; then the command takes our place, or is waited for where it has to be a child to be in the pid
//! namespace.

mod child;
mod command;
mod identity;
mod join;
mod root;
mod session;

use std::path::Path;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

use super::{EnterError, Plan};
use identity::Pinned;
use root::Root;

/// Walks in by the plan that `file` holds and runs its command there; gives back its status where it had to be waited for.
pub fn inside(file: &Path) -> Result<u8, EnterError> {
    session::begin()?;
    let plan = Plan::read(file)?;
    // Until the command runs, this process is the host's program inside the target: nobody there may look into it.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(EnterError::step("hide this program from the target"))?;
    let pinned = Pinned::open(&plan)?;
    let root = Root::open(&plan, &pinned)?;
    join::join(&plan, &pinned)?;
    root.enter()?;
    command::run(&plan)
}
