//! How processes came into a container: by its engine, from outside, or by their cgroup alone.

use std::process::{Child, Command, Stdio};

use nslens::model::{Process, Relation, Snapshot};

use super::look;
use crate::support::docker::{Container, Docker};
use crate::support::netns::unique;
use crate::support::program::snapshot;
use crate::support::{eventually, require_root};

/// A program that waits for the end of its input, ended when dropped.
struct Waiting(Child);

impl Waiting {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::piped()).spawn().unwrap())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// The process with this command line, once it is there.
fn process(docker: &Docker, command: &str) -> (Process, Snapshot) {
    eventually(command, || {
        let seen = look(docker);
        let mut all = seen.processes.iter().flatten();
        let is_it = |process: &&Process| process.command.as_deref() == Some(command);
        let found = all.find(is_it)?.clone();
        Some((found, seen))
    })
}

#[track_caller]
fn assert_came(process: &Process, container: &Container, relation: Relation) {
    let came = (process.container.as_ref(), process.relation);
    assert_eq!(came, (Some(&container.id), Some(relation)), "{process:?}");
}

#[test]
fn who_was_started_in_a_container_and_who_entered_it_is_told() {
    if !require_root() {
        return;
    }
    for docker in [Docker::plain(), Docker::remap()].into_iter().flatten() {
        let container = docker.idle(&["--net=none"]);
        let [by_engine, from_outside] = [unique("e"), unique("o")];
        let words = [
            "exec",
            "-i",
            &container.id,
            "sh",
            "-c",
            "read x",
            &by_engine,
        ];
        let _exec = Waiting::start(&mut docker.command(&words));
        let pid = container.pid().to_string();
        let mut nsenter = Command::new("nsenter");
        nsenter.args([
            "-t", &pid, "-m", "-u", "-i", "-n", "-p", "/bin/sh", "-c", "read x",
        ]);
        nsenter.arg(&from_outside);
        let _entered = Waiting::start(&mut nsenter);
        let (exec, seen) = process(&docker, &format!("sh -c read x {by_engine}"));
        assert_came(&exec, &container, Relation::Exec);
        let mut all = seen.processes.iter().flatten();
        let init = all.find(|process| process.pid == container.pid()).unwrap();
        assert_came(init, &container, Relation::Member);
        let (entered, _) = process(&docker, &format!("/bin/sh -c read x {from_outside}"));
        assert_came(&entered, &container, Relation::Entered);
        let found =
            snapshot(&[&docker.arguments()[..], &["--filter", "relation:entered"]].concat());
        let pids: Vec<u32> = found
            .processes
            .iter()
            .flatten()
            .map(|one| one.pid)
            .collect();
        assert!(pids.contains(&entered.pid) && !pids.contains(&exec.pid));
    }
}

#[test]
fn a_process_of_the_host_in_a_containers_cgroup_is_a_stray() {
    if !require_root() {
        return;
    }
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&["--net=none"]);
    let word = unique("s");
    // It moves itself into every cgroup of the container, and stays where it is otherwise.
    let script = format!(
        "while IFS=: read -r _ names path; do \
           for root in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/${{names#name=}}; do \
             [ -e $root$path/cgroup.procs ] && echo $$ >$root$path/cgroup.procs; \
           done; \
         done </proc/{}/cgroup 2>/dev/null; exec sh -c 'read x' {word}",
        container.pid()
    );
    let mut shell = Command::new("sh");
    let _stray = Waiting::start(shell.args(["-c", &script]));
    let (seen, _) = process(&docker, &format!("sh -c read x {word}"));
    assert_came(&seen, &container, Relation::Stray);
}
