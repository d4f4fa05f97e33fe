//! The host's tools in other namespaces: from outside, and beside the target's files.

mod containers;
mod full;
mod outside;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::program::{Run, run};
use crate::support::unshared::inode_of;

/// Tells its own pid, then all that are seen.
const PIDS: &str = "echo $$; exec ps -e -o pid=";

/// Enters `target` with the host's tools and runs a script there; nothing else may be said.
#[track_caller]
fn outside(target: u32, script: &str) -> String {
    let run = enter(&["--no-docker"], "--tools", &target.to_string(), script).ended(0);
    assert_eq!(run.stderr, "");
    run.text().to_owned()
}

/// As [`outside`], beside the target's files.
#[track_caller]
fn full(target: u32, script: &str) -> Run {
    enter(
        &["--no-docker"],
        "--tools=full",
        &target.to_string(),
        script,
    )
    .ended(0)
}

fn enter(options: &[&str], tools: &str, target: &str, script: &str) -> Run {
    let mut arguments = options.to_vec();
    arguments.extend(["enter", tools, target, "--", "sh", "-c", script]);
    run(&arguments)
}

/// What a tool prints.
#[track_caller]
fn printed(tool: &str, arguments: &[&str]) -> String {
    let output = Command::new(tool).args(arguments).output().unwrap();
    assert!(output.status.success(), "{tool} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Holds what [`PIDS`] printed in a pid namespace against it: its first process, and the one that looked.
#[track_caller]
fn only_its_own(pids: &str) {
    let mut pids = pids.split_whitespace().map(|pid| pid.parse().unwrap());
    let looking: u32 = pids.next().unwrap();
    let seen: BTreeSet<u32> = pids.collect();
    assert_eq!(seen, BTreeSet::from([1, looking]));
}

/// The mounts of a process.
fn mounts(process: &str) -> String {
    fs::read_to_string(format!("/proc/{process}/mountinfo")).unwrap()
}

/// Our own mounts that entering could change; other tests make others.
fn own_mounts() -> Vec<String> {
    let mounts = mounts("self");
    let is_ours = |line: &&str| {
        let path = line.split(' ').nth(4).unwrap();
        path.starts_with("/proc") || path.starts_with("/sys") || path.contains("nslens/host")
    };
    mounts.lines().filter(is_ours).map(str::to_owned).collect()
}

/// The processes whose pid namespace is that of `pid`.
fn in_pid_namespace_of(pid: u32) -> Vec<u32> {
    let inode = inode_of(pid, "pid");
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| inode_of(*pid, "pid") == inode).collect()
}

fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
    files.find(|file| file.is_file()).unwrap()
}

/// The tools that one comes for run, and the target's files are at their own paths.
#[track_caller]
fn all_works(run: &Run, pids_are_its_own: bool) {
    let text = run.text();
    let (tools, rest) = text.split_once("--\n").unwrap();
    assert!(tools.contains("strace -- version"), "{text}");
    assert!(tools.contains("\"ifname\":\"lo\""), "{text}");
    assert!(tools.contains("GNU bash"), "{text}");
    assert!(tools.contains("hidden from nobody"), "{text}");
    if pids_are_its_own {
        only_its_own(rest);
    }
    let said = &run.stderr;
    assert!(
        said.starts_with("nslens: the host's files are at /nslens/host, its programs in PATH"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// Runs the tools that one comes for.
const TRY: &str = "set -e; ls -la / /nslens >/dev/null; strace -V; ip -j link; bash --version; cat /mark; \
                   strace -o /dev/null ls / >/dev/null; test -e /nslens/host/proc/1; echo --; \
                   echo $$; exec ps -e -o pid=";
