//! Runs the program under test, with a deadline.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use nslens::model::Snapshot;
use rustix::process::{Pid, Signal, kill_process};

use super::PATIENCE;

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Run {
    /// Exit status; `None` where a signal ended it.
    pub(crate) status: Option<i32>,
    /// What it printed.
    pub(crate) stdout: Vec<u8>,
    /// What it complained about.
    pub(crate) stderr: String,
    /// How long it took.
    pub(crate) elapsed: Duration,
}

/// The program's file: the one that cargo built, or a copy that an ordinary user can read.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("NSLENS_TEST_BINARY")
        .map_or_else(|| env!("CARGO_BIN_EXE_nslens").into(), PathBuf::from)
}

/// The program as a command, free of what the environment of the test would tell it.
pub(crate) fn command<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(arguments)
        .env_remove("DOCKER_HOST")
        .env_remove("DOCKER_CONTEXT")
        .env_remove("DOCKER_TLS_VERIFY")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Run {
    finish(command(arguments), b"")
}

/// Runs the program with `input` on its stdin.
pub(crate) fn run_with_input<S: AsRef<OsStr>>(arguments: &[S], input: &[u8]) -> Run {
    finish(command(arguments), input)
}

/// Runs `command` to its end, with `input` on its stdin unless that is empty; a hang fails the test.
pub(crate) fn finish(mut command: Command, input: &[u8]) -> Run {
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = Pid::from_child(&child);
    let stdin = child.stdin.take();
    let input = input.to_vec();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let feeder = stdin.map(|mut pipe| thread::spawn(move || pipe.write_all(&input)));
        let output = child.wait_with_output();
        // A program that does not read all of its input may close the pipe early.
        drop(feeder.map(thread::JoinHandle::join));
        let _ = sender.send(output);
    });
    let Ok(output) = receiver.recv_timeout(PATIENCE) else {
        let _ = kill_process(pid, Signal::KILL);
        panic!("{command:?} still ran after {PATIENCE:?}");
    };
    let output = output.unwrap();
    Run {
        status: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
        elapsed: start.elapsed(),
    }
}

/// Takes a snapshot as JSON with `arguments` besides; fails unless the program exits with 0.
pub(crate) fn snapshot<S: AsRef<OsStr>>(arguments: &[S]) -> Snapshot {
    json_run(arguments).snapshot()
}

/// Runs `nslens --snapshot --json` with `arguments` besides.
pub(crate) fn json_run<S: AsRef<OsStr>>(arguments: &[S]) -> Run {
    snapshot_run(&["--snapshot", "--json"], arguments)
}

/// Runs `nslens --snapshot` with `arguments` besides, as text.
pub(crate) fn text_run<S: AsRef<OsStr>>(arguments: &[S]) -> Run {
    snapshot_run(&["--snapshot"], arguments)
}

fn snapshot_run<S: AsRef<OsStr>>(first: &[&str], rest: &[S]) -> Run {
    let all = first.iter().map(OsStr::new);
    let all: Vec<&OsStr> = all.chain(rest.iter().map(AsRef::as_ref)).collect();
    run(&all)
}

impl Run {
    /// This run, which must have ended with `status`.
    #[track_caller]
    pub(crate) fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "stderr: {}", self.stderr);
        self
    }

    /// What it printed, as the snapshot that it must be.
    #[track_caller]
    pub(crate) fn snapshot(&self) -> Snapshot {
        serde_json::from_value(self.json()).unwrap()
    }

    /// What it printed, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, Some(0), "stderr: {}", self.stderr);
        serde_json::from_slice(&self.stdout).unwrap()
    }

    /// What it printed, as text.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// The one line that stderr must be, without its end.
    #[track_caller]
    pub(crate) fn complaint(&self) -> &str {
        let line = self.stderr.strip_suffix('\n').unwrap_or(&self.stderr);
        assert!(
            !line.is_empty() && !line.contains('\n'),
            "not one line: {:?}",
            self.stderr
        );
        line
    }
}
