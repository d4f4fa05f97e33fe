//! Real namespaces, made with `unshare` and identified with `readlink`.

use std::process::Command;

use nslens::model::{Holder, Kind, Scope, Snapshot};

use crate::support::find::{Find as _, share};
use crate::support::program::snapshot;
use crate::support::unshared::{Unshared, inode_of, kernel_has};
use crate::support::{require, require_root};

fn look() -> Snapshot {
    snapshot(&["--no-docker"])
}

/// The flags of `unshare` that give a process a namespace of `kind`.
fn flags(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Cgroup => &["--cgroup"],
        Kind::Ipc => &["--ipc"],
        Kind::Mnt => &["--mount"],
        Kind::Net => &["--net"],
        Kind::Pid => &["--pid", "--fork", "--kill-child"],
        Kind::Time => &["--time", "--fork"],
        Kind::User => &["--user", "--map-root-user"],
        Kind::Uts => &["--uts"],
    }
}

#[test]
fn a_namespace_of_each_kind_is_found_as_its_own() {
    if !require_root() {
        return;
    }
    for kind in Kind::ALL {
        if !require(
            kernel_has(kind),
            &format!("a kernel with {kind:?} namespaces"),
        ) {
            continue;
        }
        let process = Unshared::new(flags(kind));
        let inode = process.inode(kind);
        let seen = look();
        assert_eq!(
            seen.process(process.pid).namespaces.inode(kind),
            Some(inode)
        );
        let namespace = seen.namespace(inode.0);
        assert_eq!((namespace.kind, namespace.initial), (kind, Some(false)));
        assert_eq!(
            (namespace.process_count, namespace.leader_pid),
            (1, Some(process.pid))
        );
        assert_eq!(namespace.containers.as_deref(), Some(&[][..]));
        let group = seen.group(kind, inode.0);
        assert_eq!((group.leader_pid, group.process_count), (process.pid, 1));
        let is_kept = flags(kind).contains(&"--fork");
        let name = if is_kept { "cat (unshare)" } else { "cat" };
        assert_eq!(group.name, name);
        for (other, share) in group.sharing.iter() {
            let scope = if other == kind {
                Scope::Private
            } else {
                own_scope(&seen, other)
            };
            assert_eq!(
                share.scope, scope,
                "{other:?} of a process with its own {kind:?}"
            );
        }
        let ended = process.pid;
        drop(process);
        let seen = look();
        // The kernel gives its number to the next namespace that is made, which may be another test's.
        let mut left = seen.namespaces.iter().flatten().filter(|left| {
            let ours = left.leader_pid.is_none_or(|pid| pid == ended);
            (left.inode, left.kind, ours) == (inode, kind, true)
        });
        assert_eq!(left.next(), None, "{kind:?} is gone");
    }
}

/// How far a namespace reaches that a child has from us.
fn own_scope(seen: &Snapshot, kind: Kind) -> Scope {
    let ours = seen.viewer.namespaces.inode(kind);
    if ours == seen.host.namespaces.inode(kind) {
        Scope::Host
    } else {
        // Whoever else lives here is in the same group or another.
        let group = seen
            .groups
            .iter()
            .flatten()
            .find(|group| share(&group.sharing, kind).inode == ours);
        group.map_or(Scope::Private, |group| share(&group.sharing, kind).scope)
    }
}

#[test]
fn every_link_of_ours_is_as_readlink_says() {
    let seen = look();
    for (kind, inode) in seen.viewer.namespaces.iter() {
        assert_eq!(
            *inode,
            inode_of(std::process::id(), kind.name()),
            "{kind:?}"
        );
    }
    let me = seen.process(std::process::id());
    for kind in Kind::ALL.into_iter().filter(|kind| kernel_has(*kind)) {
        assert_eq!(me.namespaces.inode(kind), inode_of(me.pid, kind.name()));
    }
}

#[test]
fn the_host_is_kthreadd() {
    if !require_root() || !require(inode_of(2, "net").is_some(), "the sight of kthreadd") {
        return;
    }
    let seen = look();
    assert!(seen.host.pid_namespace_is_initial);
    for kind in Kind::ALL.into_iter().filter(|kind| kernel_has(*kind)) {
        assert_eq!(seen.host.namespaces.inode(kind), inode_of(2, kind.name()));
    }
}

