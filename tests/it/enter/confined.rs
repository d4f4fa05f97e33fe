//! `enter --confined`: what a command may do is compared with the target's own process, and with `docker exec`.

use std::fs;
use std::process::Command;

use crate::support::docker::{Container, Docker};
use crate::support::program::{Run, binary, run};
use crate::support::pty::{Failure, Pty};
use crate::support::require_root;
use crate::support::unshared::{Unshared, WAIT};

/// What a process may do, as the lines of its status.
fn rights(status: &str) -> Vec<String> {
    let names = ["Uid", "Gid", "Groups", "Cap", "NoNewPrivs"];
    let is_one = |line: &&str| names.iter().any(|name| line.starts_with(name));
    status
        .lines()
        .filter(is_one)
        .map(|line| line.trim().to_owned())
        .collect()
}

/// The line of one name.
fn line<'a>(rights: &'a [String], name: &str) -> &'a str {
    rights.iter().find(|line| line.starts_with(name)).unwrap()
}

fn status(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/status")).unwrap()
}

/// `nslens enter --confined OPTIONS PID -- COMMAND`.
fn confined(options: &[&str], target: &str, command: &[&str]) -> Run {
    let enter = ["enter", "--confined", target, "--"];
    let all: Vec<_> = options.iter().chain(&enter).chain(command).collect();
    run(&all)
}

/// What a confined command may do beside `process`; nothing but its seccomp filter may be missing.
#[track_caller]
fn beside(process: &Unshared) -> Vec<String> {
    let pid = process.pid.to_string();
    let run = confined(&["--no-docker"], &pid, &["cat", "/proc/self/status"]).ended(0);
    let has_filter = !status(process.pid).contains("Seccomp:\t0");
    assert_eq!(
        run.stderr.contains("not taken over: "),
        has_filter,
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains(", "), "{}", run.stderr);
    rights(run.text())
}

#[test]
fn a_command_may_do_what_the_process_may() {
    if !require_root() {
        return;
    }
    for flags in [
        &[][..],
        &["--bounding-set=-sys_admin,-net_raw", "--no-new-privs"],
        &["--bounding-set=-all", "--inh-caps=-all"],
        &["--inh-caps=+net_raw", "--securebits=+noroot"],
        &["--reuid=1000", "--regid=1001", "--groups=44,27"],
        &["--ruid=1000", "--euid=0", "--clear-groups"],
        &[
            "--ruid=0",
            "--euid=1000",
            "--rgid=7",
            "--egid=8",
            "--keep-groups",
        ],
        &[
            "--reuid=1000",
            "--regid=1000",
            "--clear-groups",
            "--inh-caps=+net_admin,+net_raw",
            "--ambient-caps=+net_admin",
            "--bounding-set=-chown",
        ],
    ] {
        let process = Unshared::shell("setpriv", flags, WAIT);
        let (seen, wanted) = (beside(&process), rights(&status(process.pid)));
        if flags.contains(&"--securebits=+noroot") {
            // It is root without the rights of root, which a bounding set alone can tell.
            assert_eq!(line(&seen, "CapPrm"), line(&wanted, "CapPrm"));
            assert_eq!(line(&seen, "CapPrm"), "CapPrm:\t0000000000000000");
            continue;
        }
        assert_eq!(seen, wanted, "{flags:?}");
    }
}

#[test]
fn what_a_process_has_beyond_its_program_a_command_has_too() {
    if !require_root() {
        return;
    }
    // Keeps its capabilities while it becomes another user; or stays root and gives up all but two.
    let keeps = format!(
        "syscall({}, 8, 1, 0, 0, 0); syscall({}, 1000, 1000, 1000);",
        libc::SYS_prctl,
        libc::SYS_setresuid
    );
    let gives_up = format!(
        "my @both = (pack('Ii', 0x20080522, 0), pack('I6', 1, 3, 0, 0, 0, 0)); syscall({}, @both);",
        libc::SYS_capset
    );
    for step in [keeps, gives_up] {
        let script = format!("{step} $| = 1; print \"$$\\n\"; <STDIN>");
        let mut command = Command::new("perl");
        command.args(["-e", &script]);
        let process = Unshared::command(command);
        let (seen, wanted) = (beside(&process), rights(&status(process.pid)));
        assert_ne!(line(&wanted, "CapPrm"), line(&wanted, "CapEff"), "{step}");
        assert_eq!(line(&seen, "CapPrm"), line(&wanted, "CapPrm"), "{step}");
        assert_eq!(line(&seen, "Uid"), line(&wanted, "Uid"), "{step}");
    }
}

