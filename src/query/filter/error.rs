//! What is wrong with an expression, and where.

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError {
    /// The offending place, in characters, beginning with 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl FilterError {
    /// An error at byte `at` of `text`.
    pub(super) fn at(text: &str, at: usize, message: impl Into<String>) -> Self {
        Self {
            column: text[..at].chars().count() + 1,
            message: message.into(),
        }
    }
}
