//! `nslens enter`.

use std::fs;
use std::path::Path;
use std::process::{self, ExitCode};

use anyhow::{Context as _, Result, bail};

use super::path::unheard;
use super::source::source;
use super::{complain, refuse};
use crate::cli::{Cli, Enter, ToolsWord};
use crate::collect::door;
use crate::enter::{self, EnterError, Environment, Kinds, Plan, Refusal, Tools, Wish};
use crate::model::{Inode, Kind, Section, Sections, Snapshot};
use crate::query::{self, TargetError};

/// Enters, and ends with the command's status.
pub(super) fn enter(cli: &Cli, asked: &Enter) -> Result<ExitCode> {
    if let Some(why) = elsewhere(cli) {
        return Ok(refuse(&why));
    }
    let word = asked.target.to_string_lossy();
    let snapshot = look(cli, &word)?;
    let wish = wish(asked);
    let plan = match (
        query::target(&snapshot, &word),
        query::namespace_link(&word),
    ) {
        (Ok(target), _) => match enter::decide(&snapshot, target, &wish) {
            Err(Refusal::NoProcess(kind, inode)) => held(cli, &snapshot, (kind, inode), &wish)?,
            decided => decided?,
        },
        (Err(error @ TargetError::Ambiguous { .. }), _) => return Ok(refuse(&error.to_string())),
        (Err(_), Some(namespace)) => held(cli, &snapshot, namespace, &wish)?,
        (Err(error), None) => bail!("{error}{}", unheard(&snapshot)),
    };
    Ok(ended(enter::supervise(&plan)))
}

/// Why what is shown is nothing that could be entered from here.
fn elsewhere(cli: &Cli) -> Option<String> {
    if cli.from.is_some() || cli.demo {
        return Some("only this host, as it is now, can be entered".to_owned());
    }
    let own = fs::read_link(cli.proc.join("self")).ok()?;
    let is_ours = own.as_os_str() == process::id().to_string().as_str();
    (!is_ours).then(|| {
        let proc = cli.proc.display();
        format!("{proc} is of another pid namespace than ours: its pids mean other processes here")
    })
}

/// The plan for a namespace that no process is in: a mount or a descriptor may keep it.
fn held(cli: &Cli, snapshot: &Snapshot, (kind, inode): (Kind, Inode), wish: &Wish) -> Result<Plan> {
    let path = door::find(&cli.proc, kind, inode)?.with_context(|| {
        let advice = if snapshot.viewer.uid == 0 {
            ""
        } else {
            "; root may see more"
        };
        format!(
            "nothing that can be seen is in {kind}:[{inode}] or keeps it: no process, mount or descriptor{advice}"
        )
    })?;
    Ok(enter::through_file((kind, inode), path, wish)?)
}

/// Runs the plan in a file, for the terminal interface.
pub(super) fn planned(file: &Path) -> ExitCode {
    ended(Plan::read(file).and_then(|plan| enter::supervise(&plan)))
}

/// Walks in by the plan in a file: the other half of a process that supervises.
pub(super) fn inside(file: &Path) -> ExitCode {
    ended(enter::inside(file, complain))
}

/// Mounts a /proc: what only a process in the pid namespace that is entered can do.
pub(super) fn proc() -> ExitCode {
    enter::mount_proc().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

fn ended(outcome: Result<u8, EnterError>) -> ExitCode {
    ExitCode::from(outcome.unwrap_or_else(|error| {
        complain(&error.to_string());
        error.status()
    }))
}

/// A snapshot in which `word` can be looked up; the network is looked at only where nobody else is called that.
fn look(cli: &Cli, word: &str) -> Result<Snapshot> {
    let few = [Section::Namespaces, Section::Processes, Section::Containers];
    let snapshot = source(cli, few.into_iter().collect())?;
    match query::target(&snapshot, word) {
        Err(TargetError::NotFound(_)) if query::namespace_link(word).is_none() => {
            source(cli, Sections::ALL)
        }
        _ => Ok(snapshot),
    }
}

fn wish(asked: &Enter) -> Wish {
    let command = asked.command.clone();
    Wish {
        kinds: kinds(asked),
        tools: asked.tools.map(|tools| match tools {
            ToolsWord::Outside => Tools::Outside,
            ToolsWord::Full => Tools::Full,
        }),
        environment: if asked.env {
            Environment::Target
        } else {
            Environment::Clean
        },
        confined: asked.confined,
        command: (!command.is_empty()).then_some(command),
    }
}

fn kinds(asked: &Enter) -> Kinds {
    let options = [
        (asked.cgroup, Kind::Cgroup),
        (asked.ipc, Kind::Ipc),
        (asked.mount, Kind::Mnt),
        (asked.net, Kind::Net),
        (asked.pid, Kind::Pid),
        (asked.time, Kind::Time),
        (asked.user, Kind::User),
        (asked.uts, Kind::Uts),
    ];
    let given = options.into_iter().filter(|(is_given, _)| *is_given);
    let some: Vec<Kind> = given.map(|(_, kind)| kind).collect();
    if some.is_empty() {
        Kinds::All
    } else {
        Kinds::Some(some)
    }
}