#[test]
fn a_child_in_the_pid_namespace_is_as_limited() {
    if !require_root() {
        return;
    }
    let inner =
        format!("exec setpriv --reuid=1000 --bounding-set=-kill --no-new-privs sh -c '{WAIT}'");
    let flags = ["--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child"];
    let process = Unshared::shell("unshare", &flags, &inner);
    assert_eq!(beside(&process), rights(&status(process.pid)));
}

/// What `process` may do as it is told inside of its user namespace.
fn from_inside(process: &Unshared) -> Vec<String> {
    let pid = process.pid.to_string();
    let output = Command::new("nsenter")
        .args(["--target", &pid, "--user", "--preserve-credentials"])
        .args(["cat", &format!("/proc/{pid}/status")])
        .output()
        .unwrap();
    assert!(output.status.success());
    rights(&String::from_utf8(output.stdout).unwrap())
}

#[test]
fn users_are_those_of_the_user_namespace() {
    if !require_root() {
        return;
    }
    let inner =
        format!("unshare --user --map-root-user setpriv --bounding-set=-sys_admin sh -c '{WAIT}'");
    let flags = ["--reuid=1000", "--regid=1001", "--groups=44"];
    let process = Unshared::shell("setpriv", &flags, &inner);
    let seen = beside(&process);
    assert_eq!(seen, from_inside(&process));
    assert_eq!(line(&seen, "Uid"), "Uid:\t0\t0\t0\t0");
    assert_ne!(seen, rights(&status(process.pid)));
}

#[test]
fn a_user_without_a_number_inside_is_refused() {
    if !require_root() {
        return;
    }
    let inner = format!("unshare --user sh -c '{WAIT}'");
    let process = Unshared::shell("setpriv", &["--reuid=1000", "--clear-groups"], &inner);
    let run = confined(&["--no-docker"], &process.pid.to_string(), &["true"]).ended(1);
    assert!(
        run.stderr.contains("cannot take over the user 1000: "),
        "{}",
        run.stderr
    );
}

#[test]
fn capabilities_in_a_user_namespace_that_is_left_out_do_not_count() {
    if !require_root() {
        return;
    }
    let inner = format!("unshare --user --map-root-user --net sh -c '{WAIT}'");
    let process = Unshared::shell("setpriv", &["--reuid=1000", "--clear-groups"], &inner);
    assert_ne!(
        line(&rights(&status(process.pid)), "CapEff"),
        "CapEff:\t0000000000000000"
    );
    let pid = process.pid.to_string();
    let arguments = [
        "--no-docker",
        "enter",
        "--confined",
        "-mn",
        &pid,
        "--",
        "cat",
        "/proc/self/status",
    ];
    let seen = rights(run(&arguments).ended(0).text());
    assert_eq!(line(&seen, "Uid"), "Uid:\t1000\t1000\t1000\t1000");
    for set in ["CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb"] {
        assert_eq!(line(&seen, set), format!("{set}:\t0000000000000000"));
    }
}

#[test]
fn resource_limits_are_taken_over() {
    if !require_root() {
        return;
    }
    let files = ["limits", "oom_score_adj"];
    let script = format!("echo 321 >/proc/self/oom_score_adj; {WAIT}");
    let flags = ["--nofile=100:200", "--core=0:0", "--stack=4194304"];
    let process = Unshared::shell("prlimit", &flags, &script);
    for file in files {
        let own = format!("/proc/self/{file}");
        let run = confined(&["--no-docker"], &process.pid.to_string(), &["cat", &own]).ended(0);
        let theirs = fs::read_to_string(format!("/proc/{}/{file}", process.pid)).unwrap();
        assert_eq!(run.text(), theirs);
        assert_ne!(theirs, fs::read_to_string(own).unwrap());
    }
}

/// What a process in `container` reads, once started by the engine and once confined by us.
fn both(docker: &Docker, container: &Container, file: &str) -> (String, Run) {
    let theirs = docker.client(&["exec", &container.id, "cat", file]);
    let ours = confined(&docker.arguments(), &container.id, &["cat", file]).ended(0);
    (theirs, ours)
}

