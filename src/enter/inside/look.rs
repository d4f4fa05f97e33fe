//! A look around inside, which runs nothing there.

use std::ffi::OsStr;
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::process::{getegid, geteuid};
use rustix::thread::{CapabilitySet, capabilities, set_thread_groups};

use super::super::around::{Around, Who};
use super::super::{EnterError, Plan};
use super::identity::Pinned;
use super::passwd::Account;
use super::root::Root;
use super::user::User;
use super::{environment, hide, join, shell};

/// Walks in by the plan that `file` holds and tells what its command would find there.
pub fn look(file: &Path) -> Result<Around, EnterError> {
    let plan = Plan::read(file)?;
    hide()?;
    let pinned = Pinned::open(&plan)?;
    let root = Root::open(&plan, &pinned)?;
    let user = User::open(&plan, &pinned)?;
    let variables = environment::of_target(&plan, &pinned)?;
    // From outside, as nsenter does, or from inside.
    let may_drop = may_set_groups()?;
    join::join(&plan, &pinned)?;
    let may_drop = may_drop || set_thread_groups(&[]).is_ok();
    root.enter()?;
    let who = who(&plan, &user, may_drop)?;
    let account = Account::of(geteuid().as_raw());
    let mut shells = shell::candidates(&plan, account.as_ref()).into_iter();
    Ok(Around {
        variables: environment::variables(&plan, variables, account.as_ref()),
        who,
        shell: shells.find(|words| can_run(&words[0])),
    })
}

fn may_set_groups() -> Result<bool, EnterError> {
    let ours = capabilities(None).map_err(EnterError::step("read our capabilities"))?;
    Ok(ours.effective.contains(CapabilitySet::SETGID))
}

fn can_run(program: &OsStr) -> bool {
    access(program, Access::EXEC_OK).is_ok() && !shell::is_no_program(program)
}

/// Becomes who the command would be, and tells how.
fn who(plan: &Plan, user: &User, may_drop: bool) -> Result<Who, EnterError> {
    let ids = || (geteuid().as_raw(), getegid().as_raw());
    let before = ids();
    let is_half = user.become_chosen(plan)?.is_some();
    let after = ids();
    Ok(match user {
        User::Kept => Who::Kept,
        User::Chosen { .. } if may_drop && !is_half => Who::Becomes {
            uid: after.0,
            gid: after.1,
        },
        User::Chosen { .. } if before == after => Who::Stays,
        User::Chosen { .. } => Who::Halfway,
    })
}
