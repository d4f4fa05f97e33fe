//! Snapshots as JSON, both ways.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::ser::Formatter;

use crate::model::{SCHEMA, Snapshot, is_hidden};

/// Writes one line of JSON. Characters that could deceive a person whose terminal it lands on are written as `\u`
/// escapes, which mean the same to every reader of JSON.
pub fn write(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Harmless);
    snapshot
        .serialize(&mut serializer)
        .map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// One line of JSON without its end, as harmless as what [`write()`] writes.
pub fn line(value: &impl Serialize) -> io::Result<String> {
    let mut bytes = Vec::new();
    value
        .serialize(&mut serde_json::Serializer::with_formatter(
            &mut bytes, Harmless,
        ))
        .map_err(io::Error::from)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// Compact JSON in which every character can be seen.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Control characters below 0x20 are escaped already.
        if fragment.bytes().all(|byte| byte < 0x7f) {
            return out.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        fragment.chars().try_for_each(|char| {
            if !is_hidden(char) {
                return write!(out, "{char}");
            }
            let mut units = char.encode_utf16(&mut units).iter();
            units.try_for_each(|unit| write!(out, "\\u{unit:04x}"))
        })
    }
}

/// Why bytes are no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The JSON breaks off or is of another form; the cause names line and column.
    #[error("not a snapshot")]
    Malformed(#[from] serde_json::Error),
    /// A snapshot of another version, or something else altogether.
    #[error("not a snapshot that this version reads: its schema is {found:?}, not {SCHEMA:?}")]
    Schema {
        /// What stands there.
        found: String,
    },
}

/// Reads what [`write()`] wrote.
pub fn read(bytes: &[u8]) -> Result<Snapshot, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let head: Head = serde_json::from_slice(bytes)?;
    if head.schema != SCHEMA {
        return Err(ReadError::Schema { found: head.schema });
    }
    Ok(serde_json::from_slice(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_deceive_is_escaped_and_means_the_same() {
        for text in [
            "plain größe 漢",
            "a\u{9b}31m",
            "\u{7f}",
            "\u{202e}x\u{200b}",
            "\u{e0041}",
            "\x1b[2J",
        ] {
            let mut bytes = Vec::new();
            let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Harmless);
            text.serialize(&mut serializer).unwrap();
            let json = String::from_utf8(bytes).unwrap();
            assert!(!json.chars().any(is_hidden), "{json:?}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
