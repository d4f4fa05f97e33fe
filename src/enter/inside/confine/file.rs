//! Small files of a process, below the directory that is held of it.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, openat};

/// `status` of a process with 65,536 groups has less.
const CAP: u64 = 1024 * 1024;

/// Opens the file `name`.
pub(super) fn open(process: BorrowedFd<'_>, name: &str, flags: OFlags) -> io::Result<OwnedFd> {
    Ok(openat(
        process,
        name,
        flags | OFlags::CLOEXEC,
        Mode::empty(),
    )?)
}

/// The whole file `name`.
pub(super) fn read(process: BorrowedFd<'_>, name: &str) -> io::Result<Vec<u8>> {
    let file = File::from(open(process, name, OFlags::RDONLY)?);
    let mut bytes = Vec::new();
    file.take(CAP).read_to_end(&mut bytes)?;
    Ok(bytes)
}
