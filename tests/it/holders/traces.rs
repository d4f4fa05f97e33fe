//! What a look leaves behind and what can hold it up: nothing.

use std::env;
use std::fs::{self, File};
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nslens::collect::engines::Choice;
use nslens::collect::{Collector, Request};
use nslens::model::{Holder, Inode, Kind, Reason, Sections};

use super::{Elsewhere, find, hidden_mounts, open};
use crate::support::program::{finish, json_run};
use crate::support::unshared::{Unshared, WAIT};
use crate::support::{eventually, require, require_root};

/// A file system whose server does not answer, in a mount namespace of its own, and under it a namespace that is mounted.
/// Whoever touches it never comes back.
fn dead_file_system(folder: &Path) -> Unshared {
    let script = format!(
        "set -e; mount -t tmpfs none \"$PWD\"; cd \"$PWD\"; mkdir dead; touch dead/net; \
         unshare --net=dead/net true; stat -c %i dead/net >inode; exec 3<>/dev/fuse; \
         mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none \"$PWD/dead\"; {WAIT}"
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", &script]);
    command.current_dir(folder);
    Unshared::command(command)
}

#[test]
fn a_dead_file_system_holds_nothing_up() {
    let fuse = || File::options().read(true).write(true).open("/dev/fuse");
    if !require_root() || !require(fuse().is_ok(), "/dev/fuse") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = dead_file_system(folder.path());
    let at = folder.path().display();
    let number = fs::read_to_string(format!("/proc/{}/root{at}/inode", place.pid)).unwrap();
    let inode = Inode(number.trim().parse().unwrap());
    let mount = Holder::BindMount {
        path: format!("{at}/dead/net"),
        mnt_ns: Some(place.inode(Kind::Mnt)),
    };
    for more in [&[][..], &["--deep"]] {
        let run = json_run(&[&["--no-docker"], more].concat());
        let seen = run.snapshot();
        let found = find(&seen, Kind::Net, inode).unwrap();
        assert_eq!(found.holders, std::slice::from_ref(&mount));
        // What is covered cannot be entered, which is known at once.
        let mut late = seen.gaps.iter().filter(|gap| gap.reason == Reason::Timeout);
        assert!(
            !late.any(|gap| gap.what.starts_with("network of ")),
            "{:?}",
            seen.gaps
        );
        let network = seen
            .network
            .iter()
            .flatten()
            .find(|one| one.namespace == inode);
        assert_eq!(network.unwrap().interfaces, None);
    }
}

/// Tells the test below that it runs by itself.
const ALONE: &str = "NSLENS_TEST_ALONE";

/// What our descriptors lead to, without the one by which they are listed.
fn descriptors() -> Vec<String> {
    let all = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let links = all.filter_map(|entry| fs::read_link(entry.path()).ok());
    let links = links.filter_map(|link| Some(link.to_str()?.to_owned()));
    let mut links: Vec<_> = links.filter(|link| !link.ends_with("/fd")).collect();
    links.sort();
    links
}

/// Not a test of its own: looks again and again in a process in which nobody else opens anything.
#[test]
fn nothing_stays_open_here() {
    if env::var_os(ALONE).is_none() {
        return;
    }
    let request = Request {
        proc_root: "/proc".into(),
        sections: Sections::ALL,
        deep: true,
        engine: Choice::None,
        engine_timeout: Duration::from_secs(1),
    };
    let mut collector = Collector::new(request).unwrap();
    let before = descriptors();
    for _ in 0..3 {
        let mut seen = collector.observe().unwrap();
        assert_eq!(descriptors(), before);
        collector.look_at_network(&mut seen);
        // Its threads close what they have open when they end.
        eventually("the threads to end", || {
            (descriptors() == before).then_some(())
        });
        assert!(!seen.holders.found.is_empty());
    }
}

#[test]
fn nothing_that_was_opened_stays_open() {
    if !require_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let _mounts = hidden_mounts(folder.path());
    let (_file, _) = open(&["--net"], Kind::Net);
    let (namespace, _) = open(&["--net"], Kind::Net);
    let bind = || UdpSocket::bind("0.0.0.0:0").unwrap();
    let (_thread, _socket) = Elsewhere::new(namespace, bind);
    let mut alone = Command::new(env::current_exe().unwrap());
    alone.args([
        "--exact",
        "holders::traces::nothing_stays_open_here",
        "--nocapture",
    ]);
    alone.env(ALONE, "1");
    let run = finish(alone, b"");
    let text = run.text();
    assert!(text.contains("1 passed"), "{text}\n{}", run.stderr);
}
