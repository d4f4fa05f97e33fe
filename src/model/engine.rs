//! A container engine that was asked for names.

use serde::{Deserialize, Serialize};

/// One engine and how it answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Engine {
    /// docker or podman.
    pub kind: String,
    /// Where it was asked, as a URL.
    pub endpoint: String,
    /// How it answered.
    pub status: EngineStatus,
    /// Its version.
    pub version: Option<String>,
    /// The API version agreed upon.
    pub api_version: Option<String>,
    /// What went wrong, in its own words.
    pub detail: Option<String>,
    /// Id of the container that the engine itself runs in; absent where it runs in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// How long before `captured_at` the engine gave these names, in milliseconds; 0 in a single pass.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub answer_age_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How an engine answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum EngineStatus {
    /// It answered.
    Ok,
    /// There is none at that place.
    Absent,
    /// We may not ask it.
    Denied,
    /// It did not answer, or not all, in time.
    Timeout,
    /// It answered something unusable, or the connection failed.
    Error,
}

impl EngineStatus {
    /// The word used in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Absent => "absent",
            Self::Denied => "denied",
            Self::Timeout => "timeout",
            Self::Error => "error",
        }
    }
}
