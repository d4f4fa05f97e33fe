//! This program as a file that nobody can change.
//!
//! While it is inside, it is `/proc/PID/exe` there, and the target can make it run itself (a shell that is
//! `#!/proc/self/exe`) and hold on to it. A target that may write to the file behind that would write to the host's program
//! (CVE-2019-5736). So what goes inside is a copy in memory, which is sealed.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::OnceLock;

use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags, fcntl_add_seals, memfd_create, open};
use rustix::io::Errno;

use super::EnterError;

/// This program, by its own link.
pub(super) const ITSELF: &str = "/proc/self/exe";
/// What the copy is called, by whoever lists processes too.
const NAME: &str = "nslens";

/// One copy for all: it cannot be changed.
static COPY: OnceLock<io::Result<OwnedFd>> = OnceLock::new();

/// This program, to be started again from a copy that is not to be changed by whoever gets hold of it.
pub(super) fn sealed() -> Result<Command, EnterError> {
    let copy = COPY.get_or_init(copy).as_ref().map_err(|cause| {
        let cause = io::Error::new(cause.kind(), cause.to_string());
        EnterError::step("make a sealed copy of this program")(cause)
    })?;
    // It is closed when it starts: its path is looked up before.
    let mut command = Command::new(format!("/proc/self/fd/{}", copy.as_raw_fd()));
    command.arg0(NAME);
    Ok(command)
}

fn copy() -> io::Result<OwnedFd> {
    let mut copy = File::from(in_memory()?);
    // The kernel copies: a few milliseconds.
    io::copy(&mut File::open(ITSELF)?, &mut copy)?;
    let seals = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    fcntl_add_seals(&copy, seals)?;
    // What is open for writing is not run.
    let path = format!("/proc/self/fd/{}", copy.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    Ok(open(path, flags, Mode::empty())?)
}

/// An empty file in memory that may be run.
fn in_memory() -> Result<OwnedFd, Errno> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    match memfd_create(NAME, flags | MemfdFlags::EXEC) {
        // Before Linux 6.3 every one may be run.
        Err(Errno::INVAL) => memfd_create(NAME, flags),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_copy_is_whole_and_cannot_be_changed() {
        let command = sealed().unwrap();
        let path = command.get_program();
        assert_eq!(fs::read(path).unwrap(), fs::read(ITSELF).unwrap());
        let mut options = File::options();
        // Which of the two is refused is the kernel's choice.
        let written = options.write(true).open(path);
        let written = written.and_then(|mut file| io::Write::write_all(&mut file, b"#!"));
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        let truncated = options.truncate(true).open(path);
        assert_eq!(
            truncated.unwrap_err().kind(),
            io::ErrorKind::PermissionDenied
        );
    }
}
