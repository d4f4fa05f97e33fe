//! Namespaces that live by what lies below them, as deep as the kernel lets them, and those that only children would be in.

use std::fs::File;
use std::process::Command;

use nslens::model::{Holder, Inode, Kind, Snapshot};

use super::{find, held, look, look_deep, number, pid, until_gone};
use crate::support::find::Find as _;
use crate::support::unshared::{Unshared, WAIT, inode_of};
use crate::support::{require, require_root};

/// The namespaces above one, as the kernel tells perl, up to where it tells no more.
fn above(pid: u32, kind: Kind) -> Vec<Inode> {
    let script = r#"open(my $one, '<', $ARGV[0]) or die;
        my $fd = fileno($one);
        while (1) {
            open(my $at, "<&=$fd") or die;
            my $up = ioctl($at, 0xb702, 0) or last;
            $fd = int($up);
            my ($inode) = readlink("/proc/self/fd/$fd") =~ /\[(\d+)\]/ or die;
            push @keep, $at;
            print "$inode\n";
        }"#;
    let output = Command::new("perl")
        .args(["-e", script, &format!("/proc/{pid}/ns/{kind}")])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| Inode(line.parse().unwrap()))
        .collect()
}

/// What this program says is above the namespace.
fn parents(seen: &Snapshot, kind: Kind, inode: Inode) -> Vec<Inode> {
    let parent = |inode: &Inode| find(seen, kind, *inode).and_then(|one| one.parent);
    std::iter::successors(parent(&inode), parent).collect()
}

/// How many namespaces may lie in each other below ours.
const DEEP: usize = 32;

#[test]
fn user_namespaces_that_nobody_is_in_are_held_by_those_below() {
    if !require_root() {
        return;
    }
    // Each runs the next in its own place, so that only the innermost has a process.
    let next = ["unshare", "--user", "--map-root-user"];
    let chain = next.repeat(DEEP);
    let room = above(pid(), Kind::User).is_empty();
    if !require(room, "the initial user namespace, with room for all below") {
        return;
    }
    let process = Unshared::shell(chain[0], &chain[1..], WAIT);
    let (innermost, truth) = (process.inode(Kind::User), above(process.pid, Kind::User));
    assert_eq!(truth.len(), DEEP);
    let seen = look();
    assert_eq!(parents(&seen, Kind::User, innermost), truth);
    let mut below = innermost;
    for inode in &truth[..DEEP - 1] {
        let child = Holder::Child {
            kind: Kind::User,
            inode: below,
        };
        assert_eq!(held(&seen, Kind::User, *inode), [child]);
        below = *inode;
    }
    assert_eq!(truth[DEEP - 1], inode_of(pid(), "user").unwrap());
    drop(process);
    until_gone(Kind::User, truth[0], look);
}

#[test]
fn pid_namespaces_lie_in_each_other_as_deep_as_the_kernel_lets_them() {
    if !require_root() {
        return;
    }
    let next = ["unshare", "--pid", "--fork", "--kill-child"];
    let chain = next.repeat(DEEP);
    if !require(
        above(pid(), Kind::Pid).is_empty(),
        "the initial pid namespace, with room for all below",
    ) {
        return;
    }
    let process = Unshared::shell(chain[0], &chain[1..], WAIT);
    let (innermost, truth) = (process.inode(Kind::Pid), above(process.pid, Kind::Pid));
    assert_eq!(truth.len(), DEEP);
    let seen = look();
    assert_eq!(parents(&seen, Kind::Pid, innermost), truth);
    assert_eq!(seen.process(process.pid).ns_pids.len(), DEEP + 1);
}

/// Both pid namespaces have ended; a descriptor of the inner one keeps the outer one too.
#[test]
fn a_pid_namespace_that_nobody_is_in_is_held_by_one_below() {
    if !require_root() {
        return;
    }
    let inner = format!("exec unshare --pid --fork --kill-child sh -c '{WAIT}'");
    let flags = ["--pid", "--fork", "--kill-child"];
    let process = Unshared::shell("unshare", &flags, &inner);
    let file = File::open(format!("/proc/{}/ns/pid", process.pid)).unwrap();
    let (inode, outer) = (process.inode(Kind::Pid), above(process.pid, Kind::Pid)[0]);
    drop(process);
    let seen = look_deep();
    let fd = Holder::Fd {
        pid: pid(),
        fd: number(&file),
    };
    assert_eq!(held(&seen, Kind::Pid, inode), [fd]);
    let child = Holder::Child {
        kind: Kind::Pid,
        inode,
    };
    assert_eq!(held(&seen, Kind::Pid, outer), [child]);
    drop(file);
    until_gone(Kind::Pid, outer, look_deep);
}

#[test]
fn one_that_only_children_would_be_in_is_held_by_who_would_have_them() {
    if !require_root() {
        return;
    }
    let first = Unshared::new(&["--pid", "--fork", "--kill-child"]);
    let inode = first.inode(Kind::Pid);
    let target = format!("--pid=/proc/{}/ns/pid", first.pid);
    let waiting = Unshared::entered(&[&target, "--no-fork"]);
    let holder = Holder::ForChildren { pid: waiting.pid };
    let seen = look();
    // The one that waits for it has made it for its children, too.
    let maker = seen.process(first.pid).ppid.unwrap();
    let maker = Holder::ForChildren { pid: maker };
    let all = [Holder::Process { pid: first.pid }, maker, holder.clone()];
    assert_eq!(seen.namespace(inode.0).holders, all);
    drop(first);
    assert_eq!(held(&look(), Kind::Pid, inode), [holder]);
    drop(waiting);
    until_gone(Kind::Pid, inode, look);
}
