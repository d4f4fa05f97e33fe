//! What could not be seen, and why.

use serde::{Deserialize, Serialize};

/// Something that could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gap {
    /// What is missing, in words.
    pub what: String,
    /// Why.
    pub reason: Reason,
    /// How many times.
    pub count: u32,
}

impl Gap {
    /// Words in [`Gap::what`] of one that is there because `--deep` was not given, and that `--deep` fills.
    pub const LEFT_TO_DEEP: &str = "which only --deep asks for";

    /// Whether it is there only because `--deep` was not given.
    #[must_use]
    pub fn is_left_to_deep(&self) -> bool {
        self.what.ends_with(Self::LEFT_TO_DEEP)
    }
}

/// Why something could not be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// Permission was refused.
    Denied,
    /// What was read makes no sense.
    Malformed,
    /// It took too long.
    Timeout,
    /// It cannot be known from here.
    Unsupported,
    /// There was more than we read.
    Truncated,
    /// The operation failed in another way, such as a refused connection.
    Failed,
}

impl Reason {
    /// The word used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Malformed => "malformed",
            Self::Timeout => "timeout",
            Self::Unsupported => "unsupported",
            Self::Truncated => "truncated",
            Self::Failed => "failed",
        }
    }
}
