//! A look around inside, by a process that ends before anything is run there.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use super::super::{Around, EnterError, Plan};
use super::capture::{Limits, collect};
use super::inner::WalkIn;
use super::pipes::unblocked_pipe;

/// What is looked at is the target's: it may never answer. All that is told is less than an environment as long as the
/// kernel allows, written as numbers.
const LIMITS: Limits = Limits {
    bytes: 32 * 1024 * 1024,
    time: Duration::from_secs(5),
};

/// What the plan's command would find and be.
pub fn around(plan: &Plan) -> Result<Around, EnterError> {
    let failed = || EnterError::step::<io::Error>("look around inside");
    let mut walk_in = WalkIn::to_look(plan)?;
    let (pipe, end) = unblocked_pipe().map_err(failed())?;
    walk_in.command.stdin(Stdio::null());
    walk_in.command.stdout(end);
    walk_in.command.stderr(Stdio::inherit());
    let seen = collect(walk_in.start()?, pipe, LIMITS, None)?;
    if seen.timed_out {
        let seconds = LIMITS.time.as_secs();
        return Err(EnterError::Told(format!(
            "cannot look around inside {}: its files have not answered for {seconds} s",
            plan.title
        )));
    }
    let told = serde_json::from_slice::<Result<Around, String>>(&seen.output);
    told.map_err(|error| failed()(error.into()))?
        .map_err(EnterError::Told)
}
