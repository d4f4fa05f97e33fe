//! A command that has to be a child of ours, since only a child is in the pid namespace.

use std::io::{self, IsTerminal as _, Stdin};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, getppid, kill_process_group, pidfd_open, waitpid,
};
use rustix::termios::{tcgetpgrp, tcsetpgrp};
use signal_hook::consts::{SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU};

use super::super::exit::code;
use super::super::signals::{PASSED_ON, Watch, send};

/// Runs the command, outlives the signals that are meant for it, and gives back its status.
///
/// It is a process group of its own: nothing that it does to its group is done to us, who watch it. On a terminal that is
/// the foreground process group: a shell in another pid namespace cannot name ours, and so could not give the terminal
/// back to it.
pub(super) fn run(command: &mut Command) -> io::Result<u8> {
    let mut watch = Watch::new(PASSED_ON.into_iter().chain([SIGCHLD]))?;
    let mut supervisor = getppid()
        .map(|pid| pidfd_open(pid, PidfdFlags::empty()))
        .transpose()?;
    let stdin = io::stdin();
    let child = Pid::from_child(&command.process_group(0).spawn()?);
    if stdin.is_terminal() {
        // It fails where the terminal has hung up, of which a signal tells the child through us.
        let _ = tcsetpgrp(&stdin, child);
    }
    loop {
        let is_alone = wait(&watch, supervisor.as_ref())?;
        for signal in watch.pending().filter_map(Signal::from_named_raw) {
            if signal != Signal::CHILD {
                send(child, signal);
            }
        }
        if is_alone {
            supervisor = None;
            end(child, &stdin);
        }
        if let Some(status) = ended(child, &stdin)? {
            return Ok(status);
        }
    }
}

/// Waits for a signal, or for the end of the process that supervises; whether it is that.
fn wait(watch: &Watch, supervisor: Option<&OwnedFd>) -> io::Result<bool> {
    let mut all = vec![PollFd::new(watch, PollFlags::IN)];
    all.extend(supervisor.map(|pidfd| PollFd::new(pidfd, PollFlags::IN)));
    match poll(&mut all, None) {
        Err(Errno::INTR) => Ok(false),
        polled => polled.map(|_| all.get(1).is_some_and(|pidfd| !pidfd.revents().is_empty())),
    }
    .map_err(Into::into)
}

/// Ends the command when nobody supervises it any more: with a terminal by a hang-up, as that has come to its end too;
/// without one for sure.
fn end(child: Pid, stdin: &Stdin) {
    send(
        child,
        if stdin.is_terminal() {
            Signal::HUP
        } else {
            Signal::KILL
        },
    );
}

/// The child's status where it has ended. Where a terminal stopped it, nobody inside could continue it, so we do: it may
/// only have asked for the terminal before it was given to it. Where the terminal is somebody else's by now, it would ask
/// and be stopped again at once.
fn ended(child: Pid, stdin: &Stdin) -> io::Result<Option<u8>> {
    let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
    while let Some((_, status)) = waitpid(Some(child), options)? {
        let Some(signal) = status.stopping_signal() else {
            return Ok(Some(code(ExitStatus::from_raw(status.as_raw()))));
        };
        let is_anothers = tcgetpgrp(stdin).is_ok_and(|group| group != child);
        if signal == SIGTSTP || [SIGTTIN, SIGTTOU].contains(&signal) && !is_anothers {
            // It may just have been killed.
            let _ = kill_process_group(child, Signal::CONT);
        }
    }
    Ok(None)
}
