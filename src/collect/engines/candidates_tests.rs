//! Choosing among engines that were named, that are at a usual socket, and that were found.

use std::io;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use super::*;
use crate::collect::engines::listening::SocketFile;
use crate::collect::engines::service::Service;
use crate::collect::observation::EngineProcess;
use crate::model::EngineStatus;

/// Surroundings whose runtime folder is one of the test's.
struct Fake {
    runtime: PathBuf,
    host: Option<String>,
}

impl Surroundings for Fake {
    fn variable(&self, name: &str) -> Option<String> {
        match name {
            "XDG_RUNTIME_DIR" => Some(self.runtime.to_str()?.to_owned()),
            "DOCKER_HOST" => self.host.clone(),
            _ => None,
        }
    }

    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn exists(&self, path: &Path) -> bool {
        path.starts_with(&self.runtime) && path.exists()
    }

    fn uid(&self) -> u32 {
        u32::MAX
    }
}

/// A folder with sockets of these names.
struct Sockets(tempfile::TempDir);

impl Sockets {
    fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            drop(UnixListener::bind(folder.path().join(name)).unwrap());
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn here(&self, host: Option<&str>) -> Fake {
        Fake {
            runtime: self.0.path().to_owned(),
            host: host.map(str::to_owned),
        }
    }

    /// An engine that listens at the sockets of these names.
    fn found(&self, pid: u32, names: &[&str]) -> Found {
        let process = EngineProcess {
            pid,
            depth: 0,
            cgroup: None,
        };
        Found {
            service: Service {
                process,
                is_dockerd: true,
                start_ticks: 0,
                has_our_mounts: true,
            },
            url: format!("unix://{}", self.path(names[0]).display()),
            socket: SocketFile::open_for_tests(&self.path(names[0])),
            files: names
                .iter()
                .filter_map(|n| FileId::of(&self.path(n)))
                .collect(),
        }
    }
}

fn search(found: Vec<Found>) -> Search {
    Search {
        found,
        ..Search::default()
    }
}

/// Each candidate: the last part of its URL, its pid where it is asked, its status where it is not.
fn told(candidates: &[Candidate]) -> Vec<String> {
    let last = |url: &str| url.rsplit('/').next().unwrap().to_owned();
    let one = |candidate: &Candidate| match candidate {
        Candidate::Ask(endpoint) => {
            let pid = endpoint.process.as_ref().map(|process| process.pid);
            format!("{} {pid:?}", last(&endpoint.url))
        }
        Candidate::Tell(record) => {
            format!(
                "{} {}",
                last(&record.engine.endpoint),
                record.engine.status.name()
            )
        }
    };
    candidates.iter().map(one).collect()
}

#[test]
fn the_usual_socket_comes_first_and_no_engine_twice() {
    let sockets = Sockets::new(&["docker.sock", "a.sock", "b.sock", "c.sock"]);
    let running = vec![
        sockets.found(3, &["c.sock"]),
        sockets.found(4, &["c.sock"]),
        sockets.found(2, &["b.sock", "docker.sock"]),
        sockets.found(1, &["a.sock"]),
    ];
    let chosen = all(search(running), true, &sockets.here(None));
    assert_eq!(
        told(&chosen),
        ["docker.sock Some(2)", "a.sock Some(1)", "c.sock Some(3)"]
    );
}

#[test]
fn what_is_named_comes_first_whether_it_was_found_or_not() {
    let sockets = Sockets::new(&["docker.sock", "a.sock", "named"]);
    let host = format!("unix://{}", sockets.path("named").display());
    let found = vec![sockets.found(1, &["a.sock"])];
    let chosen = all(search(found), true, &sockets.here(Some(&host)));
    assert_eq!(told(&chosen), ["named None", "a.sock Some(1)"]);
    let alone = named(&host, &sockets.here(None));
    assert_eq!(told(&alone), ["named None"]);
    let found = vec![sockets.found(1, &["a.sock"])];
    let chosen = all(search(found), true, &sockets.here(Some("nonsense")));
    assert_eq!(told(&chosen), ["nonsense error", "a.sock Some(1)"]);
}

#[test]
fn a_usual_socket_that_no_engine_holds_may_be_systemds() {
    let sockets = Sockets::new(&["docker.sock", "a.sock"]);
    let left_alone = ["docker.sock absent", "a.sock Some(1)"];
    let asked = ["docker.sock None", "a.sock Some(1)"];
    for (systemd, is_blind, expected) in [
        (true, false, left_alone),
        (true, true, asked),
        (false, false, asked),
    ] {
        let search = Search {
            is_blind,
            ..search(vec![sockets.found(1, &["a.sock"])])
        };
        let chosen = all(search, systemd, &sockets.here(None));
        assert_eq!(told(&chosen), expected);
    }
}

#[test]
fn without_any_engine_the_usual_one_is_absent() {
    let sockets = Sockets::new(&[]);
    let chosen = all(search(Vec::new()), true, &sockets.here(None));
    assert_eq!(told(&chosen), ["docker.sock absent"]);
}

#[test]
fn too_many_are_counted() {
    let names: Vec<_> = (10..30).map(|number| format!("{number}.sock")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let sockets = Sockets::new(&names);
    let found = names.iter().map(|name| sockets.found(1, &[*name]));
    let chosen = all(search(found.collect()), true, &sockets.here(None));
    let last = chosen.last().unwrap();
    assert_eq!(chosen.len(), MOST + 1);
    let Candidate::Tell(record) = last else {
        panic!("{last:?}");
    };
    assert_eq!(record.engine.status, EngineStatus::Error);
    let detail = record.engine.detail.as_deref().unwrap();
    assert!(detail.contains("there are 4 more"), "{detail}");
}
