//! `nslens enter`.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{self, ExitCode};

use anyhow::{Context as _, Result, bail};

use super::each::each;
use super::path::unheard;
use super::source::source;
use super::{DONE, charset, complain, refuse};
use crate::cli::{Cli, Enter, ToolsWord};
use crate::collect::door;
use crate::enter::{self, EnterError, Environment, Kinds, Plan, Refusal, Tools, Wish};
use crate::model::{Inode, Kind, Section, Sections, Snapshot};
use crate::query::{self, Target, TargetError};
use crate::report;

/// Enters, and ends with the command's status.
pub(super) fn enter(cli: &Cli, asked: &Enter) -> Result<ExitCode> {
    if let Some(advice) = misplaced(cli, asked) {
        return Ok(refuse(advice));
    }
    match (&asked.each, &asked.target) {
        (Some(filter), _) => each(cli, asked, filter),
        (None, Some(word)) => one(cli, asked, &word.to_string_lossy()),
        (None, None) => Ok(refuse("enter needs a TARGET")),
    }
}

/// What makes no sense with namespaces to enter, which are those of this host as it is now.
fn misplaced(cli: &Cli, asked: &Enter) -> Option<&'static str> {
    let advice = [
        (
            cli.from.is_some(),
            "enter goes into this host as it is now, not into a saved snapshot (--from)",
        ),
        (
            cli.demo,
            "enter goes into this host, not into the example host (--demo)",
        ),
        (
            cli.proc != Path::new("/proc"),
            "enter goes by this /proc, not by another (--proc)",
        ),
        (
            is_of_others(),
            "/proc is of another pid namespace than ours: its pids mean other processes here",
        ),
        (
            cli.json && asked.each.is_none(),
            "with enter, --json needs --each",
        ),
    ];
    let mut given = advice.into_iter().filter(|(is_given, _)| *is_given);
    given.next().map(|(_, advice)| advice)
}

/// Whether /proc is of another pid namespace than ours.
pub(super) fn is_of_others() -> bool {
    let own = process::id().to_string();
    fs::read_link("/proc/self").is_ok_and(|link| link.as_os_str() != own.as_str())
}

/// Enters one target.
fn one(cli: &Cli, asked: &Enter, word: &str) -> Result<ExitCode> {
    let snapshot = look(cli, word)?;
    let wish = wish(asked);
    let plan = match (query::target(&snapshot, word), query::namespace_link(word)) {
        (Ok(target), _) => plan(cli, &snapshot, target, &wish)?,
        (Err(error @ TargetError::Ambiguous { .. }), _) => return Ok(refuse(&error.to_string())),
        (Err(_), Some(namespace)) => held(cli, &snapshot, namespace, &wish)?,
        (Err(error), None) => bail!("{error}{}", unheard(&snapshot)),
    };
    if asked.print {
        return print(&line(cli, &plan)?);
    }
    Ok(ended(enter::supervise(&plan)))
}

/// The plan for a target.
pub(super) fn plan(
    cli: &Cli,
    snapshot: &Snapshot,
    target: Target<'_>,
    wish: &Wish,
) -> Result<Plan> {
    match enter::decide(snapshot, target, wish) {
        Err(Refusal::NoProcess(kind, inode)) => held(cli, snapshot, (kind, inode), wish),
        decided => Ok(decided?),
    }
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

/// The line that does the same. What it is to bring along is looked up inside, where there is such a line.
fn line(cli: &Cli, plan: &Plan) -> Result<String> {
    enter::printable(plan)?;
    let around = enter::around(plan)?;
    Ok(enter::nsenter_line(
        plan,
        Some(&around),
        charset(cli.ascii),
    )?)
}

/// Prints one line.
fn print(line: &str) -> Result<ExitCode> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written.context("cannot write to standard output")?,
    }
    Ok(ExitCode::from(DONE))
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

/// Looks around where the plan in a file leads, for a process that prints what it would do.
pub(super) fn around(file: &Path) -> Result<ExitCode> {
    let told = enter::look(file).map_err(|error| error.to_string());
    print(&report::json_line(&told)?)
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
