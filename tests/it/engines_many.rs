//! Several engines at once, found without any configuration: each container once, with its name; one engine in trouble
//! costs only its own names; what an engine tells by itself is on the screen at once.

use std::collections::HashSet;
use std::io;
use std::os::unix::net::UnixListener;
use std::path::Path;

use nslens::model::{EngineStatus, Snapshot};

use crate::support::docker::{Container, Docker};
use crate::support::fake_proc::{FakeProc, FakeProcess, id};
use crate::support::find::Find as _;
use crate::support::own_engine::OwnEngine;
use crate::support::process::Stopped;
use crate::support::program::{command, finish, json_run, snapshot};
use crate::support::pty::{Failure, Pty};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");

/// So that a busy machine is no reason.
const PATIENT: [&str; 2] = ["--engine-timeout", "30"];

#[track_caller]
fn assert_named(seen: &Snapshot, container: &Container, engine: &str) {
    let row = seen.container(&container.id);
    let told = (
        row.name.as_str(),
        row.engine.as_str(),
        row.name_source.as_str(),
    );
    assert_eq!(told, (container.name.as_str(), engine, "engine"));
    assert_eq!(row.init_pid, Some(container.pid()));
}

#[track_caller]
fn status(seen: &Snapshot, endpoint: &str) -> EngineStatus {
    let mut at = seen.engines.iter().filter(|one| one.endpoint == endpoint);
    let engine = at
        .next()
        .unwrap_or_else(|| panic!("{endpoint}: {:?}", seen.engines));
    assert_eq!(at.count(), 0, "{endpoint} is told once");
    engine.status
}

