//! Containers, sandboxes, and namespaces that only a mount or a descriptor keeps.

use std::fs::{self, File};
use std::os::fd::AsRawFd as _;
use std::process::{Command, Stdio};

use nslens::model::{Inode, Kind};

use crate::support::docker::Docker;
use crate::support::enter::{LINKS, enter, entered, kinds, nsenter};
use crate::support::netns::Netns;
use crate::support::program::{Run, run};
use crate::support::unshared::{Unshared, inode_of};
use crate::support::{require, require_root};

/// Runs `nslens enter WORDS` with the names of an engine.
fn with_names(docker: &Docker, words: &[&str]) -> Run {
    run(&[&docker.arguments(), &["enter"][..], words].concat())
}

/// The links of a process, as the kernel tells.
fn links(pid: u32) -> String {
    let link = |kind: &Kind| format!("{kind}:[{}]\n", inode_of(pid, kind.name()).unwrap());
    kinds().iter().map(link).collect()
}

/// As [`LINKS`], where there is only busybox.
const BUSYBOX_LINKS: &str = "for kind in cgroup ipc mnt net pid time user uts; do \
    busybox readlink /proc/self/ns/$kind; done";

#[test]
fn a_container_is_entered_by_its_name() {
    if !require_root() {
        return;
    }
    for docker in [Docker::plain(), Docker::remap()].into_iter().flatten() {
        let container = docker.idle(&["--net=none", "--workdir=/tmp"]);
        let words = [&container.name, "--", "sh", "-c", BUSYBOX_LINKS];
        let ran = with_names(&docker, &words).ended(0);
        assert_eq!(ran.text(), links(container.pid()));
        let script =
            "pwd; busybox id -u; busybox id -g; busybox cat /proc/self/uid_map; busybox ls /";
        let ours = with_names(&docker, &[&container.id[..12], "--", "sh", "-c", script]);
        let theirs = docker.client(&["exec", &container.id, "sh", "-c", script]);
        assert_eq!(ours.ended(0).text().trim(), theirs);
    }
}

#[test]
fn what_runs_in_a_container_reads_pipes_and_gives_its_status() {
    if !require_root() {
        return;
    }
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[]);
    let words = [&docker.arguments(), &["enter", &container.name][..]].concat();
    // No command: a shell, which reads what to do.
    let ran = crate::support::program::run_with_input(&words, b"echo $0; exit 9\n").ended(9);
    assert_eq!(ran.text(), "/bin/sh\n");
    let script = ["ip", "-j", "addr"];
    let ours = with_names(
        &docker,
        &[&["-n", &container.name, "--"], &script[..]].concat(),
    );
    let pid = container.pid().to_string();
    assert_eq!(ours.ended(0).text(), nsenter(&["-t", &pid, "-n"], &script));
}

/// The only file of an image: it waits, or says that it was run.
const STATIC: &str = r"#include <stdio.h>
#include <unistd.h>
int main(int count, char **words) {
    if (count > 1) { puts(words[1]); return 5; }
    for (;;) pause();
}";

#[test]
fn a_container_without_a_shell_says_so_and_can_be_looked_at_with_our_tools() {
    if !require_root() {
        return;
    }
    let Some(docker) = Docker::plain() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("only.c"), STATIC).unwrap();
    let tool = |tool: &str, arguments: &[&str]| {
        let status = Command::new(tool).args(arguments).status().unwrap();
        assert!(status.success(), "{tool} {arguments:?}");
    };
    tool("cc", &["-static", "-o", &path("only"), &path("only.c")]);
    tool("tar", &["-C", &path(""), "-cf", &path("only.tar"), "only"]);
    let image = format!("nslens-only-{}", std::process::id());
    docker.client(&["import", &path("only.tar"), &image]);
    let container = docker.run_image(&image, &[], &["/only"]);
    let none = with_names(&docker, &[&container.name]).ended(127);
    let told = "nslens: no shell there: tried /bin/bash (not there)";
    assert!(none.complaint().starts_with(told), "{}", none.stderr);
    assert!(
        none.complaint()
            .ends_with("--tools brings the host's tools")
    );
    let ran = with_names(&docker, &[&container.name, "--", "/only", "here"]).ended(5);
    assert_eq!(ran.text(), "here\n");
    let ours = with_names(&docker, &["-n", &container.name, "--", "ip", "-j", "addr"]);
    let pid = container.pid().to_string();
    let theirs = nsenter(&["-t", &pid, "-n"], &["ip", "-j", "addr"]);
    assert_eq!(ours.ended(0).text(), theirs);
    drop(container);
    docker.client(&["rmi", &image]);
}

