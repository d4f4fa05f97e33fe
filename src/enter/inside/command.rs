//! The command that is run inside.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, getppid, pidfd_open, set_parent_process_death_signal,
};

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

/// No process can be made in a pid namespace whose first one has ended; the kernel says so in its own way, which may mean
/// something else as well. With the first process all others end. A namespace that is entered by a file has none.
fn namespace_ended(plan: &Plan, cause: &io::Error) -> Option<EnterError> {
    let is_it = Errno::from_io_error(cause) == Some(Errno::NOMEM);
    let is_entered = plan.namespaces.get(Kind::Pid).is_some();
    let is_empty = !plan.pid().is_some_and(lives);
    (is_it && is_entered && is_empty).then(|| EnterError::Ended(plan.title.clone()))
}

/// Whether a process has not ended yet.
fn lives(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return false;
    };
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let pidfd = pidfd_open(pid, PidfdFlags::empty());
    let ended =
        pidfd.and_then(|pidfd| poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&at_once)));
    ended == Ok(0)
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
        return Err(in_our_place(&mut command));
    }
    child::run(&mut command)
}

/// Runs the command in our place. With the process that supervises ends its terminal, which hangs up and continues it.
/// Without a terminal it is killed: one that is stopped would not hear of a hang-up, and one that ignores it would stay.
fn in_our_place(command: &mut Command) -> io::Error {
    if !io::stdin().is_terminal() {
        let supervisor = getppid();
        if let Err(cause) = set_parent_process_death_signal(Some(Signal::KILL)) {
            return cause.into();
        }
        if getppid() != supervisor {
            return io::Error::other("nslens has ended");
        }
    }
    command.exec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enter::{Door, Environment};
    use crate::model::{Inode, PerKind};

    #[test]
    fn a_pid_namespace_has_ended_where_nobody_is_in_it() {
        let mut namespaces = PerKind::default();
        namespaces.set(Kind::Pid, Inode(7));
        let plan = |pid| Plan {
            title: "the process".to_owned(),
            door: Door::Process {
                pid,
                start_ticks: 7,
            },
            namespaces,
            files: Files::Own,
            environment: Environment::Clean,
            confined: false,
            command: None,
        };
        let memory = io::Error::from(Errno::NOMEM);
        let living = plan(std::process::id());
        assert!(namespace_ended(&living, &memory).is_none());
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let gone = plan(child.id());
        assert!(matches!(
            namespace_ended(&gone, &memory),
            Some(EnterError::Ended(_))
        ));
        assert!(namespace_ended(&gone, &Errno::AGAIN.into()).is_none());
    }
}
