//! Options, exit statuses, and reading snapshots back.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::eventually;
use crate::support::fake_proc::{FakeProc, FakeProcess, id};
use crate::support::program::{command, json_run, run, run_with_input, text_run};

/// A host with a container, a group and a gap.
fn host() -> FakeProc {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    fake.add(
        &FakeProcess::new(51)
            .ns("net", 4_026_541_000)
            .ns("mnt", 4_026_541_001),
    );
    fake.relink("51/ns/net", b"nonsense");
    fake
}

/// What was printed, without the two fields that differ from run to run.
fn steady(mut value: Value) -> Value {
    let object = value.as_object_mut().unwrap();
    assert!(object.remove("captured_at").unwrap().is_string());
    assert!(object.remove("duration_ms").unwrap().is_u64());
    let viewer = object["viewer"].as_object_mut().unwrap();
    assert!(viewer.remove("pid").unwrap().is_u64());
    value
}

#[test]
fn without_a_terminal_the_interface_points_to_the_snapshot() {
    let ended = run::<&str>(&[]).ended(2);
    assert!(ended.complaint().contains("--snapshot"));
    assert!(ended.stdout.is_empty());
}

#[test]
fn usage_errors_are_2() {
    for arguments in [
        &["--no-such-option"][..],
        &["--snapshot", "--format", "yaml"],
        &["--snapshot", "--only"],
        &["--snapshot", "--engine-timeout", "soon"],
        &["--snapshot", "--engine-timeout", "-1"],
        &["--snapshot", "--docker", "unix:///x", "--no-docker"],
        &["--snapshot", "--color", "blue"],
        &["--snapshot", "--theme", "blue"],
        &["--snapshot", "surplus"],
    ] {
        let ended = run(arguments);
        assert_eq!(ended.status, Some(2), "{arguments:?}: {ended:?}");
        assert!(!ended.stderr.is_empty());
        assert!(ended.stdout.is_empty());
    }
}

#[test]
fn an_unknown_section_is_refused_with_the_list() {
    for only in [
        "network-namespaces",
        "processes,cows",
        "",
        "processes,,containers",
    ] {
        let ended = run(&["--snapshot", "--only", only]).ended(2);
        for section in ["namespaces", "processes", "containers"] {
            assert!(ended.stderr.contains(section), "{only:?}: {}", ended.stderr);
        }
    }
}

