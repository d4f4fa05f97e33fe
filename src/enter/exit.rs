//! What a shell says of a process that has ended.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

/// The status as a shell gives it: 128 and the signal, where one ended it.
pub(super) fn code(status: ExitStatus) -> u8 {
    let signal = status.signal().map(|signal| 128 + signal);
    let code = status.code().or(signal).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}
