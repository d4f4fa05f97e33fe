//! What there is to say about a thing, in words; laid out in lines for a width.

mod cell;
mod compare;
mod gaps;
mod help;
mod namespace;
mod network;
mod output;
mod process;
mod row;

pub(super) use compare::name as name_of;

use std::sync::Arc;

use super::data::Data;
use super::keys::{Keymap, Spot};
use super::output::Output;
use super::text;
use super::theme::Look;
use crate::model::{Inode, Kind, Process, Snapshot};
use crate::query::{Id, RowId};

/// Processes that are listed; the others are counted.
const PROCESSES: usize = 100;
/// Names that are listed; the others are counted.
const NAMES: usize = 20;
/// Columns of the labels at the left.
const LABELS: u16 = 11;

/// What is spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A cell of the matrix.
    Cell(RowId, Kind),
    /// A row of the matrix as a whole.
    Row(RowId),
    /// A namespace.
    Namespace(Kind, Inode),
    /// A process: pid and start.
    Process(u32, Option<u64>),
    /// What a network namespace holds.
    Network(Inode),
    /// An interface: its namespace, and its index there.
    Interface(Inode, u32),
    /// Two things side by side.
    Compare(Id, Id),
    /// What a quick command printed.
    Output(Arc<Output>),
    /// What could not be seen.
    Gaps,
    /// The keys, those of one kind of view first.
    Help(Spot),
}

/// What the words are taken from.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) data: Option<&'a Data>,
    pub(super) keymap: &'a Keymap,
    pub(super) look: &'a Look,
    /// What is wrong in the configuration file.
    pub(super) problems: &'a [String],
    /// Whether there will be another look.
    pub(super) is_live: bool,
    /// Whether no way into a namespace is offered.
    pub(super) is_read_only: bool,
}

/// How a fact is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it is.
    Plain,
    /// Quiet.
    Dim,
    /// A heading.
    Title,
    /// Worth knowing.
    Notable,
    /// A risk.
    Loud,
}

/// One fact.
#[derive(Clone, Debug)]
struct Fact {
    label: String,
    /// Columns that the label has.
    room: u16,
    text: String,
    tone: Tone,
    fit: Fit,
}

/// What becomes of a fact that is longer than a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// It goes on in the next, from a space on.
    Words,
    /// It goes on in the next wherever that is, so that columns stay columns.
    Columns,
    /// It is cut.
    Cut,
}

/// All there is to say.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    title: Vec<String>,
    facts: Vec<Fact>,
}

/// Facts laid out for a width.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    /// Columns that they were laid out for.
    pub(super) width: u16,
    /// What they are about.
    pub(super) title: String,
    /// Lines, to be drawn as they are.
    pub(super) lines: Vec<Line>,
}

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What it tells; empty where it goes on.
    pub(super) label: String,
    /// Columns to the left of the words.
    pub(super) indent: u16,
    /// The words.
    pub(super) text: String,
    /// How they are drawn.
    pub(super) tone: Tone,
}

/// Says what there is to say.
pub(super) fn facts(about: &About, context: Context<'_>) -> Facts {
    match about {
        About::Help(spot) => return help::facts(*spot, context),
        About::Output(output) => return output::facts(output),
        _ => {}
    }
    let Some(data) = context.data else {
        return Facts::titled("nothing is known yet");
    };
    match about {
        About::Cell(row, kind) => cell::facts(data, row, *kind),
        About::Row(row) => row::facts(data, row),
        About::Namespace(kind, inode) => namespace::facts(data, *kind, *inode),
        About::Process(pid, start) => process::facts(data, *pid, *start),
        About::Network(inode) => network::namespace(data, *inode, context),
        About::Interface(namespace, index) => network::interface(data, *namespace, *index, context),
        About::Compare(left, right) => compare::facts(data, left, right),
        About::Gaps | About::Help(_) | About::Output(_) => gaps::facts(data, context.problems),
    }
}

impl Facts {
    fn titled(title: impl Into<String>) -> Self {
        Self {
            title: vec![title.into()],
            facts: Vec::new(),
        }
    }

