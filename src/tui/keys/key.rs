//! A key and a chord, as they come from the terminal and as people write them.
//!
//! `q`, `G`, `Ctrl-c`, `Shift-Tab`, `PgUp`: names in any case, characters as they are, since Shift is part of a
//! character. A chord is one key, or two pressed one after the other: `g n`.

use std::str::FromStr;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{Charset, is_hidden, visible_in};

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::tui) struct Key {
    /// Which one; a character has Shift in it.
    pub(in crate::tui) code: KeyCode,
    /// With Ctrl; a letter is small then, since terminals do not tell.
    pub(in crate::tui) ctrl: bool,
}

/// One key, or two in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::tui) struct Chord {
    first: Key,
    second: Option<Key>,
}

/// The keys that have names; of several for one key the first is written.
const NAMES: &[(KeyCode, &str)] = &[
    (KeyCode::Up, "Up"),
    (KeyCode::Down, "Down"),
    (KeyCode::Left, "Left"),
    (KeyCode::Right, "Right"),
    (KeyCode::Home, "Home"),
    (KeyCode::End, "End"),
    (KeyCode::PageUp, "PgUp"),
    (KeyCode::PageUp, "PageUp"),
    (KeyCode::PageDown, "PgDn"),
    (KeyCode::PageDown, "PageDown"),
    (KeyCode::Insert, "Insert"),
    (KeyCode::Delete, "Delete"),
    (KeyCode::Enter, "Enter"),
    (KeyCode::Esc, "Esc"),
    (KeyCode::Tab, "Tab"),
    (KeyCode::BackTab, "Shift-Tab"),
    (KeyCode::Backspace, "Backspace"),
    (KeyCode::Char(' '), "Space"),
    (KeyCode::F(1), "F1"),
    (KeyCode::F(2), "F2"),
    (KeyCode::F(3), "F3"),
    (KeyCode::F(4), "F4"),
    (KeyCode::F(5), "F5"),
    (KeyCode::F(6), "F6"),
    (KeyCode::F(7), "F7"),
    (KeyCode::F(8), "F8"),
    (KeyCode::F(9), "F9"),
    (KeyCode::F(10), "F10"),
    (KeyCode::F(11), "F11"),
    (KeyCode::F(12), "F12"),
];

/// The keys that `event` stands for; none of them has Alt.
///
/// A terminal sends Alt with a key as it sends Esc right before that key, which is what a fast hand means.
pub(in crate::tui) fn presses(event: KeyEvent) -> impl Iterator<Item = Key> {
    let escape = event.modifiers.contains(KeyModifiers::ALT);
    let escape = escape.then(|| Key::new(KeyCode::Esc, false));
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    escape.into_iter().chain([Key::new(event.code, ctrl)])
}

impl Key {
    fn new(code: KeyCode, ctrl: bool) -> Self {
        let code = match code {
            KeyCode::Char(char) if ctrl => KeyCode::Char(char.to_ascii_lowercase()),
            code => code,
        };
        Self { code, ctrl }
    }

    /// The key as it is written; arrows are drawn, unless everything must be ASCII.
    pub(in crate::tui) fn label(self, ascii: bool) -> String {
        let name = match self.code {
            KeyCode::Up if !ascii => "↑".to_owned(),
            KeyCode::Down if !ascii => "↓".to_owned(),
            KeyCode::Left if !ascii => "←".to_owned(),
            KeyCode::Right if !ascii => "→".to_owned(),
            code => name(code, ascii),
        };
        if self.ctrl {
            return format!("Ctrl-{name}");
        }
        name
    }

    /// Whether a terminal has a way to send it: with Ctrl, some keys arrive as others, and some as themselves.
    fn is_sent(self) -> bool {
        match self.code {
            _ if !self.ctrl => true,
            KeyCode::Char('i' | 'm')
            | KeyCode::Enter
            | KeyCode::Esc
            | KeyCode::Tab
            | KeyCode::BackTab
            | KeyCode::Backspace => false,
            KeyCode::Char(char) => char.is_ascii_lowercase() || matches!(char, ' ' | '4'..='7'),
            _ => true,
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (ctrl, name) = match prefixed(text, "ctrl-") {
            Some(name) if !name.is_empty() => (true, name),
            _ => (false, text),
        };
        let key = Self::new(code(name).ok_or_else(|| unknown(text))?, ctrl);
        if key.is_sent() {
            Ok(key)
        } else {
            Err(format!("terminals cannot send {}", key.label(true)))
        }
    }
}

/// The name of a key, or its character.
fn name(code: KeyCode, ascii: bool) -> String {
    let charset = if ascii {
        Charset::Ascii
    } else {
        Charset::Unicode
    };
    let named = NAMES.iter().find(|(named, _)| *named == code);
    match (named, code) {
        (Some((_, name)), _) => (*name).to_owned(),
        (None, KeyCode::Char(char)) => {
            visible_in(char.encode_utf8(&mut [0; 4]), charset).into_owned()
        }
        (None, other) => other.to_string(),
    }
}

/// What follows `prefix` in `text`, in any case.
fn prefixed<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn code(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(char), None) => (!is_hidden(char) && !char.is_whitespace()).then_some(char),
        _ => None,
    }
    .map(KeyCode::Char)
    .or_else(|| {
        let named = |(_, known): &&(KeyCode, &str)| known.eq_ignore_ascii_case(name);
        NAMES.iter().find(named).map(|(code, _)| *code)
    })
}

