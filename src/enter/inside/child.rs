//! A command that has to be a child of ours, since only a child is in the pid namespace.

use std::io::{self, IsTerminal as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, getpgid, getpgrp, getppid, kill_process,
    kill_process_group, waitpid,
};
use rustix::termios::tcsetpgrp;
use signal_hook::consts::{SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU};
use signal_hook::iterator::Signals;

use super::super::signals::PASSED_ON;

/// Runs the command, outlives the signals that are meant for it, and gives back its status.
///
/// On a terminal it is the foreground process group: a shell in another pid namespace cannot name ours, and so could
/// not give the terminal back to it.
pub(super) fn run(command: &mut Command) -> io::Result<u8> {
    let mut signals = Signals::new(PASSED_ON.into_iter().chain([SIGCHLD]))?;
    let supervisor = getppid();
    let stdin = io::stdin();
    let has_terminal = stdin.is_terminal();
    if has_terminal {
        command.process_group(0);
    }
    let child = Pid::from_child(&command.spawn()?);
    if has_terminal {
        // It fails where the terminal has hung up, of which a signal tells the child through us.
        let _ = tcsetpgrp(&stdin, child);
    }
    loop {
        for signal in signals.wait() {
            pass_on(signal, child, supervisor);
        }
        if let Some(status) = ended(child)? {
            return Ok(status);
        }
    }
}

/// Passes a signal on, unless the child got it together with us.
fn pass_on(signal: i32, child: Pid, supervisor: Option<Pid>) {
    let Some(signal) = Signal::from_named_raw(signal).filter(|signal| *signal != Signal::CHILD)
    else {
        return;
    };
    // The child may just have ended.
    let _ = match getpgid(Some(child)) {
        Ok(group) if group != getpgrp() => kill_process_group(group, signal),
        // That the process outside has ended is told to us alone.
        Ok(_) if signal == Signal::HUP && getppid() != supervisor => kill_process(child, signal),
        _ => Ok(()),
    };
}

/// The child's status where it has ended. Where a terminal stopped it, nobody inside could continue it, so we do: it may
/// only have asked for the terminal before it was given to it.
fn ended(child: Pid) -> io::Result<Option<u8>> {
    let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
    while let Some((_, status)) = waitpid(Some(child), options)? {
        let Some(signal) = status.stopping_signal() else {
            return Ok(Some(code(status)));
        };
        if [SIGTSTP, SIGTTIN, SIGTTOU].contains(&signal)
            && let Ok(group) = getpgid(Some(child))
        {
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
