//! Runs quick commands, each on a thread of its own that takes in what is printed and ends what takes too long.

use std::io::{self, PipeReader, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::event::{Event, spawn};
use super::output::{Answer, End};
use crate::enter::{self, Plan};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to end when it is told to.
const GRACE: Duration = Duration::from_millis(500);
/// So much of what it prints is taken in.
const LONGEST: usize = 256 * 1024;

/// A command that runs.
#[derive(Debug)]
pub(super) struct Run {
    /// Which one.
    pub(super) number: u64,
    bell: OwnedFd,
}

impl Run {
    /// Starts the command of a plan; its end is told by an event.
    pub(super) fn start(number: u64, plan: Plan, events: &Sender<Event>) -> io::Result<Self> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC)?;
        let cancelled = bell.try_clone()?;
        let events = events.clone();
        spawn("runner", move || {
            let answer = capture(&plan, &cancelled);
            // Nobody listens any more only when the interface has ended.
            let _ = events.send(Event::Answered(number, answer));
        })?;
        Ok(Self { number, bell })
    }

    /// Ends it.
    pub(super) fn cancel(&self) {
        // The thread may have ended by itself.
        let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
    }
}

/// Runs the plan's command to its end, or until `cancelled` can be read.
fn capture(plan: &Plan, cancelled: &OwnedFd) -> Answer {
    let mut text = Vec::new();
    let end = run(plan, cancelled, &mut text);
    Answer {
        text: String::from_utf8_lossy(&text).into_owned(),
        end: end.unwrap_or_else(End::Failed),
    }
}

fn run(plan: &Plan, cancelled: &OwnedFd, text: &mut Vec<u8>) -> Result<End, String> {
    let failed = |error: io::Error| format!("cannot start this program again: {error}");
    let (mut command, _plan) = enter::command(plan).map_err(|error| error.to_string())?;
    let (mut output, into) = io::pipe().map_err(failed)?;
    command
        .stdin(Stdio::null())
        .stdout(into.try_clone().map_err(failed)?)
        .stderr(into)
        .process_group(0);
    let mut child = command.spawn().map_err(failed)?;
    // With it our copies of the pipe's other end are closed.
    drop(command);
    let deadline = Instant::now() + PATIENCE;
    let end = match take_in(&mut output, cancelled, deadline, text) {
        Some(end) => end,
        None => match wait(&mut child, cancelled, deadline) {
            Ok(end) => return Ok(end),
            Err(end) => end,
        },
    };
    stop(&mut child);
    Ok(end)
}

/// Takes in what is printed; `None` when that has an end.
fn take_in(
    output: &mut PipeReader,
    cancelled: &OwnedFd,
    deadline: Instant,
    text: &mut Vec<u8>,
) -> Option<End> {
    let mut bytes = [0; 16 * 1024];
    loop {
        if let Some(end) = until(output.as_fd(), cancelled, deadline) {
            return Some(end);
        }
        let length = match output.read(&mut bytes) {
            Ok(0) => return None,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return None,
        };
        let room = LONGEST - text.len();
        text.extend_from_slice(&bytes[..length.min(room)]);
        if length > room {
            return Some(End::Long(LONGEST));
        }
    }
}

/// Waits until `what` can be read; the end where that comes first.
fn until(what: std::os::fd::BorrowedFd<'_>, cancelled: &OwnedFd, deadline: Instant) -> Option<End> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut ready = [
            PollFd::new(&what, PollFlags::IN),
            PollFd::new(cancelled, PollFlags::IN),
        ];
        match poll(&mut ready, Timespec::try_from(left).ok().as_ref()) {
            Ok(0) => return Some(End::Late(PATIENCE.as_secs())),
            Ok(_) if !ready[1].revents().is_empty() => return Some(End::Cancelled),
            Ok(_) => return None,
            Err(Errno::INTR) => {}
            Err(error) => return Some(End::Failed(format!("cannot wait for it: {error}"))),
        }
    }
}

/// Waits for the end of a command that prints nothing any more.
fn wait(child: &mut Child, cancelled: &OwnedFd, deadline: Instant) -> Result<End, End> {
    let failed = |error: io::Error| End::Failed(format!("cannot wait for it: {error}"));
    let pidfd = pidfd_open(Pid::from_child(child), PidfdFlags::empty());
    let pidfd = pidfd.map_err(|error| failed(error.into()))?;
    if let Some(end) = until(pidfd.as_fd(), cancelled, deadline) {
        return Err(end);
    }
    let status = child.wait().map_err(failed)?;
    let signal = status.signal().map(|signal| 128 + signal);
    let code = status.code().or(signal).unwrap_or(1);
    Ok(End::Status(u8::try_from(code).unwrap_or(u8::MAX)))
}

/// Ends the command: first it is asked to.
fn stop(child: &mut Child) {
    let pid = Pid::from_child(child);
    // Who has ended needs no ending.
    let _ = kill_process_group(pid, Signal::TERM);
    let grace = Timespec::try_from(GRACE).ok();
    if let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) {
        let _ = poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], grace.as_ref());
    }
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = child.wait();
}
