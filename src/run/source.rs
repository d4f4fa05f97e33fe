//! Where a snapshot comes from: the host, the example host or a file.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result};

use crate::assemble::assemble;
use crate::cli::Cli;
use crate::collect::engines::Choice;
use crate::collect::{Collector, Request};
use crate::demo;
use crate::model::{Sections, Snapshot};
use crate::query::Filter;
use crate::report;

/// One snapshot: of the host, of the example host, or from a file. A filter sees all of it, whatever is printed.
pub(super) fn take(cli: &Cli, filter: &Filter, sections: Sections) -> Result<Snapshot> {
    if filter.is_empty() {
        return Ok(source(cli, sections)?.only(sections));
    }
    source(cli, Sections::ALL)
}

/// One snapshot that has `sections` at least, if its source has them.
pub(super) fn source(cli: &Cli, sections: Sections) -> Result<Snapshot> {
    match &cli.from {
        Some(file) => load(file),
        None if cli.demo => Ok(demo::snapshot(0, SystemTime::now())),
        None => look(cli, sections),
    }
}

/// One pass over the host.
fn look(cli: &Cli, sections: Sections) -> Result<Snapshot> {
    let mut collector = Collector::new(request(cli, sections))?;
    let mut seen = collector.observe()?;
    collector.look_at_network(&mut seen);
    collector.ask_engines(&mut seen);
    Ok(assemble(&seen))
}

/// The sections that were asked for.
pub(super) fn sections(cli: &Cli) -> Sections {
    cli.only
        .as_ref()
        .map_or(Sections::ALL, |only| only.iter().copied().collect())
}

/// What to look at.
pub(super) fn request(cli: &Cli, sections: Sections) -> Request {
    let engine = match &cli.docker {
        _ if cli.no_docker => Choice::None,
        Some(url) => Choice::Url(url.clone()),
        None => Choice::Auto,
    };
    Request {
        proc_root: cli.proc.clone(),
        sections,
        deep: cli.deep,
        engine,
        engine_timeout: cli.engine_timeout,
    }
}

/// Reads a saved snapshot; `-` is standard input.
pub(super) fn load(file: &Path) -> Result<Snapshot> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(file)
    };
    let bytes = bytes.with_context(|| format!("cannot read {}", file.display()))?;
    report::read(&bytes).with_context(|| file.display().to_string())
}
