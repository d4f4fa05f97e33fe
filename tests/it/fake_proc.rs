//! What the scan makes of a made-up `/proc`: every file as it should be, and as it should not.

use std::time::Duration;

use nslens::model::{Holder, Inode, Kind, Reason};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::support::fake_proc::{FakeProc, FakeProcess, HOST, host_inode};
use crate::support::find::{Find as _, scopes, share};
use crate::support::program::{json_run, run, snapshot, text_run};

#[test]
fn all_eight_kinds_are_read() {
    let fake = FakeProc::new();
    let mut process = FakeProcess::new(50);
    for (place, (kind, _)) in (0_u32..).zip(HOST) {
        process = process.ns(kind, 4_026_540_000 + place);
    }
    fake.add(&process);
    let seen = snapshot(&fake.arguments());
    for (place, kind) in (0_u32..).zip(Kind::ALL) {
        let inode = 4_026_540_000 + place;
        assert_eq!(seen.process(50).namespaces.inode(kind), Some(Inode(inode)));
        let namespace = seen.namespace(inode);
        assert_eq!(namespace.kind, kind);
        assert_eq!(namespace.initial, Some(false));
        assert_eq!(namespace.process_count, 1);
        assert_eq!(namespace.leader_pid, Some(50));
        assert_eq!(namespace.holders, [Holder::Process { pid: 50 }]);
        let initial = seen.namespace(host_inode(kind));
        assert_eq!((initial.kind, initial.initial), (kind, Some(true)));
        assert_eq!((initial.process_count, initial.leader_pid), (3, Some(1)));
    }
    let group = seen.group(Kind::Net, 4_026_540_003_u32);
    assert!(!scopes(&group.sharing).contains("host"));
    assert_eq!((group.leader_pid, group.process_count), (50, 1));
    assert_eq!(seen.host.process_count, Some(3));
    assert_eq!(seen.gaps, []);
}

#[test]
fn facts_of_the_host_and_of_a_process_are_read() {
    let fake = FakeProc::new();
    let process = FakeProcess::new(50)
        .ppid(1)
        .comm("httpd")
        .uid(33)
        .ns_pids(&[50, 7, 1])
        .cgroup("/system.slice/web.service")
        .cmdline("/bin/httpd\0-p\x0080\0")
        .ns("mnt", 4_026_540_000);
    fake.add(&process);
    let seen = snapshot(&fake.arguments());
    assert_eq!(seen.schema, "nslens.snapshot/1");
    assert_eq!(seen.host.kernel.as_deref(), Some("6.18.44"));
    assert_eq!(seen.host.boot_time, Some(1_795_456_800));
    assert!(
        seen.host
            .boot_id
            .as_deref()
            .unwrap()
            .starts_with("0f3c2a1e")
    );
    assert!(seen.host.pid_namespace_is_initial);
    let process = seen.process(50);
    assert_eq!(process.ppid, Some(1));
    assert_eq!(process.start_ticks, Some(500));
    assert_eq!(process.uid, Some(33));
    assert_eq!(process.comm.as_deref(), Some("httpd"));
    assert_eq!(process.command.as_deref(), Some("/bin/httpd -p 80"));
    assert_eq!(process.state, Some('S'));
    assert_eq!(process.kernel_thread, Some(false));
    assert_eq!(process.ns_pids, [50, 7, 1]);
    assert_eq!(process.cgroup.as_deref(), Some("/system.slice/web.service"));
    assert_eq!(process.unit.as_deref(), Some("web.service"));
    assert_eq!(process.container, None);
    let group = seen.group(Kind::Mnt, 4_026_540_000_u32);
    assert_eq!(group.name, "web.service");
    assert_eq!(group.kind, nslens::model::GroupKind::Unit);
}

