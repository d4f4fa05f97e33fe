//! A command without a terminal or input, whose output is kept in memory.

use std::io::{self, PipeReader};
use std::os::fd::{AsFd as _, BorrowedFd};
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
    /// Whether it was ended because somebody wanted it to.
    pub is_cancelled: bool,
}

/// The status of one that not even `SIGKILL` could end yet.
const KILLED: u8 = 137;

/// Runs the plan without input, and keeps what it writes, until `cancel` can be read. May be called by any thread, by several at once, and leaves
/// no process behind that the command did not take out of its process group.
pub fn capture(
    plan: &Plan,
    limits: Limits,
    cancel: Option<BorrowedFd<'_>>,
) -> Result<Captured, EnterError> {
    let mut walk_in = WalkIn::by(plan)?;
    let piped = |cause| EnterError::step::<io::Error>("make a pipe")(cause);
    let (pipe, end) = unblocked_pipe().map_err(piped)?;
    walk_in.command.stdin(Stdio::null());
    walk_in.command.stdout(end.try_clone().map_err(piped)?);
    walk_in.command.stderr(end);
    collect(walk_in.start()?, pipe, limits, cancel)
}

/// Collects what comes through the pipe until the process has ended.
fn collect(
    inner: Inner,
    pipe: PipeReader,
    limits: Limits,
    cancel: Option<BorrowedFd<'_>>,
) -> Result<Captured, EnterError> {
    let mut tub = Tub {
        pipe: Some(pipe),
        limit: limits.bytes,
        output: Vec::new(),
        is_truncated: false,
    };
    let outcome = tub.fill(&inner, limits.time, cancel);
    let waiting = EnterError::step::<io::Error>("wait for the command");
    let (why, has_ended) = outcome.map_err(waiting)?;
    tub.rest();
    Ok(Captured {
        output: tub.output,
        is_truncated: tub.is_truncated,
        status: if has_ended { inner.status()? } else { KILLED },
        timed_out: why == Why::Late,
        is_cancelled: why == Why::Cancelled,
    })
}

/// Why nothing more is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// The process has ended.
    Ended,
    /// Its time is over.
    Late,
    /// It is not wanted any more.
    Cancelled,
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
    /// Collects until the process has ended, which it is made to do when its time is over or it is not wanted any more.
    /// Whether that was necessary, and whether it has ended: one that is stuck in the kernel may not.
    fn fill(
        &mut self,
        inner: &Inner,
        time: Duration,
        cancel: Option<BorrowedFd<'_>>,
    ) -> io::Result<(Why, bool)> {
        let why = self.fill_until(inner, time, cancel)?;
        let mut has_ended = why == Why::Ended;
        for signal in [Signal::TERM, Signal::KILL] {
            if !has_ended {
                inner.signal(signal);
                has_ended = self.fill_until(inner, GRACE, None)? == Why::Ended;
            }
        }
        Ok((why, has_ended))
    }

    /// Collects until the process has ended, the time is over, or `cancel` can be read.
    fn fill_until(
        &mut self,
        inner: &Inner,
        time: Duration,
        cancel: Option<BorrowedFd<'_>>,
    ) -> io::Result<Why> {
        // A length of time too long to be told is as good as none.
        let deadline = Instant::now().checked_add(time);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(Why::Late);
            }
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let ends = [
                Some(inner.as_fd()),
                self.pipe.as_ref().map(PipeReader::as_fd),
                cancel,
            ];
            let [has_ended, has_output, is_cancelled] = ready(ends, left.as_ref())?;
            if has_output {
                self.take();
            }
            if has_ended {
                return Ok(Why::Ended);
            }
            if is_cancelled {
                return Ok(Why::Cancelled);
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

/// Waits until one of these can be read; which can.
fn ready(ends: [Option<BorrowedFd<'_>>; 3], left: Option<&Timespec>) -> io::Result<[bool; 3]> {
    let there = ends.iter().flatten();
    let mut all: Vec<_> = there.map(|end| PollFd::new(end, PollFlags::IN)).collect();
    wait(&mut all, left)?;
    let mut found = all.iter().map(|end| !end.revents().is_empty());
    Ok(ends.map(|end| end.is_some() && found.next().unwrap_or(false)))
}

#[cfg(test)]
#[path = "capture_tests.rs"]
mod tests;
