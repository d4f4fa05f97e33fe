//! Text of the host on its way to the screen: made visible, measured, shortened.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::model::{Charset, visible, visible_in};

/// Marks over one character that a script may need; more of them climb over the neighbouring lines.
const MARKS: usize = 2;

/// `text` as it may stand on the screen: nothing hidden, and with `ascii` nothing outside ASCII.
pub(super) fn shown(text: &str, ascii: bool) -> Cow<'_, str> {
    if ascii {
        return visible_in(text, Charset::Ascii);
    }
    let shown = visible(text);
    if shown.is_ascii() {
        return shown;
    }
    let mut safe = String::with_capacity(shown.len());
    // A mark at the start would sit on whatever the screen shows before it.
    let mut marks = MARKS;
    for char in shown.chars() {
        let width = char.width().unwrap_or(0);
        marks = if width == 0 { marks + 1 } else { 0 };
        if marks > MARKS {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(char));
        } else {
            safe.push(char);
        }
    }
    Cow::Owned(safe)
}

/// Columns that `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `room` columns, with `ellipsis` in the middle where it does not fit.
pub(super) fn shorten<'a>(text: &'a str, room: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let Some(rest) = room.checked_sub(width(ellipsis)) else {
        return Cow::Owned(head(text, room).to_owned());
    };
    let front = head(text, rest.div_ceil(2));
    let back = tail(text, rest / 2);
    Cow::Owned(format!("{front}{ellipsis}{back}"))
}

/// `text` in at most `room` columns, with `ellipsis` at its end where it does not fit.
pub(super) fn cut<'a>(text: &'a str, room: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    match room.checked_sub(width(ellipsis)) {
        Some(rest) => Cow::Owned(format!("{}{ellipsis}", head(text, rest))),
        None => Cow::Borrowed(head(text, room)),
    }
}

/// The longest start of `text` within `room` columns.
fn head(text: &str, room: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, char)| {
        used += char.width().unwrap_or(0);
        used > room
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// The longest end of `text` within `room` columns.
fn tail(text: &str, room: usize) -> &str {
    let mut used = 0;
    let fits = text.char_indices().rev().take_while(|(_, char)| {
        used += char.width().unwrap_or(0);
        used <= room
    });
    // A mark without the character that carried it is left out.
    let start = fits.filter(|(_, char)| char.width() != Some(0)).last();
    &text[start.map_or(text.len(), |(at, _)| at)..]
}

/// `text` in lines of at most `room` columns, broken at spaces where there are any.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() {
            if width(&line) + 1 + width(word) > room {
                lines.push(std::mem::take(&mut line));
            } else {
                line.push(' ');
            }
        }
        line.push_str(word);
        while let Some(at) = too_long(&line, room) {
            let rest = line.split_off(at);
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    lines.push(line);
    lines
}

/// `text` in lines of at most `room` columns, broken wherever they end.
pub(super) fn fold(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = too_long(rest, room) {
        let (line, behind) = rest.split_at(at);
        lines.push(line.to_owned());
        rest = behind;
    }
    lines.push(rest.to_owned());
    lines
}

/// A line with spaces in the place of tabs, as a terminal would show it.
pub(super) fn expanded(line: &str) -> String {
    const STOP: usize = 8;
    let mut text = String::with_capacity(line.len());
    for part in line.split_inclusive('\t') {
        let Some(part) = part.strip_suffix('\t') else {
            text.push_str(part);
            break;
        };
        text.push_str(part);
        let fill = STOP - width(&text) % STOP;
        text.extend(std::iter::repeat_n(' ', fill));
    }
    text
}

/// Where to break a line that is longer than `room`; a single character is never broken.
fn too_long(line: &str, room: usize) -> Option<usize> {
    let first = line.chars().next()?.len_utf8();
    let at = head(line, room).len().max(first);
    (at < line.len()).then_some(at)
}

/// As much of a text of any length as can ever be seen of it: what is measured and made visible is bounded.
pub(super) fn start(text: &str) -> &str {
    const LONGEST: usize = 1024;
    let end = text.char_indices().nth(LONGEST);
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// What is left of `text` behind its first `skip` columns.
pub(super) fn behind(text: &str, skip: usize) -> &str {
    &text[head(text, skip).len()..]
}

/// `1 process`, `2 processes`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A length of time for people: its two largest units.
pub(super) fn span(time: Duration) -> String {
    let whole = humantime::format_duration(Duration::from_secs(time.as_secs())).to_string();
    let mut units = whole.split(' ');
    match (units.next(), units.next()) {
        (Some(first), Some(second)) => format!("{first} {second}"),
        _ => whole,
    }
}

/// The first `most` of `names`, and how many more there are.
pub(super) fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let mut text = names.take(most).collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_gives_way() {
        assert_eq!(shorten("frontend-deployment-7d9f", 11, "…"), "front…-7d9f");
        assert_eq!(shorten("short", 11, "…"), "short");
        assert_eq!(shorten("abc", 0, "…"), "");
        assert_eq!(shorten("漢字漢字漢字", 6, "…"), "漢…字");
        assert_eq!(shorten("abcdef", 1, ".."), "a");
    }

    #[test]
    fn a_width_is_never_exceeded() {
        for text in [
            "a\u{301}bc\u{302}def",
            "漢a字b漢c字",
            "plain text",
            "\\u{202e}x",
        ] {
            for room in 0..12 {
                assert!(
                    width(&shorten(text, room, "…")) <= room,
                    "{text:?} in {room}"
                );
                assert!(width(&cut(text, room, "…")) <= room, "{text:?} in {room}");
            }
        }
    }

    #[test]
    fn marks_stay_on_their_letter_and_few() {
        assert_eq!(shown("\u{301}e", false), "\\u{301}e");
        assert_eq!(shown("e\u{301}", false), "e\u{301}");
        assert_eq!(
            shown("e\u{301}\u{301}\u{301}", false),
            "e\u{301}\u{301}\\u{301}"
        );
        assert_eq!(shown("größe", true), "gr\\u{f6}\\u{df}e");
        assert_eq!(shown("a\x1bb", true), "a\\x1bb");
    }

    #[test]
    fn lines_break_at_spaces_or_where_they_must() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("漢字", 1), ["漢", "字"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn times_have_two_units() {
        assert_eq!(span(Duration::from_millis(7_503_400)), "2h 5m");
        assert_eq!(span(Duration::from_secs(9)), "9s");
    }
}
