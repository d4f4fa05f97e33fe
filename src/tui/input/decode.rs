//! From the bytes of a terminal to keys, clicks and pasted text.
//!
//! The forms are those of xterm and of the Linux console. What is no key that the interface knows is left out.

use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

const ESC: u8 = 0x1b;
/// What stands before and behind pasted text.
const PASTE: (&[u8], &[u8]) = (b"\x1b[200~", b"\x1b[201~");
/// Of a longer paste the rest is left out.
const LONGEST_PASTE: usize = 1 << 20;
/// No key is as long as this.
const LONGEST_KEY: usize = 64;

/// Takes bytes as they come, and keeps the beginning of what has not come whole.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    pending: Vec<u8>,
}

/// What the bytes begin with.
#[derive(Debug, PartialEq)]
enum Step {
    /// Something of which the end is still to come.
    Half,
    /// So many bytes that mean nothing here.
    Skip(usize),
    /// So many bytes that mean this.
    Take(usize, Event),
}

impl Decoder {
    /// What has come whole with these bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.pending.extend_from_slice(bytes);
        let mut events = Vec::new();
        loop {
            match step(&self.pending) {
                Step::Half => break,
                Step::Skip(length) => drop(self.pending.drain(..length)),
                Step::Take(length, event) => {
                    self.pending.drain(..length);
                    events.push(event);
                }
            }
        }
        self.shorten();
        events
    }

    /// Leaves out the middle of a paste that is too long; its end may have come in part.
    fn shorten(&mut self) {
        let end = self.pending.len().saturating_sub(PASTE.1.len());
        if end > LONGEST_PASTE {
            self.pending.drain(LONGEST_PASTE..end);
        }
    }

    /// Whether something has begun that is a key of its own if nothing follows soon, such as Esc.
    pub(super) fn is_half(&self) -> bool {
        !self.pending.is_empty() && !self.pending.starts_with(PASTE.0)
    }

    /// Nothing followed: what has begun was Esc, and keys behind it.
    pub(super) fn give_up(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        let pending = std::mem::take(&mut self.pending);
        let Some((first, rest)) = pending.split_first() else {
            return events;
        };
        if *first == ESC {
            events.push(key(KeyCode::Esc, KeyModifiers::NONE));
        }
        events.extend(self.feed(rest));
        self.pending.clear();
        events
    }

    /// Forgets what has begun.
    pub(super) fn forget(&mut self) {
        self.pending.clear();
    }
}

const fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [] | [ESC] | [ESC, b'O'] => Step::Half,
        [ESC, b'[', rest @ ..] => sequence(bytes, rest),
        [ESC, b'O', last, ..] => match code(*last, 0) {
            Some(code) => Step::Take(3, key(code, KeyModifiers::NONE)),
            None => Step::Skip(3),
        },
        [ESC, ESC, ..] => Step::Take(1, key(KeyCode::Esc, KeyModifiers::NONE)),
        [ESC, rest @ ..] => match plain(rest) {
            Step::Take(length, Event::Key(event)) => {
                let modifiers = event.modifiers | KeyModifiers::ALT;
                Step::Take(1 + length, key(event.code, modifiers))
            }
            Step::Skip(length) => Step::Skip(1 + length),
            other => other,
        },
        _ => plain(bytes),
    }
}

/// A character, or a key that is sent as a control character.
fn plain(bytes: &[u8]) -> Step {
    let Some(first) = bytes.first() else {
        return Step::Half;
    };
    let (code, modifiers) = match *first {
        b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
        0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
        0 => (KeyCode::Char(' '), KeyModifiers::CONTROL),
        byte @ 0x01..=0x1a => (
            KeyCode::Char(char::from(b'a' + byte - 1)),
            KeyModifiers::CONTROL,
        ),
        byte @ 0x1c..=0x1f => (
            KeyCode::Char(char::from(b'4' + byte - 0x1c)),
            KeyModifiers::CONTROL,
        ),
        _ => return character(bytes, *first),
    };
    Step::Take(1, key(code, modifiers))
}

/// A character in UTF-8.
fn character(bytes: &[u8], first: u8) -> Step {
    let length = match first {
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Step::Skip(1),
    };
    let there = &bytes[..length.min(bytes.len())];
    match std::str::from_utf8(there) {
        Ok(text) => {
            let chars = text.chars().next();
            chars.map_or(Step::Skip(1), |char| {
                Step::Take(length, key(KeyCode::Char(char), KeyModifiers::NONE))
            })
        }
        // Its end is missing, and nothing is wrong so far.
        Err(error) if error.error_len().is_none() => Step::Half,
        Err(_) => Step::Skip(1),
    }
}

