//! The table with the user's own keys in it.
//!
//! A few chords keep their meaning whatever is configured: arrows, Enter, Esc and Ctrl-c, so that nobody is locked
//! in. A line of the configuration that would give a chord two meanings is left out as a whole, and its action
//! keeps the keys of the table.

use std::fmt;

use super::action::Action;
use super::key::{Chord, Key};
use super::table::{ACTIONS, Entry};

/// These stay with their action, besides those that it is bound to.
const FIXED: [&str; 7] = ["Up", "Down", "Left", "Right", "Enter", "Esc", "Ctrl-c"];

/// An action bound anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Rebind {
    /// What the chords are to do.
    pub(in crate::tui) action: Action,
    /// Its chords from now on; those that are fixed stay besides.
    pub(in crate::tui) chords: Vec<Chord>,
}

/// Why an action was not bound anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Conflict {
    /// What was to be bound.
    pub(in crate::tui) action: Action,
    /// To which chord.
    pub(in crate::tui) chord: Chord,
    /// Who has that chord already, or one that begins alike; it may be the same action.
    holder: Action,
    held: Chord,
}

/// What keys that were pressed one after the other amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Found {
    /// This action.
    Action(Action),
    /// The beginning of some chord.
    Prefix,
    /// Nothing.
    Nothing,
}

/// Which chords do what.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Keymap {
    /// In the order of the table.
    bindings: Vec<Binding>,
}

#[derive(Clone, Debug)]
struct Binding {
    entry: &'static Entry,
    chords: Vec<Chord>,
    /// Its line in the configuration, by number; none where the chords are the table's.
    line: Option<usize>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&[]).0
    }
}

impl Keymap {
    /// The table with the chords of some actions replaced, and what could not be.
    pub(in crate::tui) fn new(rebound: &[Rebind]) -> (Self, Vec<Conflict>) {
        let mut lines: Vec<(usize, &Rebind)> = rebound.iter().enumerate().collect();
        let mut conflicts = Vec::new();
        loop {
            let keymap = Self::bind(&lines);
            let wrong = lines
                .iter()
                .position(|(line, _)| keymap.conflict(*line).is_some());
            let Some((line, _)) = wrong.map(|at| lines.remove(at)) else {
                return (keymap, conflicts);
            };
            // The action has its old chords again, which others may have taken: all are looked at anew.
            conflicts.extend(keymap.conflict(line));
        }
    }

    fn bind(lines: &[(usize, &Rebind)]) -> Self {
        let bindings = ACTIONS.iter().map(|entry| {
            let line = lines
                .iter()
                .find(|(_, rebind)| rebind.action == entry.action);
            Binding {
                entry,
                chords: match line {
                    Some((_, rebind)) => with_fixed(&rebind.chords, entry),
                    None => written(entry.keys).collect(),
                },
                line: line.map(|(number, _)| *number),
            }
        });
        Self {
            bindings: bindings.collect(),
        }
    }

    /// The first chord of `line` that stands in the way of another: of the table's, a fixed one, or one of an
    /// earlier line.
    fn conflict(&self, line: usize) -> Option<Conflict> {
        let ours = self.bindings.iter().find(|own| own.line == Some(line))?;
        let held = || {
            let chords = |binding: &Binding| {
                let is_later = binding.line.is_some_and(|other| other > line);
                let chords = binding.chords.iter().copied();
                let entry = binding.entry;
                chords
                    .filter(move |chord| !is_later || is_fixed(*chord, entry))
                    .map(|chord| (entry.action, chord))
                    .collect::<Vec<_>>()
            };
            self.bindings.iter().flat_map(chords)
        };
        ours.chords.iter().find_map(|chord| {
            let action = ours.entry.action;
            let (holder, held) = held().find(|(holder, held)| {
                (*holder, held) != (action, chord) && clash(*chord, *held)
            })?;
            Some(Conflict {
                action,
                chord: *chord,
                holder,
                held,
            })
        })
    }

