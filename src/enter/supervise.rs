//! Runs a plan, and stays outside with the terminal.

use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use rustix::fs::{MemfdFlags, SeekFrom, memfd_create, seek};

use super::{EnterError, Plan};

/// The hidden subcommand that walks in by the plan in a file.
const INSIDE: &str = "__inside";

/// Runs the plan and gives back the status of its command.
pub fn supervise(plan: &Plan) -> Result<u8, EnterError> {
    let failed = |cause| EnterError::Step {
        doing: "start this program again".to_owned(),
        cause,
    };
    // Not inherited: opened there by its path here, so that the command inside cannot get at it.
    let file =
        memfd_create("plan", MemfdFlags::CLOEXEC).map_err(EnterError::step("hand on the plan"))?;
    let mut file = std::fs::File::from(file);
    let plan = serde_json::to_vec(plan).map_err(|error| failed(error.into()))?;
    file.write_all(&plan).map_err(failed)?;
    seek(&file, SeekFrom::Start(0)).map_err(EnterError::step("hand on the plan"))?;
    let mut command = Command::new("/proc/self/exe");
    let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    command.args([INSIDE, &path]);
    let status = command.status().map_err(failed)?;
    let signal = status.signal().map(|signal| 128 + signal);
    let code = status.code().or(signal).unwrap_or(1);
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
