//! The host's tools, for a target that has none.

mod outside;
mod own_proc;
mod sysfs;

use std::io::{self, Write as _};

use super::super::{EnterError, Files, Plan};
pub use own_proc::mount_proc;

/// Brings the host's tools along as the plan wants it. The namespaces have been entered.
pub(super) fn bring(plan: &Plan) -> Result<(), EnterError> {
    match plan.files {
        Files::Target | Files::Own => {}
        Files::Tools | Files::Full => outside::prepare(plan),
    }
    Ok(())
}

/// Says what is not as one would expect it.
fn say(sentence: &str) {
    // Where standard error is closed, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "nslens: {}", crate::model::visible(sentence));
}