/// What begins with Esc and a bracket; `rest` is what is behind these two.
fn sequence(bytes: &[u8], rest: &[u8]) -> Step {
    match rest {
        // The Linux console's F1 to F5.
        [b'['] => return Step::Half,
        [b'[', last @ b'A'..=b'E', ..] => {
            let code = KeyCode::F(1 + last - b'A');
            return Step::Take(4, key(code, KeyModifiers::NONE));
        }
        // A click in the old form, from a terminal that does not know the new one.
        [b'M', ..] if rest.len() < 4 => return Step::Half,
        [b'M', ..] => return Step::Skip(6),
        _ => {}
    }
    let is_parameter = |byte: &u8| (0x20..=0x3f).contains(byte);
    let end = rest.iter().position(|byte| !is_parameter(byte));
    let esc = Step::Take(1, key(KeyCode::Esc, KeyModifiers::NONE));
    let Some(end) = end else {
        return if rest.len() < LONGEST_KEY {
            Step::Half
        } else {
            esc
        };
    };
    let (parameters, last) = (&rest[..end], rest[end]);
    if !(0x40..=0x7e).contains(&last) {
        return esc;
    }
    if bytes.starts_with(PASTE.0) {
        return paste(bytes);
    }
    let length = 2 + end + 1;
    let event = match parameters.strip_prefix(b"<") {
        Some(place) => click(place, last),
        None => special(parameters, last),
    };
    event.map_or(Step::Skip(length), |event| Step::Take(length, event))
}

fn paste(bytes: &[u8]) -> Step {
    let text = &bytes[PASTE.0.len()..];
    let end = text.windows(PASTE.1.len()).position(|some| some == PASTE.1);
    end.map_or(Step::Half, |end| {
        let length = PASTE.0.len() + end + PASTE.1.len();
        let text = String::from_utf8_lossy(&text[..end]).into_owned();
        Step::Take(length, Event::Paste(text))
    })
}

/// A key with a name: its number or last letter, and who was held with it.
fn special(parameters: &[u8], last: u8) -> Option<Event> {
    let mut numbers = numbers(parameters);
    let number = numbers.next().flatten().unwrap_or(0);
    let code = code(last, number)?;
    let held = numbers.next().flatten().unwrap_or(1).saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ] {
        modifiers.set(modifier, held & bit != 0);
    }
    Some(key(code, modifiers))
}

fn code(last: u8, number: u16) -> Option<KeyCode> {
    Some(match (last, number) {
        (b'A', _) => KeyCode::Up,
        (b'B', _) => KeyCode::Down,
        (b'C', _) => KeyCode::Right,
        (b'D', _) => KeyCode::Left,
        (b'H', _) | (b'~', 1 | 7) => KeyCode::Home,
        (b'F', _) | (b'~', 4 | 8) => KeyCode::End,
        (b'Z', _) => KeyCode::BackTab,
        (b'P'..=b'S', _) => KeyCode::F(1 + last - b'P'),
        (b'~', 2) => KeyCode::Insert,
        (b'~', 3) => KeyCode::Delete,
        (b'~', 5) => KeyCode::PageUp,
        (b'~', 6) => KeyCode::PageDown,
        (b'~', 11..=15) => function(number - 10)?,
        (b'~', 17..=21) => function(number - 11)?,
        (b'~', 23..=24) => function(number - 12)?,
        _ => return None,
    })
}

fn function(number: u16) -> Option<KeyCode> {
    u8::try_from(number).ok().map(KeyCode::F)
}

/// A click, or a turn of the wheel: its button, column and line.
fn click(place: &[u8], last: u8) -> Option<Event> {
    /// Shift, Alt and Ctrl.
    const HELD: u16 = 0b1_1100;
    let mut numbers = numbers(place);
    let mut next = || numbers.next().flatten();
    let (button, column, line) = (next()?, next()?, next()?);
    let kind = match (button & !HELD, last) {
        (0, b'M') => MouseEventKind::Down(MouseButton::Left),
        (64, b'M') => MouseEventKind::ScrollUp,
        (65, b'M') => MouseEventKind::ScrollDown,
        _ => return None,
    };
    Some(Event::Mouse(MouseEvent {
        kind,
        column: column.checked_sub(1)?,
        row: line.checked_sub(1)?,
        modifiers: KeyModifiers::NONE,
    }))
}

/// Numbers with semicolons between them.
fn numbers(text: &[u8]) -> impl Iterator<Item = Option<u16>> {
    text.split(|byte| *byte == b';')
        .map(|number| std::str::from_utf8(number).ok()?.parse().ok())
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