#[test]
fn a_kernel_thread_is_one() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(9).kernel_thread().comm("ksoftirqd/0"));
    let seen = snapshot(&fake.arguments());
    for pid in [2, 9] {
        assert_eq!(seen.process(pid).kernel_thread, Some(true));
        assert_eq!(seen.process(pid).command.as_deref(), Some(""));
    }
    assert_eq!(seen.process(1).kernel_thread, Some(false));
}

#[test]
fn a_kind_that_the_kernel_lacks_is_absent() {
    let fake = FakeProc::inside();
    for process in [
        FakeProcess::new(1),
        FakeProcess::new(2).kernel_thread(),
        FakeProcess::new(900),
        FakeProcess::new(50).ns("net", 4_026_540_000),
    ] {
        fake.add(&process.without("time"));
    }
    let seen = snapshot(&fake.arguments());
    assert!(seen.host.namespaces.get(Kind::Time).is_none());
    assert!(seen.process(50).namespaces.get(Kind::Time).is_none());
    let group = seen.group(Kind::Net, 4_026_540_000_u32);
    assert!(group.sharing.get(Kind::Time).is_none());
    assert_eq!(seen.gaps, []);
}

#[test]
fn a_malformed_link_costs_one_cell_only() {
    for target in [
        &b"net"[..],
        b"net:[",
        b"net:[]",
        b"net:[12a]",
        b"mnt:[4026540000]",
        b"net:[99999999999]",
        b"net:[5]x",
        b"\xff",
    ] {
        let fake = FakeProc::new();
        fake.add(&FakeProcess::new(50).ns("mnt", 4_026_540_001));
        fake.relink("50/ns/net", target);
        let seen = snapshot(&fake.arguments());
        let process = seen.process(50);
        assert_eq!(process.namespaces.get(Kind::Net), Some(&None), "{target:?}");
        assert_eq!(
            process.namespaces.inode(Kind::Mnt),
            Some(Inode(4_026_540_001))
        );
        assert_eq!(
            seen.gaps(Reason::Malformed).len(),
            1,
            "{target:?}: {:?}",
            seen.gaps
        );
        let group = seen.group(Kind::Mnt, 4_026_540_001_u32);
        assert!(scopes(&group.sharing).contains("net:unknown"));
    }
}

#[test]
fn a_link_that_cannot_be_read_is_unknown_and_explained() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).ns("mnt", 4_026_540_001));
    fake.spoil("50/ns/net");
    let seen = snapshot(&fake.arguments());
    assert_eq!(seen.process(50).namespaces.get(Kind::Net), Some(&None));
    let group = seen.group(Kind::Mnt, 4_026_540_001_u32);
    assert_eq!(share(&group.sharing, Kind::Net).inode, None);
    assert!(scopes(&group.sharing).contains("net:unknown"));
    assert_eq!(seen.gaps.len(), 1, "{:?}", seen.gaps);
}

#[test]
fn a_name_with_brackets_and_newlines_does_not_shift_the_fields() {
    for comm in [") R 1 1", "a) (b", "(", ")", "two\nlines", ") Z 7\n8 ("] {
        let fake = FakeProc::new();
        fake.add(&FakeProcess::new(50).comm(comm).ppid(1));
        let seen = snapshot(&fake.arguments());
        let process = seen.process(50);
        assert_eq!(process.comm.as_deref(), Some(comm));
        assert_eq!((process.ppid, process.state), (Some(1), Some('S')));
        assert_eq!(process.start_ticks, Some(500));
        assert_eq!(seen.gaps, []);
    }
}

