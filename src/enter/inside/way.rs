//! The way in, from what is opened outside to the target's files.

use rustix::thread::set_name;

use super::super::{EnterError, Plan};
use super::environment::{self, Variables};
use super::identity::Pinned;
use super::root::Root;
use super::tools::{Luggage, Tools};
use super::user::User;
use super::{hide, join};

/// Everything that is held from outside on the way in. Each descriptor in it leads back out, so that nothing of the
/// target's may be looked up by a path before it is given up ([`Way::arrive`]): `/proc/self/fd/N/..` would be a path, too.
#[derive(Debug)]
pub(super) struct Way<'plan> {
    plan: &'plan Plan,
    /// What leads in.
    pub(super) pinned: Pinned,
    root: Root,
    /// Who the command is to be.
    pub(super) user: User,
    variables: Option<Variables>,
    tools: Tools,
}

impl<'plan> Way<'plan> {
    /// Opens what has to be opened from outside, and checks that it is what was chosen.
    pub(super) fn open(plan: &'plan Plan) -> Result<Self, EnterError> {
        hide()?;
        // Started by a descriptor's number, it would be called by that; a name is all that could go wrong.
        let _ = set_name(c"nslens");
        let pinned = Pinned::open(plan)?;
        Ok(Self {
            plan,
            root: Root::open(plan, &pinned)?,
            user: User::open(plan, &pinned)?,
            variables: environment::of_target(plan, &pinned)?,
            tools: Tools::open(plan, &pinned)?,
            pinned,
        })
    }

    /// Goes in. Whether that made us another user or group, before we were inside.
    pub(super) fn walk(&self, tell: &dyn Fn(&str)) -> Result<bool, EnterError> {
        let plan = self.plan;
        let (before, after) = self.tools.stages(plan);
        let mut steps_down = false;
        if after.is_none() {
            steps_down = self.user.step_down(plan)?;
        }
        join::join(&before, &self.pinned)?;
        self.root.enter(tell)?;
        self.tools.bring(plan, tell)?;
        if let Some(after) = after {
            steps_down = self.user.step_down(plan)?;
            join::join(&after, &self.pinned)?;
        }
        Ok(steps_down)
    }

    /// Gives up every descriptor, and keeps what the command is to have: the target's variables, and what it takes along.
    pub(super) fn arrive(self) -> (Option<Variables>, Luggage) {
        (self.variables, self.tools.luggage())
    }
}
