//! What loads a program.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// The type of the part of a program that names its loader.
const PT_INTERP: u32 = 3;
/// The kernel takes no longer path.
const LONGEST: u64 = 4096;

/// Where the fields of a program's header and of its parts lie: 64-bit programs have wider ones.
struct Layout {
    /// The offset of the table of parts.
    table: u64,
    /// The size of an entry, and after it the number of entries, both of two bytes.
    entry: u64,
    /// In an entry: the offset of the part.
    offset: u64,
    /// In an entry: its size in the file.
    size: u64,
    /// How wide offsets and sizes are, in bytes.
    width: usize,
}

const NARROW: Layout = Layout {
    table: 28,
    entry: 42,
    offset: 4,
    size: 16,
    width: 4,
};
const WIDE: Layout = Layout {
    table: 32,
    entry: 54,
    offset: 8,
    size: 32,
    width: 8,
};

/// The loader that a program of this machine names; `None` for a static one, and for what is no program.
pub(super) fn loader(program: &Path) -> Option<PathBuf> {
    let file = File::open(program).ok()?;
    let mut magic = [0; 5];
    file.read_exact_at(&mut magic, 0).ok()?;
    let layout = match &magic {
        b"\x7fELF\x01" => NARROW,
        b"\x7fELF\x02" => WIDE,
        _ => return None,
    };
    let number = |at, width| number(&file, at, width);
    let table = number(layout.table, layout.width)?;
    let size = number(layout.entry, 2)?;
    let count = number(layout.entry + 2, 2)?;
    let mut entries = (0..count).map(|index| table + index * size);
    let entry = entries.find(|entry| number(*entry, 4) == Some(u64::from(PT_INTERP)))?;
    let at = number(entry + layout.offset, layout.width)?;
    let length = number(entry + layout.size, layout.width)?.min(LONGEST);
    let mut path = vec![0; usize::try_from(length).ok()?];
    file.read_exact_at(&mut path, at).ok()?;
    let path = path.strip_suffix(b"\0")?;
    Some(PathBuf::from(OsStr::from_bytes(path)))
}

/// A number of `width` bytes in this machine's order.
fn number(file: &File, at: u64, width: usize) -> Option<u64> {
    let mut bytes = [0; 8];
    let place = if cfg!(target_endian = "little") {
        0
    } else {
        bytes.len() - width
    };
    file.read_exact_at(&mut bytes[place..place + width], at)
        .ok()?;
    Some(u64::from_ne_bytes(bytes))
}

#[cfg(test)]
#[path = "elf_tests.rs"]
mod tests;
