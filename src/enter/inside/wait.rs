//! Waits for a child, as if it had taken our place.
//!
//! The child has a process group of its own, so that it gets each signal once: those of its terminal from there, those
//! that are sent to us from us.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, getpgrp, getpid, getsid, kill_process,
    kill_process_group, waitpid,
};
use rustix::stdio::stdin;
use rustix::termios::{tcgetpgrp, tcsetpgrp};
use signal_hook::consts::signal::{
    SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
};
use signal_hook::iterator::Signals;

/// What is passed on to the child.
const PASSED: [i32; 8] = [
    SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
];

/// Starts `command` and waits for its end; gives back its status, 128 and the number of the signal that ended it.
pub(super) fn run(command: &mut Command) -> io::Result<u8> {
    // Before the child is there, so that no signal is missed.
    let mut signals = Signals::new(PASSED.into_iter().chain([SIGCHLD]))?;
    let child = command.process_group(0).spawn()?;
    let ward = Ward::new(Pid::from_child(&child));
    for signal in signals.forever() {
        if signal != SIGCHLD {
            ward.pass(signal);
            continue;
        }
        while let Some((_, status)) =
            waitpid(Some(ward.pid), WaitOptions::UNTRACED | WaitOptions::NOHANG)?
        {
            if let Some(code) = ended(status) {
                return Ok(code);
            }
            ward.stopped(status.stopping_signal());
        }
    }
    Err(io::ErrorKind::Interrupted.into())
}

/// The child that is waited for.
struct Ward {
    /// Its pid, and its process group.
    pid: Pid,
    /// Whether the terminal, which is ours alone, was handed to it.
    has_terminal: bool,
}

impl Ward {
    fn new(pid: Pid) -> Self {
        let is_ours = is_leader() && tcgetpgrp(stdin()) == Ok(getpgrp());
        Self {
            pid,
            has_terminal: is_ours && tcsetpgrp(stdin(), pid).is_ok(),
        }
    }

    /// Passes a signal on: to all of its group what a terminal would send to all, else to itself.
    fn pass(&self, signal: i32) {
        let Some(signal) = Signal::from_named_raw(signal) else {
            return;
        };
        // Where nobody is left to get it, the end of the child is on its way to us.
        let _ = match signal {
            Signal::TERM | Signal::USR1 | Signal::USR2 => kill_process(self.pid, signal),
            _ => kill_process_group(self.pid, signal),
        };
    }

    /// The child has stopped.
    fn stopped(&self, signal: Option<i32>) {
        let by_terminal = [Signal::TSTP, Signal::TTIN, Signal::TTOU];
        let by_terminal = by_terminal.iter().any(|one| Some(one.as_raw()) == signal);
        if self.has_terminal && by_terminal {
            // Nobody would ever continue it: the terminal has no shell beside it. (It may also have asked for the
            // terminal before that was handed to it.)
            self.pass(SIGCONT);
        } else if !is_leader() {
            // The shell that we were started from sees it, and continues us, and we the child.
            let _ = kill_process(getpid(), Signal::STOP);
        }
    }
}

/// Whether we lead a session: then no shell is beside us.
fn is_leader() -> bool {
    getsid(None) == Ok(getpid())
}

/// The exit status of a child that has ended.
fn ended(status: WaitStatus) -> Option<u8> {
    let signal = status.terminating_signal().map(|signal| 128 + signal);
    let code = status.exit_status().or(signal)?;
    Some(u8::try_from(code).unwrap_or(u8::MAX))
}