#[test]
fn malformed_files_cost_their_fields_only() {
    for (file, bytes) in [
        ("stat", &b""[..]),
        ("stat", b"50 (sleep"),
        ("stat", b"50 (sleep) S x y z\n"),
        ("stat", b"50 (sleep) S 1 50\n"),
        ("stat", &[0xff; 300]),
        ("status", b""),
        ("status", b"Uid:\tx\nNSpid:\t\n"),
        ("cgroup", b"no colons here\n"),
        ("cgroup", b"\xff\xfe"),
    ] {
        let fake = FakeProc::new();
        fake.add(&FakeProcess::new(50).ns("net", 4_026_540_001));
        fake.write(&format!("50/{file}"), bytes);
        let seen = snapshot(&fake.arguments());
        let process = seen.process(50);
        let (stat, status, cgroup) = (
            process.comm.is_some(),
            process.uid.is_some(),
            process.cgroup.is_some(),
        );
        assert_eq!(stat, file != "stat", "{file} {bytes:?}");
        assert_eq!(status, file != "status", "{file} {bytes:?}");
        assert_eq!(cgroup, file != "cgroup", "{file} {bytes:?}");
        assert_eq!(
            process.namespaces.inode(Kind::Net),
            Some(Inode(4_026_540_001))
        );
        assert_eq!(process.command.as_deref(), Some("/bin/sleep infinity"));
        assert_eq!(
            seen.gaps(Reason::Malformed).len(),
            1,
            "{file} {bytes:?}: {:?}",
            seen.gaps
        );
    }
}

#[test]
fn a_missing_file_costs_its_fields_only() {
    for file in ["stat", "status", "cgroup", "cmdline"] {
        let fake = FakeProc::new();
        fake.add(&FakeProcess::new(50).ns("net", 4_026_540_001));
        fake.remove(&format!("50/{file}"));
        let seen = snapshot(&fake.arguments());
        let process = seen.process(50);
        let there = [
            ("stat", process.comm.is_some()),
            ("status", process.uid.is_some()),
            ("cgroup", process.cgroup.is_some()),
            ("cmdline", process.command.is_some()),
        ];
        for (name, there) in there {
            assert_eq!(there, name != file, "{name} without {file}");
        }
        assert_eq!(seen.gaps.len(), 1, "{file}: {:?}", seen.gaps);
        assert_eq!(seen.process(1).comm.as_deref(), Some("systemd"));
    }
}

#[test]
fn folders_that_are_no_processes_are_left_alone() {
    let fake = FakeProc::new();
    for name in ["007", "12x", "4294967296", "-5", "acpi"] {
        fake.write(&format!("{name}/stat"), b"1 (x) S 0\n");
    }
    let seen = snapshot(&fake.arguments());
    let pids: Vec<_> = seen
        .processes
        .iter()
        .flatten()
        .map(|process| process.pid)
        .collect();
    assert_eq!(pids, [1, 2, 900]);
    assert_eq!(seen.gaps, []);
}

#[test]
fn a_long_command_line_is_cut_and_says_so() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).cmdline([b'x'; 4096]));
    fake.add(&FakeProcess::new(51).cmdline(b"y".repeat(200_000)));
    let seen = snapshot(&fake.arguments());
    assert!(!seen.process(50).command_truncated);
    assert_eq!(
        seen.process(50).command.as_deref().map(str::len),
        Some(4096)
    );
    assert!(seen.process(51).command_truncated);
    assert!(seen.process(51).command.as_deref().unwrap().len() <= 4096);
}

#[test]
fn files_without_end_are_cut() {
    let fake = FakeProc::new();
    for (pid, file) in (50..).zip(["stat", "status", "cgroup", "cmdline"]) {
        fake.add(&FakeProcess::new(pid).ns("net", 4_026_540_000 + pid));
        fake.relink(&format!("{pid}/{file}"), b"/dev/zero");
    }
    fake.relink("sys/kernel/hostname", b"/dev/zero");
    let ended = json_run(&fake.arguments());
    assert!(ended.stdout.len() < 1 << 20);
    let seen = ended.snapshot();
    for pid in 50..54 {
        let namespace = seen.namespace(4_026_540_000 + pid);
        assert_eq!(namespace.leader_pid, Some(pid));
    }
    assert!(seen.process(53).command_truncated);
    assert!(!seen.gaps.is_empty());
}

