//! A snapshot as text for people: the header, the matrix, who shares what, namespaces without a process, the network, and
//! what could not be seen.

mod header;
mod lists;
mod matrix;
mod network;

use std::io;

use crate::model::{Charset, Section, Sections, Snapshot, visible_in};
use crate::query::Matrix;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a name may take.
const LONGEST_NAME: usize = 64;

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Which sections are wanted as tables; containers are the matrix.
    pub sections: Sections,
    /// Characters that may be used.
    pub charset: Charset,
    /// What the snapshot was before a filter: names of those whom it dropped are looked up there.
    pub whole: &'a Snapshot,
}

/// Writes the report.
pub fn write(
    snapshot: &Snapshot,
    options: Options<'_>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let page = Page {
        snapshot,
        charset: options.charset,
        whole: options.whole,
    };
    page.header(out)?;
    if options.sections.has(Section::Containers) && snapshot.containers.is_some() {
        let matrix = Matrix::of(snapshot);
        page.matrix(&matrix, out)?;
        page.shared(&matrix, out)?;
    }
    if let Some(namespaces) = snapshot
        .namespaces
        .as_ref()
        .filter(|_| options.sections.has(Section::Namespaces))
    {
        Page::namespaces(namespaces, out)?;
    }
    page.without_process(out)?;
    if let Some(processes) = snapshot
        .processes
        .as_ref()
        .filter(|_| options.sections.has(Section::Processes))
    {
        page.processes(processes, out)?;
    }
    if let Some(network) = snapshot
        .network
        .as_ref()
        .filter(|_| options.sections.has(Section::Network))
    {
        page.network(network, out)?;
    }
    page.gaps(out)
}

/// What all parts need.
struct Page<'a> {
    snapshot: &'a Snapshot,
    charset: Charset,
    whole: &'a Snapshot,
}

impl Page<'_> {
    fn shown(&self, text: &str) -> String {
        visible_in(text, self.charset).into_owned()
    }

    /// A name, cut where it would push everything else off the screen.
    fn name(&self, text: &str) -> String {
        let dots = match self.charset {
            Charset::Unicode => "…",
            Charset::Ascii => "...",
        };
        // Characters enough for any name to reach the width, before the costly part.
        let end = text
            .char_indices()
            .nth(LONGEST_NAME + 1)
            .map_or(text.len(), |(end, _)| end);
        let shown = self.shown(&text[..end]);
        if shown.width() <= LONGEST_NAME {
            return shown;
        }
        let mut cut = String::new();
        for char in shown.chars() {
            if cut.width() + char.width().unwrap_or(0) > LONGEST_NAME {
                break;
            }
            cut.push(char);
        }
        cut + dots
    }

    fn maybe(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "?".to_owned(), |text| self.shown(text))
    }

    fn gaps(&self, out: &mut impl io::Write) -> io::Result<()> {
        if self.snapshot.gaps.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nCould not be seen:")?;
        self.snapshot.gaps.iter().try_for_each(|gap| {
            let times = if gap.count > 1 {
                format!(" ({})", gap.count)
            } else {
                String::new()
            };
            writeln!(
                out,
                "  {:<11}  {}{times}",
                gap.reason.name(),
                self.shown(&gap.what)
            )
        })
    }
}
