//! From outside: the host's files, with the target's /proc and /sys.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::support::netns::Netns;
use crate::support::require_root;
use crate::support::unshared::Unshared;

#[test]
fn from_outside_proc_and_sys_are_those_of_the_namespaces() {
    if !require_root() {
        return;
    }
    let before = own_mounts();
    let target = Unshared::new(&["-n", "-p", "-f", "--kill-child"]);
    let pid = target.pid.to_string();
    printed(
        "nsenter",
        &[
            "-t", &pid, "-n", "ip", "link", "add", "inside0", "type", "veth", "peer", "name",
            "inside1",
        ],
    );
    let addresses = ["-t", &pid, "-n", "ip", "-j", "addr"];
    let known: Value = serde_json::from_str(&printed("nsenter", &addresses)).unwrap();
    let seen: Value = serde_json::from_str(&outside(target.pid, "ip -j addr")).unwrap();
    assert_eq!(seen, known);
    let names = outside(target.pid, "ls /sys/class/net");
    assert_eq!(
        names.split_whitespace().collect::<Vec<_>>(),
        ["inside0", "inside1", "lo"]
    );
    only_its_own(&outside(target.pid, PIDS));
    assert_eq!(own_mounts(), before);
    assert_eq!(in_pid_namespace_of(target.pid), [target.pid]);
}

#[test]
fn what_is_mounted_below_sys_is_still_there() {
    if !require_root() {
        return;
    }
    let target = Unshared::new(&["-n"]);
    let below = |mounts: &str| {
        let paths = mounts.lines().map(|line| line.split(' ').nth(4).unwrap());
        let below = paths.filter(|path| path.starts_with("/sys/"));
        below.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let seen = outside(target.pid, "cat /proc/self/mountinfo");
    assert_eq!(below(&seen), below(&mounts("self")));
    assert_eq!(
        outside(target.pid, "ls /sys/fs/cgroup"),
        printed("ls", &["/sys/fs/cgroup"])
    );
    // Without a pid namespace to enter, /proc is ours.
    assert!(seen.contains(" /proc "));
    assert_eq!(
        outside(target.pid, "readlink /proc/self/ns/pid"),
        printed("readlink", &["/proc/self/ns/pid"])
    );
}

#[test]
fn user_namespaces_do_not_hinder_it_whoever_is_somebody_there() {
    if !require_root() {
        return;
    }
    let root: &[&str] = &["-U", "-r", "-n", "-p", "-f", "--kill-child"];
    let no_root: &[&str] = &[
        "-U",
        "--map-user=1000",
        "--map-group=1000",
        "-n",
        "-p",
        "-f",
        "--kill-child",
    ];
    // The process is in a user namespace below the one that owns the others, as bubblewrap makes it.
    let nested = [
        root,
        &["unshare", "-U", "--map-user=1000", "--map-group=1000"],
    ]
    .concat();
    for flags in [root, no_root, &nested] {
        let target = Unshared::new(flags);
        assert_eq!(
            outside(target.pid, "ls /sys/class/net"),
            "lo\n",
            "{flags:?}"
        );
        only_its_own(&outside(target.pid, PIDS));
        only_its_own(full(target.pid, PIDS).text());
    }
}

/// A folder that is removed when dropped.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_name_brings_its_files_of_etc_along() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    let folder = Folder(Path::new("/etc/netns").join(&netns.name));
    fs::create_dir_all(&folder.0).unwrap();
    let text = format!("192.0.2.1 {}\n", netns.name);
    fs::write(folder.0.join("hosts"), &text).unwrap();
    let ours = fs::read_to_string("/etc/hosts").unwrap();
    let target = Unshared::entered(&[&format!("--net=/run/netns/{}", netns.name)]);
    assert_eq!(outside(target.pid, "cat /etc/hosts"), text);
    assert_eq!(fs::read_to_string("/etc/hosts").unwrap(), ours);
    let other = Unshared::new(&["-n"]);
    assert_eq!(outside(other.pid, "cat /etc/hosts"), ours);
}

#[test]
fn the_status_is_the_commands_own() {
    if !require_root() {
        return;
    }
    let target = Unshared::new(&["-n", "-p", "-f", "--kill-child"]);
    for tools in ["--tools", "--tools=full"] {
        let target = target.pid.to_string();
        enter(&["--no-docker"], tools, &target, "exit 7").ended(7);
        enter(&["--no-docker"], tools, &target, "kill -9 $$").ended(137);
    }
}
