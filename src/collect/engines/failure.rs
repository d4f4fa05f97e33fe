//! Why an engine gave no names, or not all.
//!
//! Three readers want the same fact: the engine's status (how did it answer), the gap's reason (why is something
//! missing), and a person (the detail, in plain words with the cause, and never longer than a line or two).

use std::io;

use crate::model::{EngineStatus, Reason};

/// Longest detail in characters. The words may be the engine's, and it may say anything.
const LONGEST: usize = 200;

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// How the engine is said to have answered.
    pub(super) status: EngineStatus,
    /// Why something is missing.
    pub(super) reason: Reason,
    /// What happened, in words.
    pub(super) detail: String,
}

impl Failure {
    /// A failure whose detail is cut to a readable length.
    pub(super) fn new(status: EngineStatus, reason: Reason, detail: &str) -> Self {
        let detail = shorten(detail);
        Self {
            status,
            reason,
            detail,
        }
    }

    /// An answer, file or URL that cannot be used.
    pub(super) fn error(reason: Reason, detail: &str) -> Self {
        Self::new(EngineStatus::Error, reason, detail)
    }

    /// Something that did not come in time.
    pub(super) fn late(detail: &str) -> Self {
        Self::new(EngineStatus::Timeout, Reason::Timeout, detail)
    }

    /// What an input or output error during `attempt` ("connect to X", "read FILE") means.
    pub(super) fn io(attempt: &str, error: &io::Error) -> Self {
        let (status, reason) = match error.kind() {
            io::ErrorKind::NotFound => (EngineStatus::Absent, Reason::Failed),
            io::ErrorKind::PermissionDenied => (EngineStatus::Denied, Reason::Denied),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                (EngineStatus::Timeout, Reason::Timeout)
            }
            _ => (EngineStatus::Error, Reason::Failed),
        };
        Self::new(status, reason, &format!("cannot {attempt}: {error}"))
    }

    /// As it is, but an error where it says that there is no engine: something else showed that there is one.
    pub(super) fn not_absent(mut self) -> Self {
        if self.status == EngineStatus::Absent {
            self.status = EngineStatus::Error;
        }
        self
    }
}

/// The beginning of `text`, with dots where something was cut off.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn io_errors_have_a_status_each() {
        for (kind, status, reason) in [
            (
                io::ErrorKind::NotFound,
                EngineStatus::Absent,
                Reason::Failed,
            ),
            (
                io::ErrorKind::PermissionDenied,
                EngineStatus::Denied,
                Reason::Denied,
            ),
            (
                io::ErrorKind::TimedOut,
                EngineStatus::Timeout,
                Reason::Timeout,
            ),
            (
                io::ErrorKind::ConnectionRefused,
                EngineStatus::Error,
                Reason::Failed,
            ),
        ] {
            let failure = Failure::io("connect to /x", &kind.into());
            assert_eq!((failure.status, failure.reason), (status, reason));
        }
        let eperm = io::Error::from_raw_os_error(1);
        assert_eq!(Failure::io("connect", &eperm).status, EngineStatus::Denied);
    }

    #[test]
    fn only_absence_turns_into_an_error() {
        let gone = Failure::io("connect", &io::ErrorKind::NotFound.into()).not_absent();
        assert_eq!(gone.status, EngineStatus::Error);
        assert_eq!(
            Failure::late("x").not_absent().status,
            EngineStatus::Timeout
        );
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shorten("kurz"), "kurz");
        let cut = shorten(&"ß".repeat(10_000));
        assert_eq!(cut.chars().count(), 203);
        assert!(cut.ends_with("ß..."));
    }
}
