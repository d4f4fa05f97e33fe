//! What counts as the host's: taken from kthreadd, and from nobody where it cannot be known.

use nslens::model::{Inode, Kind, Scope};

use crate::support::fake_proc::{FakeProc, FakeProcess, VIEWER, host_inode, id};
use crate::support::find::{Find as _, scopes, share};
use crate::support::program::{snapshot, text_run};

#[test]
fn the_reference_is_kthreadd_not_the_first_process() {
    let fake = FakeProc::inside();
    fake.add(&FakeProcess::new(1).ns("net", 4_026_540_000));
    fake.add(&FakeProcess::new(2).kernel_thread().ns("net", 4_026_532_777));
    fake.add(&FakeProcess::new(VIEWER).ns("net", 4_026_540_000));
    let seen = snapshot(&fake.arguments());
    assert_eq!(
        seen.host.namespaces.inode(Kind::Net),
        Some(Inode(4_026_532_777))
    );
    assert_eq!(
        seen.viewer.namespaces.inode(Kind::Net),
        Some(Inode(4_026_540_000))
    );
    assert_eq!(seen.namespace(4_026_540_000_u32).initial, Some(false));
    assert_eq!(seen.namespace(4_026_532_777_u32).initial, Some(true));
    let group = seen.group(Kind::Net, 4_026_540_000_u32);
    assert_eq!(group.leader_pid, 1);
}

#[test]
fn a_second_process_that_is_no_kernel_thread_is_no_reference() {
    let fake = FakeProc::inside();
    fake.add(&FakeProcess::new(1));
    fake.add(
        &FakeProcess::new(2)
            .ppid(1)
            .ns("net", 4_026_540_000)
            .ns("ipc", 4_026_540_001),
    );
    fake.add(&FakeProcess::new(VIEWER));
    let seen = snapshot(&fake.arguments());
    assert_ne!(
        seen.host.namespaces.inode(Kind::Net),
        Some(Inode(4_026_540_000))
    );
    assert_ne!(
        seen.host.namespaces.inode(Kind::Ipc),
        Some(Inode(4_026_540_001))
    );
}

/// A container's view of itself: its own pid namespace, no kthreadd.
fn inside() -> FakeProc {
    let fake = FakeProc::inside();
    for pid in [1, 7, VIEWER] {
        let process = FakeProcess::new(pid).in_docker(&id('a'), 4_026_540_000);
        fake.add(&process.cgroup("/").ns_pids(&[pid]).cmdline("/bin/app\0"));
    }
    fake.add(
        &FakeProcess::new(8)
            .in_docker(&id('a'), 4_026_540_000)
            .cgroup("/")
            .ns("net", 4_026_541_000),
    );
    fake
}

#[test]
fn from_inside_a_container_nothing_is_called_the_hosts() {
    let fake = inside();
    let seen = snapshot(&fake.arguments());
    assert!(!seen.host.pid_namespace_is_initial);
    assert_eq!(seen.host.namespaces.inode(Kind::Net), None);
    assert_eq!(
        seen.viewer.namespaces.inode(Kind::Net),
        Some(Inode(4_026_540_002))
    );
    let containers = seen.containers.iter().flatten().map(|c| &c.sharing);
    let groups = seen.groups.iter().flatten().map(|group| &group.sharing);
    for sharing in containers.chain(groups) {
        assert!(!scopes(sharing).contains("host"), "{}", scopes(sharing));
    }
    assert_ne!(seen.namespace(4_026_540_002_u32).initial, Some(true));
    let text = text_run(&fake.arguments()).ended(0);
    assert!(text.text().contains("inside"), "{}", text.text());
}