#[test]
fn help_and_version_succeed() {
    let help = run(&["--help"]).ended(0);
    for option in [
        "--snapshot",
        "--json",
        "--format",
        "--only",
        "--proc",
        "--docker",
        "--no-docker",
        "--engine-timeout",
        "--strict",
        "--from",
        "--filter",
        "--color",
        "--theme",
        "--config",
        "--ascii",
    ] {
        assert!(help.text().contains(option), "{option}");
    }
    let version = run(&["--version"]).ended(0);
    assert_eq!(
        version.text(),
        format!("nslens {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn strict_tells_incompleteness_by_its_status() {
    let complete = FakeProc::new();
    for json in [&[][..], &["--json"]] {
        let strict = |fake: &FakeProc| {
            let more: Vec<_> = ["--snapshot", "--strict"]
                .iter()
                .chain(json)
                .copied()
                .collect();
            run(&fake.with(&more))
        };
        assert_eq!(strict(&complete).status, Some(0));
        let ended = strict(&host());
        assert_eq!(ended.status, Some(3));
        assert!(!ended.stdout.is_empty(), "incomplete is still printed");
    }
    assert_eq!(json_run(&host().arguments()).status, Some(0));
}

#[test]
fn equal_hosts_give_equal_bytes() {
    let fake = host();
    let first = json_run(&fake.arguments()).json();
    for _ in 0..3 {
        assert_eq!(
            steady(json_run(&fake.arguments()).json()),
            steady(first.clone())
        );
    }
    let text = text_run(&fake.arguments()).ended(0);
    let again = text_run(&fake.arguments()).ended(0);
    // One line tells how long it took, another when it was.
    let body = |text: &str| {
        let lines = text.lines().filter(|line| !line.ends_with(" ms"));
        lines.skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(body(text.text()), body(again.text()));
}

#[test]
fn json_is_short_for_format_json() {
    let fake = host();
    let long = run(&fake.with(&["--snapshot", "--format", "json"])).json();
    assert_eq!(steady(long), steady(json_run(&fake.arguments()).json()));
    let text = run(&fake.with(&["--snapshot", "--format", "text"])).ended(0);
    assert!(serde_json::from_slice::<Value>(&text.stdout).is_err());
}

#[test]
fn a_saved_snapshot_is_printed_as_it_was() {
    let fake = host();
    let saved = json_run(&fake.arguments()).ended(0).stdout;
    let file = fake.path().join("saved.json");
    fs::write(&file, &saved).unwrap();
    let from_file = json_run(&["--from", file.to_str().unwrap()]).ended(0);
    assert_eq!(from_file.text().as_bytes(), saved);
    let from_stdin = run_with_input(&["--snapshot", "--json", "--from", "-"], &saved).ended(0);
    assert_eq!(from_stdin.stdout, saved);
    let text = run(&["--snapshot", "--from", file.to_str().unwrap()]).ended(0);
    assert_eq!(
        text.text(),
        text_run(&["--from", file.to_str().unwrap()])
            .ended(0)
            .text()
    );
    assert!(text.text().contains(&id('a')[..12]));
    let strict = json_run(&["--strict", "--from", file.to_str().unwrap()]);
    assert_eq!(strict.status, Some(3), "the gaps are in the file");
}

#[test]
fn a_file_that_is_no_snapshot_is_named_with_place_and_cause() {
    let fake = host();
    let saved = json_run(&fake.arguments()).ended(0).text().to_owned();
    let foreign = saved.replace("nslens.snapshot/1", "nslens.snapshot/9");
    let cut = &saved[..saved.len() / 2];
    for (name, bytes, words) in [
        ("empty.json", "", &["line", "column"][..]),
        ("broken.json", "{\n  \"schema\": }", &["line 2", "column 1"]),
        ("cut.json", cut, &["line", "column"]),
        ("list.json", "[1, 2]", &[]),
        (
            "foreign.json",
            &foreign,
            &["nslens.snapshot/9", "nslens.snapshot/1"],
        ),
        ("other.json", "{\"name\": \"x\"}", &["schema"]),
    ] {
        let file = fake.path().join(name);
        fs::write(&file, bytes).unwrap();
        let ended = run(&["--snapshot", "--from", file.to_str().unwrap()]).ended(1);
        assert!(ended.stdout.is_empty());
        for word in words.iter().chain(&[name]) {
            assert!(
                ended.complaint().contains(word),
                "{word} is not in {}",
                ended.stderr
            );
        }
    }
    let ended = run(&["--snapshot", "--from", "/no/such/file"]).ended(1);
    assert!(ended.complaint().contains("/no/such/file"));
    assert!(
        ended.complaint().contains("No such file"),
        "{}",
        ended.stderr
    );
    let ended = run(&["--snapshot", "--from", "/"]).ended(1);
    assert!(ended.complaint().contains('/'));
    let ended = run_with_input(&["--snapshot", "--from", "-"], b"\xff\xfe").ended(1);
    assert!(!ended.complaint().is_empty());
}

#[test]
fn a_saved_snapshot_and_a_proc_mount_are_two_wishes() {
    let saved = json_run(&host().arguments()).ended(0).stdout;
    let mut program = command(&[
        "--snapshot",
        "--json",
        "--from",
        "-",
        "--proc",
        "/no/such/proc",
    ]);
    program.stdin(Stdio::piped());
    let ended = crate::support::program::finish(program, &saved);
    assert_eq!(ended.status, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("--proc"), "{ended:?}");
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let fake = host();
    // More than a pipe holds.
    for pid in 1000..1600 {
        fake.add(&FakeProcess::new(pid).cmdline([b'x'; 1000]));
    }
    for more in [
        &["--snapshot", "--json"][..],
        &["--snapshot", "--only", "processes"],
    ] {
        let mut program = command(&fake.with(more));
        let mut child = program
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let status = eventually("the end", || child.try_wait().unwrap());
        let mut complaint = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut complaint)
            .unwrap();
        assert_eq!(complaint.replace("could not", ""), complaint);
        assert!(
            !complaint.contains("panicked") && !complaint.contains("pipe"),
            "{complaint}"
        );
        assert_ne!(status.code(), Some(101));
        assert!(matches!(status.code(), Some(0) | None), "{status:?}");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let mut program = command(&host().with(&["--snapshot", "--json"]));
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = program
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stderr.is_empty());
}

#[test]
fn sections_can_be_joined() {
    let value = json_run(&host().with(&["--only", "namespaces,processes"])).json();
    assert!(value.get("namespaces").is_some() && value.get("processes").is_some());
    assert!(value.get("containers").is_none());
    assert_eq!(value["namespaces"][0]["containers"], Value::Null);
}
