//! Processes that are stopped for a while.

use rustix::process::{Pid, Signal, kill_process};

/// A process stopped with SIGSTOP, continued when dropped.
#[derive(Debug)]
pub(crate) struct Stopped(Pid);

impl Stopped {
    /// Stops the process.
    pub(crate) fn new(pid: u32) -> Self {
        let pid = Pid::from_raw(pid.cast_signed()).unwrap();
        kill_process(pid, Signal::STOP).unwrap();
        Self(pid)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::CONT);
    }
}
