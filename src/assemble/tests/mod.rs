//! Rules of assembly, each on a small made-up observation.

mod engines;
mod groups;
mod namespaces;
mod relations;
mod runtimes;
mod sharing;
mod viewpoint;

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use super::assemble;
use crate::collect::observation::*;
use crate::model::*;

const ID: [&str; 3] = [
    "1111111111111111111111111111111111111111111111111111111111111111",
    "2222222222222222222222222222222222222222222222222222222222222222",
    "3333333333333333333333333333333333333333333333333333333333333333",
];

/// The host's links with some changed.
pub(super) fn links(changes: &[(Kind, Reading<Inode>)]) -> Links {
    let mut links = Links::missed(Miss::Absent);
    for kind in Kind::ALL {
        links.own[kind as usize] = Ok(kind.initial().0);
    }
    for (kind, link) in changes {
        links.own[*kind as usize] = *link;
    }
    links
}

pub(super) fn own(kind: Kind, number: u32) -> (Kind, Reading<Inode>) {
    (kind, Ok(Inode(number)))
}

pub(super) fn process(pid: u32, parent: u32, cgroup: &str, links: Links) -> ProcessRecord {
    let stat = Stat {
        comm: b"sleep"[..].into(),
        state: b'S',
        ppid: parent,
        flags: 0,
        threads: 1,
        start_ticks: pid.into(),
    };
    let facts = Facts {
        stat: Ok(stat),
        status: Ok(Status {
            uid: 0,
            ns_pids: [pid].into(),
        }),
        cgroup: Ok(Arc::from(format!("0::{cgroup}\n").as_bytes())),
        cmdline: Ok(Cmdline {
            bytes: b"sleep\x001\x00"[..].into(),
            truncated: false,
        }),
        maps_uids: Err(Miss::NotAsked),
    };
    ProcessRecord {
        pid,
        links,
        thread: None,
        facts: Some(Box::new(facts)),
    }
}

pub(super) fn observation(processes: Vec<ProcessRecord>) -> Observation {
    Observation {
        captured_at: UNIX_EPOCH,
        duration: Duration::ZERO,
        sections: Sections::ALL,
        host: HostRecord {
            kthreadd: Some(links(&[])),
            clock_ticks: 100,
            hostname: Some("h".to_owned()),
            kernel: Some("6.18.0".to_owned()),
            boot_id: Some("b".to_owned()),
            boot_time: Some(1),
        },
        viewer: ViewerRecord {
            pid: 9,
            uid: 0,
            links: links(&[]),
        },
        processes,
        kinships: std::collections::HashMap::new(),
        holders: HoldersRecord::default(),
        listed: None,
        runtimes: Runtimes::default(),
        engines: Vec::new(),
        network: None,
        gaps: Vec::new(),
    }
}

fn docker(at: usize) -> String {
    format!("/docker/{}", ID[at])
}

pub(super) fn engine(local: bool, containers: Vec<EngineContainer>) -> EngineRecord {
    let engine = Engine {
        kind: "docker".to_owned(),
        endpoint: "unix:///x".to_owned(),
        status: EngineStatus::Ok,
        version: None,
        api_version: None,
        detail: None,
        answer_age_ms: 0,
    };
    EngineRecord {
        engine,
        local,
        current: true,
        listener: None,
        containers,
        bridges: std::collections::BTreeMap::new(),
        gateways: Vec::new(),
        gaps: Vec::new(),
    }
}

fn named(at: usize, name: &str, pid: u32, modes: &[(Kind, &str)]) -> EngineContainer {
    let mut declared = Declared::default();
    for (kind, mode) in modes {
        declared.set(*kind, (*mode).to_owned());
    }
    EngineContainer {
        id: ID[at].to_owned(),
        name: name.to_owned(),
        init_pid: Some(pid),
        declared: Some(declared),
        ..EngineContainer::default()
    }
}

fn scopes(sharing: &PerKind<Share>, kind: Kind) -> (Scope, Vec<&str>) {
    let share = sharing.get(kind).unwrap();
    (share.scope, share.with.iter().map(String::as_str).collect())
}
