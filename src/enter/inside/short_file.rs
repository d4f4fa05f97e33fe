//! Files of the target's making: anything may be there by their names.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, open, openat2, stat};
use rustix::io::Errno;

/// The first bytes of a regular file, at most `length`.
pub(super) fn head(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    regular(path)?.take(length).read_to_end(&mut text)?;
    Ok(text)
}

/// A regular file that is not longer than `cap`.
pub(super) fn whole(path: &Path, cap: u64) -> io::Result<Vec<u8>> {
    let text = head(path, cap.saturating_add(1))?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= cap) {
        return Ok(text);
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

/// Opens a regular file without waiting for anything.
fn regular(path: &Path) -> io::Result<File> {
    let refused = || Err(io::ErrorKind::InvalidInput.into());
    let is_file = |mode| FileType::from_raw_mode(mode).is_file();
    // To open a device may already do something.
    if !is_file(stat(path)?.st_mode) {
        return refused();
    }
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    // What /proc has of a process leads out of the files that we see.
    let file = match openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_MAGICLINKS) {
        // Before Linux 5.6.
        Err(Errno::NOSYS) => open(path, flags, Mode::empty())?,
        opened => opened?,
    };
    if !is_file(fstat(&file)?.st_mode) {
        return refused();
    }
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::mknodat;

    #[test]
    fn only_a_short_regular_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwd");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(whole(&path, 5).unwrap(), b"12345");
        assert!(whole(&path, 4).is_err());
        assert_eq!(head(&path, 4).unwrap(), b"1234");
        std::fs::remove_file(&path).unwrap();
        assert!(whole(&path, 5).is_err());
    }

    #[test]
    fn what_would_block_or_never_end_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwd");
        let mode = Mode::from_raw_mode(0o600);
        mknodat(CWD, &path, FileType::Fifo, mode, 0).unwrap();
        for path in [&path, Path::new("/dev/zero"), folder.path()] {
            let error = head(path, 1).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{path:?}");
        }
    }

    #[test]
    fn what_another_or_we_have_open_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwd");
        std::fs::write(&path, "12345").unwrap();
        let open = File::open(&path).unwrap();
        let link = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&open));
        assert!(head(Path::new(&link), 1).is_err());
        let root = format!("/proc/self/root{}", path.display());
        assert!(head(Path::new(&root), 1).is_err());
    }
}
