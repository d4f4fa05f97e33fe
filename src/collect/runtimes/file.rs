//! Reading a file that an engine wrote.
//!
//! Where it lies is told by arguments that anybody may choose, so it may be anything: it is opened without waiting and
//! without following a link, and only a regular file of a sane size is read, of somebody who may speak for the container.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};

use crate::collect::observation::{Miss, Reading};

/// No file of an engine is longer.
pub(super) const LONGEST: u64 = 1024 * 1024;

/// Users whose files are believed about a container: the superuser, ourselves and whoever runs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writers {
    /// Ourselves.
    pub(super) own: u32,
    /// Who runs the container; `None` where that is not known.
    pub(super) runner: Option<u32>,
}

impl Writers {
    const fn has(self, uid: u32) -> bool {
        let is_runner = match self.runner {
            Some(runner) => runner == uid,
            None => false,
        };
        uid == 0 || uid == self.own || is_runner
    }
}

/// Reads the file at `path`; `Absent` where there is none, or one of somebody else.
pub(super) fn read(path: &Path, writers: Writers) -> Reading<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
    let file = openat(CWD, path, flags | OFlags::CLOEXEC, Mode::empty());
    let file = File::from(file.map_err(|errno| miss(&errno.into()))?);
    let about = file.metadata().map_err(|error| miss(&error))?;
    if !about.is_file() || !writers.has(about.uid()) {
        return Err(Miss::Absent);
    }
    let mut bytes = Vec::new();
    let read = file.take(LONGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| miss(&error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Miss::Truncated);
    }
    Ok(bytes)
}

/// Why a file could not be read.
pub(super) fn miss(error: &io::Error) -> Miss {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Miss::Absent,
        io::ErrorKind::PermissionDenied => Miss::Denied,
        // A link where the file should be is nothing that an engine made; a socket cannot be opened.
        _ if matches!(
            error
                .raw_os_error()
                .map(rustix::io::Errno::from_raw_os_error),
            Some(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO)
        ) =>
        {
            Miss::Absent
        }
        _ => Miss::Failed,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use rustix::fs::{FileType, mknodat};

    use super::*;

    fn writers() -> Writers {
        Writers {
            own: rustix::process::geteuid().as_raw(),
            runner: None,
        }
    }

    #[test]
    fn only_regular_files_of_a_sane_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("good"), "{}").unwrap();
        symlink(at("good"), at("link")).unwrap();
        mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        fs::create_dir(at("folder")).unwrap();
        let huge = File::create(at("huge")).unwrap();
        huge.set_len(LONGEST + 1).unwrap();
        assert_eq!(read(&at("good"), writers()), Ok(b"{}".to_vec()));
        for (name, miss) in [
            ("link", Miss::Absent),
            ("pipe", Miss::Absent),
            ("folder", Miss::Absent),
            ("none", Miss::Absent),
            ("good/below", Miss::Absent),
            ("huge", Miss::Truncated),
        ] {
            assert_eq!(read(&at(name), writers()), Err(miss), "{name}");
        }
    }

    #[test]
    fn the_superuser_ourselves_and_the_runner_are_believed() {
        let writers = Writers {
            own: 1000,
            runner: Some(1001),
        };
        let believed = [0, 1, 1000, 1001, 1002].map(|uid| writers.has(uid));
        assert_eq!(believed, [true, false, true, true, false]);
    }
}
