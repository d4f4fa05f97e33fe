//! Engines that are absent, slow, dead, broken or hostile: they cost names, never rows, and never more than their time.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;

use nslens::model::{EngineStatus, Gap, Reason, Snapshot};

use crate::support::docker::Docker;
use crate::support::fake_engine::{FakeEngine, VERSION};
use crate::support::fake_proc::{FakeProc, FakeProcess, id};
use crate::support::find::Find as _;
use crate::support::program::{json_run, snapshot, text_run};
use crate::support::signal::Stopped;
use crate::support::text::{HOSTILE, assert_harmless};

/// What a busy machine may add to the time that an engine is given.
const SLACK: Duration = Duration::from_secs(4);

/// A host with one container, which an engine would know by name.
fn host() -> FakeProc {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    fake
}

fn with_engine(fake: &FakeProc, url: &str, timeout: &str) -> Vec<String> {
    let path = fake.path().to_str().unwrap();
    ["--proc", path, "--docker", url, "--engine-timeout", timeout]
        .map(str::to_owned)
        .into()
}

/// Asks the engine at `url` for the name of the one container, and gives back what was seen after the container is
/// found under its id.
#[track_caller]
fn nameless(url: &str, timeout: &str) -> Snapshot {
    let fake = host();
    let ended = json_run(&with_engine(&fake, url, timeout)).ended(0);
    let allowed = Duration::from_secs_f64(timeout.parse().unwrap()) + SLACK;
    assert!(ended.elapsed < allowed, "took {:?}", ended.elapsed);
    let seen = ended.snapshot();
    let row = seen.container(&id('a'));
    assert_eq!(row.name_source, "cgroup");
    assert!(row.name.starts_with(&id('a')[..12]), "{}", row.name);
    assert_eq!((row.process_count, row.init_pid), (1, Some(50)));
    assert_eq!(row.declared, None);
    assert_eq!(seen.engines.len(), 1);
    assert_eq!(seen.engines[0].endpoint, url);
    assert!(seen.engines[0].detail.is_some(), "the cause is told");
    let text = text_run(&with_engine(&fake, url, timeout)).ended(0);
    assert!(text.text().contains(&id('a')[..12]));
    assert_eq!(text.stderr.is_empty(), seen.gaps.is_empty());
    seen
}

/// As [`nameless`], and the missing names are told.
#[track_caller]
fn missed(url: &str, timeout: &str) -> Snapshot {
    let seen = nameless(url, timeout);
    let told = |gap: &Gap| gap.what.contains("names") && gap.what.contains(url);
    assert!(seen.gaps.iter().any(told), "{:?}", seen.gaps);
    seen
}

#[test]
fn no_socket() {
    let seen = nameless("unix:///no/such/docker.sock", "1");
    assert_eq!(seen.engines[0].status, EngineStatus::Absent);
}

/// Asked for by name, so its absence is something that could not be seen.
#[test]
fn one_that_was_named_and_is_not_there_is_a_gap() {
    missed("unix:///no/such/docker.sock", "1");
}

#[test]
fn a_socket_that_nobody_listens_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("docker.sock");
    drop(UnixListener::bind(&path).unwrap());
    let seen = missed(&format!("unix://{}", path.display()), "1");
    assert!(matches!(
        seen.engines[0].status,
        EngineStatus::Absent | EngineStatus::Error
    ));
}

#[test]
fn a_file_that_is_no_socket() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let seen = missed(&format!("unix://{}", file.path().display()), "1");
    assert!(matches!(
        seen.engines[0].status,
        EngineStatus::Absent | EngineStatus::Error
    ));
}

#[test]
fn one_that_says_nothing() {
    let engine = FakeEngine::serving(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    for timeout in ["0.2", "1.5"] {
        let seen = missed(&engine.url(), timeout);
        assert_eq!(
            seen.engines[0].status,
            EngineStatus::Timeout,
            "{:?}",
            seen.engines[0].detail
        );
        assert_eq!(seen.gaps(Reason::Timeout).len(), 1, "{:?}", seen.gaps);
    }
}

#[test]
fn one_whose_backlog_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let _waiting = UnixStream::connect(&path).unwrap();
    let seen = missed(&format!("unix://{}", path.display()), "0.5");
    assert!(matches!(
        seen.engines[0].status,
        EngineStatus::Timeout | EngineStatus::Error
    ));
}

