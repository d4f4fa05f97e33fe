//! The user's terminal while a command has one of its own.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{getpgrp, getsid};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use super::super::EnterError;
use super::pty::Pty;
use super::relay::Seat;

/// A descriptor for the same terminal that never blocks. The mode is the descriptor's own: one that we share with the shell
/// must stay as it is. Where the terminal may not be opened again, as after su, ours has to do.
pub(super) fn reopened(terminal: BorrowedFd<'_>, access: OFlags) -> Result<OwnedFd, EnterError> {
    let path = format!("/proc/self/fd/{}", terminal.as_raw_fd());
    let flags = access | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    open(path, flags, Mode::empty())
        .map_err(io::Error::from)
        .or_else(|_| terminal.try_clone_to_owned())
        .map_err(EnterError::step("use the terminal"))
}

/// The user's terminal, given back however this ends.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    terminal: BorrowedFd<'a>,
    /// How it was.
    modes: &'a Termios,
    pty: &'a Pty,
}

impl<'a> Taken<'a> {
    /// Takes the terminal with these modes for what is in `pty`: every key goes there as it is.
    pub(super) fn take(
        terminal: BorrowedFd<'a>,
        modes: &'a Termios,
        pty: &'a Pty,
    ) -> Result<Self, EnterError> {
        let taken = Self {
            terminal,
            modes,
            pty,
        };
        taken
            .make_raw()
            .map_err(EnterError::step("take the terminal"))?;
        Ok(taken)
    }

    fn make_raw(&self) -> rustix::io::Result<()> {
        let mut raw = self.modes.clone();
        raw.make_raw();
        tcsetattr(self.terminal, OptionalActions::Now, &raw)
    }

    fn give_back(&self) {
        // The terminal may be gone, and there is nobody left to tell.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, self.modes);
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Seat for Taken<'_> {
    fn resize(&mut self) {
        // A terminal that is gone tells so when it is read.
        if let Ok(size) = tcgetwinsize(self.terminal) {
            let _ = tcsetwinsize(&self.pty.controller, size);
        }
    }

    fn stop(&mut self) {
        // Without a shell above our job nobody could continue it.
        if getsid(None).is_ok_and(|session| session != getpgrp()) {
            self.give_back();
            // The signal that continues us brings the terminal back.
            let _ = emulate_default_handler(SIGTSTP);
        }
    }

    fn resume(&mut self) {
        // In the background this stops us once more, until it is our turn.
        let _ = self.make_raw();
        self.resize();
    }
}

/// How a terminal is set.
pub(super) fn modes(terminal: impl AsFd) -> Result<Termios, EnterError> {
    tcgetattr(terminal).map_err(EnterError::step("read the modes of the terminal"))
}