/// A command line lies in its process's memory, and reading it can block for good: a pipe without a writer does so too.
#[test]
fn a_command_line_that_blocks_holds_up_nothing() {
    let fake = FakeProc::new();
    for pid in 50..58 {
        fake.add(&FakeProcess::new(pid).ns("net", 4_026_540_000 + pid));
        fake.remove(&format!("{pid}/cmdline"));
        let path = fake.path().join(format!("{pid}/cmdline"));
        mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
    }
    let ended = json_run(&fake.arguments());
    assert!(
        ended.elapsed < Duration::from_secs(15),
        "{:?}",
        ended.elapsed
    );
    let seen = ended.snapshot();
    for pid in 50..58 {
        let process = seen.process(pid);
        assert_eq!(process.comm.as_deref(), Some("sleep"));
        let inode = Some(Inode(4_026_540_000 + pid));
        assert_eq!(process.namespaces.inode(Kind::Net), inode);
        assert_eq!(process.command, None);
    }
    let late = seen.gaps.iter().filter(|gap| gap.reason == Reason::Timeout);
    assert!(
        late.map(|gap| gap.count).sum::<u32>() >= 8,
        "{:?}",
        seen.gaps
    );
}

#[test]
fn a_zombie_has_left_its_namespaces() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).state('Z').cmdline(""));
    let seen = snapshot(&fake.arguments());
    let process = seen.process(50);
    assert_eq!(process.state, Some('Z'));
    for (kind, inode) in process.namespaces.iter() {
        let kept = [Kind::Pid, Kind::User].contains(&kind);
        assert_eq!(inode.is_some(), kept, "{kind:?}");
    }
    assert_eq!(seen.groups.as_deref(), Some(&[][..]));
    assert_eq!(seen.namespace(host_inode(Kind::Pid)).process_count, 4);
    assert_eq!(seen.namespace(host_inode(Kind::Net)).process_count, 3);
    assert_eq!(seen.gaps, []);
}

#[test]
fn a_thread_outlives_its_leader() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).state('Z').threads(2));
    fake.add_thread(50, &FakeProcess::new(51).ns("net", 4_026_540_000));
    let seen = snapshot(&fake.arguments());
    assert_eq!(
        seen.process(50).namespaces.inode(Kind::Net),
        Some(Inode(4_026_540_000))
    );
    let holders = &seen.namespace(4_026_540_000_u32).holders;
    assert_eq!(*holders, [Holder::Thread { pid: 50, tid: 51 }]);
}

#[test]
fn a_namespace_for_children_only_is_found() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50));
    fake.relink("50/ns/pid_for_children", b"pid:[4026540000]");
    fake.relink("50/ns/time_for_children", b"time:[4026540001]");
    let seen = snapshot(&fake.arguments());
    for (inode, kind) in [(4_026_540_000_u32, Kind::Pid), (4_026_540_001, Kind::Time)] {
        let namespace = seen.namespace(inode);
        assert_eq!(namespace.kind, kind);
        assert_eq!((namespace.process_count, namespace.leader_pid), (0, None));
        assert_eq!(namespace.holders, [Holder::ForChildren { pid: 50 }]);
    }
}

#[test]
fn a_proc_that_is_not_there_is_an_error() {
    let ended = run(&["--snapshot", "--no-docker", "--proc", "/no/such/proc"]).ended(1);
    assert!(ended.complaint().contains("/no/such/proc"));
    assert!(ended.stdout.is_empty());
}

#[test]
fn gaps_are_told_in_text_too() {
    let fake = FakeProc::new();
    assert_eq!(text_run(&fake.arguments()).ended(0).stderr, "");
    fake.add(&FakeProcess::new(50));
    fake.relink("50/ns/net", b"nonsense");
    assert!(!text_run(&fake.arguments()).ended(0).stderr.is_empty());
}
