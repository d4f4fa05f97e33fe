//! Prints a snapshot.

use std::io::{self, BufWriter, Write};

use anyhow::{Context as _, Result};

use super::source::{sections, take};
use super::{DONE, INCOMPLETE, charset, complain, unseen};
use crate::cli::{Cli, Format};
use crate::model::{Section, Sections, Snapshot};
use crate::query::Filter;
use crate::report;

/// Bytes that are written at once: a large host prints megabytes.
const OUTPUT: usize = 64 * 1024;

/// Prints what was found and kept; the status that tells whether something is missing.
pub(super) fn print(cli: &Cli, filter: &Filter, format: Format) -> Result<u8> {
    let (collected, printed) = (collected(cli, format), sections(cli));
    let whole = take(cli, filter, collected)?;
    let is_drawn = matches!(format, Format::Dot | Format::Mermaid);
    anyhow::ensure!(
        !is_drawn || whole.network.is_some(),
        "this snapshot has no network to draw"
    );
    if cli.only.is_some() && format == Format::Text {
        tell_absent(&whole, printed);
    }
    // People want the names of what a filter or a section leaves out, too.
    let has_more = !filter.is_empty() || collected != printed;
    let names = (format != Format::Json && has_more).then(|| whole.clone());
    let snapshot = filter.apply(whole).only(printed);
    let whole = names.as_ref().unwrap_or(&snapshot);
    let mut out = BufWriter::with_capacity(OUTPUT, io::stdout().lock());
    let written = write(cli, format, (&snapshot, whole), &mut out);
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(DONE),
        written => written.context("cannot write to standard output")?,
    }
    tell_gaps(&snapshot, format);
    Ok(if cli.strict && !snapshot.gaps.is_empty() {
        INCOMPLETE
    } else {
        DONE
    })
}

/// Says which of the sections that were asked for a saved snapshot has not.
fn tell_absent(snapshot: &Snapshot, asked: Sections) {
    for section in Section::ALL.into_iter().filter(|one| asked.has(*one)) {
        let is_there = match section {
            Section::Namespaces => snapshot.namespaces.is_some(),
            Section::Processes => snapshot.processes.is_some(),
            Section::Containers => snapshot.containers.is_some(),
            Section::Network => snapshot.network.is_some(),
        };
        if !is_there {
            complain(&format!("this snapshot has no section {section}"));
        }
    }
}

/// Writes a snapshot, and names from the whole of it.
fn write(
    cli: &Cli,
    format: Format,
    (snapshot, whole): (&Snapshot, &Snapshot),
    out: &mut impl Write,
) -> io::Result<()> {
    let charset = charset(cli.ascii);
    match format {
        Format::Json => report::write_json(snapshot, out),
        Format::Text => report::write_text(snapshot, text_options(cli, snapshot, whole), out),
        Format::Dot => report::write_dot(snapshot, whole, charset, out),
        Format::Mermaid => report::write_mermaid(snapshot, whole, charset, out),
    }
}

/// Says on standard error that something is missing, where the output is not for programs that would read it there.
fn tell_gaps(snapshot: &Snapshot, format: Format) {
    let Some(unseen) = unseen(&snapshot.gaps) else {
        return;
    };
    let advice = match format {
        Format::Json => return,
        Format::Text => "the end of the report says what",
        Format::Dot | Format::Mermaid => "--format text or json says what",
    };
    complain(&format!("{unseen}; {advice}"));
}

fn text_options<'a>(
    cli: &Cli,
    snapshot: &Snapshot,
    whole: &'a Snapshot,
) -> report::TextOptions<'a> {
    // Whoever names no section wants to see the matrix, not thousands of processes, if there is one.
    let sections = match cli.only {
        None if snapshot.containers.is_some() => [Section::Containers].into_iter().collect(),
        _ => sections(cli),
    };
    let charset = charset(cli.ascii);
    report::TextOptions {
        sections,
        charset,
        whole,
    }
}

/// The sections that are printed, and where people are to read of the network, those that have names for it.
fn collected(cli: &Cli, format: Format) -> Sections {
    let printed = sections(cli);
    let names: &[Section] = match format {
        Format::Dot | Format::Mermaid => {
            return [Section::Containers, Section::Network]
                .into_iter()
                .collect();
        }
        Format::Text if printed.has(Section::Network) => &[Section::Containers, Section::Processes],
        Format::Text | Format::Json => &[],
    };
    let all = Section::ALL.into_iter();
    all.filter(|one| printed.has(*one) || names.contains(one))
        .collect()
}
