//! Processes as a list, flat or as a tree, each with the signature of its namespaces.

use std::borrow::Cow;
use std::cmp::Ordering;

use ratatui::style::Style;

use super::arrange::{Fate, arrange};
use super::columns::{Column, Spec};
use super::namespaces::branch;
use super::{Entry, Hidden, List, Rows, known_first, number, ordered};
use crate::model::{Inode, Kind, Process, Relation};
use crate::query::{RowId, mask};
use crate::tui::data::Data;
use crate::tui::text;
use crate::tui::theme::Look;

/// The columns that the list would like.
pub(super) fn columns(data: &Data) -> Vec<Spec> {
    let who = data.widths.name.clamp(8, 20);
    vec![
        Spec::new(Column::Pid, "PID", 7, 0).right(),
        Spec::new(Column::Parent, "PPID", 7, 5).right(),
        Spec::new(Column::User, "UID", 6, 3).right(),
        Spec::new(Column::State, "S", 1, 4),
        Spec::new(Column::Signature, "SET", 3, 0),
        Spec::new(Column::Mask, "NOT HOST", 8, 2),
        Spec::new(Column::Who, "CONTAINER", who, 1).up_to(24),
        Spec::new(Column::Command, "COMMAND", 12, 0)
            .up_to(u16::MAX)
            .down_to(4),
    ]
}

/// The rows that are shown.
pub(super) fn rows(list: &List, data: &Data, hidden: Hidden) -> Rows {
    let hits = (!list.filter.is_empty()).then(|| {
        let mut hits = list.filter.hits(&data.snapshot).processes;
        hits.extend(list.filter.hits(&data.changes.past).processes);
        hits
    });
    let past = data.changes.past.processes.iter().flatten().count();
    let count = data.snapshot.processes.iter().flatten().count() + past;
    let scope = list.scope.as_ref();
    let fate = |at: usize| match data.process(at) {
        None => Fate::Elsewhere,
        Some(one) if scope.is_some_and(|scope| !scope.has_process(data, one)) => Fate::Elsewhere,
        Some(one) if is_hidden(data, one, hidden, scope.is_some()) => Fate::Hidden,
        Some(_) if hits.as_ref().is_some_and(|hits| !hits[at]) => Fate::Filtered,
        Some(_) => Fate::Shown,
    };
    let compare = |a: usize, b: usize| {
        let (Some(one), Some(other)) = (data.process(a), data.process(b)) else {
            return Ordering::Equal;
        };
        ordered(list.sort, one.pid.cmp(&other.pid), |column| {
            by_column(data, column, one, other)
        })
    };
    let parent = |at: usize| data.parent(data.process(at)?);
    arrange(count, list.shape, fate, compare, parent)
}

/// Whether the user hid its like. Within a scope whoever belongs there is shown but for the kernel's threads.
fn is_hidden(data: &Data, process: &Process, hidden: Hidden, scoped: bool) -> bool {
    let is_kernels = process.kernel_thread == Some(true);
    (hidden.kernel_threads && is_kernels)
        || (hidden.host_only && !scoped && is_host_only(data, process))
}

/// Whether it is known to have nothing but the host's namespaces, and is in no container.
fn is_host_only(data: &Data, process: &Process) -> bool {
    let mut namespaces = process.namespaces.iter();
    process.container.is_none()
        && namespaces.all(|(kind, inode)| inode.is_some() && *inode == data.reference(kind))
}

fn by_column(data: &Data, column: Column, a: &Process, b: &Process) -> Ordering {
    match column {
        Column::Parent => known_first(a.ppid, b.ppid),
        Column::User => known_first(a.uid, b.uid),
        Column::State => known_first(a.state, b.state),
        Column::Signature | Column::Mask => set(data, a).cmp(&set(data, b)),
        Column::Who => row_name(data, a).cmp(row_name(data, b)),
        Column::Command => known_first(a.command.as_ref(), b.command.as_ref()),
        _ => a.pid.cmp(&b.pid),
    }
}

/// The namespaces in the order of the kinds, to sort by.
fn set(data: &Data, process: &Process) -> (bool, [Option<Inode>; 8]) {
    let differs = |kind: &Kind| process.namespaces.inode(*kind) != data.reference(*kind);
    let all = Kind::ALL.map(|kind| process.namespaces.inode(kind));
    (Kind::ALL.iter().any(differs), all)
}

/// The name of the row that a process belongs to: none for the host, `?` where it may belong to any.
pub(in crate::tui) fn row_name<'a>(data: &'a Data, process: &Process) -> &'a str {
    let name = match (&process.container, &process.group) {
        (Some(id), _) => data.container(id).map(|row| row.name.as_str()),
        (None, Some(id)) => data.group(id).map(|row| row.name.as_str()),
        (None, None) => RowId::Reference.has(process).then_some(""),
    };
    name.unwrap_or("?")
}

/// What stands in a cell.
pub(super) fn cell<'a>(
    data: &'a Data,
    entry: Entry,
    column: Column,
    look: &Look,
) -> (Cow<'a, str>, Style) {
    let Some(one) = data.process(entry.at) else {
        return (Cow::Borrowed(""), Style::new());
    };
    let plain = Style::new();
    match column {
        Column::Pid => (Cow::Owned(one.pid.to_string()), plain),
        Column::Parent => (number(one.ppid), look.dim),
        Column::User => (number(one.uid), plain),
        Column::State => (number(one.state), plain),
        Column::Signature => match data.signatures.letter(one) {
            Some(letter) if letter == "H" => (Cow::Owned(letter), look.dim),
            Some(letter) => {
                let style = look.letter(&letter);
                (Cow::Owned(letter), style)
            }
            None => (Cow::Borrowed("?"), look.notable),
        },
        Column::Mask => (
            Cow::Owned(mask(one, &data.snapshot).iter().collect()),
            plain,
        ),
        Column::Who => who(data, one, look),
        _ => (command(one, entry, look), plain),
    }
}

/// The row that it belongs to, and how it came there where it was not born there.
fn who<'a>(data: &'a Data, process: &Process, look: &Look) -> (Cow<'a, str>, Style) {
    let name = text::shown(row_name(data, process), look.ascii);
    match process.relation {
        None | Some(Relation::Member) => (name, Style::new()),
        Some(Relation::Exec) => (Cow::Owned(format!("exec {name}")), Style::new()),
        Some(relation) => {
            let text = format!("{} {name}", relation.name());
            (Cow::Owned(text), look.notable)
        }
    }
}

/// The command line; the bracketed name where there is none, as ps shows it.
fn command<'a>(process: &'a Process, entry: Entry, look: &Look) -> Cow<'a, str> {
    let command = process.command.as_deref().map(text::start);
    let shown = if let Some(command) = command.filter(|command| !command.is_empty()) {
        text::shown(command, look.ascii)
    } else {
        let name = process.comm.as_deref().unwrap_or("?");
        Cow::Owned(format!("[{}]", text::shown(name, look.ascii)))
    };
    match entry.depth {
        0 => shown,
        _ => Cow::Owned(branch(&shown, entry, look).into_owned()),
    }
}
