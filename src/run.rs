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
use crate::model::{Charset, Gap, Section};
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
        Command::Proc => Ok(enter::proc()),
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
        ("--read-only", cli.read_only),
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

/// How much could not be seen, and how much was not asked for; `None` where nothing is missing.
fn unseen(gaps: &[Gap]) -> Option<String> {
    let count = |is_left| -> usize {
        let those = gaps.iter().filter(|gap| gap.is_left_to_deep() == is_left);
        those.map(|gap| gap.count as usize).sum()
    };
    let things = |count| if count == 1 { "thing" } else { "things" };
    let need = |count| if count == 1 { "needs" } else { "need" };
    Some(match (count(false), count(true)) {
        (0, 0) => return None,
        (missing, 0) => format!("{missing} {} could not be seen", things(missing)),
        (0, left) => format!("{left} {} {} --deep", things(left), need(left)),
        (missing, left) => format!(
            "{missing} {} could not be seen, {left} more {} --deep",
            things(missing),
            need(left)
        ),
    })
}

/// One line on standard error.
pub fn complain(message: &str) {
    // Where standard error is closed, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "nslens: {}", crate::model::visible(message));
}

#[cfg(test)]
mod tests {
    use super::unseen;
    use crate::model::{Gap, Reason};

    #[test]
    fn what_was_not_asked_for_is_not_told_as_a_failure() {
        let gap = |what: &str, count| Gap {
            what: what.to_owned(),
            reason: Reason::Truncated,
            count,
        };
        let left = |count| gap(&format!("sockets, {}", Gap::LEFT_TO_DEEP), count);
        for (gaps, expected) in [
            (vec![], None),
            (vec![gap("x", 1)], Some("1 thing could not be seen")),
            (
                vec![gap("x", 1), gap("y", 2)],
                Some("3 things could not be seen"),
            ),
            (vec![left(1)], Some("1 thing needs --deep")),
            (vec![left(200)], Some("200 things need --deep")),
            (
                vec![gap("x", 2), left(200)],
                Some("2 things could not be seen, 200 more need --deep"),
            ),
            (
                vec![left(1), gap("x", 1)],
                Some("1 thing could not be seen, 1 more needs --deep"),
            ),
        ] {
            assert_eq!(unseen(&gaps).as_deref(), expected);
        }
    }
}
