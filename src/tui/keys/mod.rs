//! The keys: what each does, how it is written, and how it is bound anew.
//!
//! [`Action`] is what may be asked for; [`ACTIONS`] is the one table that gives each its name, its keys and its
//! words, from which help, footer, palette, configuration and README are made. [`Keymap`] is that table with the
//! user's own keys in it.

mod action;
mod key;
mod keymap;
mod table;

pub(in crate::tui) use action::Action;
pub(in crate::tui) use key::{Chord, Key, presses};
pub(in crate::tui) use keymap::{Found, Keymap, Rebind};
pub(in crate::tui) use table::{ACTIONS, Entry, Spot};

use crate::model::visible;

/// What somebody wrote, in quotation marks, made visible, and cut to what fits into a message.
pub(in crate::tui) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut start: String = text.chars().take(LONGEST).collect();
    if start.len() < text.len() {
        start.push_str("..");
    }
    format!("\"{}\"", visible(&start))
}

/// The keys as a table in Markdown, as the README shows it.
#[must_use]
pub fn key_table() -> String {
    let keymap = Keymap::default();
    let mut lines = vec![
        "| key | does | name |".to_owned(),
        "| --- | --- | --- |".to_owned(),
    ];
    lines.extend(ACTIONS.iter().map(|entry| {
        let keys: Vec<_> = keymap
            .chords(entry.action)
            .map(|chord| format!("`{}`", chord.label(false)))
            .collect();
        let keys = keys.join(" ");
        format!("| {keys} | {} | `{}` |", entry.help, entry.name)
    }));
    lines.join("\n")
}