    fn say(&mut self, label: &'static str, text: impl Into<String>) {
        self.tell(label, text, Tone::Plain);
    }

    fn tell(&mut self, label: &'static str, text: impl Into<String>, tone: Tone) {
        self.put(label.to_owned(), LABELS, text.into(), tone);
    }

    /// A fact whose label takes `room` columns.
    fn put(&mut self, label: String, room: u16, text: String, tone: Tone) {
        self.facts.push(Fact {
            label,
            room,
            text,
            tone,
            fit: Fit::Words,
        });
    }

    fn line(&mut self, text: impl Into<String>, tone: Tone) {
        self.facts.push(Fact {
            label: String::new(),
            room: 0,
            text: text.into(),
            tone,
            fit: Fit::Cut,
        });
    }

    /// Breaks and cuts the facts for `width` columns; with `search` only those that hold it.
    pub(super) fn lay_out(&self, width: u16, look: &Look, search: &str) -> Laid {
        let search = search.to_lowercase();
        let is_found = |fact: &&Fact| {
            let found = |text: &str| text.to_lowercase().contains(&search);
            search.is_empty() || found(&fact.text) || found(&fact.label)
        };
        let facts = self.facts.iter().filter(is_found);
        let title = self.title.iter().map(|part| text::shown(part, look.ascii));
        let title: Vec<_> = title.collect();
        Laid {
            width,
            title: title.join(&format!(" {} ", look.dot())),
            lines: facts.flat_map(|fact| fact.lines(width, look)).collect(),
        }
    }
}

impl Fact {
    fn lines(&self, width: u16, look: &Look) -> Vec<Line> {
        // On a narrow screen the words begin further left.
        let indent = self.room.min(width / 2);
        let shown = text::shown(&self.text, look.ascii);
        let room = usize::from(width.saturating_sub(indent)).max(1);
        let texts = match self.fit {
            Fit::Words => text::wrap(&shown, room),
            Fit::Columns => text::fold(&shown, room),
            Fit::Cut => vec![text::cut(&shown, room, look.ellipsis()).into_owned()],
        };
        let label = text::shown(&self.label, look.ascii);
        let label = text::cut(&label, usize::from(indent).saturating_sub(1), "").into_owned();
        let labels = std::iter::once(label).chain(std::iter::repeat(String::new()));
        let lines = texts.into_iter().zip(labels);
        lines
            .map(|(text, label)| Line {
                label,
                indent,
                text,
                tone: self.tone,
            })
            .collect()
    }
}

/// How many processes, and which, where they were collected at all.
fn about_processes(facts: &mut Facts, snapshot: &Snapshot, processes: &[&Process]) {
    if snapshot.processes.is_none() {
        return facts.tell("processes", "not in this snapshot", Tone::Notable);
    }
    facts.say("processes", processes.len().to_string());
    list_processes(facts, processes);
}

/// A table of processes, so many of them at most.
fn list_processes(facts: &mut Facts, processes: &[&Process]) {
    if processes.is_empty() {
        return;
    }
    facts.line(
        format!("{:>8} {:>6}  {:<15}  COMMAND", "PID", "UID", "NAME"),
        Tone::Title,
    );
    for process in processes.iter().take(PROCESSES) {
        facts.line(process_line(process), Tone::Plain);
    }
    if let Some(more @ 1..) = processes.len().checked_sub(PROCESSES) {
        facts.line(format!("{:>8} and {more} more", ""), Tone::Dim);
    }
}

fn process_line(process: &Process) -> String {
    let uid = process
        .uid
        .map_or_else(|| "?".to_owned(), |uid| uid.to_string());
    let name = text::shown(process.comm.as_deref().unwrap_or("?"), false);
    let fill = " ".repeat(15_usize.saturating_sub(text::width(&name)));
    let command = text::start(process.command.as_deref().unwrap_or("?"));
    format!("{:>8} {uid:>6}  {name}{fill}  {command}", process.pid)
}
