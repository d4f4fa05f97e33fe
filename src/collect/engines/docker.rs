//! Conversations with engines that speak Docker's API.
//!
//! Version, list of containers, then each container and the networks, on one thread and with one deadline over all. No
//! engine waits for another.
//! What has been heard when the deadline comes is kept. The only home of bollard and tokio.

mod capped;
mod client;
mod container;
mod dial;
mod events;
mod listener;
mod networks;
mod notes;
mod ports;
#[cfg(feature = "tls")]
mod tls;
mod trouble;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bollard::errors::Error;
use bollard::models::SystemVersion;
use bollard::query_parameters::ListContainersOptions;
use bollard::{API_DEFAULT_VERSION, BollardRequest, ClientVersion, Docker};
use futures_util::{StreamExt, future, stream};
use tokio::runtime::Builder;

use self::dial::OtherEnd;
pub(super) use self::events::{Speaker, Watch};
use self::networks::Networks;
pub(super) use self::notes::Heard;
use self::notes::Notes;
use super::address::Way;
use super::failure::Failure;
use crate::collect::observation::EngineContainer;
use crate::model::Reason;

/// The oldest API that tells what we ask for (Docker 1.12, 2016).
const OLDEST_API: ClientVersion = ClientVersion {
    major_version: 1,
    minor_version: 24,
};

/// Containers that are inspected at the same time.
const AT_ONCE: usize = 16;

/// Asks the engines that are reached by `ways`, all at the same time, for as long as `timeout`, of which `spent` is over;
/// their answers in the same order.
pub(super) fn ask(ways: &[&Way], timeout: Duration, spent: Duration) -> Vec<Heard> {
    let left = timeout.saturating_sub(spent);
    let mut notes: Vec<_> = ways.iter().map(|_| Notes::default()).collect();
    let ends = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let both = ways.iter().zip(&mut notes);
            let all = both.map(|(way, notes)| converse(way, left, notes));
            let ends = runtime.block_on(future::join_all(all));
            // The look-up of a host's name cannot be broken off, and dropping the runtime would wait for it.
            runtime.shutdown_background();
            ends
        }
        Err(error) => {
            let failure = Failure::io("start a runtime", &error).not_absent();
            ways.iter().map(|_| Some(Err(failure.clone()))).collect()
        }
    };
    let late = || Err(Failure::late(&format!("no answer within {timeout:?}")));
    let both = notes.into_iter().zip(ends);
    both.map(|(notes, end)| notes.into_heard(end.unwrap_or_else(late), timeout))
        .collect()
}

/// One conversation, of `limit`; `None` where that is over.
async fn converse(way: &Way, limit: Duration, notes: &mut Notes) -> Option<Result<(), Failure>> {
    let other_end = OtherEnd::default();
    let docker = match client::open(way, limit, &other_end) {
        Ok(docker) => docker,
        Err(failure) => return Some(Err(failure)),
    };
    let end = tokio::time::timeout(limit, talk(docker, notes)).await;
    notes.listener = other_end.get().cloned().flatten();
    end.ok()
}

async fn talk(docker: Docker, notes: &mut Notes) -> Result<(), Failure> {
    notes.version = docker
        .version()
        .await
        .map_err(|error| trouble::failure(&error))?;
    let agreed = agree(&notes.version)?;
    notes.agreed = Some(agreed);
    // Without a version in the path an engine answers in its newest, which the client may not know.
    let docker = docker.with_request_modifier(move |request| in_version(request, agreed));
    let options = running(notes.kind());
    let list = docker
        .list_containers(Some(options))
        .await
        .map_err(|error| trouble::failure(&error))?;
    for summary in list {
        match container::listed(summary) {
            Some(container) => drop(notes.containers.insert(container.id.clone(), container)),
            None => notes.nameless += 1,
        }
    }
    notes.listed = true;
    let kind = notes.kind();
    // Their bridges are there without containers, too.
    let networks = async { notes.networks = Some(networks(&docker, kind).await) };
    let containers = inspect(&docker, &mut notes.containers, &mut notes.refused);
    future::join(networks, containers).await;
    Ok(())
}

