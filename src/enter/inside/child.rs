//! A command that has to be a child of ours, since only a child is in the pid namespace.

use std::io::{self, IsTerminal as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, getpgid, getpgrp, kill_process_group, waitpid,
};
use rustix::termios::tcsetpgrp;
use signal_hook::consts::SIGCHLD;
use signal_hook::iterator::Signals;

use super::super::signals::PASSED_ON;

/// Runs the command, outlives the signals that are meant for it, and gives back its status.
///
/// On a terminal it is the foreground process group: a shell in another pid namespace cannot name ours, and so could
/// not give the terminal back to it.
pub(super) fn run(command: &mut Command) -> io::Result<u8> {
    let mut signals = Signals::new(PASSED_ON.into_iter().chain([SIGCHLD]))?;
    let stdin = io::stdin();
    let has_terminal = stdin.is_terminal();
    if has_terminal {
        command.process_group(0);
    }
    let child = Pid::from_child(&command.spawn()?);
    if has_terminal {
        tcsetpgrp(&stdin, child)?;
    }
    loop {
        for signal in signals.wait() {
            pass_on(signal, child);
        }
        if let Some(status) = ended(child)? {
            return Ok(status);
        }
    }
}

/// Passes a signal on, unless the child got it together with us.
fn pass_on(signal: i32, child: Pid) {
    let Some(signal) = Signal::from_named_raw(signal).filter(|signal| *signal != Signal::CHILD)
    else {
        return;
    };
    if let Ok(group) = getpgid(Some(child))
        && group != getpgrp()
    {
        // It may just have ended.
        let _ = kill_process_group(group, signal);
    }
}

/// The child's status where it has ended. Where it was stopped, nobody inside could continue it, so we do: it may only
/// have asked for the terminal before it was given to it.
fn ended(child: Pid) -> io::Result<Option<u8>> {
    let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
    while let Some((_, status)) = waitpid(Some(child), options)? {
        if !status.stopped() {
            return Ok(Some(code(status)));
        }
        if let Ok(group) = getpgid(Some(child)) {
            // It may just have been killed.
            let _ = kill_process_group(group, Signal::CONT);
        }
    }
    Ok(None)
}

/// The status as a shell gives it.
fn code(status: WaitStatus) -> u8 {
    let signal = status.terminating_signal().map(|signal| 128 + signal);
    let code = status.exit_status().or(signal).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}
