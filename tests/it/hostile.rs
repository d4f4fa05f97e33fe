//! Names that try to deceive the reader: seen for what they are in text, carried faithfully in JSON.

use nslens::model::Kind;

use crate::support::fake_proc::{FakeProc, FakeProcess, id};
use crate::support::find::Find as _;
use crate::support::program::{command, finish, json_run, run, run_with_input, snapshot, text_run};
use crate::support::text::{HOSTILE, assert_harmless};

/// A host where every name that a process can choose is hostile.
fn host(name: &[u8]) -> FakeProc {
    let fake = FakeProc::new();
    let mut cmdline = name.to_vec();
    cmdline.extend(b"\0--flag\0");
    let process = FakeProcess::new(50).comm(name).cmdline(&cmdline);
    fake.add(&process.ns("net", 4_026_540_000));
    let text = String::from_utf8_lossy(name).replace('\n', "");
    fake.add(
        &FakeProcess::new(60)
            .in_docker(&id('a'), 4_026_541_000)
            .comm(name),
    );
    let lxc = FakeProcess::new(70).in_docker(&id('b'), 4_026_542_000);
    fake.add(&lxc.cgroup(&format!("/lxc.payload.{text}")));
    let unit = FakeProcess::new(80).ns("mnt", 4_026_543_000);
    fake.add(&unit.cgroup(&format!("/system.slice/{text}.service")));
    fake.write("sys/kernel/hostname", name);
    fake
}

#[test]
fn text_shows_what_is_hidden() {
    for (name, shown) in HOSTILE {
        let fake = host(name);
        for more in [
            &[][..],
            &["--ascii"],
            &["--color", "never"],
            &["--only", "processes"],
            &["--only", "namespaces"],
        ] {
            let ended = text_run(&fake.with(more)).ended(0);
            assert_harmless(&ended.stdout);
            assert_harmless(ended.stderr.as_bytes());
        }
        let ended = text_run(&fake.arguments()).ended(0);
        assert!(
            ended.text().contains(shown),
            "{shown} is not in {}",
            ended.text()
        );
    }
}

#[test]
fn ascii_means_ascii() {
    let fake = host("größe 漢字 \u{1f4a3}".as_bytes());
    let ended = text_run(&fake.with(&["--ascii"])).ended(0);
    assert!(ended.stdout.is_ascii(), "{}", ended.text());
}

#[test]
fn json_carries_names_as_they_are() {
    for (name, _) in HOSTILE {
        let fake = host(name);
        let text = String::from_utf8_lossy(name);
        let ended = json_run(&fake.arguments());
        assert!(!ended.stdout.contains(&0x1b), "JSON escapes controls");
        let seen = ended.snapshot();
        assert_eq!(seen.process(50).comm.as_deref(), Some(&*text));
        assert_eq!(seen.process(50).command, Some(format!("{text} --flag")));
        let cgroup = format!("/lxc.payload.{}", text.replace('\n', ""));
        assert_eq!(seen.process(70).cgroup.as_deref(), Some(cgroup.as_str()));
        assert_eq!(seen.group(Kind::Net, 4_026_540_000_u32).name, text);
    }
}

#[test]
fn a_saved_snapshot_can_deceive_no_better() {
    for (name, shown) in HOSTILE {
        let saved = json_run(&host(name).arguments()).ended(0);
        let ended = run_with_input(&["--snapshot", "--from", "-"], &saved.stdout).ended(0);
        assert_harmless(&ended.stdout);
        assert_harmless(ended.stderr.as_bytes());
        assert!(ended.text().contains(shown));
    }
}

#[test]
fn errors_show_names_harmlessly() {
    for arguments in [
        &["--snapshot", "--from", "/no/\x1b[31m\u{202e}file"][..],
        &["--snapshot", "--no-docker", "--proc", "/no/\x1b[31m\nproc"],
        &["--snapshot", "--only", "\x1b[31m\u{202e}"],
        &["--snapshot", "--format", "\x1b]0;x\x07"],
        &["--\x1b[31m"],
    ] {
        let ended = run(arguments);
        assert!(
            matches!(ended.status, Some(1 | 2)),
            "{arguments:?}: {ended:?}"
        );
        assert_harmless(ended.stderr.as_bytes());
        assert!(ended.stdout.is_empty());
    }
}

#[test]
fn the_environment_cannot_smuggle_either() {
    let fake = FakeProc::new();
    let mut program = command(&["--snapshot", "--proc", fake.path().to_str().unwrap()]);
    program.env("DOCKER_HOST", "unix:///no/\x1b[31m\nsocket");
    let ended = finish(program, b"");
    assert_harmless(&ended.stdout);
    assert_harmless(ended.stderr.as_bytes());
}

#[test]
fn text_has_no_escape_even_when_colour_is_asked_for() {
    let fake = host(b"a\x1b[31mred");
    let ended = text_run(&fake.with(&["--color", "always"])).ended(0);
    assert_harmless(&ended.stdout);
    assert!(ended.text().contains("a\\x1b[31mred"));
}

#[test]
fn a_host_full_of_noise_is_no_reason_to_fall() {
    let fake = FakeProc::new();
    // Any bytes at all, the same in every run.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut noise = |length: usize| -> Vec<u8> {
        let bytes = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        });
        bytes.take(length).collect()
    };
    for pid in 100..160 {
        fake.add(&FakeProcess::new(pid).ns("net", 4_026_540_000 + pid));
        for file in ["stat", "status", "cgroup", "cmdline", "uid_map"] {
            let length = usize::from(noise(1)[0]) * 20;
            fake.write(&format!("{pid}/{file}"), &noise(length));
        }
    }
    for file in [
        "stat",
        "sys/kernel/hostname",
        "sys/kernel/osrelease",
        "sys/kernel/random/boot_id",
    ] {
        fake.write(file, &noise(5000));
    }
    assert!(!snapshot(&fake.arguments()).gaps.is_empty());
    assert_harmless(&text_run(&fake.arguments()).ended(0).stdout);
}
