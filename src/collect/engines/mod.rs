//! Container engines: what they call the containers that the kernel shows.
//!
//! An engine decorates and never decides: one that is absent, denied, slow, broken or hostile costs names, never
//! rows, and never more time than it was given. None is started by being asked.

mod address;
mod context;
mod docker;
mod endpoint;
mod failure;
#[cfg(test)]
mod fake;
mod here;
#[cfg(test)]
mod tests;

use std::time::Duration;

use self::address::Way;
use self::docker::Heard;
use self::endpoint::{Endpoint, USUAL_SOCKET};
use self::failure::Failure;
use crate::collect::observation::EngineRecord;
use crate::model::{Engine, EngineStatus, Gap};

/// Which engine to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The one that the docker command would ask, else one at a usual socket.
    Auto,
    /// None at all.
    None,
    /// The one at this URL or absolute path.
    Url(String),
}

/// What the host shows of its services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// A process called dockerd is visible.
    pub dockerd: bool,
    /// Process 1 is systemd, which may start a service whose socket is touched.
    pub systemd: bool,
}

/// Asks the chosen engine for its containers; takes `timeout` at most, whatever the engine does.
#[must_use]
pub fn ask(choice: &Choice, situation: Situation, timeout: Duration) -> Vec<EngineRecord> {
    let named = match choice {
        Choice::None => return Vec::new(),
        Choice::Auto => None,
        Choice::Url(url) => Some(url.as_str()),
    };
    let record = match endpoint::resolve(named, &here::Here) {
        Ok(None) => unasked(USUAL_SOCKET, None),
        Ok(Some(endpoint)) if may_start_service(&endpoint, situation) => {
            unasked(&endpoint.url, Some(NOT_ASKED))
        }
        Ok(Some(endpoint)) => heard(&endpoint, docker::ask(&endpoint.way, timeout)),
        Err(unusable) => heard_nothing(&unusable.place, unusable.failure),
    };
    vec![record]
}

/// Why a socket that exists was left alone.
const NOT_ASKED: &str = "not asked: no dockerd is running, and asking might make systemd start it";

/// Whether touching the socket could start something. One that the user named may be touched.
fn may_start_service(endpoint: &Endpoint, situation: Situation) -> bool {
    !endpoint.named && situation.systemd && !situation.dockerd
}

/// No engine, and nothing missing for it.
fn unasked(url: &str, detail: Option<&str>) -> EngineRecord {
    EngineRecord {
        engine: engine(url, EngineStatus::Absent, detail.map(str::to_owned)),
        local: true,
        current: true,
        containers: Vec::new(),
        gaps: Vec::new(),
    }
}

/// An engine that could not even be asked.
fn heard_nothing(url: &str, failure: Failure) -> EngineRecord {
    let mut record = unasked(url, None);
    record.local = false;
    lacking(&mut record, "names", 1, failure);
    record
}

/// An engine and what it said.
fn heard(endpoint: &Endpoint, heard: Heard) -> EngineRecord {
    let mut record = EngineRecord {
        engine: Engine {
            kind: heard.kind,
            version: heard.version,
            api_version: heard.api_version,
            ..engine(&endpoint.url, EngineStatus::Ok, None)
        },
        current: true,
        local: matches!(endpoint.way, Way::Unix(_)),
        containers: heard.containers,
        gaps: Vec::new(),
    };
    if let Some(failure) = heard.failure {
        lacking(&mut record, "names", 1, failure);
    }
    for lack in heard.lacks {
        lacking(&mut record, lack.what, lack.count, lack.failure);
    }
    record
}

/// Something is missing from the answer; the first thing missing decides how the engine is said to have answered.
fn lacking(record: &mut EngineRecord, what: &str, count: usize, failure: Failure) {
    let engine = &mut record.engine;
    record.gaps.push(Gap {
        what: format!("{what} from {} at {}", engine.kind, engine.endpoint),
        reason: failure.reason,
        count: u32::try_from(count).unwrap_or(u32::MAX),
    });
    if engine.detail.is_none() {
        engine.status = failure.status;
        engine.detail = Some(failure.detail);
    }
}

/// An engine of which nothing is known yet.
fn engine(url: &str, status: EngineStatus, detail: Option<String>) -> Engine {
    Engine {
        kind: "docker".to_owned(),
        endpoint: url.to_owned(),
        status,
        version: None,
        api_version: None,
        detail,
    }
}