    /// What `pressed` amounts to.
    pub(in crate::tui) fn find(&self, pressed: &[Key]) -> Found {
        let mut begun = self.begun(pressed);
        match begun.next() {
            None => Found::Nothing,
            Some((entry, chord)) if chord.keys().count() == pressed.len() => {
                Found::Action(entry.action)
            }
            Some(_) => Found::Prefix,
        }
    }

    /// Every chord that begins with `pressed`.
    fn begun(&self, pressed: &[Key]) -> impl Iterator<Item = (&'static Entry, Chord)> {
        let all = self.bindings.iter().flat_map(|binding| {
            let chords = binding.chords.iter();
            chords.map(|chord| (binding.entry, *chord))
        });
        all.filter(move |(_, chord)| chord.begins_with(pressed))
    }

    /// The chords of `action`.
    pub(in crate::tui) fn chords(&self, action: Action) -> impl Iterator<Item = Chord> {
        let own = move |binding: &&Binding| binding.entry.action == action;
        let bindings = self.bindings.iter().filter(own);
        bindings.flat_map(|binding| binding.chords.iter().copied())
    }

    /// The first chord of `action`, as it is written; none where no key does it.
    pub(in crate::tui) fn label(&self, action: Action, ascii: bool) -> Option<String> {
        self.chords(action).next().map(|chord| chord.label(ascii))
    }

    /// All chords of `action`, two spaces between them.
    pub(in crate::tui) fn labels(&self, action: Action, ascii: bool) -> String {
        let labels: Vec<_> = self
            .chords(action)
            .map(|chord| chord.label(ascii))
            .collect();
        labels.join("  ")
    }

    /// The keys that may come after `pressed`, and what they do then.
    pub(in crate::tui) fn following(
        &self,
        pressed: &[Key],
        ascii: bool,
    ) -> Vec<(String, &'static Entry)> {
        let begun = self.begun(pressed);
        let next = begun.filter_map(|(entry, chord)| {
            let key = chord.keys().nth(pressed.len())?;
            Some((key.label(ascii), entry))
        });
        next.collect()
    }
}

/// The chords that are written in the table, each of which is one, as a test of [`Chord`] holds.
fn written(keys: &'static [&'static str]) -> impl Iterator<Item = Chord> {
    keys.iter().flat_map(|text| text.parse::<Chord>())
}

/// `chords` without repetitions, and the fixed ones of `entry` behind them.
fn with_fixed(chords: &[Chord], entry: &'static Entry) -> Vec<Chord> {
    let fixed = written(entry.keys).filter(|chord| is_fixed(*chord, entry));
    let mut all = Vec::new();
    for chord in chords.iter().copied().chain(fixed) {
        if !all.contains(&chord) {
            all.push(chord);
        }
    }
    all
}

/// Whether `chord` stays with the action of `entry`.
fn is_fixed(chord: Chord, entry: &'static Entry) -> bool {
    let fixed = entry.keys.iter().filter(|text| FIXED.contains(text));
    fixed
        .flat_map(|text| text.parse())
        .any(|fixed: Chord| fixed == chord)
}

/// Whether the two are one chord, or one is the beginning of the other.
fn clash(one: Chord, other: Chord) -> bool {
    one.keys()
        .zip(other.keys())
        .all(|(one, other)| one == other)
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [action, holder] = [self.action, self.holder]
            .map(|action| Entry::of(action).map_or("", |entry| entry.name));
        let [chord, held] = [self.chord, self.held].map(|chord| chord.label(true));
        write!(f, "{chord} cannot be \"{action}\": ")?;
        if Entry::of(self.holder).is_some_and(|entry| is_fixed(self.held, entry)) {
            write!(f, "{held} is always \"{holder}\"")
        } else if self.chord == self.held {
            write!(f, "it is \"{holder}\"")
        } else if self.chord.keys().count() < self.held.keys().count() {
            write!(f, "{held}, which begins with it, is \"{holder}\"")
        } else {
            write!(f, "{held}, with which it begins, is \"{holder}\"")
        }
    }
}

#[cfg(test)]
#[path = "keymap_tests.rs"]
mod tests;
