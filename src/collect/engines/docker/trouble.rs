//! What an error of the HTTP client, or of the engine itself, means for a person.
//!
//! The same cause comes wrapped in different ways, depending on how far the client got. So the causes are walked
//! from the outside in, and the first one that is understood decides.

use std::error::Error as StdError;
use std::io;

use bollard::errors::Error;

use super::super::failure::Failure;
use super::capped::TooLarge;
use crate::model::{EngineStatus, Reason};

/// The failure that an error means.
pub(super) fn failure(error: &Error) -> Failure {
    match error {
        Error::DockerResponseServerError {
            status_code,
            message,
        } => refusal(*status_code, message),
        Error::JsonDataError { message, .. } => unreadable(message),
        Error::JsonSerdeError { err } => unreadable(&err.to_string()),
        Error::APIVersionParseError {} => unreadable("no API version"),
        Error::RequestTimeoutError => Failure::late("it did not answer in time"),
        Error::IOError { err } => by_cause(err),
        Error::HyperResponseError { err } => by_cause(err),
        Error::HyperLegacyError { err } => by_cause(err),
        other => by_cause(other),
    }
}

/// The engine answered with an HTTP status other than success.
fn refusal(code: u16, message: &str) -> Failure {
    let detail = format!("it answered with HTTP status {code}: {}", message.trim());
    match code {
        401 | 403 => Failure::new(EngineStatus::Denied, Reason::Denied, &detail),
        _ => Failure::error(Reason::Failed, &detail),
    }
}

fn unreadable(why: &str) -> Failure {
    Failure::error(
        Reason::Malformed,
        &format!("its answer cannot be used: {why}"),
    )
}

/// Decided by the first cause that is understood.
fn by_cause(error: &(dyn StdError + 'static)) -> Failure {
    causes(error).find_map(understood).unwrap_or_else(|| {
        Failure::error(
            Reason::Failed,
            &format!("the connection failed: {}", chain(error)),
        )
    })
}

fn understood(cause: &(dyn StdError + 'static)) -> Option<Failure> {
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        let nonsense = error.is_parse() || error.is_incomplete_message();
        return nonsense.then(|| unreadable(&chain(error)));
    }
    let error = cause.downcast_ref::<io::Error>()?;
    let large = error.get_ref().and_then(|inner| inner.downcast_ref());
    Some(match (large, error.kind()) {
        (Some(large @ (TooLarge::Connection | TooLarge::Conversation)), _) => {
            Failure::error(Reason::Truncated, &large.to_string())
        }
        (
            None,
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof,
        ) => unreadable(&error.to_string()),
        (None, _) => Failure::io("talk to it", error),
    })
}

/// An error and its causes, outermost first.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source())
}

/// What an error and its causes say.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let words: Vec<_> = causes(error).map(ToString::to_string).collect();
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_status_has_a_meaning() {
        let answer = |status_code| Error::DockerResponseServerError {
            status_code,
            message: "because\n".to_owned(),
        };
        let error = failure(&answer(500));
        assert_eq!(
            (error.status, error.reason),
            (EngineStatus::Error, Reason::Failed)
        );
        assert_eq!(error.detail, "it answered with HTTP status 500: because");
        assert_eq!(failure(&answer(403)).status, EngineStatus::Denied);
    }

    #[test]
    fn the_cause_is_found_inside() {
        for (cause, status, reason) in [
            (
                io::Error::from_raw_os_error(2),
                EngineStatus::Absent,
                Reason::Failed,
            ),
            (
                io::Error::from_raw_os_error(13),
                EngineStatus::Denied,
                Reason::Denied,
            ),
            (
                io::Error::from_raw_os_error(104),
                EngineStatus::Error,
                Reason::Failed,
            ),
            (
                io::Error::other(TooLarge::Conversation),
                EngineStatus::Error,
                Reason::Truncated,
            ),
            (
                io::ErrorKind::InvalidData.into(),
                EngineStatus::Error,
                Reason::Malformed,
            ),
        ] {
            let found = failure(&Error::IOError { err: cause });
            assert_eq!((found.status, found.reason), (status, reason), "{found:?}");
        }
    }

    #[test]
    fn a_long_answer_is_not_repeated_whole() {
        let message = "<html>".repeat(100_000);
        let found = failure(&Error::DockerResponseServerError {
            status_code: 502,
            message,
        });
        assert!(found.detail.len() < 300);
    }
}