#[test]
fn a_sandbox_of_bubblewrap_is_entered_whole() {
    if !require_root() {
        return;
    }
    // The pid of the sandbox on the host is told by bwrap, in a file that the sandbox does not get.
    let line = "exec bwrap --info-fd 3 \"$@\" 3>&1 >/dev/null";
    let mut bwrap = Command::new("sh");
    bwrap.args(["-c", line, "sh", "--ro-bind", "/", "/", "--proc", "/proc"]);
    bwrap.args(["--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/tmp"]);
    bwrap.args(["--unshare-all", "sh", "-c", "touch here; exec cat"]);
    let mut bwrap = bwrap
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut info = serde_json::Deserializer::from_reader(bwrap.stdout.take().unwrap())
        .into_iter::<serde_json::Value>();
    let pid = info.next().unwrap().unwrap()["child-pid"].as_u64().unwrap();
    let pid = u32::try_from(pid).unwrap();
    let target = pid.to_string();
    crate::support::eventually("the sandbox to be set up", || {
        let ran = enter(&[&target, "--", "sh", "-c", "cat /tmp/here && pwd"]);
        (ran.status == Some(0)).then(|| assert!(ran.text().starts_with('/')))
    });
    assert_eq!(entered(&[], &target), links(pid));
    drop(bwrap.stdin.take());
    bwrap.wait().unwrap();
}

#[test]
fn a_named_network_is_entered_without_a_process() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    let inode = netns.inode();
    netns.ip("addr add 10.9.8.7/24 dev lo");
    let words = [
        format!("netns:{}", netns.name),
        netns.name.clone(),
        format!("net:[{inode}]"),
        format!("net:{inode}"),
    ];
    for word in words {
        let ran = enter(&[&word, "--", "ip", "-j", "addr"]).ended(0);
        assert_eq!(ran.text(), netns.printed("-j addr"), "{word}");
    }
    let ran = enter(&["-m", &format!("net:[{inode}]"), "--", "true"]).ended(1);
    assert!(
        ran.complaint().contains("is one namespace"),
        "{}",
        ran.stderr
    );
}

/// A namespace of each kind without a process, kept by what `keep` makes of its link, entered.
fn each_kept(keep: impl Fn(&str) -> Box<dyn std::any::Any>) {
    for kind in kinds() {
        let flags = match kind {
            Kind::Cgroup => &["--cgroup"][..],
            Kind::Ipc => &["--ipc"],
            Kind::Mnt => &["--mount", "--propagation=unchanged"],
            Kind::Net => &["--net"],
            // Without its first process nothing can be started in one.
            Kind::Pid => continue,
            Kind::Time => &["--time", "--fork"],
            Kind::User => &["--user", "--map-root-user"],
            Kind::Uts => &["--uts"],
        };
        let process = Unshared::new(flags);
        let inode = process.inode(kind);
        let kept = keep(&format!("/proc/{}/ns/{kind}", process.pid));
        drop(process);
        let word = format!("{kind}:[{inode}]");
        let ran = enter(&[&word, "--", "sh", "-c", &format!("{LINKS}; pwd; id -u")]).ended(0);
        let ours = |other: &Kind| {
            let own = inode_of(std::process::id(), other.name()).unwrap();
            let inode = if *other == kind { inode } else { own };
            format!("{other}:[{inode}]\n")
        };
        let all: String = kinds().iter().map(ours).collect();
        let place = if kind == Kind::Mnt {
            "/".to_owned()
        } else {
            std::env::current_dir().unwrap().display().to_string()
        };
        assert_eq!(ran.text(), format!("{all}{place}\n0\n"), "{word}");
        drop(kept);
    }
}

