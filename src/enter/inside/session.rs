//! The session of its own that everything inside belongs to.

use std::io::{self, IsTerminal as _};

use close_fds::set_fds_cloexec;
use rustix::process::{ioctl_tiocsctty, setsid};

use super::super::EnterError;

/// Leaves the session of whoever started us, and with it the terminal there, which could else be opened as `/dev/tty`.
/// A terminal that we were given becomes the new session's.
pub(super) fn begin() -> Result<(), EnterError> {
    // Whoever started nslens may have left descriptors open: they are not for the target.
    set_fds_cloexec(3, &[]);
    setsid().map_err(EnterError::step("start a session"))?;
    let stdin = io::stdin();
    if stdin.is_terminal() {
        ioctl_tiocsctty(&stdin).map_err(EnterError::step("take the terminal of the session"))?;
    }
    Ok(())
}
