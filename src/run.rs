//! Wires the parts together for one command line.

mod each;
mod enter;
mod path;
mod print;
mod screen;
mod source;

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Cli, Command, Format};
use crate::model::{Charset, Section};
use crate::query::{Filter, FilterError};
use print::print;
use screen::screen;
use source::sections;

/// Exit statuses that are promised.
const DONE: u8 = 0;
const USAGE: u8 = 2;
const INCOMPLETE: u8 = 3;

/// Does what was typed.
pub fn run(cli: &Cli) -> Result<ExitCode> {
    if let Some(command) = &cli.command {
        return obey(cli, command);
    }
    let filter = match filter(cli) {
        Ok(filter) => filter,
        Err(error) => return Ok(refuse(&format!("--filter, {error}"))),
    };
    let status = match wish(cli) {
        Ok(Wish::Print(format)) => print(cli, &filter, format)?,
        Ok(Wish::Screen) => screen(cli, filter)?,
        Err(advice) => return Ok(refuse(advice)),
    };
    Ok(ExitCode::from(status))
}

/// Does what a command asks for.
fn obey(cli: &Cli, command: &Command) -> Result<ExitCode> {
    if let Some(option) = misplaced(cli) {
        return Ok(refuse(&format!("{option} goes with no command")));
    }
    match command {
        Command::Path(ends) => path::answer(cli, ends),
        Command::Enter(asked) => enter::enter(cli, asked),
        Command::Planned(file) => Ok(enter::planned(&file.path)),
        Command::Around(file) => enter::around(&file.path),
        Command::Inside(file) => Ok(enter::inside(&file.path)),
    }
}

/// An option that says how everything is shown.
fn misplaced(cli: &Cli) -> Option<&'static str> {
    let given = [
        ("--snapshot", cli.snapshot),
        ("--format", cli.format.is_some()),
        ("--only", cli.only.is_some()),
        ("--filter", cli.filter.is_some()),
        ("--theme", cli.theme.is_some()),
        ("--config", cli.config.is_some()),
        ("--strict", cli.strict),
        ("--deep", cli.deep),
    ];
    let mut given = given.into_iter().filter(|(_, is_given)| *is_given);
    given.next().map(|(option, _)| option)
}

/// Says what is wrong with the command line.
fn refuse(advice: &str) -> ExitCode {
    complain(advice);
    ExitCode::from(USAGE)
}

fn filter(cli: &Cli) -> Result<Filter, FilterError> {
    cli.filter
        .as_ref()
        .map_or_else(|| Ok(Filter::default()), |text| text.parse())
}

/// What the options amount to.
enum Wish {
    Print(Format),
    Screen,
}

fn wish(cli: &Cli) -> Result<Wish, &'static str> {
    if cli.json {
        return Ok(Wish::Print(Format::Json));
    }
    match (cli.snapshot, cli.format) {
        (true, Some(Format::Dot | Format::Mermaid)) if !sections(cli).has(Section::Network) => {
            Err("this format draws the network, which --only leaves out")
        }
        (true, format) => Ok(Wish::Print(format.unwrap_or(Format::Text))),
        (false, Some(_)) => Err("--format needs --snapshot"),
        (false, None) if cli.only.is_some() => Err("--only needs --snapshot"),
        (false, None) if cli.strict => Err("--strict needs --snapshot"),
        (false, None) if !io::stdout().is_terminal() => Err(
            "standard output is no terminal; --snapshot prints what the terminal interface shows",
        ),
        (false, None)
            if env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb") =>
        {
            Err("this terminal (TERM) can show no screen; --snapshot prints what it would show")
        }
        (false, None) => Ok(Wish::Screen),
    }
}

const fn charset(ascii: bool) -> Charset {
    if ascii {
        Charset::Ascii
    } else {
        Charset::Unicode
    }
}

fn things(count: usize) -> String {
    if count == 1 {
        "1 thing".to_owned()
    } else {
        format!("{count} things")
    }
}

/// One line on standard error.
pub fn complain(message: &str) {
    // Where standard error is closed, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "nslens: {}", crate::model::visible(message));
}
