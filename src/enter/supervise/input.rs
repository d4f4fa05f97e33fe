//! Lines that are typed for a command that has no terminal.

use std::io::{self, PipeWriter, Write as _};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, read};
use rustix::process::getpgrp;
use rustix::termios::{LocalModes, tcgetattr, tcgetpgrp};

use super::super::EnterError;

/// How long keys are left to somebody else before we look again.
const PAUSE: Duration = Duration::from_millis(100);

/// Carries lines from our terminal over through `pipe`, until an end of input is typed or nobody reads them. A thread of its
/// own does that, and ends with us.
pub(super) fn carry(pipe: PipeWriter) -> Result<(), EnterError> {
    let started = thread::Builder::new().spawn(move || lines(pipe));
    started.map_err(EnterError::step("start a thread"))?;
    Ok(())
}

/// Who cannot go on closes the pipe, which is all that there is to say.
fn lines(mut pipe: PipeWriter) {
    let stdin = io::stdin();
    let mut bytes = [0; 4096];
    loop {
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return,
        }
        if !is_for_us() {
            thread::sleep(PAUSE);
            continue;
        }
        match read(&stdin, &mut bytes) {
            Err(Errno::INTR | Errno::AGAIN) => {}
            Ok(length) if length > 0 && pipe.write_all(&bytes[..length]).is_ok() => {}
            _ => return,
        }
    }
}

/// Whether lines are typed in the foreground. A pager behind a pipe takes single keys, and they are its own; to read in the
/// background would stop us. A terminal that is gone is read, which tells so.
fn is_for_us() -> bool {
    let stdin = io::stdin();
    let by_line =
        tcgetattr(&stdin).is_ok_and(|modes| modes.local_modes.contains(LocalModes::ICANON));
    match tcgetpgrp(&stdin) {
        Ok(foreground) => by_line && foreground == getpgrp(),
        Err(_) => true,
    }
}
