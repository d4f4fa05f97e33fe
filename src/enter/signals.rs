//! Signals that come to one who waits for a command, and are meant for the command.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};
use signal_hook::iterator::backend::{Pending, SignalDelivery};
use signal_hook::iterator::exfiltrator::SignalOnly;

/// Signals that are passed on to the command: what people and service managers send to end a process or to tell it something.
pub(super) const PASSED_ON: [i32; 8] = [
    SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU,
];

/// Signals as events, to be waited for with poll.
#[derive(Debug)]
pub(super) struct Watch(SignalDelivery<UnixStream, SignalOnly>);

impl Watch {
    /// Watches `signals`, except for those that are ignored, as `nohup` has it for `SIGHUP`.
    pub(super) fn new(signals: impl IntoIterator<Item = i32>) -> io::Result<Self> {
        let ignored = ignored();
        let heeded = signals
            .into_iter()
            .filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let (read, write) = UnixStream::pair()?;
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, heeded)?;
        Ok(Self(delivery))
    }

    /// The signals that came since this was last asked.
    pub(super) fn pending(&mut self) -> Pending<SignalOnly> {
        self.0.pending()
    }
}

impl AsFd for Watch {
    /// Readable where signals are pending.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.get_read().as_fd()
    }
}

/// The signals that this process ignores, a bit each, the lowest for signal 1; none where /proc does not tell.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