#[test]
fn who_shares_what_is_told() {
    let fake = FakeProc::new();
    let (a, b, c) = (id('a'), id('b'), id('c'));
    fake.add(&FakeProcess::new(50).in_docker(&a, 4_026_540_000));
    fake.add(
        &FakeProcess::new(51)
            .in_docker(&a, 4_026_540_000)
            .ns_pids(&[51, 2]),
    );
    // b joins a's network; c uses the host's network and process ids.
    fake.add(
        &FakeProcess::new(60)
            .in_docker(&b, 4_026_540_010)
            .ns("net", 4_026_540_002),
    );
    let uses_host = FakeProcess::new(70).in_docker(&c, 4_026_540_020);
    let (net, pid) = (host_inode(Kind::Net), host_inode(Kind::Pid));
    fake.add(&uses_host.ns("net", net).ns("pid", pid).ns_pids(&[70]));
    // A process of no container that has entered b's ipc namespace and made its own uts.
    fake.add(
        &FakeProcess::new(80)
            .ns("ipc", 4_026_540_010)
            .ns("uts", 4_026_540_099),
    );
    let seen = snapshot(&fake.arguments());

    let container = seen.container(&a);
    assert_eq!((container.init_pid, container.process_count), (Some(50), 2));
    assert_eq!(
        (container.engine.as_str(), container.name_source.as_str()),
        ("docker", "cgroup")
    );
    assert_eq!(container.declared, None);
    let expected = "cgroup:host ipc:private mnt:private net:shared pid:private time:host user:host uts:private";
    assert_eq!(scopes(&container.sharing), expected);
    assert_eq!(
        share(&container.sharing, Kind::Net).with,
        std::slice::from_ref(&b)
    );

    assert_eq!(
        share(&seen.container(&b).sharing, Kind::Net).with,
        std::slice::from_ref(&a)
    );
    let group = seen.group(Kind::Uts, 4_026_540_099_u32);
    let ipc = share(&seen.container(&b).sharing, Kind::Ipc);
    assert_eq!(
        (ipc.scope, &ipc.with),
        (Scope::Shared, &vec![group.id.clone()])
    );
    assert_eq!(
        share(&group.sharing, Kind::Ipc).with,
        std::slice::from_ref(&b)
    );
    assert_eq!(share(&group.sharing, Kind::Net).scope, Scope::Host);

    let expected =
        "cgroup:host ipc:private mnt:private net:host pid:host time:host user:host uts:private";
    assert_eq!(scopes(&seen.container(&c).sharing), expected);
    let namespace = seen.namespace(4_026_540_002_u32);
    assert_eq!(namespace.containers, Some(vec![a, b]));
    assert_eq!(
        (namespace.process_count, namespace.leader_pid),
        (3, Some(50))
    );
    assert_eq!(seen.host.process_count, Some(3));
}

#[test]
fn what_is_unknown_is_never_called_private() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    for kind in ["net", "ipc", "mnt", "uts", "cgroup", "user", "pid", "time"] {
        fake.spoil(&format!("50/ns/{kind}"));
    }
    let seen = snapshot(&fake.arguments());
    let sharing = &seen.container(&id('a')).sharing;
    assert!(!scopes(sharing).contains("private"), "{}", scopes(sharing));
    assert!(!scopes(sharing).contains("host"), "{}", scopes(sharing));
    // Two pids of one process: the pid namespace is not the host's, whatever it is.
    assert!(share(sharing, Kind::Pid).not_host);
    assert!(!share(sharing, Kind::Net).not_host);
}

#[test]
fn lists_are_sorted() {
    let fake = FakeProc::new();
    for pid in [500, 40, 9, 100] {
        fake.add(&FakeProcess::new(pid).ns("net", 4_026_540_000 + (pid * 7) % 100));
    }
    let seen = snapshot(&fake.arguments());
    let pids: Vec<_> = seen
        .processes
        .iter()
        .flatten()
        .map(|process| process.pid)
        .collect();
    assert!(pids.is_sorted());
    let inodes: Vec<_> = seen
        .namespaces
        .iter()
        .flatten()
        .map(|namespace| namespace.inode)
        .collect();
    assert!(inodes.is_sorted());
}
