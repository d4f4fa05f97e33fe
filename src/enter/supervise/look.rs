//! A look around inside, by a process that ends before anything is run there.

use std::process::Stdio;

use super::super::{Around, EnterError, Plan};
use super::inner::WalkIn;

/// What the plan's command would find and be.
pub fn around(plan: &Plan) -> Result<Around, EnterError> {
    let failed = || EnterError::step::<std::io::Error>("look around inside");
    let mut walk_in = WalkIn::to_look(plan)?;
    walk_in.command.stdin(Stdio::null());
    walk_in.command.stderr(Stdio::inherit());
    let output = walk_in.command.output().map_err(failed())?;
    let told = serde_json::from_slice::<Result<Around, String>>(&output.stdout);
    told.map_err(|error| failed()(error.into()))?
        .map_err(EnterError::Told)
}
