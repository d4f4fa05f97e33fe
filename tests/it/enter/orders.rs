//! Kernels that take no pidfd, and namespaces that have their reasons to say no.
//!
//! strace answers the first setns(2) of the process inside as Linux before 5.8 does.

use std::process::Command;

use nslens::model::Kind;

use super::kinds::elsewhere;
use crate::support::enter::{LINKS, kinds};
use crate::support::program::{Run, binary, finish};
use crate::support::require_root;
use crate::support::unshared::Unshared;

/// As `nslens enter WORDS` on a kernel that takes no pidfd; with the calls of setns(2) on stderr.
pub(crate) fn on_an_old_kernel(words: &[&str]) -> Run {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-e", "trace=setns", "-e", "signal=none"]);
    strace.args(["-e", "inject=setns:error=EINVAL:when=1"]);
    strace
        .arg(binary())
        .args(["--no-docker", "enter"])
        .args(words);
    finish(strace, b"")
}

#[test]
fn one_by_one_leads_to_the_same_place() {
    if !require_root() {
        return;
    }
    // The second has a network of its own that belongs to our user namespace: to be entered before its user namespace.
    let mixed = ["--net", "unshare", "--user", "--map-root-user", "--mount"];
    for process in [elsewhere(), Unshared::new(&mixed)] {
        let pid = process.pid.to_string();
        let ran = on_an_old_kernel(&[&pid, "--", "sh", "-c", LINKS]).ended(0);
        let links = kinds().into_iter().map(|kind| {
            let inode = process.inode(kind);
            format!("{kind}:[{inode}]\n")
        });
        assert_eq!(ran.text(), links.collect::<String>());
        let injected = ran.stderr.matches("(INJECTED)").count();
        assert_eq!(injected, 1, "{}", ran.stderr);
        assert!(ran.stderr.matches("setns(").count() > 2, "{}", ran.stderr);
    }
}

/// As `unshare --pid SCRIPT` with what is set up before by `sh`.
fn below(before: &str, options: &[&str], command: &str) -> Run {
    let mut shell = Command::new("sh");
    let unshare = ["unshare", "--pid", "--fork", "--kill-child"];
    let all = [&unshare[..], options, &["sh", "-c", command]].concat();
    let script = format!("{before}; exec \"$@\"");
    shell.args(["-c", &script, "sh"]).args(all);
    finish(shell, b"")
}

#[test]
fn a_pid_namespace_above_ours_is_not_entered() {
    if !require_root() {
        return;
    }
    let above = Unshared::new(&["--pid", "--fork", "--kill-child"]);
    let inode = above.inode(Kind::Pid);
    let open = format!("exec 5</proc/{}/ns/pid", above.pid);
    let command = format!(
        "{} --no-docker enter 'pid:[{inode}]' -- true",
        binary().display()
    );
    let ran = below(&open, &["--mount-proc"], &command).ended(1);
    let expected = format!(
        "nslens: cannot enter the namespace pid:[{inode}]: only a pid namespace below our own can be entered, and it is not"
    );
    assert_eq!(ran.complaint(), expected);
}

#[test]
fn a_proc_of_another_pid_namespace_is_not_believed() {
    if !require_root() {
        return;
    }
    let process = Unshared::new(&["--net"]);
    let pid = process.pid;
    let command = format!("{} --no-docker enter {pid} -- true", binary().display());
    let ran = below(":", &[], &command).ended(2);
    let expected =
        "nslens: /proc is of another pid namespace than ours: its pids mean other processes here";
    assert_eq!(ran.complaint(), expected);
}
