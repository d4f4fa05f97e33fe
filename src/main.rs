//! The `nslens` program: parse, run, map the outcome to an exit status.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use nslens::{cli::Cli, model::visible, run};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return say(&answer),
    };
    match run::run(&cli) {
        Ok(status) => status,
        Err(error) => {
            run::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Help goes out as it is; an error repeats what was typed, which may hold anything.
fn say(answer: &clap::Error) -> ExitCode {
    let status = ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(1));
    // Where the stream is closed, there is nobody left to tell.
    if answer.use_stderr() {
        let lines: Vec<_> = answer
            .to_string()
            .lines()
            .map(|line| visible(line).into_owned())
            .collect();
        let _ = writeln!(std::io::stderr(), "{}", lines.join("\n"));
    } else {
        let _ = answer.print();
    }
    status
}