#[test]
fn one_that_drips() {
    let engine = FakeEngine::serving(|mut stream| {
        // A client hangs up on an answer that comes before its question.
        let _ = stream.read(&mut [0; 1024]);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
        for byte in head.iter().chain(std::iter::repeat(&b' ')) {
            if stream.write_all(&[*byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let seen = missed(&engine.url(), "0.5");
    assert_eq!(
        seen.engines[0].status,
        EngineStatus::Timeout,
        "{:?}",
        seen.engines[0].detail
    );
}

#[test]
fn one_that_never_ends() {
    let engine = FakeEngine::answering_version_then(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[");
        while stream.write_all(&[b' '; 8192]).is_ok() {}
    });
    let seen = missed(&engine.url(), "2");
    assert_ne!(seen.engines[0].status, EngineStatus::Ok);
}

#[test]
fn one_that_talks_nonsense() {
    for body in [
        "",
        "not json",
        "null",
        "{}",
        "[1,2]",
        "[{\"Id\":7}]",
        "[[[[[[",
    ] {
        let engine = FakeEngine::answering(move |path| match path {
            "/version" => Some(VERSION.to_owned()),
            _ => Some(body.to_owned()),
        });
        let fake = host();
        let seen = snapshot(&with_engine(&fake, &engine.url(), "1"));
        assert_eq!(seen.container(&id('a')).name_source, "cgroup");
    }
    let engine = FakeEngine::serving(|mut stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
    });
    let seen = missed(&engine.url(), "1");
    assert_eq!(seen.engines[0].status, EngineStatus::Error);
}

#[test]
fn one_that_hangs_up() {
    let engine = FakeEngine::serving(drop);
    let seen = missed(&engine.url(), "1");
    assert_eq!(seen.engines[0].status, EngineStatus::Error);
}

#[test]
fn one_that_names_a_container_hostilely() {
    for (name, shown) in HOSTILE {
        let name = String::from_utf8_lossy(name);
        let engine = FakeEngine::of_one(&id('a'), 50, &name);
        let fake = host();
        let arguments = with_engine(&fake, &engine.url(), "5");
        let seen = snapshot(&arguments);
        assert_eq!(
            seen.engines[0].status,
            EngineStatus::Ok,
            "{:?}",
            seen.engines[0].detail
        );
        let row = seen.container(&id('a'));
        assert_eq!(
            (row.name.as_str(), row.name_source.as_str()),
            (&*name, "engine")
        );
        assert_eq!(row.image.as_deref(), Some(&*name));
        assert_eq!(row.labels[&*name], name);
        let text = text_run(&arguments).ended(0);
        assert_harmless(&text.stdout);
        assert_harmless(text.stderr.as_bytes());
        assert!(text.text().contains(shown), "{}", text.text());
    }
}

#[test]
fn one_that_lies_makes_no_rows() {
    // It names a container that no process is in, and gives it a process that is another's.
    let engine = FakeEngine::of_one(&id('f'), 1, "liar");
    let fake = host();
    let seen = snapshot(&with_engine(&fake, &engine.url(), "5"));
    let ids: Vec<_> = seen
        .containers
        .iter()
        .flatten()
        .map(|row| row.id.clone())
        .collect();
    assert!(ids.contains(&id('a')));
    assert_eq!(seen.process(1).container, None);
    assert_eq!(seen.host.process_count, Some(3));
}

#[test]
fn none_is_asked_with_no_docker() {
    let fake = host();
    let seen = snapshot(&fake.arguments());
    assert_eq!(seen.engines, []);
    assert_eq!(seen.container(&id('a')).name_source, "cgroup");
    assert_eq!(seen.gaps, []);
}

#[test]
fn one_that_is_stopped_and_goes_on() {
    let Some((docker, pid)) = Docker::spare() else {
        return;
    };
    let container = docker.idle(&["--net=none"]);
    let arguments = ["--docker", &docker.url, "--engine-timeout", "0.5"];
    let stopped = Stopped::new(pid);
    let ended = json_run(&arguments).ended(0);
    assert!(
        ended.elapsed < Duration::from_millis(500) + SLACK,
        "{:?}",
        ended.elapsed
    );
    let seen = ended.snapshot();
    assert_eq!(
        seen.engines[0].status,
        EngineStatus::Timeout,
        "{:?}",
        seen.engines[0].detail
    );
    let row = seen.container(&container.id);
    let name = (row.name.as_str(), row.name_source.as_str());
    assert_eq!(name, (container.name.as_str(), "state_file"));
    assert_eq!(row.process_count, 1);
    drop(stopped);
    let seen = snapshot(&["--docker", &docker.url, "--engine-timeout", "20"]);
    assert_eq!(seen.container(&container.id).name, container.name);
}
