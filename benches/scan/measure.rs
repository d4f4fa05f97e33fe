//! What a command costs. It is run below a small process of its own, since a child's peak memory begins with that of
//! its parent.

use std::env;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

/// What one run of a command cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// From start to end.
    pub(crate) wall_ms: f64,
    /// User and system time of all its threads.
    pub(crate) cpu_ms: f64,
    /// Most memory that it had at any time.
    pub(crate) peak_mib: f64,
}

/// Runs `command` once, in a process that only measures.
pub(crate) fn measure(command: &[String]) -> Cost {
    let output = Command::new(env::current_exe().unwrap())
        .arg("measure")
        .args(command)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut figures = text.split_whitespace().map(|word| word.parse().unwrap());
    let mut next = || figures.next().unwrap();
    Cost {
        wall_ms: next(),
        cpu_ms: next(),
        peak_mib: next(),
    }
}

/// The other end of [`measure`].
pub(crate) fn report(words: &[String]) {
    let start = Instant::now();
    let status = Command::new(&words[0])
        .args(&words[1..])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    let wall = start.elapsed();
    assert!(status.success(), "{words:?}: {status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = |time: nix::sys::time::TimeVal| {
        f64::from(i32::try_from(time.tv_sec() * 1_000_000 + time.tv_usec()).unwrap())
    };
    let cpu = (micros(usage.user_time()) + micros(usage.system_time())) / 1000.0;
    let peak = f64::from(i32::try_from(usage.max_rss()).unwrap()) / 1024.0;
    println!("{} {cpu} {peak}", wall.as_secs_f64() * 1000.0);
}

/// How many system calls `command` makes; `None` without strace.
pub(crate) fn system_calls(command: &[String]) -> Option<u64> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let status = Command::new("strace")
        .args(["-c", "-f", "-o"])
        .arg(file.path())
        .args(command)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    assert!(status.success(), "strace: {status}");
    // 100.00    0.012345          1     90123        12 total
    let text = fs::read_to_string(file.path()).unwrap();
    let total = text.lines().find(|line| line.ends_with(" total"))?;
    total.split_whitespace().nth(3)?.parse().ok()
}
