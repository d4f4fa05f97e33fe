//! A command in a terminal of its own.

use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd as _;
use std::process::Stdio;

use rustix::fs::OFlags;
use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};

use super::super::signals::{PASSED_ON, Watch};
use super::super::{EnterError, Plan};
use super::concluded;
use super::flow::{Direction, Flow};
use super::inner::{Inner, WalkIn};
use super::pty::Pty;
use super::relay::Relay;
use super::terminal::{Taken, modes, reopened};

/// Runs the plan on a pseudo-terminal, and carries over what is typed and written.
pub(super) fn run(plan: &Plan) -> Result<u8, EnterError> {
    let heeded = PASSED_ON.into_iter().chain([SIGTSTP, SIGCONT, SIGWINCH]);
    // Before the terminal is taken: from here on none of these ends us without giving it back. Others do, as SIGKILL.
    let mut watch = Watch::new(heeded).map_err(EnterError::step("watch for signals"))?;
    let (stdin, stdout) = (io::stdin(), io::stdout());
    let modes = modes(&stdin)?;
    let input = reopened(stdin.as_fd(), OFlags::RDONLY)?;
    let output = reopened(stdout.as_fd(), OFlags::WRONLY)?;
    let pty = Pty::like(&stdin, &modes)?;
    let mut taken = Taken::take(stdin.as_fd(), &modes, &pty)?;
    let inner = start(plan, &pty)?;
    let flows = vec![
        Flow::new(input.as_fd(), pty.controller.as_fd(), Direction::Inwards),
        Flow::new(pty.controller.as_fd(), output.as_fd(), Direction::Outwards),
    ];
    let relay = Relay {
        inner: &inner,
        flows,
        watch: &mut watch,
        seat: Some(&mut taken),
    };
    let relayed = relay.run();
    drop(taken);
    // Whoever is still in the session is told by this that the terminal is gone.
    drop(pty);
    concluded(relayed, inner)
}

/// Starts the process that walks in, on the pseudo-terminal. Errors that are not to be shown on a terminal go their own way.
fn start(plan: &Plan, pty: &Pty) -> Result<Inner, EnterError> {
    let mut walk_in = WalkIn::by(plan)?;
    walk_in.command.stdin(pty.end()?).stdout(pty.end()?);
    walk_in.command.stderr(if io::stderr().is_terminal() {
        pty.end()?.into()
    } else {
        Stdio::inherit()
    });
    walk_in.start()
}
