//! How things look: the terminal's own 16 colours, or none at all.
//!
//! The mono theme sets no colour whatsoever, only attributes, since a colour that is then suppressed takes the
//! reversal of the chosen cell with it. Every meaning has a letter or a word besides its style.

use ratatui::style::{Color, Modifier, Style};

use super::config::ThemeName;
use crate::model::Charset;

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

/// The colours of a theme, from the terminal's 16.
struct Colors {
    loud: Color,
    notable: Color,
    good: Color,
    letters: [Color; 6],
}

/// On a dark background.
const DARK: Colors = Colors {
    loud: Color::LightRed,
    notable: Color::Yellow,
    good: Color::Green,
    letters: [
        Color::Cyan,
        Color::Magenta,
        Color::Green,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightGreen,
    ],
};

/// On a light background, where yellow and the light colours can hardly be read.
const LIGHT: Colors = Colors {
    loud: Color::Red,
    notable: Color::Magenta,
    good: Color::Green,
    letters: [
        Color::Blue,
        Color::Magenta,
        Color::Green,
        Color::Cyan,
        Color::Red,
        Color::DarkGray,
    ],
};

impl Look {
    /// The characters that may be shown.
    pub(super) const fn charset(&self) -> Charset {
        if self.ascii {
            Charset::Ascii
        } else {
            Charset::Unicode
        }
    }

    /// The look of `theme`.
    pub(super) const fn new(theme: ThemeName, ascii: bool) -> Self {
        let look = Self::mono(ascii);
        match theme {
            ThemeName::Dark => look.colored(&DARK),
            ThemeName::Light => look.colored(&LIGHT),
            ThemeName::Mono => look,
        }
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

    const fn colored(mut self, colors: &Colors) -> Self {
        self.loud = self.loud.fg(colors.loud);
        self.notable = self.notable.fg(colors.notable);
        self.good = self.good.fg(colors.good);
        let mut at = 0;
        while at < colors.letters.len() {
            self.letters[at] = self.letters[at].fg(colors.letters[at]);
            at += 1;
        }
        self
    }

    /// The style of a shared namespace's letter, or of a signature's.
    pub(super) fn letter(&self, letter: &str) -> Style {
        let sum: usize = letter
            .bytes()
            .map(|byte| usize::from(byte.saturating_sub(b'A')))
            .sum();
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

    /// Between the places on the way here.
    pub(super) const fn step(&self) -> &'static str {
        if self.ascii { ">" } else { "›" }
    }

    /// In front of a row that hangs below another, and whether there is a next one below that.
    pub(super) const fn branch(&self, has_next: bool) -> &'static str {
        match (self.ascii, has_next) {
            (true, true) => "|-",
            (true, false) => "`-",
            (false, true) => "├─",
            (false, false) => "└─",
        }
    }

    /// Beside rows that hang deeper, on the way from one row to the next below the same.
    pub(super) const fn stem(&self) -> &'static str {
        if self.ascii { "| " } else { "│ " }
    }

    /// Bars from nothing to the highest.
    pub(super) const fn bars(&self) -> &'static [char] {
        if self.ascii {
            &['_', '.', ':', '-', '=', '+', '*', '#']
        } else {
            &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
        }
    }

    /// Behind the heading of the sorted column.
    pub(super) const fn sorted(&self, reverse: bool) -> &'static str {
        match (self.ascii, reverse) {
            (true, false) => "^",
            (true, true) => "v",
            (false, false) => "▲",
            (false, true) => "▼",
        }
    }
}