/// The older of the engine's API version and ours.
fn agree(version: &SystemVersion) -> Result<ClientVersion, Failure> {
    let text = version.api_version.as_deref().unwrap_or_default();
    let spoken = api(text).ok_or_else(|| {
        Failure::error(
            Reason::Malformed,
            &format!("its answer cannot be used: API version {text:?}"),
        )
    })?;
    if spoken < OLDEST_API {
        return Err(Failure::error(
            Reason::Unsupported,
            &format!("it speaks API {spoken}, and {OLDEST_API} is the oldest that will do"),
        ));
    }
    Ok(if spoken < *API_DEFAULT_VERSION {
        spoken
    } else {
        *API_DEFAULT_VERSION
    })
}

fn api(text: &str) -> Option<ClientVersion> {
    let (major, minor) = text.split_once('.')?;
    Some(ClientVersion {
        major_version: major.parse().ok()?,
        minor_version: minor.parse().ok()?,
    })
}

/// The request, with the version in its path.
fn in_version(mut request: BollardRequest, version: ClientVersion) -> BollardRequest {
    let uri = request.uri();
    let prefix = format!("/v{version}/");
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if let (Some(scheme), Some(place)) = (uri.scheme(), uri.authority())
        && !path.starts_with(&prefix)
        && let Ok(uri) = format!("{scheme}://{place}/v{version}{path}").parse()
    {
        *request.uri_mut() = uri;
    }
    request
}

/// Containers that have processes. Podman has no word for restarting, and refuses the question.
fn running(kind: &str) -> ListContainersOptions {
    let mut states = vec!["running".to_owned(), "paused".to_owned()];
    if kind == "docker" {
        states.push("restarting".to_owned());
    }
    ListContainersOptions {
        filters: Some(HashMap::from([("status".to_owned(), states)])),
        ..ListContainersOptions::default()
    }
}

/// Inspects every container; one that is gone meanwhile is taken out.
async fn inspect(
    docker: &Docker,
    containers: &mut BTreeMap<String, EngineContainer>,
    refused: &mut Vec<Failure>,
) {
    let ids: Vec<_> = containers.keys().cloned().collect();
    let mut answers = stream::iter(ids)
        .map(|id| async move { (docker.inspect_container(&id, None).await, id) })
        .buffer_unordered(AT_ONCE);
    while let Some((answer, id)) = answers.next().await {
        match answer {
            Ok(answer) => {
                containers.insert(id.clone(), container::inspected(id, answer));
            }
            Err(Error::DockerResponseServerError {
                status_code: 404, ..
            }) => {
                containers.remove(&id);
            }
            Err(error) => refused.push(trouble::failure(&error).not_absent()),
        }
    }
}

async fn networks(docker: &Docker, kind: &str) -> Result<Networks, Failure> {
    let list = docker
        .list_networks(None)
        .await
        .map_err(|error| trouble::failure(&error).not_absent())?;
    Ok(Networks::of(list, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_versions_are_compared_by_number() {
        let agreed = |text: &str| {
            agree(&SystemVersion {
                api_version: Some(text.to_owned()),
                ..SystemVersion::default()
            })
            .map(|version| version.to_string())
            .map_err(|failure| failure.reason)
        };
        assert_eq!(agreed("1.24"), Ok("1.24".to_owned()));
        assert_eq!(agreed("1.99"), Ok(API_DEFAULT_VERSION.to_string()));
        assert_eq!(agreed("1.9"), Err(Reason::Unsupported));
        assert_eq!(agreed("1.-9"), Err(Reason::Malformed));
        assert_eq!(agreed("1"), Err(Reason::Malformed));
    }
}
