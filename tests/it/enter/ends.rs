//! How a command ends that is stopped, and that nothing of it is left behind.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::support::{NSLENS, on_terminal, targets, until_ended, words};
use crate::support::program::{command, finish};
use crate::support::pty::Failure;
use crate::support::unshared::Unshared;
use crate::support::{eventually, require_root};

/// The program, and the pid on the host of its command, which has stopped by `stop`.
fn stopped(target: &Unshared, stop: &str) -> (Child, Pid) {
    let pid = target.pid.to_string();
    let script = format!("read -r pid rest </proc/self/stat; echo $pid; {stop}; echo never");
    let mut nslens = command(&words(&pid, &script)[1..]);
    let mut nslens = nslens.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(nslens.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    let pid = Pid::from_raw(line.trim().parse().unwrap()).unwrap();
    until_stopped(pid);
    (nslens, pid)
}

fn until_stopped(pid: Pid) {
    let stat = format!("/proc/{}/stat", pid.as_raw_nonzero());
    eventually("the command to stop", || {
        let stat = std::fs::read_to_string(&stat).unwrap();
        stat.contains(") T ").then_some(())
    });
}

#[test]
fn a_stopped_command_ends_by_what_ends_nslens() {
    if !require_root() {
        return;
    }
    for target in targets() {
        for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
            let (mut nslens, pid) = stopped(&target, "kill -STOP $$");
            kill_process(Pid::from_child(&nslens), signal).unwrap();
            let status = eventually("the end of nslens", || nslens.try_wait().unwrap());
            assert_eq!(status.code(), Some(128 + signal.as_raw()));
            until_ended(pid);
        }
    }
}

#[test]
fn a_stopped_command_is_not_left_behind() {
    if !require_root() {
        return;
    }
    for target in targets() {
        for stop in [
            "kill -STOP $$",
            "trap '' HUP; kill -STOP $$",
            "kill -STOP 0",
        ] {
            let (mut nslens, pid) = stopped(&target, stop);
            nslens.kill().unwrap();
            nslens.wait().unwrap();
            until_ended(pid);
        }
    }
}

#[test]
fn what_is_ignored_outside_is_ignored_inside() {
    if !require_root() {
        return;
    }
    for target in targets() {
        let mut shell = Command::new("sh");
        let pid = target.pid.to_string();
        shell.args(["-c", r#"trap "" HUP USR1; exec "$@""#, "sh", NSLENS]);
        shell.args([
            "--no-docker",
            "enter",
            &pid,
            "grep",
            "SigIgn",
            "/proc/self/status",
        ]);
        let ran = finish(shell, b"").ended(0);
        let mask = ran.text().trim().rsplit('\t').next().unwrap();
        let mask = u64::from_str_radix(mask, 16).unwrap();
        for signal in [Signal::HUP, Signal::USR1] {
            assert_ne!(mask & (1 << (signal.as_raw() - 1)), 0, "{mask:x}");
        }
        assert_eq!(mask & (1 << (Signal::TERM.as_raw() - 1)), 0, "{mask:x}");
    }
}

/// Lets a child take the terminal and asks for it; when the child has got a line, it gives the terminal back.
const WITHOUT_THE_TERMINAL: &str = r#"use POSIX;
    $| = 1; my $count = 0; $SIG{CONT} = sub { $count++ };
    pipe(my $taken, my $take);
    my $parent = $$;
    if (!fork()) {
        setpgrp(0, 0); $SIG{TTOU} = 'IGNORE'; POSIX::tcsetpgrp(0, $$);
        open(my $stat, '<', "/proc/self/stat"); my @stat = split(' ', <$stat>);
        syswrite($take, "$stat[3]\n");
        <STDIN>;
        POSIX::tcsetpgrp(0, $parent); kill('CONT', $parent); exit;
    }
    my $pid = <$taken>; chomp $pid;
    print "pid=$pid.\n";
    <STDIN>;
    print "continued $count.\n";"#;

#[test]
fn a_command_without_the_terminal_waits_for_it_in_peace() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let [_, target] = targets();
    let script = format!(
        "exec perl -e '{}'",
        WITHOUT_THE_TERMINAL.replace('\'', r"'\''")
    );
    let mut pty = on_terminal(&target, &script)?;
    let pid = super::support::pid_shown(&mut pty)?;
    until_stopped(pid);
    pty.press(b"one\n")?;
    pty.until_shows("one")?;
    pty.press(b"two\n")?;
    pty.until_shows("continued ")?;
    let screen = pty.end()?.screen.contents();
    let (_, count) = screen.split_once("continued ").unwrap();
    let count: u32 = count.split_once('.').unwrap().0.parse().unwrap();
    assert!(count < 4, "{screen}");
    Ok(())
}
