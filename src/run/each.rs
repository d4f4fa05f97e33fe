//! `nslens enter --each`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::enter::plan;
use super::path::unheard;
use super::source::source;
use super::{DONE, charset, complain, refuse, unseen};
use crate::cli::{Cli, Enter};
use crate::enter::{self, Captured, Environment, Kinds, Limits, Plan, Stop, Tools, Wish};
use crate::model::{Kind, Sections};
use crate::query::{Filter, Target};
use crate::report::{self, Answer};

/// Runs the command in every network namespace that `filter` keeps, one after the other, and prints what each said.
pub(super) fn each(cli: &Cli, asked: &Enter, filter: &str) -> Result<ExitCode> {
    let filter: Filter = match filter.parse() {
        Ok(filter) => filter,
        Err(error) => return Ok(refuse(&format!("--each, {error}"))),
    };
    // Without a target the first word is the command's.
    let words: Vec<OsString> = asked.target.iter().chain(&asked.command).cloned().collect();
    if words.is_empty() {
        return Ok(refuse("--each needs a command"));
    }
    let snapshot = source(cli, Sections::ALL)?;
    let stops = enter::stops(&snapshot, &filter);
    if stops.is_empty() {
        let text = filter.text().trim();
        bail!(
            "no network namespace matches {text:?}{}",
            unheard(&snapshot)
        );
    }
    if let Some(unseen) = unseen(&snapshot.gaps) {
        complain(&format!("{unseen}; nslens --snapshot says what"));
    }
    let wish = wish(words);
    let ask = |stop: Stop| {
        let target = Target::Namespace(Kind::Net, stop.namespace);
        let time = asked.timeout.unwrap_or(DAY);
        answer(stop, plan(cli, &snapshot, target, &wish), time)
    };
    let answers = match print(cli, stops.into_iter().map(ask), &mut io::stdout().lock()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::from(DONE)),
        printed => printed.context("cannot write to standard output")?,
    };
    if !cli.json {
        complain(&report::tally(&answers));
    }
    let is_well = answers.iter().all(|answer| answer.status == 0);
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Only the network is entered, with our programs.
fn wish(command: Vec<OsString>) -> Wish {
    Wish {
        kinds: Kinds::All,
        tools: Some(Tools::Outside),
        environment: Environment::Clean,
        confined: false,
        command: Some(command),
    }
}

/// Prints each answer as soon as it is there, or all of them as JSON.
fn print(
    cli: &Cli,
    answers: impl Iterator<Item = Answer>,
    out: &mut impl Write,
) -> io::Result<Vec<Answer>> {
    let mut all = Vec::new();
    for answer in answers {
        if !cli.json {
            if !all.is_empty() {
                writeln!(out)?;
            }
            report::write_answer(&answer, charset(cli.ascii), out)?;
            out.flush()?;
        }
        all.push(answer);
    }
    if cli.json {
        report::write_answers_json(&all, out)?;
        out.flush()?;
    }
    Ok(all)
}

/// How many bytes of what a command says are kept.
const MOST: usize = 16 << 20;
/// How long a command may take where nothing is said: longer than anybody waits.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The status of a command that took too long, as that of timeout(1).
const LATE: u8 = 124;

/// What the command says there; where it cannot be run there, why.
fn answer(stop: Stop, plan: Result<Plan>, time: Duration) -> Answer {
    let limits = Limits { bytes: MOST, time };
    let captured = plan
        .map_err(|why| (1, format!("{why:#}")))
        .and_then(|plan| {
            enter::capture(&plan, limits, None).map_err(|why| (why.status(), why.to_string()))
        });
    let (status, output) = match captured {
        Ok(captured) => (status(&captured), text(&captured)),
        Err((status, why)) => (status, format!("nslens: {why}\n")),
    };
    Answer {
        namespace: stop.namespace,
        title: stop.title,
        status,
        output,
    }
}

fn status(captured: &Captured) -> u8 {
    if captured.timed_out {
        LATE
    } else {
        captured.status
    }
}

/// What a command wrote, and whether that is all.
fn text(captured: &Captured) -> String {
    let mut text = String::from_utf8_lossy(&captured.output).into_owned();
    if captured.is_truncated {
        text.push_str("\nnslens: there was more\n");
    }
    if captured.timed_out {
        text.push_str("\nnslens: ended, since it took too long\n");
    }
    text
}
