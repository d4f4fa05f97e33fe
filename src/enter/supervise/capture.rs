//! A command without a terminal or input, whose output is kept in memory.

use std::io::{self, PipeReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::{Errno, read};
use rustix::process::Signal;

use super::super::{EnterError, Plan};
use super::GRACE;
use super::inner::{Inner, WalkIn};
use super::pipes::unblocked_pipe;
use super::relay::{MOST, wait};

/// How far a command may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes of its output are kept. What comes beyond is read and forgotten.
    pub bytes: usize,
    /// How long it may take.
    pub time: Duration,
}

/// What a command left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// What it wrote, standard output and standard error in the order in which they came.
    pub output: Vec<u8>,
    /// Whether it wrote more than was kept.
    pub is_truncated: bool,
    /// Its status as a shell gives it.
    pub status: u8,
    /// Whether it was ended because it took too long.
    pub timed_out: bool,
}

/// The status of one that not even `SIGKILL` could end yet.
const KILLED: u8 = 137;

/// Runs the plan without input, and keeps what it writes. May be called by any thread, by several at once, and leaves
/// no process behind that the command did not take out of its process group.
pub fn capture(plan: &Plan, limits: Limits) -> Result<Captured, EnterError> {
    let mut walk_in = WalkIn::by(plan)?;
    let piped = |cause| EnterError::step::<io::Error>("make a pipe")(cause);
    let (pipe, end) = unblocked_pipe().map_err(piped)?;
    walk_in.command.stdin(Stdio::null());
    walk_in.command.stdout(end.try_clone().map_err(piped)?);
    walk_in.command.stderr(end);
    collect(walk_in.start()?, pipe, limits)
}

/// Collects what comes through the pipe until the process has ended.
fn collect(inner: Inner, pipe: PipeReader, limits: Limits) -> Result<Captured, EnterError> {
    let mut tub = Tub {
        pipe: Some(pipe),
        limit: limits.bytes,
        output: Vec::new(),
        is_truncated: false,
    };
    let (timed_out, has_ended) = match tub.fill(&inner, limits.time) {
        Ok(outcome) => outcome,
        Err(cause) => {
            // What nobody watches must not run.
            inner.signal(Signal::KILL);
            inner.reap_later();
            return Err(EnterError::step("wait for the command")(cause));
        }
    };
    tub.rest();
    let status = if has_ended {
        inner.status()?
    } else {
        inner.reap_later();
        KILLED
    };
    Ok(Captured {
        output: tub.output,
        is_truncated: tub.is_truncated,
        status,
        timed_out,
    })
}

/// Where the output is collected.
struct Tub {
    /// `None` once nobody can write to it any more.
    pipe: Option<PipeReader>,
    limit: usize,
    output: Vec<u8>,
    is_truncated: bool,
}

impl Tub {
    /// Collects until the process has ended, which it is made to do when its time is over. Whether that was necessary, and
    /// whether it has ended: one that is stuck in the kernel may not.
    fn fill(&mut self, inner: &Inner, time: Duration) -> io::Result<(bool, bool)> {
        if self.fill_until(inner, time)? {
            return Ok((false, true));
        }
        inner.signal(Signal::TERM);
        if self.fill_until(inner, GRACE)? {
            return Ok((true, true));
        }
        inner.signal(Signal::KILL);
        Ok((true, self.fill_until(inner, GRACE)?))
    }

    /// Collects until the process has ended, or the time is over; whether it has ended.
    fn fill_until(&mut self, inner: &Inner, time: Duration) -> io::Result<bool> {
        // A length of time too long to be told is as good as none.
        let deadline = Instant::now().checked_add(time);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(false);
            }
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let mut all = vec![PollFd::new(inner, PollFlags::IN)];
            all.extend(
                self.pipe
                    .as_ref()
                    .map(|pipe| PollFd::new(pipe, PollFlags::IN)),
            );
            wait(&mut all, left.as_ref())?;
            let has_ended = !all[0].revents().is_empty();
            if all.get(1).is_some_and(|pipe| !pipe.revents().is_empty()) {
                self.take();
            }
            if has_ended {
                return Ok(true);
            }
        }
    }

    /// Takes what is in the pipe now, without waiting for others who could still write.
    fn rest(&mut self) {
        let mut taken = 0;
        while let Some(more) = self.take().filter(|_| taken < MOST) {
            taken += more;
        }
    }

    /// Takes a bit out of the pipe; how much, or `None` where there is nothing now.
    fn take(&mut self) -> Option<usize> {
        let mut bytes = [0; 16 * 1024];
        let length = match read(self.pipe.as_ref()?, &mut bytes) {
            Ok(length) if length > 0 => length,
            Err(Errno::AGAIN | Errno::INTR) => return None,
            _ => {
                self.pipe = None;
                return None;
            }
        };
        let kept = length.min(self.limit - self.output.len());
        self.output.extend_from_slice(&bytes[..kept]);
        self.is_truncated |= kept < length;
        Some(length)
    }
}

#[cfg(test)]
#[path = "capture_tests.rs"]
mod tests;
