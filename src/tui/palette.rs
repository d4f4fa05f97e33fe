//! The palette: every action by name, narrowed down by what is typed.

use tui_input::Input;

use super::keys::{ACTIONS, Entry};

/// The palette while it is open.
#[derive(Debug, Default)]
pub(super) struct Palette {
    /// What was typed.
    pub(super) input: Input,
    /// The chosen one of those that match.
    pub(super) chosen: usize,
    /// First visible line.
    pub(super) top: usize,
    /// Whether no way into a namespace is offered.
    pub(super) is_read_only: bool,
}

impl Palette {
    /// The actions that match what was typed: all of its words occur in name or help. Those whose name begins with it
    /// come first.
    pub(super) fn matches(&self) -> Vec<&'static Entry> {
        let typed = self.input.value().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let fits = |entry: &&Entry| {
            let help = entry.help.to_lowercase();
            words
                .iter()
                .all(|word| entry.name.contains(word) || help.contains(word))
        };
        let offered = ACTIONS
            .iter()
            .filter(|entry| entry.is_offered(self.is_read_only));
        let mut entries: Vec<_> = offered.filter(fits).collect();
        let first = words.first().copied().unwrap_or_default();
        entries.sort_by_key(|entry| (!entry.name.starts_with(first), !entry.name.contains(first)));
        entries
    }

    /// Moves the choice; it stays within the matches.
    pub(super) fn step(&mut self, steps: isize) {
        let last = self.matches().len().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(steps).min(last);
    }

    /// Moves the window so that the choice is in it.
    pub(super) fn scroll(&mut self, page: usize) {
        self.chosen = self.chosen.min(self.matches().len().saturating_sub(1));
        self.top = self.top.min(self.chosen);
        self.top = self.top.max((self.chosen + 1).saturating_sub(page));
    }
}