#[test]
fn all_that_listen_are_found_and_asked() {
    let (Some(plain), Some(remap), Some((podman, service))) =
        (Docker::plain(), Docker::remap(), Docker::podman())
    else {
        return;
    };
    let web = plain.idle(&[]);
    let far = remap.idle(&["--net=none"]);
    let pod = podman.idle(&["--stop-timeout", "0"]);
    let seen = snapshot(&PATIENT);
    assert_named(&seen, &web, "docker");
    assert_named(&seen, &far, "docker");
    assert_named(&seen, &pod, "podman");
    let ids: Vec<_> = seen
        .containers
        .iter()
        .flatten()
        .map(|row| &row.id)
        .collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    // It is in a mount namespace of its own, and its socket is reached through that.
    let path = podman.url.strip_prefix("unix://").unwrap();
    let inside = format!("unix:///proc/{service}/root{path}");
    for endpoint in [&plain.url, &remap.url, &inside] {
        assert_eq!(status(&seen, endpoint), EngineStatus::Ok);
    }
    let places: Vec<_> = seen.engines.iter().map(|one| &one.endpoint).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn one_that_was_named_is_asked_once_and_alone_where_that_was_said() {
    let Some(plain) = Docker::plain() else { return };
    let mut named = command(&[&["--snapshot", "--json"], &PATIENT[..]].concat());
    named.env("DOCKER_HOST", &plain.url);
    assert_eq!(
        status(&finish(named, b"").snapshot(), &plain.url),
        EngineStatus::Ok
    );
    let alone = snapshot(&[&plain.arguments()[..], &PATIENT].concat());
    assert_eq!(alone.engines.len(), 1);
}

#[test]
fn one_that_is_stopped_costs_only_its_names() {
    let (Some(plain), Some((spare, pid))) = (Docker::plain(), Docker::spare()) else {
        return;
    };
    let _turn = Docker::turn_on_spare();
    let (web, silent) = (plain.idle(&[]), spare.idle(&["--net=none"]));
    let stopped = Stopped::new(pid);
    let seen = snapshot(&["--engine-timeout", "8"]);
    assert_named(&seen, &web, "docker");
    assert_eq!(status(&seen, &spare.url), EngineStatus::Timeout);
    // Its own files tell the name meanwhile.
    let named = seen.container(&silent.id);
    assert_eq!(named.name_source, "state_file");
    assert_eq!(named.name, silent.name);
    drop(stopped);
    let seen = snapshot(&PATIENT);
    assert_named(&seen, &silent, "docker");
}

/// Whether the program connects to the usual socket of a user, on a made-up host where process 1 is systemd.
fn touches_usual_socket(fake: &FakeProc) -> bool {
    let runtime = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(runtime.path().join("docker.sock")).unwrap();
    listener.set_nonblocking(true).unwrap();
    let path = fake.path().to_str().unwrap();
    let options = [
        "--snapshot",
        "--json",
        "--proc",
        path,
        "--engine-timeout",
        "1",
    ];
    let mut program = command(&options);
    program
        .env("XDG_RUNTIME_DIR", runtime.path())
        .env("HOME", runtime.path());
    let seen = finish(program, b"").snapshot();
    let touched = listener.accept().map_err(|error| error.kind());
    if touched.is_err() {
        assert_eq!(seen.engines.len(), 1);
        let detail = seen.engines[0].detail.as_deref().unwrap();
        assert!(detail.contains("might make systemd start one"), "{detail}");
    }
    assert!(matches!(touched, Ok(_) | Err(io::ErrorKind::WouldBlock)));
    touched.is_ok()
}

#[test]
fn a_socket_that_only_systemd_holds_is_left_alone() {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    assert!(!touches_usual_socket(&fake));
    // One that runs and whose descriptors are seen holds no such socket either.
    fake.add(&FakeProcess::new(60).comm("dockerd"));
    std::fs::create_dir(fake.path().join("60/fd")).unwrap();
    assert!(!touches_usual_socket(&fake));
    // An ordinary user cannot see that, and may be in the group that may ask. The host's own socket comes first.
    std::fs::remove_dir(fake.path().join("60/fd")).unwrap();
    let is_usual = Path::new("/var/run/docker.sock").exists();
    assert!(is_usual || touches_usual_socket(&fake));
}

/// Opens the interface, which looks again only when somebody asks for it, and waits for an engine's answer.
fn open(docker: &Docker) -> Result<Pty, Failure> {
    let mut command = vec![NSLENS, "--interval", "3600"];
    command.extend(docker.arguments());
    command.extend(PATIENT);
    let mut pty = Pty::run(&command, 120, 60)?;
    pty.until_shows(" ok")?;
    Ok(pty)
}

#[test]
fn what_an_engine_tells_is_on_the_screen_without_a_key() -> Result<(), Failure> {
    let Some((spare, _)) = Docker::spare() else {
        return Ok(());
    };
    let _turn = Docker::turn_on_spare();
    let mut pty = open(&spare)?;
    let container = spare.idle(&["--net=none"]);
    pty.until_shows(&container.name)?;
    // Short enough for its column.
    let renamed = format!("re-{}", std::process::id());
    spare.client(&["rename", &container.id, &renamed]);
    pty.until_shows(&renamed)?;
    container.tell("kill");
    // Shown as it was, which may be dying: without its name.
    let gone = [
        format!("\n-{renamed}"),
        format!("\n-{}", &container.id[..12]),
    ];
    pty.until(|screen| gone.iter().any(|row| screen.contents().contains(row)))?;
    pty.press(b"q")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}

#[test]
fn one_that_was_killed_and_started_again_is_listened_to_again() -> Result<(), Failure> {
    let Some(plain) = Docker::plain() else {
        return Ok(());
    };
    let mut engine = OwnEngine::start(&plain);
    let before = engine.docker().idle(&["--net=none"]);
    let mut pty = Pty::run(
        &[&[NSLENS, "--interval", "3600"], &PATIENT[..]].concat(),
        120,
        60,
    )?;
    pty.until_shows(&before.name)?;
    engine.kill();
    engine.again();
    let after = engine.docker().idle(&["--net=none"]);
    pty.until_shows(&after.name)?;
    assert!(pty.screen().contents().contains(&before.name));
    let renamed = format!("again-{}", std::process::id());
    engine.docker().client(&["rename", &after.id, &renamed]);
    pty.until_shows(&renamed)?;
    pty.press(b"q")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    drop((before, after));
    Ok(())
}

#[test]
fn a_snapshot_does_not_listen() {
    use crate::support::fake_engine::FakeEngine;
    use std::sync::{Arc, Mutex};

    let asked = Arc::new(Mutex::new(Vec::new()));
    let paths = Arc::clone(&asked);
    let engine = FakeEngine::answering(move |path| {
        paths.lock().unwrap().push(path.to_owned());
        (path == "/version").then(|| crate::support::fake_engine::VERSION.to_owned())
    });
    let fake = FakeProc::new();
    let path = fake.path().to_str().unwrap();
    json_run(&["--proc", path, "--docker", &engine.url()]).ended(0);
    let asked = asked.lock().unwrap();
    assert!(
        !asked.is_empty() && !asked.iter().any(|path| path.contains("events")),
        "{asked:?}"
    );
}
