//! Signals that come to one who waits for a command, and are meant for the command.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::consts::{
    SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU,
};
use signal_hook::iterator::backend::{Pending, SignalDelivery};
use signal_hook::iterator::exfiltrator::SignalOnly;

/// Signals that are passed on to the command: what people and service managers send to end a process or to tell it something.
pub(super) const PASSED_ON: [i32; 8] = [
    SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU,
];

/// Sends a signal to the process group that `leader` made, or to it alone as long as it has made none.
///
/// What is to end is continued: a process that is stopped heeds no signal but `SIGKILL`.
pub(super) fn send(leader: Pid, signal: Signal) {
    let deliver = |signal| {
        // Where it has ended, there is nobody left to tell.
        if kill_process_group(leader, signal) == Err(Errno::SRCH) {
            let _ = kill_process(leader, signal);
        }
    };
    deliver(signal);
    if [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT].contains(&signal) {
        deliver(Signal::CONT);
    }
}

/// Signals as events, to be waited for with poll.
#[derive(Debug)]
pub(super) struct Watch(SignalDelivery<UnixStream, SignalOnly>);

impl Watch {
    /// Watches `signals`, except for those that are ignored, as `nohup` has it for `SIGHUP`: those stay so for what is
    /// run. Who ignores its children could not wait for them.
    pub(super) fn new(signals: impl IntoIterator<Item = i32>) -> io::Result<Self> {
        let ignored = ignored();
        let heeded = signals
            .into_iter()
            .filter(|signal| *signal == SIGCHLD || ignored & (1 << (signal - 1)) == 0);
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
