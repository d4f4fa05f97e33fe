//! Who the command is in a user namespace, seen from outside: never more than who is there, since whoever made the
//! namespace has every right over the processes in it.

use std::fs::{self, File};
use std::process::Command;

use nslens::model::Kind;

use super::kinds::elsewhere;
use crate::support::enter::enter;
use crate::support::program::binary;
use crate::support::require_root;
use crate::support::unshared::{Unshared, WAIT};

#[test]
fn whoever_enters_is_root_there_without_groups() {
    if !require_root() {
        return;
    }
    let process = elsewhere();
    let pid = process.pid.to_string();
    let script = "id -u; id -g; grep Groups: /proc/self/status";
    let ran = enter(&[&pid, "--", "sh", "-c", script]).ended(0);
    assert_eq!(ran.text(), "0\n0\nGroups:\t \n");
    assert_eq!(ran.stderr, "");
}

/// A process of an ordinary user behind `unshare FLAGS`.
fn of_nobody(flags: &[&str]) -> Unshared {
    let user = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    let all = [&user[..], &["unshare"], flags].concat();
    Unshared::shell("setpriv", &all, WAIT)
}

/// The lines of `status` of a process that say who it is, as the host has it.
fn ids(pid: u32) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let wanted = ["Uid:", "Gid:", "Groups:"];
    let lines = status.lines();
    let lines = lines.filter(|line| wanted.iter().any(|name| line.starts_with(name)));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn outside_the_command_is_who_made_the_namespace() {
    if !require_root() {
        return;
    }
    for flags in [
        &["--user", "--map-root-user", "--net"][..],
        &["--user", "--map-current-user", "--mount"],
        // Nothing is mapped at all, or groups are not.
        &["--user", "--net"],
        &["--user", "--map-user=1000", "--net"],
    ] {
        let target = of_nobody(flags);
        // Groups that nobody there may have.
        let mut nslens = Command::new("setpriv");
        nslens.arg("--groups=0,6").arg(binary());
        nslens.args(["--no-docker", "enter", &target.pid.to_string()]);
        nslens.args(["--", "sh", "-c", WAIT]);
        let command = Unshared::command(nslens);
        assert_eq!(ids(command.pid), ids(target.pid), "{flags:?}");
        assert!(ids(command.pid).contains("Groups:\t "));
        for kind in [Kind::User, Kind::Net, Kind::Mnt] {
            assert_eq!(command.inode(kind), target.inode(kind));
        }
    }
}

#[test]
fn that_nobody_is_mapped_is_said() {
    if !require_root() {
        return;
    }
    let target = of_nobody(&["--user", "--net"]);
    let pid = target.pid.to_string();
    let ran = enter(&[&pid, "--", "id", "-u"]).ended(0);
    assert_eq!(ran.text(), "65534\n");
    let nobody = "has no users and no groups (nothing is mapped)";
    assert!(ran.stderr.contains(nobody), "{}", ran.stderr);
    // Without a process there is nobody to be instead of root.
    let inode = target.inode(Kind::User);
    let kept = File::open(format!("/proc/{pid}/ns/user")).unwrap();
    drop(target);
    let word = format!("user:[{inode}]");
    let ran = enter(&[&word, "--", "true"]).ended(1);
    let told = format!(
        "nslens: the user namespace of the namespace {word} {nobody}, and root of ours must not run in it"
    );
    assert_eq!(ran.complaint(), told);
    drop(kept);
}
