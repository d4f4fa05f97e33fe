//! A pseudo-terminal of our own for the command.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{OptionalActions, Termios, tcgetwinsize, tcsetattr, tcsetwinsize};

use super::super::EnterError;

/// Both ends of a pseudo-terminal.
#[derive(Debug)]
pub(super) struct Pty {
    /// Our end, which does not block. Closing it hangs up.
    pub(super) controller: OwnedFd,
    /// The command's end. Held open here too, so that a command that lets go of it does not look like one that has ended.
    pub(super) terminal: OwnedFd,
}

impl Pty {
    /// A pseudo-terminal with these modes and the size of `terminal`.
    pub(super) fn like(terminal: impl AsFd, modes: &Termios) -> Result<Self, EnterError> {
        let made = || {
            let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
            let controller = openpt(flags)?;
            unlockpt(&controller)?;
            // By the descriptor, not by a name, which could lead elsewhere.
            let peer = ioctl_tiocgptpeer(&controller, flags)?;
            tcsetattr(&peer, OptionalActions::Now, modes)?;
            tcsetwinsize(&peer, tcgetwinsize(terminal)?)?;
            fcntl_setfl(&controller, fcntl_getfl(&controller)? | OFlags::NONBLOCK)?;
            Ok(Self {
                controller,
                terminal: peer,
            })
        };
        made().map_err(EnterError::step::<rustix::io::Errno>(
            "make a pseudo-terminal",
        ))
    }

    /// The command's end once more.
    pub(super) fn end(&self) -> Result<OwnedFd, EnterError> {
        let end = self.terminal.try_clone();
        end.map_err(EnterError::step("hand on the pseudo-terminal"))
    }
}
