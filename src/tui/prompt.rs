//! One line of text at the bottom: a filter, a search, a file's name.
//!
//! What it holds takes effect as it is typed; Enter keeps it, Esc brings back what was there before.

use tui_input::{Input, InputRequest};

use super::list::List;
use crate::query::{Completion, FilterError, Id};

/// Pasted text is cut to this: nobody types more, and each character moves all behind it.
pub(super) const LONGEST: usize = 4096;

/// What the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Which rows the list keeps.
    Filter,
    /// Which lines the page keeps.
    Search,
    /// Where to write a snapshot.
    Write,
}

/// The line and what belongs to it.
#[derive(Debug)]
pub(super) struct Prompt {
    pub(super) purpose: Purpose,
    pub(super) input: Input,
    /// What was there before; Esc brings it back.
    pub(super) former: String,
    /// The row that was chosen before; Esc chooses it again.
    pub(super) chosen: Option<Id>,
    /// The filter of before was given with the place.
    pub(super) was_given: bool,
    /// What is wrong with the text.
    pub(super) error: Option<FilterError>,
    /// What Tab would put in.
    pub(super) completion: Option<Completion>,
    /// The candidate that Tab put in last.
    offered: Option<usize>,
    /// Which of the texts of before is shown.
    recalled: Option<usize>,
}

impl Purpose {
    /// What stands in front of the text.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Filter => "filter: ",
            Self::Search => "search: ",
            Self::Write => "write to (.json or .txt): ",
        }
    }
}

impl Prompt {
    /// A prompt that begins with `text`.
    pub(super) fn new(purpose: Purpose, text: String) -> Self {
        Self {
            purpose,
            input: Input::new(text.clone()),
            former: text,
            chosen: None,
            was_given: false,
            error: None,
            completion: None,
            offered: None,
            recalled: None,
        }
    }

    /// A prompt for the filter of `list`, which Esc leaves as it is now.
    pub(super) fn filter(list: &List) -> Self {
        Self {
            chosen: list.chosen.clone(),
            was_given: list.is_given,
            ..Self::new(Purpose::Filter, list.filter.text().to_owned())
        }
    }

    /// What it holds.
    pub(super) fn text(&self) -> &str {
        self.input.value()
    }

    /// Changes the text or moves the cursor; whether the text is another one.
    pub(super) fn edit(&mut self, request: InputRequest) -> bool {
        self.offered = None;
        let changed = self.input.handle(request);
        changed.is_some_and(|changed| changed.value)
    }

    /// Puts a pasted text in; control characters, such as the end of a line, are left out.
    pub(super) fn paste(&mut self, text: &str) -> bool {
        let room = LONGEST.saturating_sub(self.text().len());
        let plain = text.chars().filter(|char| !char.is_control());
        let mut changed = false;
        for char in plain.take(room) {
            changed |= self.edit(InputRequest::InsertChar(char));
        }
        changed
    }

    /// Byte of the text that the cursor stands on.
    pub(super) fn cursor(&self) -> usize {
        let mut places = self.text().char_indices();
        let at = places.nth(self.input.cursor());
        at.map_or(self.text().len(), |(at, _)| at)
    }

    /// Puts in the next candidate of the completion, or the one before.
    pub(super) fn complete(&mut self, forward: bool) -> bool {
        let Some(completion) = &self.completion else {
            return false;
        };
        let count = completion.candidates.len();
        let next = match self.offered {
            None => Some(if forward { 0 } else { count.saturating_sub(1) }),
            Some(at) if forward => (at + 1).checked_rem(count),
            Some(at) => (at + count).saturating_sub(1).checked_rem(count),
        };
        let Some(word) = next.and_then(|next| completion.candidates.get(next)) else {
            return false;
        };
        let head = self.text().get(..completion.start).unwrap_or_default();
        // What followed the cursor when completion began stays behind the word.
        let tail = self.text().get(self.cursor()..).unwrap_or_default();
        let text = format!("{head}{word}{tail}");
        let cursor = head.chars().count() + word.chars().count();
        self.input = Input::new(text).with_cursor(cursor);
        self.offered = next;
        true
    }

    /// Whether the present text was put in by completion, so that Tab goes on with the same candidates.
    pub(super) const fn is_completing(&self) -> bool {
        self.offered.is_some()
    }

    /// Brings back a text of before, the latest last in `history`.
    pub(super) fn recall(&mut self, history: &[String], back: bool) -> bool {
        let at = match (self.recalled, back) {
            (None, true) => history.len().checked_sub(1),
            (None, false) => None,
            (Some(at), true) => Some(at.saturating_sub(1)),
            (Some(at), false) => Some(at + 1),
        };
        let Some(at) = at else { return false };
        self.offered = None;
        self.recalled = (at < history.len()).then_some(at);
        let text = history.get(at).cloned().unwrap_or_default();
        self.input = Input::new(text);
        true
    }
}
