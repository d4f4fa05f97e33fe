//! `nslens enter --each`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use super::path::unheard;
use super::source::source;
use super::{DONE, charset, complain, refuse, things};
use crate::cli::{Cli, Enter};
use crate::enter::{self, Stop};
use crate::model::Sections;
use crate::query::Filter;
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
    let stops = enter::each(&snapshot, &filter, &words);
    if stops.is_empty() {
        let text = filter.text().trim();
        bail!(
            "no network namespace matches {text:?}{}",
            unheard(&snapshot)
        );
    }
    let missing: usize = snapshot.gaps.iter().map(|gap| gap.count as usize).sum();
    if missing > 0 {
        let things = things(missing);
        complain(&format!(
            "{things} could not be seen; nslens --snapshot says what"
        ));
    }
    let mut out = io::stdout().lock();
    let answers = match ask(cli, stops, &mut out) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::from(DONE)),
        asked => asked.context("cannot write to standard output")?,
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

/// Prints each answer as soon as it is there, or all of them as JSON.
fn ask(cli: &Cli, stops: Vec<Stop>, out: &mut impl Write) -> io::Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for stop in stops {
        let answer = answer(stop);
        if !cli.json {
            if !answers.is_empty() {
                writeln!(out)?;
            }
            report::write_answer(&answer, charset(cli.ascii), out)?;
            out.flush()?;
        }
        answers.push(answer);
    }
    if cli.json {
        report::write_answers_json(&answers, out)?;
        out.flush()?;
    }
    Ok(answers)
}

/// What the command says there; where it cannot be run there, why.
fn answer(stop: Stop) -> Answer {
    let captured = stop
        .plan
        .map_err(|why| (1, why.to_string()))
        .and_then(|plan| enter::capture(&plan).map_err(|why| (why.status(), why.to_string())));
    let (status, output) = match captured {
        Ok((status, output)) => (status, String::from_utf8_lossy(&output).into_owned()),
        Err((status, why)) => (status, format!("nslens: {why}\n")),
    };
    Answer {
        namespace: stop.namespace,
        title: stop.title,
        status,
        output,
    }
}
