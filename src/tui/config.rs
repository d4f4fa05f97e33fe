//! The configuration file of the interface: theme, mouse, characters, keys, quick commands.
//!
//! ```toml
//! theme = "dark"
//! [keys]
//! go-processes = "g p"
//! [commands]
//! net = ["ip -s link"]
//! ```
//!
//! Nothing in it is fatal: what is wrong is said with its line and column, and the rest of the file counts.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::commands::QuickCommand;
use super::keys::{ACTIONS, Chord, Entry, Keymap, Rebind, quoted};
use crate::model::Kind;

/// What the user configured; `None` where the file does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The colours.
    pub theme: Option<ThemeName>,
    /// Whether the mouse does something.
    pub mouse: Option<bool>,
    /// No character outside ASCII.
    pub ascii: Option<bool>,
    /// Quick commands besides those that there are.
    pub(in crate::tui) commands: Vec<QuickCommand>,
    /// Actions with other keys than those of the table; they are free of conflicts.
    pub(in crate::tui) rebound: Vec<Rebind>,
}

/// A set of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeName {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Without colours.
    Mono,
}

/// No theme has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no theme is called {}: dark, light or mono is needed", quoted(.0))]
pub struct UnknownTheme(String);

impl FromStr for ThemeName {
    type Err = UnknownTheme;

    fn from_str(word: &str) -> Result<Self, UnknownTheme> {
        match word {
            "dark" => Ok(Self::Dark),
            "light" => Ok(Self::Light),
            "mono" => Ok(Self::Mono),
            _ => Err(UnknownTheme(word.to_owned())),
        }
    }
}

/// Something in the file that does not count, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// Why.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl Config {
    /// Reads the text of a configuration file: what counts of it, and what is wrong with it, from top to bottom.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        let starts = text.match_indices('\n').map(|(end, _)| end + 1);
        let mut reader = Reader {
            text,
            starts: starts.collect(),
            config: Self::default(),
            broken: BTreeSet::new(),
            problems: Vec::new(),
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(text.len(), |span| span.start);
            // The first says it; those behind it are what the parser made of the rest of the line.
            if reader.broken.insert(reader.line_of(at)) {
                reader.report(at, error.message());
            }
        }
        reader.settings(table.get_ref());
        reader.problems.sort();
        (reader.config, reader.problems)
    }
}

type Name<'a> = Spanned<DeString<'a>>;
type Value<'a> = Spanned<DeValue<'a>>;

/// A text on its way to a [`Config`].
struct Reader<'a> {
    text: &'a str,
    /// Where each line but the first begins.
    starts: Vec<usize>,
    config: Config,
    /// Lines that are no TOML.
    broken: BTreeSet<usize>,
    problems: Vec<Problem>,
}

/// A line of `[keys]`: what it binds, and where each chord of it stands.
struct Line {
    rebind: Rebind,
    places: Vec<usize>,
}

/// The settings, for whoever mistypes one.
const SETTINGS: [&str; 5] = ["theme", "mouse", "ascii", "keys", "commands"];

/// So many keys may an action have: comparing each with each has to end.
const MOST_KEYS: usize = 16;

