//! Bytes on their way from one descriptor to another.

use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags};
use rustix::io::{Errno, read, write};

/// How many bytes are taken at once.
const SIZE: usize = 16 * 1024;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the user to the command.
    Inwards,
    /// From the command to the user.
    Outwards,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many bytes were moved.
    Moved(usize),
    /// Nothing could be moved yet.
    Later,
    /// The end in the command's hands is closed.
    Closed,
    /// The user's end is gone.
    HungUp,
}

/// One way. It takes bytes only when it holds none, so that a slow reader slows the writer down.
#[derive(Debug)]
pub(super) struct Flow<'a> {
    from: BorrowedFd<'a>,
    to: BorrowedFd<'a>,
    /// Which way it goes.
    pub(super) direction: Direction,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// Whether more may come.
    is_open: bool,
}

impl<'a> Flow<'a> {
    /// A way between two descriptors, which had better not block.
    pub(super) fn new(from: BorrowedFd<'a>, to: BorrowedFd<'a>, direction: Direction) -> Self {
        Self {
            from,
            to,
            direction,
            buffer: vec![0; SIZE].into(),
            start: 0,
            end: 0,
            is_open: true,
        }
    }

    /// Whether it holds bytes that are not yet written.
    pub(super) const fn is_laden(&self) -> bool {
        self.start < self.end
    }

    /// What tells of the user's end being gone, and what it waits for besides, if anything.
    pub(super) fn awaited(&self) -> [PollFd<'a>; 2] {
        let users = match self.direction {
            Direction::Inwards => self.from,
            Direction::Outwards => self.to,
        };
        // Nothing is asked for: that it is gone is told unasked.
        let gone = PollFd::from_borrowed_fd(users, PollFlags::empty());
        let ready = if self.is_laden() {
            PollFd::from_borrowed_fd(self.to, PollFlags::OUT)
        } else if self.is_open {
            PollFd::from_borrowed_fd(self.from, PollFlags::IN)
        } else {
            gone.clone()
        };
        [gone, ready]
    }

    /// Moves what can be moved after what it waited for has come.
    pub(super) fn advance(&mut self) -> Step {
        if self.is_laden() {
            return self.unload();
        }
        match self.load() {
            Step::Moved(_) => self.unload(),
            other => other,
        }
    }

    /// Takes in bytes; it must hold none.
    pub(super) fn load(&mut self) -> Step {
        match read(self.from, &mut *self.buffer) {
            Ok(0) => self.close(Direction::Inwards),
            Ok(length) => {
                (self.start, self.end) = (0, length);
                Step::Moved(length)
            }
            Err(Errno::AGAIN | Errno::INTR) => Step::Later,
            Err(_) => self.close(Direction::Inwards),
        }
    }

    /// Writes some of what it holds.
    pub(super) fn unload(&mut self) -> Step {
        match write(self.to, &self.buffer[self.start..self.end]) {
            Ok(length) => {
                self.start += length;
                Step::Moved(length)
            }
            Err(Errno::AGAIN | Errno::INTR) => Step::Later,
            Err(_) => self.close(Direction::Outwards),
        }
    }

    /// Closes the way; it is the user's end that is gone if the flow goes in the direction in which that end failed.
    fn close(&mut self, users: Direction) -> Step {
        self.is_open = false;
        (self.start, self.end) = (0, 0);
        if self.direction == users {
            Step::HungUp
        } else {
            Step::Closed
        }
    }
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
