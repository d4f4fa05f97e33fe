//! A look around inside, which runs nothing there.

use std::ffi::OsStr;
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::process::{getegid, geteuid, getgroups};
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
    let outside = Outside::read()?;
    user.step_down(&plan)?;
    let steps_down = outside.ids != ids();
    join::join(&plan, &pinned)?;
    root.enter()?;
    let who = match outside.who(&plan, &user)? {
        Who::Stays if steps_down => Who::StepsDown,
        who => who,
    };
    let account = Account::of(geteuid().as_raw());
    let mut shells = shell::candidates(&plan, account.as_ref()).into_iter();
    Ok(Around {
        variables: environment::variables(&plan, variables, account.as_ref()),
        who,
        shell: shells.find(|words| can_run(&words[0])),
    })
}

fn can_run(program: &OsStr) -> bool {
    access(program, Access::EXEC_OK).is_ok() && !shell::is_no_program(program)
}

/// Who we are, before we walk in.
struct Outside {
    /// User and group.
    ids: (u32, u32),
    /// Whether we may drop all groups, which nsenter tries out here first.
    may_drop: bool,
    /// Whether we are in other groups than that.
    has_groups: bool,
}

impl Outside {
    fn read() -> Result<Self, EnterError> {
        let rights = capabilities(None).map_err(EnterError::step("read our rights"))?;
        let groups = getgroups().map_err(EnterError::step("read our groups"))?;
        Ok(Self {
            ids: ids(),
            may_drop: rights.effective.contains(CapabilitySet::SETGID),
            has_groups: groups.iter().any(|group| *group != getegid()),
        })
    }

    /// Becomes who the command would be, once we are inside, and tells how.
    fn who(&self, plan: &Plan, user: &User) -> Result<Who, EnterError> {
        let may_drop = self.may_drop || set_thread_groups(&[]).is_ok();
        let before = ids();
        let is_half = user.become_chosen(plan)?.is_some();
        let after = ids();
        // To stay keeps the groups too.
        let is_same = before == after && !(self.may_drop && self.has_groups);
        Ok(match user {
            User::Kept => Who::Kept,
            User::Chosen { .. } if may_drop && !is_half => Who::Becomes {
                uid: after.0,
                gid: after.1,
            },
            User::Chosen { .. } if is_same => Who::Stays,
            User::Chosen { .. } => Who::Halfway,
        })
    }
}

fn ids() -> (u32, u32) {
    (geteuid().as_raw(), getegid().as_raw())
}
