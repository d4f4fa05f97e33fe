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

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
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

/// More time than an engine gets, for what comes before and after its answer.
const SLACK: Duration = Duration::from_millis(250);

/// Asks on a thread of its own, since looking for the engine can block too: a home or a socket may lie on a dead file
/// system. A thread that never comes back is waited for once, and no other is started beside it.
#[derive(Debug, Default)]
pub struct Asker {
    pending: Option<Receiver<Vec<EngineRecord>>>,
}

impl Asker {
    /// Asks the chosen engine for its containers; takes little more than `timeout`, whatever happens.
    pub fn ask(
        &mut self,
        choice: &Choice,
        situation: Situation,
        timeout: Duration,
    ) -> Vec<EngineRecord> {
        let is_free = match &self.pending {
            Some(pending) => !matches!(pending.try_recv(), Err(TryRecvError::Empty)),
            None => true,
        };
        let answer = is_free
            .then(|| self.start(choice, situation, timeout))
            .flatten();
        answer.unwrap_or_else(|| too_late(choice))
    }

    fn start(
        &mut self,
        choice: &Choice,
        situation: Situation,
        timeout: Duration,
    ) -> Option<Vec<EngineRecord>> {
        let (answer, pending) = channel();
        let choice = choice.clone();
        // Where no thread can be had, nothing is ever sent, and the answer is late.
        let _ = thread::Builder::new()
            .name("engines".to_owned())
            .spawn(move || {
                // Nobody waits any more where this took too long.
                let _ = answer.send(ask(&choice, situation, timeout));
            });
        let records = pending.recv_timeout(timeout + SLACK).ok();
        self.pending = records.is_none().then_some(pending);
        records
    }
}

fn too_late(choice: &Choice) -> Vec<EngineRecord> {
    let url = match choice {
        Choice::None => return Vec::new(),
        Choice::Auto => USUAL_SOCKET,
        Choice::Url(url) => url,
    };
    vec![heard_nothing(
        url,
        Failure::late("looking for the engine did not come back"),
    )]
}

/// Asks the chosen engine for its containers; the engine gets `timeout`, finding it may block.
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
        listener: None,
        containers: Vec::new(),
        bridges: BTreeMap::new(),
        gateways: Vec::new(),
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
        listener: heard.listener,
        containers: heard.containers,
        bridges: heard.bridges,
        gateways: heard.gateways,
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
        answer_age_ms: 0,
    }
}
