//! Makes hostile text visible.
//!
//! Names, command lines, labels and paths are chosen by whoever runs on the host. Every writer that ends at a
//! person passes them through [`visible`]; JSON carries them as they are.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters that a writer may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// All that can be seen.
    #[default]
    Unicode,
    /// Only ASCII; everything else is written out.
    Ascii,
}

/// `text` with control, escape, bidirectional and zero-width characters written as `\x1b` or `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    visible_in(text, Charset::Unicode)
}

/// As [`visible`], with every character outside `charset` written out as well.
#[must_use]
pub fn visible_in(text: &str, charset: Charset) -> Cow<'_, str> {
    let is_shown = |char| !is_hidden(char) && (charset == Charset::Unicode || char.is_ascii());
    if text.chars().all(is_shown) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if is_shown(char) {
            shown.push(char);
        } else if char.is_ascii() {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\x{:02x}", u32::from(char));
        } else {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(char));
        }
    }
    Cow::Owned(shown)
}

/// Characters that move the cursor, change direction, take no room, or look like nothing.
#[must_use]
pub fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(u32::from(char),
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
            | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f
            | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(
            visible("nginx: worker – größe 漢字"),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn ascii_writes_out_the_rest() {
        assert_eq!(visible_in("grö\x1b", Charset::Ascii), "gr\\u{f6}\\x1b");
    }

    #[test]
    fn what_could_deceive_is_written_out() {
        for (text, shown) in [
            ("a\x1b[31mb", "a\\x1b[31mb"),
            ("a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("evil\u{202e}txt", "evil\\u{202e}txt"),
            ("ze\u{200b}ro\u{feff}", "ze\\u{200b}ro\\u{feff}"),
            ("line\u{2028}", "line\\u{2028}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
