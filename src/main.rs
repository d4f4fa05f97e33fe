//! The `nslens` program: parse, run, map the outcome to an exit status.

use std::process::ExitCode;

use clap::Parser;
use nslens::{cli::Cli, run};

fn main() -> ExitCode {
    match run::run(&Cli::parse()) {
        Ok(status) => status,
        Err(error) => {
            run::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
