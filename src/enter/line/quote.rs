//! Words as a POSIX shell reads them.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

use crate::model::{Charset, is_hidden};

/// `word` so that a POSIX shell reads it back as it is, byte by byte, and a terminal shows all of it: what it would hide or
/// obey, what is not UTF-8 and what is outside of `charset` is left for printf(1) to write. Only ends of lines stay.
#[must_use]
pub(super) fn quote(word: &OsStr, charset: Charset) -> String {
    if !word.is_empty() && word.as_bytes().iter().all(|byte| is_plain(*byte)) {
        return word.to_string_lossy().into_owned();
    }
    let mut quoted = String::new();
    let mut part = Part::None;
    for chunk in word.as_bytes().utf8_chunks() {
        for char in chunk.valid().chars() {
            if is_shown(char, charset) {
                part.become_text(&mut quoted);
                match char {
                    '\'' => quoted.push_str(r"'\''"),
                    char => quoted.push(char),
                }
            } else {
                part.become_bytes(&mut quoted);
                octal(char.encode_utf8(&mut [0; 4]).as_bytes(), &mut quoted);
            }
        }
        if !chunk.invalid().is_empty() {
            part.become_bytes(&mut quoted);
            octal(chunk.invalid(), &mut quoted);
        }
    }
    part.end(&mut quoted);
    if quoted.is_empty() {
        return "''".to_owned();
    }
    quoted
}

/// What is being written of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Nothing.
    None,
    /// Between single quotes.
    Text,
    /// What printf(1) is to write.
    Bytes,
}

impl Part {
    fn become_text(&mut self, quoted: &mut String) {
        if *self != Self::Text {
            self.end(quoted);
            quoted.push('\'');
            *self = Self::Text;
        }
    }

    fn become_bytes(&mut self, quoted: &mut String) {
        if *self != Self::Bytes {
            self.end(quoted);
            quoted.push_str(r#""$(printf '"#);
            *self = Self::Bytes;
        }
    }

    fn end(self, quoted: &mut String) {
        quoted.push_str(match self {
            Self::None => "",
            Self::Text => "'",
            Self::Bytes => r#"')""#,
        });
    }
}

fn octal(bytes: &[u8], quoted: &mut String) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(quoted, "\\{byte:03o}");
    }
}

/// Whether it may stand between quotes as it is. A shell's substitution would drop ends of lines.
fn is_shown(char: char, charset: Charset) -> bool {
    char == '\n' || (!is_hidden(char) && (charset == Charset::Unicode || char.is_ascii()))
}

/// What means only itself to every shell, wherever it stands.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.' | b'/' | b':' | b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(word: impl AsRef<OsStr>) -> String {
        quote(word.as_ref(), Charset::Unicode)
    }

    #[test]
    fn what_means_itself_stands_as_it_is() {
        for plain in ["ip", "-br", "/bin/sh", "a,b:c.d+e_f", "10.0.0.0/8"] {
            assert_eq!(quoted(plain), plain);
        }
    }

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        for (word, line) in [
            ("", "''"),
            ("a b", "'a b'"),
            ("$(reboot)", "'$(reboot)'"),
            ("it's", r"'it'\''s'"),
            ("'", r"''\'''"),
            ("a\nb", "'a\nb'"),
            (r"C:\n", r"'C:\n'"),
            ("~", "'~'"),
            ("=ls", "'=ls'"),
            ("größe", "'größe'"),
        ] {
            assert_eq!(quoted(word), line);
        }
    }

    #[test]
    fn what_a_terminal_would_obey_or_hide_is_written_by_printf() {
        for (word, line) in [
            ("\x1b[31m", r#""$(printf '\033')"'[31m'"#),
            ("a\tb", r#"'a'"$(printf '\011')"'b'"#),
            ("\u{202e}x", r#""$(printf '\342\200\256')"'x'"#),
            ("\u{9b}\x07", r#""$(printf '\302\233\007')""#),
        ] {
            assert_eq!(quoted(word), line);
        }
        let bytes = OsStr::from_bytes(b"\xff'\xc3");
        assert_eq!(
            quoted(bytes),
            r#""$(printf '\377')"''\'''"$(printf '\303')""#
        );
    }

    #[test]
    fn in_ascii_nothing_else_is_printed() {
        let line = quote(OsStr::new("grö"), Charset::Ascii);
        assert_eq!(line, r#"'gr'"$(printf '\303\266')""#);
    }
}
