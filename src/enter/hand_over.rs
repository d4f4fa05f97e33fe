//! A plan handed to a process of its own: this program, started again.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::process::Command;

use rustix::fs::{MemfdFlags, memfd_create};

use close_fds::set_fds_cloexec;

use super::own_program::{self, ITSELF};
use super::{EnterError, Plan};

/// The hidden subcommand that runs the plan in a file.
const PLANNED: &str = "__planned";

/// A command that runs the plan, and the file that hands it on, which must stay open until the command has ended.
pub fn command(plan: &Plan) -> Result<(Command, File), EnterError> {
    by_file(Command::new(ITSELF), PLANNED, plan)
}

/// This program started again for a hidden subcommand that goes inside by a plan, and the file that holds the plan.
pub(super) fn handed(subcommand: &str, plan: &Plan) -> Result<(Command, File), EnterError> {
    // Whoever started us may have left descriptors open: they must not lead out of the target's files.
    set_fds_cloexec(3, &[]);
    by_file(own_program::sealed()?, subcommand, plan)
}

/// The file is not inherited but opened by its path here, so that what the plan runs cannot get at it.
fn by_file(
    mut command: Command,
    subcommand: &str,
    plan: &Plan,
) -> Result<(Command, File), EnterError> {
    let failed = |cause| EnterError::Step {
        doing: "hand on the plan".to_owned(),
        cause,
    };
    let file = memfd_create("plan", MemfdFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
    let mut file = File::from(file);
    let plan = serde_json::to_vec(plan).map_err(|error| failed(error.into()))?;
    file.write_all(&plan).map_err(failed)?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    command.args([subcommand, &path]);
    Ok((command, file))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::enter::{Door, Environment, Files};
    use crate::model::PerKind;

    #[test]
    fn the_plan_is_read_from_where_the_command_is_told() {
        let plan = Plan {
            title: "the process 7".to_owned(),
            door: Door::Process {
                pid: 7,
                start_ticks: 70,
            },
            namespaces: PerKind::default(),
            files: Files::Own,
            environment: Environment::Clean,
            confined: false,
            command: Some(vec!["ip".into(), "addr".into()]),
        };
        let (command, _file) = command(&plan).unwrap();
        let arguments: Vec<_> = command.get_args().collect();
        assert_eq!(arguments[0], "__planned");
        // More than once: each opening begins at the beginning.
        for _ in 0..2 {
            assert_eq!(Plan::read(Path::new(arguments[1])).unwrap(), plan);
        }
    }
}
