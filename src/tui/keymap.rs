//! Every key, in one table: what it does, and what help and footer say about it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::View;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// One row or line up.
    Up,
    /// One row or line down.
    Down,
    /// The kind of namespace to the left.
    Left,
    /// The kind of namespace to the right.
    Right,
    /// To the first row or line.
    First,
    /// To the last row or line.
    Last,
    /// A screenful up.
    PageUp,
    /// A screenful down.
    PageDown,
    /// Half a screenful up.
    HalfUp,
    /// Half a screenful down.
    HalfDown,
    /// From the matrix to the details and back.
    NextPane,
    /// Details over the whole screen.
    Open,
    /// One level back; never out.
    Back,
    /// Details below the matrix, on or off.
    TogglePane,
    /// Scan now.
    Refresh,
    /// Hold the data still, or let it go on.
    Pause,
    /// Draw everything anew.
    Redraw,
    /// Help, on or off.
    Help,
    /// Give the terminal back to the shell for now.
    Suspend,
    /// The end.
    Quit,
}

/// A key with its modifiers; Shift is part of the character.
type Key = (KeyCode, KeyModifiers);

/// One line of the table.
#[derive(Debug)]
pub(super) struct Binding {
    /// Keys that do the same.
    pub(super) keys: &'static [Key],
    /// What they do.
    pub(super) action: Action,
    /// What help says.
    pub(super) help: &'static str,
    /// What the footer says, and in which views; the word is empty where it says nothing.
    pub(super) hint: (&'static str, &'static [View]),
}

const fn plain(code: KeyCode) -> Key {
    (code, KeyModifiers::NONE)
}

const fn char(char: char) -> Key {
    plain(KeyCode::Char(char))
}

const fn ctrl(char: char) -> Key {
    (KeyCode::Char(char), KeyModifiers::CONTROL)
}

const fn bind(
    action: Action,
    keys: &'static [Key],
    hint: (&'static str, &'static [View]),
    help: &'static str,
) -> Binding {
    Binding {
        keys,
        action,
        help,
        hint,
    }
}

const NOWHERE: (&str, &[View]) = ("", &[]);
const HOME: &[View] = &[View::Home];
const OVER: &[View] = &[View::Details, View::Help];
const ALL: &[View] = &[View::Home, View::Details, View::Help];

/// The keys, in the order of help and footer.
#[rustfmt::skip]
pub(super) const KEYS: &[Binding] = &[
    bind(Action::Back, &[plain(KeyCode::Esc)], ("back", OVER), "one level back (never quits)"),
    bind(Action::Open, &[plain(KeyCode::Enter)], ("open", HOME), "details of the chosen cell, full screen"),
    bind(Action::NextPane, &[plain(KeyCode::Tab), plain(KeyCode::BackTab)], ("pane", HOME), "matrix or details: where the keys go"),
    bind(Action::Up, &[plain(KeyCode::Up), char('k')], NOWHERE, "up"),
    bind(Action::Down, &[plain(KeyCode::Down), char('j')], NOWHERE, "down"),
    bind(Action::Left, &[plain(KeyCode::Left), char('h')], NOWHERE, "kind of namespace to the left"),
    bind(Action::Right, &[plain(KeyCode::Right), char('l')], NOWHERE, "kind of namespace to the right"),
    bind(Action::First, &[plain(KeyCode::Home), char('g')], NOWHERE, "to the first"),
    bind(Action::Last, &[plain(KeyCode::End), char('G')], NOWHERE, "to the last"),
    bind(Action::PageUp, &[plain(KeyCode::PageUp)], NOWHERE, "a page up"),
    bind(Action::PageDown, &[plain(KeyCode::PageDown)], NOWHERE, "a page down"),
    bind(Action::HalfUp, &[ctrl('u')], NOWHERE, "half a page up"),
    bind(Action::HalfDown, &[ctrl('d')], NOWHERE, "half a page down"),
    bind(Action::TogglePane, &[char('i')], ("details", HOME), "details below the matrix, on or off"),
    bind(Action::Refresh, &[char('r')], ("refresh", HOME), "scan now"),
    bind(Action::Pause, &[char('p')], ("pause", HOME), "hold the data still, or go on"),
    bind(Action::Redraw, &[ctrl('l')], NOWHERE, "draw the screen anew"),
    bind(Action::Help, &[char('?'), plain(KeyCode::F(1))], ("help", &[View::Home, View::Details]), "this help"),
    bind(Action::Suspend, &[ctrl('z')], NOWHERE, "suspend; fg comes back"),
    bind(Action::Quit, &[char('q'), ctrl('c')], ("quit", ALL), "quit"),
];

/// What `key` asks for; no key has Alt.
///
/// A terminal sends Alt with a key as it sends Esc right before that key, which is what a fast hand means.
pub(super) fn actions(key: KeyEvent) -> impl Iterator<Item = Action> {
    let escape = key
        .modifiers
        .contains(KeyModifiers::ALT)
        .then_some(Action::Back);
    escape.into_iter().chain(action(key))
}

fn action(key: KeyEvent) -> Option<Action> {
    let pressed = (
        key.code,
        key.modifiers - KeyModifiers::SHIFT - KeyModifiers::ALT,
    );
    let binding = KEYS.iter().find(|binding| binding.keys.contains(&pressed));
    binding.map(|binding| binding.action)
}

/// The name of `key`, as printed on a keyboard.
pub(super) fn label(key: &Key, ascii: bool) -> String {
    let name = match key.0 {
        KeyCode::Char(char) => char.to_string(),
        KeyCode::Up => if ascii { "Up" } else { "↑" }.to_owned(),
        KeyCode::Down => if ascii { "Down" } else { "↓" }.to_owned(),
        KeyCode::Left => if ascii { "Left" } else { "←" }.to_owned(),
        KeyCode::Right => if ascii { "Right" } else { "→" }.to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::BackTab => "Shift-Tab".to_owned(),
        other => other.to_string(),
    };
    if key.1 == KeyModifiers::CONTROL {
        return format!("Ctrl-{name}");
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_does_two_things_and_every_key_has_words() {
        let mut seen = HashSet::new();
        for binding in KEYS {
            assert!(!binding.keys.is_empty() && !binding.help.is_empty());
            for key in binding.keys {
                assert!(seen.insert(*key), "{key:?} twice");
                assert!(label(key, true).is_ascii());
            }
        }
    }

    #[test]
    fn shift_is_part_of_the_character_and_alt_is_escape() {
        let press = |code, modifiers| actions(KeyEvent::new(code, modifiers)).collect::<Vec<_>>();
        let [none, shift, ctrl] = [
            KeyModifiers::NONE,
            KeyModifiers::SHIFT,
            KeyModifiers::CONTROL,
        ];
        assert_eq!(press(KeyCode::Char('G'), shift), [Action::Last]);
        assert_eq!(press(KeyCode::BackTab, shift), [Action::NextPane]);
        assert_eq!(press(KeyCode::Char('c'), ctrl), [Action::Quit]);
        assert_eq!(press(KeyCode::Char('c'), none), []);
        assert_eq!(
            press(KeyCode::Char('j'), KeyModifiers::ALT),
            [Action::Back, Action::Down]
        );
    }
}
