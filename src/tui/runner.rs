//! Runs quick commands, each on a thread of its own.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::mpsc::Sender;
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};

use super::event::{Event, spawn};
use super::output::{Answer, End};
use crate::enter::{self, Captured, Limits, Plan};

/// How far a quick command may go.
const LIMITS: Limits = Limits {
    bytes: 256 * 1024,
    time: Duration::from_secs(10),
};

/// A command that runs.
#[derive(Debug)]
pub(super) struct Run {
    /// Which one.
    pub(super) number: u64,
    /// Rung to end it.
    bell: OwnedFd,
}

impl Run {
    /// Starts the command of a plan; its end is told by an event.
    pub(super) fn start(number: u64, plan: Plan, events: &Sender<Event>) -> io::Result<Self> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC)?;
        let cancel = bell.try_clone()?;
        let events = events.clone();
        spawn("runner", move || {
            let captured = enter::capture(&plan, LIMITS, Some(cancel.as_fd()));
            let answer = match captured {
                Ok(captured) => answer(&captured),
                Err(why) => Answer::failed(why.to_string()),
            };
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

fn answer(captured: &Captured) -> Answer {
    let end = if captured.is_cancelled {
        End::Cancelled
    } else if captured.timed_out {
        End::Late(LIMITS.time.as_secs())
    } else {
        End::Status(captured.status)
    };
    Answer {
        text: String::from_utf8_lossy(&captured.output).into_owned(),
        is_cut: captured.is_truncated,
        end,
    }
}
