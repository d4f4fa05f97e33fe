//! Commands inside, with and without a terminal outside.

use std::fs;

use rustix::process::Pid;

use crate::support::eventually;
use crate::support::program::{Run, run};
use crate::support::pty::{Failure, Pty};
use crate::support::unshared::Unshared;

pub(super) const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");

/// A process to enter whose pid namespace is ours, so that the command takes the place of the process that walked in, and
/// one with which the command has to be a child.
pub(super) fn targets() -> [Unshared; 2] {
    [
        Unshared::new(&["--net"]),
        Unshared::new(&["--net", "--pid", "--fork"]),
    ]
}

/// The words that enter `target` for a shell with `script`.
pub(super) fn words<'a>(pid: &'a str, script: &'a str) -> [&'a str; 7] {
    [NSLENS, "--no-docker", "enter", pid, "sh", "-c", script]
}

/// A shell with `script` inside of `target`, on a terminal.
pub(super) fn on_terminal(target: &Unshared, script: &str) -> Result<Pty, Failure> {
    Pty::run(&words(&target.pid.to_string(), script), 80, 24)
}

/// The shell's `outer` script on a terminal, in which `"$@"` enters `target` for a shell with `script`.
pub(super) fn below_shell(target: &Unshared, outer: &str, script: &str) -> Result<Pty, Failure> {
    let pid = target.pid.to_string();
    let command = [&["sh", "-c", outer, "sh"][..], &words(&pid, script)].concat();
    Pty::run(&command, 80, 24)
}

/// A shell with `script` inside of `target`, without a terminal.
pub(super) fn piped(target: &Unshared, script: &str) -> Run {
    run(&words(&target.pid.to_string(), script)[1..])
}

/// How often a line is on the screen, without what stands before or after it.
pub(super) fn times(screen: &vt100::Screen, line: &str) -> usize {
    let contents = screen.contents();
    contents
        .lines()
        .filter(|shown| shown.trim() == line)
        .count()
}

/// Tells the pid on the host in a form that [`pid_shown`] reads.
pub(super) const TELL_PID: &str = "read -r pid rest </proc/self/stat; echo pid=$pid.";

/// Waits for the pid that was told.
pub(super) fn pid_shown(pty: &mut Pty) -> Result<Pid, Failure> {
    let told = |screen: &vt100::Screen| -> Option<i32> {
        let contents = screen.contents();
        let (_, behind) = contents.split_once("pid=")?;
        behind.split_once('.')?.0.parse().ok()
    };
    pty.until(|screen| told(screen).is_some())?;
    Ok(told(pty.screen()).and_then(Pid::from_raw).unwrap())
}

/// Whether a process has ended, be it that nobody has taken notice of it yet.
pub(super) fn has_ended(pid: Pid) -> bool {
    let stat = fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    let stat = String::from_utf8_lossy(&stat);
    let state = stat.rsplit_once(") ").map_or("", |(_, behind)| behind);
    state.is_empty() || state.starts_with(['Z', 'X'])
}

pub(super) fn until_ended(pid: Pid) {
    eventually("the end of the command", || has_ended(pid).then_some(()));
}
