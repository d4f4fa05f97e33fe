//! What has been heard of an engine, and what of it is missing.
//!
//! Notes are taken while the conversation goes on, so that its end, at whatever point, loses nothing that was said.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::ClientVersion;
use bollard::models::SystemVersion;

use super::super::failure::Failure;
use super::container;
use super::networks::Networks;
use crate::collect::observation::{EngineContainer, Gateway, Listener};
use crate::model::Reason;

/// What inspecting adds to the list.
const DETAILS: &str = "details of containers";

/// What an engine said.
#[derive(Debug)]
pub(in super::super) struct Heard {
    /// docker or podman.
    pub(in super::super) kind: String,
    /// Its version.
    pub(in super::super) version: Option<String>,
    /// The API version agreed upon.
    pub(in super::super) api_version: Option<String>,
    /// Who listens at its socket.
    pub(in super::super) listener: Option<Listener>,
    /// Its containers, by id.
    pub(in super::super) containers: Vec<EngineContainer>,
    /// The names of its networks by the interfaces that carry them.
    pub(in super::super) bridges: BTreeMap<String, String>,
    /// The addresses of bridges whose names it does not tell.
    pub(in super::super) gateways: Vec<Gateway>,
    /// Why there are no containers.
    pub(in super::super) failure: Option<Failure>,
    /// What is missing although there are containers.
    pub(in super::super) lacks: Vec<Lack>,
}

/// A part of an answer that is missing.
#[derive(Debug)]
pub(in super::super) struct Lack {
    /// What is missing.
    pub(in super::super) what: &'static str,
    /// How many times.
    pub(in super::super) count: usize,
    /// Why.
    pub(in super::super) failure: Failure,
}

/// What has been heard so far.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) version: SystemVersion,
    /// Who listens at its socket.
    pub(super) listener: Option<Listener>,
    /// The API version agreed upon.
    pub(super) agreed: Option<ClientVersion>,
    /// Whether the list of containers has come.
    pub(super) listed: bool,
    /// Containers by id: as listed, then as inspected.
    pub(super) containers: BTreeMap<String, EngineContainer>,
    /// Listed containers that have no id.
    pub(super) nameless: usize,
    /// Why containers could not be inspected.
    pub(super) refused: Vec<Failure>,
    /// Its networks.
    pub(super) networks: Option<Result<Networks, Failure>>,
}

impl Notes {
    /// What the engine calls itself.
    pub(super) fn kind(&self) -> &'static str {
        let parts = self.version.components.as_deref().unwrap_or_default();
        if parts.iter().any(|part| part.name.contains("Podman")) {
            "podman"
        } else {
            "docker"
        }
    }

    /// The account of a conversation that ended with `end`.
    pub(super) fn into_heard(mut self, end: Result<(), Failure>, timeout: Duration) -> Heard {
        let lacks = if self.listed {
            self.lacks(timeout)
        } else {
            Vec::new()
        };
        let networks = self.networks.take().and_then(Result::ok);
        let networks = networks.unwrap_or_default();
        for container in self.containers.values_mut() {
            container::set_drivers(container, &networks.drivers);
        }
        Heard {
            kind: self.kind().to_owned(),
            version: container::filled(self.version.version),
            api_version: self.agreed.map(|version| version.to_string()),
            listener: self.listener,
            containers: self.containers.into_values().collect(),
            bridges: networks.bridges,
            gateways: networks.gateways,
            failure: end.err().filter(|_| !self.listed),
            lacks,
        }
    }

    /// What is missing where there is a list of containers.
    fn lacks(&self, timeout: Duration) -> Vec<Lack> {
        [
            self.late(timeout),
            self.refused(),
            self.networks(timeout),
            self.nameless(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Containers that were not inspected when the time was over.
    fn late(&self, timeout: Duration) -> Option<Lack> {
        let all = self.containers.len();
        let listed = self.containers.values();
        let open = listed.filter(|container| container.declared.is_none());
        let count = open.count().saturating_sub(self.refused.len());
        let detail = format!("{count} of {all} containers were not inspected within {timeout:?}");
        (count > 0).then(|| Lack {
            what: DETAILS,
            count,
            failure: Failure::late(&detail),
        })
    }

    /// Containers whose inspection failed, with the first cause.
    fn refused(&self) -> Option<Lack> {
        let first = self.refused.first()?;
        let (count, all) = (self.refused.len(), self.containers.len());
        let detail = format!(
            "{count} of {all} containers could not be inspected: {}",
            first.detail
        );
        Some(Lack {
            what: DETAILS,
            count,
            failure: Failure::new(first.status, first.reason, &detail),
        })
    }

    fn networks(&self, timeout: Duration) -> Option<Lack> {
        let failure = match &self.networks {
            Some(Ok(_)) => return None,
            Some(Err(failure)) => failure.clone(),
            None => Failure::late(&format!("no list of networks within {timeout:?}")),
        };
        Some(Lack {
            what: "drivers and bridges of networks",
            count: 1,
            failure,
        })
    }

    fn nameless(&self) -> Option<Lack> {
        (self.nameless > 0).then(|| Lack {
            what: "names",
            count: self.nameless,
            failure: Failure::error(Reason::Malformed, "it listed containers without an id"),
        })
    }
}
