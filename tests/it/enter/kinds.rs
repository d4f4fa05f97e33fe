//! Each kind of namespace, alone and with others.

use std::fs;

use nslens::enter::{Door, Environment, Files, Plan};
use nslens::model::{Kind, PerKind};

use crate::support::enter::{LINKS, entered, kinds, letters, nsenter, subsets};
use crate::support::program::{Run, run};
use crate::support::require_root;
use crate::support::unshared::{Unshared, inode_of};

/// A process that is elsewhere in every kind.
pub(super) fn elsewhere() -> Unshared {
    let mut flags = vec!["--fork", "--kill-child", "--map-root-user"];
    let all = kinds();
    flags.extend(all.iter().map(|kind| match kind {
        Kind::Mnt => "--mount",
        Kind::Cgroup => "--cgroup",
        Kind::Ipc => "--ipc",
        Kind::Net => "--net",
        Kind::Pid => "--pid",
        Kind::Time => "--time",
        Kind::User => "--user",
        Kind::Uts => "--uts",
    }));
    Unshared::new(&flags)
}

#[test]
fn every_subset_leads_where_nsenter_leads() {
    if !require_root() {
        return;
    }
    let process = elsewhere();
    let pid = process.pid.to_string();
    for subset in subsets(&kinds()) {
        let letters = letters(&subset);
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        let theirs = [&["-t", &pid][..], &letters].concat();
        let theirs = nsenter(&theirs, &["sh", "-c", LINKS]);
        assert_eq!(entered(&letters, &pid), theirs, "{letters:?}");
    }
}

#[test]
fn without_options_all_that_differ_are_entered() {
    if !require_root() {
        return;
    }
    // Its network is ours, and belongs to our user namespace, not to its own.
    let flags = ["--user", "--map-root-user", "--mount", "--uts"];
    for process in [
        elsewhere(),
        Unshared::new(&flags),
        Unshared::new(&["--ipc"]),
    ] {
        let links = |kind: &Kind| {
            let inode = inode_of(process.pid, kind.name()).unwrap();
            format!("{kind}:[{inode}]\n")
        };
        let expected: String = kinds().iter().map(links).collect();
        assert_eq!(entered(&[], &process.pid.to_string()), expected);
        assert_eq!(entered(&["-a"], &process.pid.to_string()), expected);
    }
}

/// Runs the plan, as the terminal interface has it run.
pub(crate) fn planned(plan: &Plan) -> Run {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), serde_json::to_vec(plan).unwrap()).unwrap();
    run(&["__planned", file.path().to_str().unwrap()])
}

/// A plan that runs `command` in all namespaces of the process.
pub(crate) fn plan(process: &Unshared, command: &[&str]) -> Plan {
    let mut namespaces = PerKind::default();
    for kind in kinds() {
        let inode = process.inode(kind);
        if Some(inode) != inode_of(std::process::id(), kind.name()) {
            namespaces.set(kind, inode);
        }
    }
    let stat = procfs::process::Process::new(i32::try_from(process.pid).unwrap());
    Plan {
        title: "the target".to_owned(),
        door: Door::Process {
            pid: process.pid,
            start_ticks: stat.unwrap().stat().unwrap().starttime,
        },
        namespaces,
        files: Files::Target,
        environment: Environment::Clean,
        confined: false,
        command: Some(command.iter().map(Into::into).collect()),
    }
}

#[test]
fn two_hundred_entries_leave_nothing_behind() {
    if !require_root() {
        return;
    }
    let process = elsewhere();
    let plan = plan(&process, &["true"]);
    let mounts = || fs::read_to_string(format!("/proc/{}/mountinfo", process.pid)).unwrap();
    let descriptors = || {
        fs::read_dir(format!("/proc/{}/fd", process.pid))
            .unwrap()
            .count()
    };
    let before = (mounts(), descriptors());
    for _ in 0..200 {
        planned(&plan).ended(0);
    }
    assert_eq!((mounts(), descriptors()), before);
    let inside = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
        (inode_of(pid, "pid") == Some(process.inode(Kind::Pid))).then_some(pid)
    });
    assert_eq!(inside.collect::<Vec<u32>>(), [process.pid]);
}