impl Reader<'_> {
    fn report(&mut self, at: usize, message: impl Into<String>) {
        let line = self.line_of(at);
        let start = line.checked_sub(2).map_or(0, |before| self.starts[before]);
        let before = self.text.get(start..at).unwrap_or_default();
        self.problems.push(Problem {
            line,
            column: before.chars().count() + 1,
            message: message.into(),
        });
    }

    fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) + 1
    }

    /// The entries as they stand in the file, without those of which the parser had to guess a part.
    fn entries<'t, 'a>(&self, table: &'t DeTable<'a>) -> Vec<(&'t Name<'a>, &'t Value<'a>)> {
        let is_whole = |(name, value): &(&Name<'_>, &Value<'_>)| {
            let [first, last] = [name.span().start, name.span().end.max(value.span().end)];
            let mut broken = self.broken.range(self.line_of(first)..=self.line_of(last));
            value.get_ref().is_table() || broken.next().is_none()
        };
        let mut entries: Vec<_> = table.iter().filter(is_whole).collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        entries
    }

    fn settings(&mut self, table: &DeTable<'_>) {
        for (name, value) in self.entries(table) {
            match name.get_ref().as_ref() {
                "theme" => self.config.theme = self.theme(value),
                "mouse" => self.config.mouse = self.switch("mouse", value),
                "ascii" => self.config.ascii = self.switch("ascii", value),
                "keys" => self.keys(value),
                "commands" => self.commands(value),
                other => {
                    let message = unknown("setting", other, SETTINGS.into_iter());
                    self.report(name.span().start, message);
                }
            }
        }
    }

    fn theme(&mut self, value: &Value<'_>) -> Option<ThemeName> {
        let at = value.span().start;
        let Some(word) = value.get_ref().as_str() else {
            self.wrong_type("theme", "\"dark\", \"light\" or \"mono\"", value);
            return None;
        };
        word.parse()
            .map_err(|error: UnknownTheme| self.report(at, error.to_string()))
            .ok()
    }

    fn switch(&mut self, name: &str, value: &Value<'_>) -> Option<bool> {
        let switch = value.get_ref().as_bool();
        if switch.is_none() {
            self.wrong_type(name, "true or false", value);
        }
        switch
    }

    fn wrong_type(&mut self, name: &str, needed: &str, value: &Value<'_>) {
        let is = value.get_ref().type_str();
        let article = if is.starts_with(['a', 'i']) {
            "an"
        } else {
            "a"
        };
        self.report(
            value.span().start,
            format!("{} must be {needed}, not {article} {is}", quoted(name)),
        );
    }

    fn keys(&mut self, value: &Value<'_>) {
        let Some(table) = value.get_ref().as_table() else {
            return self.wrong_type("keys", "a table of actions and their keys", value);
        };
        let mut lines: Vec<_> = self
            .entries(table)
            .into_iter()
            .filter_map(|(name, value)| self.line(name, value))
            .collect();
        let rebound: Vec<_> = lines.iter().map(|line| line.rebind.clone()).collect();
        for conflict in Keymap::new(&rebound).1 {
            let own = |line: &Line| line.rebind.action == conflict.action;
            let Some(line) = lines.iter().position(own).map(|at| lines.remove(at)) else {
                continue;
            };
            let mut places = line.rebind.chords.iter().zip(&line.places);
            let place = places.find(|(chord, _)| **chord == conflict.chord);
            self.report(place.map_or(0, |(_, at)| *at), conflict.to_string());
        }
        self.config.rebound = lines.into_iter().map(|line| line.rebind).collect();
    }

    /// One action and its chords; none where anything in it is wrong.
    fn line(&mut self, name: &Name<'_>, value: &Value<'_>) -> Option<Line> {
        let Some(entry) = Entry::named(name.get_ref()) else {
            let names = ACTIONS.iter().map(|entry| entry.name);
            let message = unknown("action", name.get_ref(), names);
            self.report(name.span().start, message);
            return None;
        };
        let values = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        if values.len() > MOST_KEYS {
            let message = format!("{} has more than {MOST_KEYS} keys", quoted(entry.name));
            self.report(name.span().start, message);
            return None;
        }
        let chords: Vec<_> = values
            .iter()
            .map(|value| self.chord(entry.name, value))
            .collect();
        Some(Line {
            rebind: Rebind {
                action: entry.action,
                chords: chords.into_iter().collect::<Option<_>>()?,
            },
            places: values.iter().map(|value| value.span().start).collect(),
        })
    }

    fn commands(&mut self, value: &Value<'_>) {
        let Some(table) = value.get_ref().as_table() else {
            let needed = "a table of kinds of namespace and their commands";
            return self.wrong_type("commands", needed, value);
        };
        for (name, value) in self.entries(table) {
            let Ok(kind) = name.get_ref().parse::<Kind>() else {
                let names = Kind::ALL.iter().map(|kind| kind.name());
                let message = unknown("kind of namespace", name.get_ref(), names);
                self.report(name.span().start, message);
                continue;
            };
            let Some(values) = value.get_ref().as_array() else {
                self.wrong_type(kind.name(), "a list of commands", value);
                continue;
            };
            for value in values {
                if let Some(words) = self.words(kind, value) {
                    self.config.commands.push(QuickCommand { kind, words });
                }
            }
        }
    }

    /// A command: a string with spaces between its words, or a list of its words.
    fn words(&mut self, kind: Kind, value: &Value<'_>) -> Option<Vec<String>> {
        let words: Option<Vec<String>> = match value.get_ref() {
            DeValue::String(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
            DeValue::Array(words) => {
                let word = |word: &Value<'_>| word.get_ref().as_str().map(str::to_owned);
                words.iter().map(word).collect()
            }
            _ => None,
        };
        let Some(words) = words else {
            let needed = "commands, each a string or a list of words";
            self.wrong_type(kind.name(), needed, value);
            return None;
        };
        if words.first().is_none_or(String::is_empty) {
            self.report(value.span().start, "this command has no words");
            return None;
        }
        Some(words)
    }

    fn chord(&mut self, name: &str, value: &Value<'_>) -> Option<Chord> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(name, "a key or a list of keys, each a string", value);
            return None;
        };
        text.parse()
            .map_err(|message: String| self.report(value.span().start, message))
            .ok()
    }
}

/// Nothing of this `sort` has the name `wrong`; one of `names` may have been meant.
fn unknown<'n>(sort: &str, wrong: &str, names: impl Iterator<Item = &'n str>) -> String {
    let near = names
        .filter(|name| name.len().abs_diff(wrong.len()) <= 2)
        .map(|name| (distance(wrong, name), name))
        .filter(|(far, name)| *far <= 2 && *far < name.len());
    let hint = near.min().map_or(String::new(), |(_, name)| {
        format!(" (did you mean {}?)", quoted(name))
    });
    format!("no {sort} is called {}{hint}", quoted(wrong))
}

/// How many characters to change, add or leave out to get from one to the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (line, a) in one.chars().enumerate() {
        let mut corner = line;
        row[0] = line + 1;
        for (at, b) in other.chars().enumerate() {
            let changed = corner + usize::from(a != b);
            corner = row[at + 1];
            row[at + 1] = changed.min(corner + 1).min(row[at] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
