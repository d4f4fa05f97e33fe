//! Runs a plan, and stays outside with the terminal.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus};

use rustix::fs::{MemfdFlags, SeekFrom, memfd_create, seek};

use super::{EnterError, Plan};

/// The hidden subcommand that walks in by the plan in a file.
pub(super) const INSIDE: &str = "__inside";

/// Runs the plan and gives back the status of its command.
pub fn supervise(plan: &Plan) -> Result<u8, EnterError> {
    let (_plan, mut command) = walk_in(INSIDE, plan)?;
    Ok(status(command.status().map_err(failed)?))
}

/// This program as the hidden subcommand `word` that walks in by the plan, and what keeps the plan for it as long as it runs.
pub(super) fn walk_in(word: &str, plan: &Plan) -> Result<(File, Command), EnterError> {
    // Not inherited: opened there by its path here, so that the command inside cannot get at it.
    let file =
        memfd_create("plan", MemfdFlags::CLOEXEC).map_err(EnterError::step("hand on the plan"))?;
    let mut file = File::from(file);
    let plan = serde_json::to_vec(plan).map_err(|error| failed(error.into()))?;
    file.write_all(&plan).map_err(failed)?;
    seek(&file, SeekFrom::Start(0)).map_err(EnterError::step("hand on the plan"))?;
    let mut command = Command::new("/proc/self/exe");
    let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    command.args([word, &path]);
    Ok((file, command))
}

fn failed(cause: std::io::Error) -> EnterError {
    EnterError::Step {
        doing: "start this program again".to_owned(),
        cause,
    }
}

/// A status as a shell gives it: 128 and the signal that ended it.
pub(super) fn status(status: ExitStatus) -> u8 {
    let signal = status.signal().map(|signal| 128 + signal);
    let code = status.code().or(signal).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}
