//! An example host: what every feature has to show, on one made-up machine, without root and without containers.
//!
//! The host is described as it would be read, process by process, and given its meaning by [`assemble`]: who shares
//! what with whom follows from the processes, as on a real host, and cannot contradict them.
//!
//! The same turn gives the same host; only the time of the snapshot and the time of boot, which lies as far before it
//! as the ages of the processes ask for, come from the clock. Turn 0 has everything that stays; what comes and goes is
//! told in `turn`.

mod compose;
mod docker;
mod holders;
mod network;
mod others;
mod place;
mod scene;
mod session;
mod singles;
mod system;
mod turn;

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::assemble::assemble;
use crate::collect::observation::{HostRecord, Observation, Runtimes, ViewerRecord};
use crate::model::{Sections, Snapshot};
use place::Place;
use scene::Scene;
use turn::Turn;

/// The name that the example host goes by, so that nobody takes it for a real one.
const HOSTNAME: &str = "demo";

/// The example host at `turn`, as if looked at `captured_at`.
#[must_use]
pub fn snapshot(turn: u64, captured_at: SystemTime) -> Snapshot {
    assemble(&observation(Turn(turn), captured_at))
}

fn observation(turn: Turn, captured_at: SystemTime) -> Observation {
    let mut scene = Scene::new(turn);
    network::describe(&mut scene.fabric);
    system::describe(&mut scene);
    session::describe(&mut scene);
    compose::describe(&mut scene, turn);
    singles::describe(&mut scene, turn);
    others::describe(&mut scene);
    let holders = holders::describe(&mut scene);
    let kinships = scene.kin();
    let (processes, docker, network) = scene.finish();
    Observation {
        captured_at,
        duration: Duration::from_millis(12),
        sections: Sections::ALL,
        host: host(turn, captured_at),
        viewer: ViewerRecord {
            pid: session::VIEWER,
            uid: 0,
            links: Place::host("/").links,
        },
        processes,
        kinships,
        holders,
        listed: None,
        runtimes: Runtimes::default(),
        engines: vec![docker::engine(docker), others::podman(turn)],
        network: Some(network),
        gaps: Vec::new(),
    }
}

fn host(turn: Turn, captured_at: SystemTime) -> HostRecord {
    let now = captured_at.duration_since(UNIX_EPOCH).unwrap_or_default();
    HostRecord {
        hostname: Some(HOSTNAME.to_owned()),
        kernel: Some("6.18.9-amd64".to_owned()),
        boot_id: Some("5d1e8a04-93c7-4f6b-b2aa-0c6f1e7d9b35".to_owned()),
        boot_time: Some(now.saturating_sub(turn.uptime()).as_secs()),
        clock_ticks: turn::TICKS,
        kthreadd: Some(Place::host("/").links),
    }
}
