//! The command that is run inside.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::io::Errno;

use super::super::{EnterError, Files, Plan};
use super::environment::{self, Variables};
use super::passwd::Account;
use super::tools::Luggage;
use super::{child, shell};
use crate::model::Kind;

/// Runs the plan's command in our place, or waits for it where only a child is in the pid namespace. `target` is what the
/// target has in its environment, where that is wanted.
pub(super) fn run(
    plan: &Plan,
    luggage: Luggage,
    target: Option<Variables>,
) -> Result<u8, EnterError> {
    let account = Account::of(rustix::process::geteuid().as_raw());
    let variables = environment::variables(plan, target, account.as_ref());
    let variables = luggage.complete(variables);
    if let Some(words) = &plan.command {
        return named(plan, words, variables.as_ref());
    }
    let shells = luggage.shells;
    let shells = shells.unwrap_or_else(|| shell::candidates(plan, account.as_ref()));
    any_shell(plan, shells, variables.as_ref())
}

fn named(plan: &Plan, words: &[OsString], variables: Option<&Variables>) -> Result<u8, EnterError> {
    start(plan, words, variables).map_err(|cause| {
        let program = words.first().cloned().unwrap_or_default();
        namespace_ended(plan, &cause).unwrap_or_else(|| EnterError::Run {
            fate: shell::fate(&program, &cause),
            program: program.into(),
            cause,
        })
    })
}

/// Runs the first shell that can be run.
fn any_shell(
    plan: &Plan,
    shells: Vec<Vec<OsString>>,
    variables: Option<&Variables>,
) -> Result<u8, EnterError> {
    let mut tried = Vec::new();
    for words in shells {
        let program = &words[0];
        let started = if shell::is_no_program(program) {
            Err(Errno::NOEXEC.into())
        } else {
            start(plan, &words, variables)
        };
        let cause = match started {
            Ok(status) => return Ok(status),
            Err(cause) => cause,
        };
        if let Some(error) = namespace_ended(plan, &cause) {
            return Err(error);
        }
        let fate = shell::fate(program, &cause);
        tried.push(format!("{} ({fate})", program.to_string_lossy()));
    }
    let advice = match plan.files {
        Files::Target => "; --tools brings the host's tools",
        Files::Own | Files::Tools | Files::Full => "",
    };
    Err(EnterError::NoShell {
        tried: tried.join(", "),
        advice,
    })
}

/// No process can be made in a pid namespace whose first one has ended; the kernel says so in its own way.
fn namespace_ended(plan: &Plan, cause: &io::Error) -> Option<EnterError> {
    let is_it = Errno::from_io_error(cause) == Some(Errno::NOMEM);
    let is_entered = plan.namespaces.get(Kind::Pid).is_some();
    (is_it && is_entered).then(|| EnterError::Ended(plan.title.clone()))
}

fn start(plan: &Plan, words: &[OsString], variables: Option<&Variables>) -> io::Result<u8> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let mut command = Command::new(program);
    command.args(arguments);
    if let Some(variables) = variables {
        command.env_clear();
        command.envs(variables.iter().map(|(name, value)| (name, value)));
    }
    if plan.namespaces.get(Kind::Pid).is_none() {
        return Err(command.exec());
    }
    child::run(&mut command)
}
