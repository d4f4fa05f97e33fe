//! What a quick command printed, for a page of its own.

use super::chooser::Question;

/// A run of a quick command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    /// Which of all runs.
    pub(super) number: u64,
    /// What was asked of whom.
    pub(super) question: Question,
    /// What came of it; `None` while it runs.
    pub(super) answer: Option<Answer>,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// What was printed to both outputs, as far as it was taken in; not yet made visible.
    pub(super) text: String,
    /// Whether more was printed.
    pub(super) is_cut: bool,
    /// How it ended.
    pub(super) end: End,
}

impl Answer {
    /// Of a command that could not be run.
    pub(super) const fn failed(why: String) -> Self {
        Self {
            text: String::new(),
            is_cut: false,
            end: End::Failed(why),
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with this status.
    Status(u8),
    /// It took longer than this many seconds, and was ended.
    Late(u64),
    /// The user ended it.
    Cancelled,
    /// It could not be run; the words are not yet made visible.
    Failed(String),
}
