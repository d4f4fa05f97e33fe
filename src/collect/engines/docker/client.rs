//! The HTTP client below bollard: connections that are ours to open, and to limit.

use std::path::Path;
use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::rt::TokioExecutor;

use super::super::address::Way;
use super::super::failure::Failure;
use super::capped::Capped;
use super::dial::{Dial, OtherEnd};
#[cfg(feature = "tls")]
use super::tls;
use super::trouble;
#[cfg(not(feature = "tls"))]
use crate::model::Reason;

/// A client that speaks by `way`, and has not said anything yet. Who listens there is told to `other_end`.
pub(super) fn open(way: &Way, timeout: Duration, other_end: &OtherEnd) -> Result<Docker, Failure> {
    let dial = Dial::new(way, other_end);
    match way {
        Way::Unix(_) | Way::Found(_) => client(dial, "http://docker", timeout),
        Way::Tcp {
            host,
            port,
            tls: None,
        } => client(dial, &format!("http://{}", authority(host, *port)), timeout),
        Way::Tcp {
            host,
            port,
            tls: Some(folder),
        } => {
            let url = format!("https://{}", authority(host, *port));
            secured(dial, folder, &url, timeout)
        }
    }
}

fn authority(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(feature = "tls")]
fn secured(dial: Dial, folder: &Path, url: &str, timeout: Duration) -> Result<Docker, Failure> {
    client(tls::over(dial, folder)?, url, timeout)
}

#[cfg(not(feature = "tls"))]
fn secured(_: Dial, _: &Path, _: &str, _: Duration) -> Result<Docker, Failure> {
    Err(Failure::error(
        Reason::Unsupported,
        "built without the feature tls",
    ))
}

fn client<C>(connector: C, url: &str, timeout: Duration) -> Result<Docker, Failure>
where
    C: Clone + Send + Sync + 'static,
    Capped<C>: Connect,
{
    let client = Client::builder(TokioExecutor::new()).build(Capped::new(connector));
    let transport = move |request: BollardRequest| {
        let answer = client.request(request);
        async move { answer.await.map_err(Error::from) }
    };
    // Ours is the shorter deadline, and the exact one.
    let seconds = timeout.as_secs().saturating_add(1);
    Docker::connect_with_custom_transport(transport, Some(url), seconds, API_DEFAULT_VERSION)
        .map_err(|error| trouble::failure(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_is_bracketed() {
        assert_eq!(authority("::1", 1), "[::1]:1");
        assert_eq!(authority("h", 1), "h:1");
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn without_the_feature_tls_is_refused() {
        let way = Way::Tcp {
            host: "127.0.0.1".to_owned(),
            port: 1,
            tls: Some("/".into()),
        };
        let failure = open(&way, Duration::from_secs(60), &OtherEnd::default()).unwrap_err();
        assert_eq!(failure.reason, Reason::Unsupported);
        assert_eq!(failure.detail, "built without the feature tls");
    }
}
