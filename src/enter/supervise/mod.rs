//! Runs a plan, and stays outside with the terminal.
//!
//! Where both its input and its output are a terminal, the command gets a pseudo-terminal of its own, and what is typed and
//! written is carried over ([`session`]). Otherwise it gets our streams as they are, except for those that are a terminal
//! ([`pipes`]). Either way it runs in a session of its own, so that it cannot reach the user's terminal as `/dev/tty`.

mod capture;
mod flow;
mod inner;
mod look;
mod pipes;
mod pty;
mod relay;
mod session;
mod terminal;

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use rustix::process::Signal;

use super::{EnterError, Plan};
pub use capture::{Captured, Limits, capture};
use inner::Inner;
pub use look::around;
use relay::Outcome;

/// How long a command may take to end after its terminal has hung up, or after it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// The status of a command that lives on after a hang-up: what it would be had it ended by it.
const HUNG_UP: u8 = 129;

/// Runs the plan and gives back the status of its command, as a shell gives it.
pub fn supervise(plan: &Plan) -> Result<u8, EnterError> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        session::run(plan)
    } else {
        pipes::run(plan)
    }
}

/// The status after the relay has ended.
fn concluded(relayed: io::Result<Outcome>, inner: Inner) -> Result<u8, EnterError> {
    match relayed {
        Ok(Outcome::Ended) => inner.status(),
        Ok(Outcome::HungUp) => {
            inner.signal(Signal::HUP);
            let has_ended = inner.ends_within(GRACE).unwrap_or(false);
            if has_ended {
                inner.status()
            } else {
                Ok(HUNG_UP)
            }
        }
        Err(cause) => {
            // What nobody watches must not run.
            inner.signal(Signal::KILL);
            Err(EnterError::step("wait for the command")(cause))
        }
    }
}
