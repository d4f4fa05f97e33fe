//! What a command would find where a plan leads, for a line that does without us.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

/// What a command would find and be inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// Names and values of its environment; `None` where it keeps ours.
    pub variables: Option<Vec<(OsString, OsString)>>,
    /// Who it is.
    pub who: Who,
    /// The first shell that may be run, with its arguments; `None` where there is none.
    pub shell: Option<Vec<OsString>>,
}

/// Whether and how a command changes its user and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Who {
    /// It stays who we are: no user namespace is entered.
    Kept,
    /// It becomes another and drops all groups besides.
    Becomes {
        /// Its user, as the user namespace has it.
        uid: u32,
        /// Its group, as the user namespace has it.
        gid: u32,
    },
    /// It is already whom it would become, and may not drop groups, or the user namespace has nobody to become.
    Stays,
    /// Before it enters a user namespace that has nobody, it becomes who the target is outside.
    StepsDown,
    /// It becomes another with groups that may not be dropped, or with one of user and group only.
    Halfway,
}