#[test]
fn what_a_descriptor_keeps_is_entered() {
    if !require_root() {
        return;
    }
    each_kept(|link| Box::new(File::open(link).unwrap()));
}

/// A bind mount, undone when dropped.
struct Mount(tempfile::NamedTempFile);

impl Mount {
    fn new(what: &str) -> Option<Self> {
        // In a place with an odd name, which stands escaped in mountinfo.
        let file = tempfile::Builder::new()
            .prefix("a b\\c")
            .tempfile()
            .unwrap();
        let mount = Command::new("mount")
            .args(["--bind", what])
            .arg(file.path())
            .stderr(Stdio::null())
            .status();
        mount.unwrap().success().then(|| Self(file))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn what_a_mount_keeps_is_entered() {
    if !require_root() {
        return;
    }
    each_kept(|link| match Mount::new(link) {
        Some(mount) => Box::new(mount),
        // One that may hold a copy of this mount, in which it would keep itself.
        None if link.ends_with("/mnt") => Box::new(File::open(link).unwrap()),
        None => panic!("cannot mount {link}"),
    });
}

#[test]
fn a_place_that_was_mounted_over_is_passed_over() {
    if !require_root() {
        return;
    }
    let process = Unshared::new(&["--uts"]);
    let inode = process.inode(Kind::Uts);
    let link = format!("/proc/{}/ns/uts", process.pid);
    let (mount, held) = (Mount::new(&link).unwrap(), File::open(&link).unwrap());
    let over = Command::new("mount")
        .args(["--bind", "/etc/passwd"])
        .arg(mount.0.path())
        .status();
    assert!(over.unwrap().success());
    drop(process);
    let word = format!("uts:[{inode}]");
    let link = ["--", "readlink", "/proc/self/ns/uts"];
    let ran = enter(&[&[&word[..]][..], &link].concat()).ended(0);
    assert_eq!(ran.text().trim(), word);
    assert!(held.as_raw_fd() > 0);
    drop(held);
    enter(&[&word, "--", "true"]).ended(1);
    // The one over it, then the one below.
    let _ = Command::new("umount").arg(mount.0.path()).status();
    enter(&[&word, "--", "true"]).ended(0);
}

#[test]
fn what_only_children_or_a_thread_would_be_in_is_entered() {
    if !require_root() {
        return;
    }
    let number = match std::env::consts::ARCH {
        "x86_64" => 272,
        "aarch64" | "riscv64" => 97,
        _ => 0,
    };
    if !require(number != 0, "a known number of unshare(2)") {
        return;
    }
    // CLONE_NEWTIME: the children would be there.
    let script = format!("$| = 1; syscall({number}, 0x80) == 0 or die; print \"$$\\n\"; <STDIN>");
    let mut perl = Command::new("perl");
    perl.args(["-e", &script]);
    let process = Unshared::command(perl);
    let Some(inode) = inode_of(process.pid, "time_for_children") else {
        return;
    };
    let word = format!("time:[{inode}]");
    let ran = enter(&[&word, "--", "readlink", "/proc/self/ns/time"]).ended(0);
    assert_eq!(ran.text().trim(), word);
    // A thread of ours.
    let (tell, told) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        #[expect(
            deprecated,
            reason = "the replacement is unsafe for flags that are not used here"
        )]
        rustix::thread::unshare(rustix::thread::UnshareFlags::NEWNET).unwrap();
        let link = fs::read_link("/proc/thread-self/ns/net").unwrap();
        tell.send(link.to_str().unwrap().to_owned()).unwrap();
        let _ = ended.recv();
    });
    let word = told.recv().unwrap();
    let ran = enter(&[&word, "--", "readlink", "/proc/self/ns/net"]).ended(0);
    assert_eq!(ran.text().trim(), word);
    drop(end);
    thread.join().unwrap();
    assert_ne!(inode, Inode(0));
}