/// Why `text` is no key.
fn unknown(text: &str) -> String {
    let text = super::quoted(text);
    if prefixed(&text, "\"shift-").is_some() {
        return format!("{text} is no key: Shift is part of a character, as in G");
    }
    if prefixed(&text, "\"alt-").is_some() {
        return format!("{text} is no key: Alt arrives as Esc, which means back");
    }
    format!("{text} is no key: write a character, or a name such as Ctrl-c, Enter, Space, F1")
}

impl Chord {
    /// Its one or two keys.
    pub(in crate::tui) fn keys(self) -> impl Iterator<Item = Key> {
        [Some(self.first), self.second].into_iter().flatten()
    }

    /// Whether `pressed` is this chord or its beginning.
    pub(in crate::tui) fn begins_with(self, pressed: &[Key]) -> bool {
        let mut keys = self.keys();
        pressed.iter().all(|key| keys.next() == Some(*key))
    }

    /// The chord as it is written.
    pub(in crate::tui) fn label(self, ascii: bool) -> String {
        let keys: Vec<_> = self.keys().map(|key| key.label(ascii)).collect();
        keys.join(" ")
    }
}

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let first = words
            .next()
            .ok_or("no key is named; the long one is Space")?;
        let second = words.next();
        if words.next().is_some() {
            let text = super::quoted(text);
            return Err(format!("{text} is too long: one key, or two in a row"));
        }
        Ok(Self {
            first: first.parse()?,
            second: second.map(str::parse).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::ACTIONS;
    use super::*;

    const fn plain(code: KeyCode) -> Key {
        Key { code, ctrl: false }
    }

    #[test]
    fn every_chord_of_the_table_is_written_as_it_reads() {
        for text in ACTIONS.iter().flat_map(|entry| entry.keys) {
            let chord: Chord = text.parse().unwrap();
            assert_eq!(chord.label(true), *text);
            let mut flipped = text.to_uppercase();
            if text.len() > 3 {
                assert_eq!(flipped.parse(), Ok(chord), "names in any case");
                flipped.make_ascii_lowercase();
                assert_eq!(flipped.parse(), Ok(chord));
            }
        }
    }

    #[test]
    fn every_name_is_read_and_written() {
        for (code, name) in NAMES {
            let key: Key = name.parse().unwrap();
            assert_eq!(key, plain(*code));
            let written = key.label(true);
            assert!(written.is_ascii() && written.parse() == Ok(key), "{name}");
        }
    }

    #[test]
    fn arrows_are_drawn_unless_all_is_ascii() {
        for (text, drawn, ascii) in [
            ("up", "↑", "Up"),
            ("g DOWN", "g ↓", "g Down"),
            ("ctrl-left", "Ctrl-←", "Ctrl-Left"),
            ("Ctrl-X", "Ctrl-x", "Ctrl-x"),
            (" g   n ", "g n", "g n"),
            ("Ö", "Ö", "\\u{d6}"),
            ("-", "-", "-"),
        ] {
            let chord: Chord = text.parse().unwrap();
            assert_eq!(
                (chord.label(false), chord.label(true)),
                (drawn.into(), ascii.into())
            );
        }
    }

    #[test]
    fn what_is_no_key_is_said_in_words() {
        for (text, words) in [
            ("", "no key is named"),
            (" ", "no key is named"),
            ("g g g", "\"g g g\" is too long"),
            ("quit", "\"quit\" is no key: write a character"),
            ("g quit", "\"quit\" is no key"),
            ("Shift-x", "Shift is part of a character"),
            ("alt-x", "Alt arrives as Esc"),
            ("Ctrl-", "\"Ctrl-\" is no key"),
            ("Ctrl-quit", "\"Ctrl-quit\" is no key"),
            ("Ctrl-i", "terminals cannot send Ctrl-i"),
            ("Ctrl-Enter", "terminals cannot send Ctrl-Enter"),
            ("Ctrl-/", "terminals cannot send Ctrl-/"),
            ("\u{202e}", "\"\\u{202e}\" is no key"),
            ("ctrlß", "is no key"),
        ] {
            let error = text.parse::<Chord>().unwrap_err();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }

    #[test]
    fn shift_is_part_of_the_character_and_alt_is_escape() {
        let press = |code, modifiers| presses(KeyEvent::new(code, modifiers)).collect::<Vec<_>>();
        let [none, shift, ctrl, alt] = [
            KeyModifiers::NONE,
            KeyModifiers::SHIFT,
            KeyModifiers::CONTROL,
            KeyModifiers::ALT,
        ];
        let written = |text: &str| text.parse::<Chord>().unwrap().keys().collect::<Vec<_>>();
        for (code, modifiers, text) in [
            (KeyCode::Char('G'), shift, "G"),
            (KeyCode::BackTab, shift, "Shift-Tab"),
            (KeyCode::Char('c'), ctrl, "Ctrl-c"),
            (KeyCode::Char('C'), ctrl | shift, "Ctrl-c"),
            (KeyCode::Char('c'), none, "c"),
            (KeyCode::Char(' '), none, "Space"),
            (KeyCode::Char('j'), alt, "Esc j"),
            (KeyCode::Char('x'), alt | ctrl, "Esc Ctrl-x"),
        ] {
            assert_eq!(press(code, modifiers), written(text), "{text}");
        }
    }

    #[test]
    fn a_chord_begins_with_its_first_key_and_with_itself() {
        let chord: Chord = "g n".parse().unwrap();
        let [g, n] = ['g', 'n'].map(|char| plain(KeyCode::Char(char)));
        for (pressed, begins) in [
            (&[][..], true),
            (&[g], true),
            (&[g, n], true),
            (&[n], false),
            (&[g, g], false),
            (&[g, n, n], false),
        ] {
            assert_eq!(chord.begins_with(pressed), begins, "{pressed:?}");
        }
    }
}
