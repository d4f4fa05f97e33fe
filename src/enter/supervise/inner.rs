//! The process that walks in, as seen from outside.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open};

use super::super::hand_over::handed;
use super::super::{EnterError, Plan};

/// The hidden subcommand that walks in by the plan in a file.
const INSIDE: &str = "__inside";
/// The hidden subcommand that walks in by the plan in a file, looks around and says what it found.
const AROUND: &str = "__around";

/// This program as the command that walks in by a plan.
#[derive(Debug)]
pub(super) struct WalkIn {
    /// The command, whose streams are still to be said.
    pub(super) command: Command,
    /// What holds the plan until it is read.
    plan: File,
}

impl WalkIn {
    /// The command that walks in by `plan`.
    pub(super) fn by(plan: &Plan) -> Result<Self, EnterError> {
        Self::word(INSIDE, plan)
    }

    /// The command that walks in by `plan`, looks around and ends.
    pub(super) fn to_look(plan: &Plan) -> Result<Self, EnterError> {
        Self::word(AROUND, plan)
    }

    fn word(word: &str, plan: &Plan) -> Result<Self, EnterError> {
        let (command, plan) = handed(word, plan)?;
        Ok(Self { command, plan })
    }

    /// Starts it. With the command, our ends of its streams are closed.
    pub(super) fn start(mut self) -> Result<Inner, EnterError> {
        Inner::start(&mut self.command, Some(self.plan))
    }
}

/// A process that makes a session, and with it a process group, of its own.
#[derive(Debug)]
pub(super) struct Inner {
    child: Child,
    pidfd: OwnedFd,
    /// Kept as long as the process may still have to read it.
    _plan: Option<File>,
}

impl Inner {
    /// Starts `command`, which reads its plan from a file of ours.
    pub(super) fn start(command: &mut Command, plan: Option<File>) -> Result<Self, EnterError> {
        let mut child = command
            .spawn()
            .map_err(EnterError::step("start this program again"))?;
        match pidfd_open(Pid::from_child(&child), PidfdFlags::empty()) {
            Ok(pidfd) => Ok(Self {
                child,
                pidfd,
                _plan: plan,
            }),
            Err(cause) => {
                // What cannot be watched must not run.
                let _ = child.kill();
                let _ = child.wait();
                Err(EnterError::step("take hold of what was started")(cause))
            }
        }
    }

    /// Sends a signal to its process group, or to it alone as long as it has none.
    pub(super) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        // It is not reaped yet, so nobody else has its pid; where it has ended, there is nobody left to tell.
        if kill_process_group(pid, signal) == Err(Errno::SRCH) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits until it has ended, or until the time is over; whether it has ended.
    pub(super) fn ends_within(&self, time: Duration) -> io::Result<bool> {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).map_err(|_| Errno::INVAL)?;
            match poll(&mut [PollFd::new(&self.pidfd, PollFlags::IN)], Some(&left)) {
                Err(Errno::INTR) => {}
                polled => return Ok(polled? > 0),
            }
        }
    }

    /// Waits for its end; its status as a shell gives it.
    pub(super) fn status(mut self) -> Result<u8, EnterError> {
        let status = self.child.wait();
        Ok(code(
            status.map_err(EnterError::step("wait for the command"))?,
        ))
    }
}

impl AsFd for Inner {
    /// Readable where it has ended.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

/// The status as a shell gives it: 128 and the signal, where one ended it.
fn code(status: ExitStatus) -> u8 {
    let signal = status.signal().map(|signal| 128 + signal);
    let code = status.code().or(signal).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}
