//! Moves bytes and passes signals on until the command has ended.

use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::Signal;
use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};

use super::super::signals::Watch;
use super::flow::{Direction, Flow, Step};
use super::inner::Inner;

/// More than a pipe or a pseudo-terminal holds: what comes beyond it after the end is from somebody who goes on writing.
pub(super) const MOST: usize = 256 * 1024;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The command has ended, and all that it wrote is with the user.
    Ended,
    /// The user's terminal is gone.
    HungUp,
}

/// What is done about signals that are not passed on.
pub(super) trait Seat {
    /// The terminal has another size.
    fn resize(&mut self);
    /// We are to stop.
    fn stop(&mut self);
    /// We go on.
    fn resume(&mut self);
}

/// What goes on between the user and the command.
pub(super) struct Relay<'a> {
    /// The process that walked in.
    pub(super) inner: &'a Inner,
    /// The ways of the bytes.
    pub(super) flows: Vec<Flow<'a>>,
    /// The signals that come to us.
    pub(super) watch: &'a mut Watch,
    /// The user's terminal, where it is ours.
    pub(super) seat: Option<&'a mut dyn Seat>,
}

/// What a wait found.
struct Found {
    has_ended: bool,
    has_signals: bool,
    /// Whether the user's end of some flow is gone.
    is_hung_up: bool,
    /// Of each flow, whether it can go on.
    ready: Vec<bool>,
}

impl Relay<'_> {
    /// Relays until the end.
    pub(super) fn run(mut self) -> io::Result<Outcome> {
        loop {
            let found = self.wait()?;
            if found.has_signals {
                self.heed();
            }
            if found.is_hung_up {
                return Ok(Outcome::HungUp);
            }
            let ready = found.ready.iter().zip(&mut self.flows);
            let mut steps = ready.filter_map(|(ready, flow)| ready.then(|| flow.advance()));
            if steps.any(|step| step == Step::HungUp) {
                return Ok(Outcome::HungUp);
            }
            if found.has_ended {
                return self.rest();
            }
        }
    }

    /// Waits until something can be done.
    fn wait(&self) -> io::Result<Found> {
        let mut all = vec![
            PollFd::new(self.inner, PollFlags::IN),
            PollFd::new(self.watch, PollFlags::IN),
        ];
        all.extend(self.flows.iter().flat_map(Flow::awaited));
        wait(&mut all, None)?;
        let came: Vec<bool> = all.iter().map(|one| !one.revents().is_empty()).collect();
        let (ours, flows) = came.split_at(2);
        Ok(Found {
            has_ended: ours[0],
            has_signals: ours[1],
            is_hung_up: flows.iter().step_by(2).any(|gone| *gone),
            ready: flows.iter().skip(1).step_by(2).copied().collect(),
        })
    }

    /// Does what the signals ask for; whether one of them was for the command.
    fn heed(&mut self) -> bool {
        let mut was_passed_on = false;
        let signals: Vec<i32> = self.watch.pending().collect();
        let is_continued = signals.contains(&SIGCONT);
        for signal in signals {
            match (signal, &mut self.seat) {
                (SIGWINCH, Some(seat)) => seat.resize(),
                // Who continued us did so after that, or nobody would do it again.
                (SIGTSTP, Some(_)) if is_continued => {}
                (SIGTSTP, Some(seat)) => seat.stop(),
                (SIGCONT, Some(seat)) => seat.resume(),
                _ => {
                    if let Some(signal) = Signal::from_named_raw(signal) {
                        self.inner.signal(signal);
                    }
                    was_passed_on = true;
                }
            }
        }
        was_passed_on
    }

    /// Brings out what the command left behind, without waiting for others who could still write.
    fn rest(mut self) -> io::Result<Outcome> {
        for index in 0..self.flows.len() {
            let mut left = MOST;
            while let Some(moved) = self.rest_of(index)? {
                let Some(less) = left.checked_sub(moved) else {
                    break;
                };
                left = less;
            }
        }
        Ok(Outcome::Ended)
    }

    /// Brings a bit of one flow's rest out; how much was taken in, or `None` where nothing is left or wanted.
    fn rest_of(&mut self, index: usize) -> io::Result<Option<usize>> {
        let flow = &mut self.flows[index];
        if flow.direction == Direction::Inwards {
            return Ok(None);
        }
        let mut taken = 0;
        if !flow.is_laden() {
            match flow.load() {
                Step::Moved(length) => taken = length,
                _ => return Ok(None),
            }
        }
        match flow.unload() {
            Step::Moved(_) => return Ok(Some(taken)),
            Step::Later => {}
            Step::Closed | Step::HungUp => return Ok(None),
        }
        let found = self.wait_for(index)?;
        // Nobody reads what is left, and somebody asks for an end.
        Ok((!(found && self.heed())).then_some(taken))
    }

    /// Waits until a flow can go on, or for a signal; whether it is a signal.
    fn wait_for(&self, index: usize) -> io::Result<bool> {
        let mut all = vec![PollFd::new(self.watch, PollFlags::IN)];
        all.extend(self.flows[index].awaited());
        wait(&mut all, None)?;
        Ok(!all[0].revents().is_empty())
    }
}

/// Polls; a signal only means that nothing has come yet.
pub(super) fn wait(all: &mut [PollFd<'_>], timeout: Option<&Timespec>) -> io::Result<()> {
    match poll(all, timeout) {
        Ok(_) => Ok(()),
        Err(Errno::INTR) => {
            all.iter_mut().for_each(PollFd::clear_revents);
            Ok(())
        }
        Err(cause) => Err(cause.into()),
    }
}