#[test]
fn two_that_share_are_told_with_each_other() {
    if !require_root() {
        return;
    }
    let first = Unshared::new(&["--net", "--uts"]);
    let target = format!("--net=/proc/{}/ns/net", first.pid);
    let second = Unshared::entered(&[&target, "unshare", "--ipc"]);
    let seen = look();
    let a = seen.group(Kind::Uts, first.inode(Kind::Uts).0);
    let b = seen.group(Kind::Ipc, second.inode(Kind::Ipc).0);
    assert_eq!(share(&a.sharing, Kind::Net).scope, Scope::Shared);
    assert_eq!(
        share(&a.sharing, Kind::Net).with,
        std::slice::from_ref(&b.id)
    );
    assert_eq!(
        share(&b.sharing, Kind::Net).with,
        std::slice::from_ref(&a.id)
    );
    assert_eq!(share(&b.sharing, Kind::Uts).scope, Scope::Host);
    let namespace = seen.namespace(first.inode(Kind::Net).0);
    let leader = first.pid.min(second.pid);
    assert_eq!(
        (namespace.process_count, namespace.leader_pid),
        (2, Some(leader))
    );
}

#[test]
fn a_pid_namespace_entered_for_children_is_held_by_who_entered() {
    if !require_root() {
        return;
    }
    let init = Unshared::new(&["--pid", "--fork", "--kill-child"]);
    let inside = init.inode(Kind::Pid);
    let target = format!("--pid=/proc/{}/ns/pid", init.pid);
    let waiting = Unshared::entered(&[&target, "--no-fork"]);
    assert_eq!(inode_of(waiting.pid, "pid_for_children"), Some(inside));
    let seen = look();
    assert_eq!(
        seen.process(waiting.pid).namespaces.inode(Kind::Pid),
        seen.host.namespaces.inode(Kind::Pid)
    );
    let namespace = seen.namespace(inside.0);
    assert_eq!(
        (namespace.process_count, namespace.leader_pid),
        (1, Some(init.pid))
    );
}

#[test]
fn a_pid_namespace_without_its_first_process_is_no_trouble() {
    if !require_root() {
        return;
    }
    let pending = Unshared::new(&["--pid", "--uts"]);
    assert_eq!(inode_of(pending.pid, "pid_for_children"), None);
    let seen = look();
    let group = seen.group(Kind::Uts, pending.inode(Kind::Uts).0);
    assert_eq!(share(&group.sharing, Kind::Pid).scope, Scope::Host);
}

#[test]
fn a_time_namespace_for_children_only_is_found() {
    if !require_root() || !require(kernel_has(Kind::Time), "a kernel with time namespaces") {
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
    // CLONE_NEWTIME; without an exec the caller itself stays where it is.
    let script = format!("$| = 1; syscall({number}, 0x80) == 0 or die; print \"$$\\n\"; <STDIN>");
    let mut perl = Command::new("perl");
    perl.args(["-e", &script]);
    let process = Unshared::command(perl);
    let inode = inode_of(process.pid, "time_for_children").unwrap();
    assert_ne!(inode, process.inode(Kind::Time));
    let seen = look();
    let namespace = seen.namespace(inode.0);
    assert_eq!(
        (
            namespace.kind,
            namespace.process_count,
            namespace.leader_pid
        ),
        (Kind::Time, 0, None)
    );
    assert_eq!(
        namespace.holders,
        [Holder::ForChildren { pid: process.pid }]
    );
}

#[test]
fn a_zombie_stays_with_its_parent_but_has_left_the_namespace() {
    if !require_root() {
        return;
    }
    // A child that has ended and that nobody waits for.
    let script = "$| = 1; fork or exit; print \"$$\\n\"; <STDIN>";
    let mut perl = Command::new("unshare");
    perl.args(["--net", "perl", "-e", script]);
    let parent = Unshared::command(perl);
    let of_ours = |process: &&nslens::model::Process| process.ppid == Some(parent.pid);
    let seen = crate::support::eventually("the zombie", || {
        let seen = look();
        let zombie = seen.processes.iter().flatten().find(of_ours)?;
        (zombie.state == Some('Z')).then_some(seen.clone())
    });
    let zombie = seen.processes.iter().flatten().find(of_ours).unwrap();
    assert_eq!(zombie.namespaces.get(Kind::Net), Some(&None));
    assert_eq!(
        zombie.namespaces.inode(Kind::Pid),
        inode_of(parent.pid, "pid")
    );
    let inode = parent.inode(Kind::Net).0;
    assert_eq!(seen.namespace(inode).process_count, 1);
    assert_eq!(seen.group(Kind::Net, inode).process_count, 2);
}
