//! A command without a terminal: our streams as they are, and something else for those that are a terminal.

use std::io::{self, IsTerminal as _, PipeReader, PipeWriter};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Command;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl, fstat};
use rustix::termios::isatty;

use super::super::signals::{PASSED_ON, Watch};
use super::super::{EnterError, Plan};
use super::concluded;
use super::flow::{Direction, Flow};
use super::inner::WalkIn;
use super::input;
use super::relay::Relay;
use super::terminal::reopened;

/// Runs the plan with our streams.
pub(super) fn run(plan: &Plan) -> Result<u8, EnterError> {
    let mut watch = Watch::new(PASSED_ON).map_err(EnterError::step("watch for signals"))?;
    let mut walk_in = WalkIn::by(plan)?;
    let bypasses = connect(&mut walk_in.command)?;
    let inner = walk_in.start()?;
    let relay = Relay {
        inner: &inner,
        flows: bypasses.iter().map(Bypass::flow).collect(),
        watch: &mut watch,
        seat: None,
    };
    let relayed = relay.run();
    // Whoever still writes learns by this that nobody reads.
    drop(bypasses);
    concluded(relayed, inner)
}

/// Gives the command something else for each of our streams that is a terminal, where it would inherit it.
fn connect(command: &mut Command) -> Result<Vec<Bypass>, EnterError> {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    if io::stdin().is_terminal() {
        let piped = EnterError::step::<io::Error>("make a pipe");
        let (end, pipe) = io::pipe().map_err(piped)?;
        command.stdin(end);
        input::carry(pipe)?;
    }
    let mut bypasses = Vec::new();
    let mut shared = None;
    if stdout.is_terminal() {
        let (bypass, end) = Bypass::to(&stdout)?;
        if is_same_terminal(&stdout, &stderr) {
            let end = end.try_clone().map_err(EnterError::step("share a pipe"))?;
            shared = Some(end);
        }
        command.stdout(end);
        bypasses.push(bypass);
    }
    if let Some(end) = shared {
        command.stderr(end);
    } else if stderr.is_terminal() {
        let (bypass, end) = Bypass::to(&stderr)?;
        command.stderr(end);
        bypasses.push(bypass);
    }
    Ok(bypasses)
}

/// Whether both are one terminal: what is written to one pipe for both stays in order.
fn is_same_terminal(one: impl AsFd, other: impl AsFd) -> bool {
    let device = |fd| fstat(fd).map(|stat| stat.st_rdev).ok();
    isatty(&other) && device(one.as_fd()) == device(other.as_fd())
}

/// A pipe that leads to a terminal.
struct Bypass {
    pipe: PipeReader,
    terminal: OwnedFd,
}

impl Bypass {
    /// A pipe to `terminal`, and its end for the command.
    fn to(terminal: impl AsFd) -> Result<(Self, PipeWriter), EnterError> {
        let (pipe, end) = unblocked_pipe().map_err(EnterError::step("make a pipe"))?;
        let terminal = reopened(terminal.as_fd(), OFlags::WRONLY)?;
        Ok((Self { pipe, terminal }, end))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::new(
            self.pipe.as_fd(),
            self.terminal.as_fd(),
            Direction::Outwards,
        )
    }
}

/// A pipe whose reader never blocks.
pub(super) fn unblocked_pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    fcntl_setfl(&reader, fcntl_getfl(&reader)? | OFlags::NONBLOCK)?;
    Ok((reader, writer))
}
