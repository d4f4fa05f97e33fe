//! What may and may not stand in text for a person.

/// Fails where `text` holds a character that could move a cursor, change direction or hide.
#[track_caller]
pub(crate) fn assert_harmless(text: &[u8]) {
    let text = std::str::from_utf8(text).expect("text is UTF-8");
    let bad = text.char_indices().find(|(_, char)| is_harmful(*char));
    if let Some((at, char)) = bad {
        panic!("{char:?} at byte {at} of {text:?}");
    }
}

/// Written from the standards, not from the program: C0 and C1 controls but the newline, bidirectional controls,
/// zero-width characters, line separators, tags.
fn is_harmful(char: char) -> bool {
    char.is_control() && char != '\n'
        || matches!(char,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Names that try to deceive: raw bytes, and what must be seen of them in text.
pub(crate) const HOSTILE: [(&[u8], &str); 7] = [
    (b"a\x1b[31mred", "a\\x1b[31mred"),
    (b"two\nlines", "two\\x0alines"),
    (b"ring\x07\x7f", "ring\\x07\\x7f"),
    ("csi\u{9b}2J".as_bytes(), "csi\\u{9b}2J"),
    ("x\u{202e}txt".as_bytes(), "x\\u{202e}txt"),
    ("z\u{200b}ero".as_bytes(), "z\\u{200b}ero"),
    (b"bad\xff\xfeutf", "bad\u{fffd}\u{fffd}utf"),
];
