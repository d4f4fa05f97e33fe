//! How things look: the terminal's own 16 colours, or none at all.
//!
//! The mono theme sets no colour whatsoever, only attributes, since a colour that is then suppressed takes the
//! reversal of the chosen cell with it. Every meaning has a letter or a word besides its style.

use ratatui::style::{Color, Modifier, Style};

/// Styles and characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Only ASCII characters.
    pub(super) ascii: bool,
    /// What is quiet: headings of families, the host's row, explanations.
    pub(super) dim: Style,
    /// Headings and names of parts.
    pub(super) title: Style,
    /// The chosen row, column and cell.
    pub(super) chosen: Style,
    /// The same while the keys go elsewhere.
    pub(super) chosen_idle: Style,
    /// The same namespace as the chosen one.
    pub(super) kin: Style,
    /// A risk.
    pub(super) loud: Style,
    /// Worth knowing.
    pub(super) notable: Style,
    /// All is well.
    pub(super) good: Style,
    /// Shared namespaces, by letter.
    letters: [Style; 6],
}

impl Look {
    /// The look with or without colour.
    pub(super) const fn new(color: bool, ascii: bool) -> Self {
        let look = Self::mono(ascii);
        if color { look.colored() } else { look }
    }

    const fn mono(ascii: bool) -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        Self {
            ascii,
            dim: Style::new().add_modifier(Modifier::DIM),
            title: bold,
            chosen: bold.add_modifier(Modifier::REVERSED),
            chosen_idle: bold.add_modifier(Modifier::UNDERLINED),
            kin: Style::new().add_modifier(Modifier::REVERSED),
            loud: bold,
            notable: Style::new(),
            good: Style::new(),
            letters: [bold; 6],
        }
    }

    const fn colored(mut self) -> Self {
        const LETTERS: [Color; 6] = [
            Color::Cyan,
            Color::Magenta,
            Color::Green,
            Color::LightBlue,
            Color::LightMagenta,
            Color::LightGreen,
        ];
        self.loud = self.loud.fg(Color::Red);
        self.notable = self.notable.fg(Color::Yellow);
        self.good = self.good.fg(Color::Green);
        let mut at = 0;
        while at < LETTERS.len() {
            self.letters[at] = self.letters[at].fg(LETTERS[at]);
            at += 1;
        }
        self
    }

    /// The style of a shared namespace's letter.
    pub(super) fn letter(&self, letter: &str) -> Style {
        let sum: usize = letter.bytes().map(|byte| usize::from(byte - b'A')).sum();
        self.letters[sum % self.letters.len()]
    }

    /// What stands for left-out text.
    pub(super) const fn ellipsis(&self) -> &'static str {
        if self.ascii { ".." } else { "…" }
    }

    /// A namespace of its own: there, but quiet.
    pub(super) const fn dot(&self) -> &'static str {
        if self.ascii { "." } else { "·" }
    }

    /// A horizontal line, one column of it.
    pub(super) const fn rule(&self) -> &'static str {
        if self.ascii { "-" } else { "─" }
    }
}
