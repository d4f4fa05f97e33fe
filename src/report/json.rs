//! Snapshots as JSON, both ways.

use std::io;

use serde::Deserialize;

use crate::model::{SCHEMA, Snapshot};

/// Writes one line of JSON.
pub fn write(snapshot: &Snapshot, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, snapshot).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Why bytes are no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The JSON breaks off or is of another form; the message names line and column.
    #[error("not a snapshot: {0}")]
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