#[track_caller]
fn as_docker_exec(docker: &Docker, options: &[&str]) {
    let container = docker.idle(options);
    let (theirs, ours) = both(docker, &container, "/proc/self/status");
    assert_eq!(rights(ours.text()), rights(&theirs), "{options:?}");
    if theirs.contains("Seccomp:\t2") {
        let said = "nslens: not taken over: the seccomp filter (mode 2, 1 filter)";
        assert_eq!(ours.complaint(), said);
    } else {
        assert_eq!(ours.stderr, "");
    }
    for file in ["cgroup", "oom_score_adj"] {
        let (theirs, ours) = both(docker, &container, &format!("/proc/self/{file}"));
        assert_eq!(ours.text().trim(), theirs, "{options:?}");
    }
    // Not of `docker exec`, which sometimes raises a soft limit to the hard one.
    let (_, ours) = both(docker, &container, "/proc/self/limits");
    let theirs = fs::read_to_string(format!("/proc/{}/limits", container.pid())).unwrap();
    assert_eq!(ours.text(), theirs, "{options:?}");
}

#[test]
fn in_a_container_a_command_may_do_what_docker_exec_may() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    for options in [
        &[][..],
        &["--user", "1000:1001", "--group-add", "44"],
        &["--cap-drop", "ALL"],
        &[
            "--cap-drop",
            "ALL",
            "--cap-add",
            "NET_RAW",
            "--user",
            "1000",
        ],
        &["--security-opt", "no-new-privileges"],
        &["--security-opt", "seccomp=unconfined"],
        &[
            "--pids-limit",
            "20",
            "--memory",
            "64m",
            "--ulimit",
            "nofile=100:200",
            "--oom-score-adj",
            "300",
        ],
    ] {
        as_docker_exec(&docker, options);
    }
}

#[test]
fn in_a_remapped_container_a_command_may_do_what_docker_exec_may() {
    let Some(docker) = Docker::remap() else {
        return;
    };
    as_docker_exec(&docker, &["--net=none"]);
    as_docker_exec(
        &docker,
        &["--net=none", "--user", "1000:1001", "--group-add", "44"],
    );
}

#[test]
fn in_a_paused_container_a_command_is_not_stopped() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[]);
    container.tell("pause");
    let run = confined(&docker.arguments(), &container.id, &["echo", "awake"]);
    container.tell("unpause");
    let run = run.ended(0);
    assert_eq!(run.text(), "awake\n");
    assert!(run.complaint().contains("(it is paused)"), "{}", run.stderr);
}

/// All that a command prints that enters in a terminal, and its own output.
fn in_terminal(options: &[&str], target: &str) -> Result<String, Failure> {
    let binary = binary();
    let first = [binary.to_str().unwrap()];
    let last = ["enter", target, "--", "echo", "that's it"];
    let all: Vec<_> = first.iter().chain(options).chain(&last).copied().collect();
    let mut pty = Pty::run(&all, 200, 10)?;
    pty.until_shows("that's it")?;
    Ok(pty.end()?.screen.contents())
}

#[test]
fn at_a_terminal_it_is_said_in_what_a_command_is_stronger() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let flags = ["--reuid=1000", "--clear-groups", "--no-new-privs"];
    let limited = Unshared::shell("setpriv", &flags, WAIT);
    let free = Unshared::shell("setpriv", &["--no-new-privs"], WAIT);
    let sentence = |process: &Unshared| -> Result<String, Failure> {
        let printed = in_terminal(&["--no-docker"], &process.pid.to_string())?;
        Ok(printed.replace("that's it", "").trim().to_owned())
    };
    let said = sentence(&limited)?;
    let start = "nslens: this command is stronger than its target: root instead of user 1000, ";
    assert!(said.starts_with(start), "{said}");
    assert!(
        said.ends_with(" capabilities, no_new_privs not set; --confined takes them over"),
        "{said}"
    );
    assert_eq!(
        sentence(&free)?,
        "nslens: this command is stronger than its target: no_new_privs not set; --confined takes them over"
    );
    let like_us = Unshared::shell("unshare", &["--mount", "--uts"], WAIT);
    assert_eq!(sentence(&like_us)?, "");
    Ok(())
}

#[test]
fn at_a_terminal_what_docker_limits_is_said() -> Result<(), Failure> {
    let Some(docker) = Docker::plain() else {
        return Ok(());
    };
    let container = docker.idle(&["--cap-drop", "ALL"]);
    let said = in_terminal(&docker.arguments(), &container.id)?;
    let start = "nslens: this command is stronger than its target: no seccomp filter, ";
    assert!(said.starts_with(start), "{said}");
    assert!(
        said.contains("not in its cgroup; --confined takes over all but the filter"),
        "{said}"
    );
    Ok(())
}

#[test]
fn away_from_a_terminal_nothing_is_said() {
    if !require_root() {
        return;
    }
    let process = Unshared::shell("setpriv", &["--no-new-privs"], WAIT);
    let run = run(&[
        "--no-docker",
        "enter",
        &process.pid.to_string(),
        "--",
        "true",
    ]);
    assert_eq!(run.ended(0).stderr, "");
}
