//! What is told of an engine: what it said, or why it said nothing.

use std::collections::BTreeMap;

use super::address::Way;
use super::docker::Heard;
use super::endpoint::Endpoint;
use super::failure::Failure;
use crate::collect::observation::EngineRecord;
use crate::model::{Engine, EngineStatus, Gap};

/// No engine, and nothing missing for it.
pub(super) fn unasked(url: &str, detail: Option<&str>) -> EngineRecord {
    EngineRecord {
        engine: engine(url, EngineStatus::Absent, detail.map(str::to_owned)),
        local: true,
        current: true,
        process: None,
        listener: None,
        containers: Vec::new(),
        bridges: BTreeMap::new(),
        gateways: Vec::new(),
        gaps: Vec::new(),
    }
}

/// An engine that could not even be asked.
pub(super) fn heard_nothing(url: &str, failure: Failure) -> EngineRecord {
    let mut record = unasked(url, None);
    record.local = false;
    lacking(&mut record, "names", 1, failure);
    record
}

/// An engine and what it said.
pub(super) fn heard(endpoint: Endpoint, heard: Heard) -> EngineRecord {
    let mut record = EngineRecord {
        engine: Engine {
            kind: heard.kind,
            version: heard.version,
            api_version: heard.api_version,
            ..engine(&endpoint.url, EngineStatus::Ok, None)
        },
        current: true,
        process: endpoint.process,
        local: matches!(endpoint.way, Way::Unix(_) | Way::Found(_)),
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
pub(super) fn lacking(record: &mut EngineRecord, what: &str, count: usize, failure: Failure) {
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
pub(super) fn engine(url: &str, status: EngineStatus, detail: Option<String>) -> Engine {
    Engine {
        kind: "docker".to_owned(),
        endpoint: url.to_owned(),
        status,
        version: None,
        api_version: None,
        detail,
        container: None,
        answer_age_ms: 0,
    }
}
