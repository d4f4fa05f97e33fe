//! Tests of a command whose output is kept.

use std::io::Write as _;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::super::inner::Inner;
use super::super::pipes::unblocked_pipe;
use super::{Captured, Limits, collect};

/// Longer than any of these commands takes by itself.
const LONG: Duration = Duration::from_secs(60);

/// What a shell leaves that runs `script` in a session of its own, as the process does that walks in.
fn captured(script: &str, bytes: usize, time: Duration) -> Captured {
    cancellable(script, bytes, time, None)
}

fn cancellable(
    script: &str,
    bytes: usize,
    time: Duration,
    cancel: Option<BorrowedFd<'_>>,
) -> Captured {
    let (pipe, end) = unblocked_pipe().unwrap();
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", script]).stdin(Stdio::null());
    command.stdout(end.try_clone().unwrap()).stderr(end);
    let inner = Inner::start(&mut command, None).unwrap();
    drop(command);
    collect(inner, pipe, Limits { bytes, time }, cancel).unwrap()
}

#[test]
fn both_streams_are_kept_in_order_with_the_status() {
    let captured = captured("echo one; echo two >&2; echo three; exit 7", 100, LONG);
    assert_eq!(captured.output, b"one\ntwo\nthree\n");
    assert_eq!(captured.status, 7);
    assert!(!captured.is_truncated && !captured.timed_out);
}

#[test]
fn there_is_no_input() {
    let captured = captured("cat; echo end", 100, LONG);
    assert_eq!(captured.output, b"end\n");
}

#[test]
fn what_goes_beyond_the_limit_is_forgotten_and_the_command_runs_to_its_end() {
    let captured = captured("seq 1 100000; exit 3", 1000, LONG);
    assert_eq!(captured.output.len(), 1000);
    assert!(captured.output.starts_with(b"1\n2\n3\n"));
    assert_eq!(captured.status, 3);
    assert!(captured.is_truncated && !captured.timed_out);
}

#[test]
fn exactly_the_limit_is_not_too_much() {
    assert!(!captured("printf 12345", 5, LONG).is_truncated);
    assert!(captured("printf 123456", 5, LONG).is_truncated);
}

#[test]
fn one_that_takes_too_long_is_ended_with_all_of_its_group() {
    let start = Instant::now();
    let captured = captured(
        "echo begun; sleep 600 & wait; echo never",
        100,
        Duration::from_millis(300),
    );
    assert_eq!(captured.output, b"begun\n");
    assert!(captured.timed_out);
    assert_eq!(captured.status, 128 + 15);
    assert!(start.elapsed() < LONG);
}

#[test]
fn one_that_is_not_wanted_any_more_is_ended() {
    let start = Instant::now();
    let (bell, mut rope) = std::io::pipe().unwrap();
    rope.write_all(b"!").unwrap();
    let captured = cancellable("sleep 600", 100, LONG, Some(bell.as_fd()));
    assert!(captured.is_cancelled && !captured.timed_out);
    assert_eq!(captured.status, 128 + 15);
    assert!(start.elapsed() < LONG);
}

#[test]
fn one_that_does_not_listen_is_killed() {
    let script = "trap '' TERM; echo $$; while :; do sleep 600; done";
    let captured = captured(script, 100, Duration::from_millis(300));
    assert!(captured.timed_out);
    assert_eq!(captured.status, 128 + 9);
    let pid = String::from_utf8(captured.output).unwrap();
    // What is killed ends when it gets to run.
    let deadline = Instant::now() + LONG;
    while !members(pid.trim()).is_empty() {
        assert!(Instant::now() < deadline, "{:?}", members(pid.trim()));
        thread::sleep(Duration::from_millis(5));
    }
}

/// The processes in the process group `group` that have not ended.
fn members(group: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let stats = processes.filter_map(|entry| std::fs::read(entry.path().join("stat")).ok());
    let stats = stats.map(|stat| String::from_utf8_lossy(&stat).into_owned());
    let is_member = |stat: &String| {
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = rest.split_whitespace().collect();
        fields.get(2) == Some(&group) && !matches!(fields[0], "Z" | "X")
    };
    stats.filter(is_member).collect()
}

#[test]
fn one_that_stays_behind_with_the_pipe_holds_nobody_up() {
    let start = Instant::now();
    let captured = captured("sleep 600 & echo $!", 100, LONG);
    assert!(start.elapsed() < LONG);
    assert_eq!(captured.status, 0);
    assert!(!captured.timed_out);
    let pid = String::from_utf8(captured.output).unwrap();
    let pid = pid.trim().parse().ok().and_then(Pid::from_raw).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

#[test]
fn several_threads_may_capture_at_once() {
    let threads: Vec<_> = (0..8)
        .map(|number| {
            thread::spawn(move || captured(&format!("echo {number}; exit {number}"), 100, LONG))
        })
        .collect();
    for (number, thread) in (0..8).zip(threads) {
        let captured = thread.join().unwrap();
        assert_eq!(captured.output, format!("{number}\n").as_bytes());
        assert_eq!(captured.status, number);
    }
}
