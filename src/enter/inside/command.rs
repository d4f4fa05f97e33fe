//! The command that is run inside.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::super::{EnterError, Environment, Files, Plan};
use super::child;
use crate::model::Kind;

/// Where programs are looked for with the target's files.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Shells, best first.
const SHELLS: [&[&str]; 3] = [&["/bin/bash"], &["/bin/sh"], &["/bin/busybox", "sh"]];

/// Runs the plan's command in our place, or waits for it where only a child is in the pid namespace.
pub(super) fn run(plan: &Plan) -> Result<u8, EnterError> {
    let Some(words) = &plan.command else {
        return shell(plan);
    };
    let failed = |cause| EnterError::Run {
        program: words.first().map(PathBuf::from).unwrap_or_default(),
        cause,
    };
    start(plan, words).map_err(failed)
}

fn shell(plan: &Plan) -> Result<u8, EnterError> {
    for words in SHELLS {
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        match start(plan, &words) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
            started => {
                return started.map_err(|cause| EnterError::Run {
                    program: PathBuf::from(&words[0]),
                    cause,
                });
            }
        }
    }
    Err(EnterError::NoShell {
        tried: SHELLS.map(|words| words[0]).join(", "),
    })
}

fn start(plan: &Plan, words: &[OsString]) -> std::io::Result<u8> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(std::io::ErrorKind::NotFound.into());
    };
    let mut command = Command::new(program);
    command.args(arguments);
    if plan.files == Files::Target && plan.environment == Environment::Clean {
        let term = std::env::var_os("TERM");
        command.env_clear().env("PATH", PATH);
        command.envs(term.map(|term| ("TERM", term)));
    }
    if plan.namespaces.get(Kind::Pid).is_none() {
        return Err(command.exec());
    }
    child::run(&mut command)
}
