//! Namespaces as a list: flat by kind, below their owners, or pid and user namespaces nested.

use std::borrow::Cow;
use std::cmp::Ordering;

use ratatui::style::Style;

use super::arrange::{Fate, arrange};
use super::columns::{Column, Spec};
use super::{Entry, List, Rows, Shape, known_first, number, ordered};
use crate::model::{Inode, Kind, Namespace};
use crate::query::Id;
use crate::report::words::{kept_by, nobody};
use crate::tui::data::Data;
use crate::tui::text;
use crate::tui::theme::Look;

/// The columns that the list would like.
pub(super) fn columns(data: &Data) -> Vec<Spec> {
    let who = data.widths.name.clamp(10, 24);
    vec![
        Spec::new(Column::Type, "TYPE", 10, 0).up_to(14).down_to(6),
        Spec::new(Column::Inode, "INODE", 10, 0).right(),
        Spec::new(Column::Processes, "PROCS", 6, 2).right(),
        Spec::new(Column::Pid, "PID", 7, 3).right(),
        Spec::new(Column::Owner, "OWNER", 10, 5).right(),
        Spec::new(Column::Parent, "PARENT", 10, 6).right(),
        Spec::new(Column::User, "UID", 6, 7).right(),
        Spec::new(Column::Who, "WHO", who, 0).down_to(8),
        Spec::new(Column::Command, "COMMAND", 16, 4).up_to(u16::MAX),
    ]
}

/// The rows that are shown.
pub(super) fn rows(list: &List, data: &Data) -> Rows {
    let hits = (!list.filter.is_empty()).then(|| {
        let mut hits = list.filter.hits(&data.snapshot).namespaces;
        hits.extend(list.filter.hits(&data.changes.past).namespaces);
        hits
    });
    let past = data.changes.past.namespaces.iter().flatten().count();
    let count = data.snapshot.namespaces.iter().flatten().count() + past;
    let fate = |at: usize| match data.namespace(at) {
        None => Fate::Elsewhere,
        Some(one) if !belongs(list, data, one) => Fate::Elsewhere,
        Some(_) if hits.as_ref().is_some_and(|hits| !hits[at]) => Fate::Filtered,
        Some(_) => Fate::Shown,
    };
    // Names are joined once, not for each comparison.
    let by_names = list.sort.is_some_and(|sort| sort.column == Column::Who);
    let names: Vec<String> = (0..if by_names { count } else { 0 })
        .map(|at| {
            data.namespace(at)
                .map_or_else(String::new, |one| who(data, one))
        })
        .collect();
    let compare = |a: usize, b: usize| {
        let (Some(one), Some(other)) = (data.namespace(a), data.namespace(b)) else {
            return Ordering::Equal;
        };
        let natural = (one.kind, one.inode).cmp(&(other.kind, other.inode));
        ordered(list.sort, natural, |column| match column {
            Column::Who => names[a].cmp(&names[b]),
            column => by_column(data, column, one, other),
        })
    };
    let parent = |at: usize| {
        let (kind, inode) = above(data.namespace(at)?, list.shape)?;
        data.namespace_at(kind, inode)
    };
    arrange(count, list.shape, fate, compare, parent)
}

fn belongs(list: &List, data: &Data, namespace: &Namespace) -> bool {
    let nests = matches!(namespace.kind, Kind::Pid | Kind::User);
    let scope = list.scope.as_ref();
    (list.shape != Shape::Nesting || nests)
        && scope.is_none_or(|scope| scope.has_namespace(data, namespace))
}

/// The namespace that this one hangs below.
fn above(namespace: &Namespace, shape: Shape) -> Option<(Kind, Inode)> {
    let parent = namespace.parent.map(|inode| (namespace.kind, inode));
    let owner = namespace.owner_user_ns.map(|inode| (Kind::User, inode));
    match (shape, namespace.kind) {
        (Shape::Nesting, _) | (Shape::Owners, Kind::User) => parent,
        (Shape::Owners, _) => owner,
        _ => None,
    }
}

fn by_column(data: &Data, column: Column, a: &Namespace, b: &Namespace) -> Ordering {
    match column {
        Column::Processes => a.process_count.cmp(&b.process_count),
        Column::Pid => known_first(a.leader_pid, b.leader_pid),
        Column::Owner => known_first(a.owner_user_ns, b.owner_user_ns),
        Column::Parent => known_first(a.parent, b.parent),
        Column::User => known_first(a.owner_uid, b.owner_uid),
        Column::Command => command(data, a).cmp(&command(data, b)),
        Column::Inode => a.inode.cmp(&b.inode),
        _ => a.kind.cmp(&b.kind),
    }
}

/// Who is in it: the host, containers, groups. Where nobody is, its name or that.
fn who(data: &Data, namespace: &Namespace) -> String {
    if namespace.initial == Some(true) {
        return "host".to_owned();
    }
    if namespace.process_count == 0 {
        let name = namespace.name.clone();
        return name.unwrap_or_else(|| nobody(&data.snapshot).to_owned());
    }
    let containers = namespace.containers.iter().flatten();
    let mut names: Vec<&str> = containers
        .filter_map(|id| Some(data.container(id)?.name.as_str()))
        .collect();
    if names.is_empty() {
        let groups = data.groups_in(namespace.kind, namespace.inode);
        names.extend(groups.map(|group| group.name.as_str()));
    }
    text::list(names.into_iter(), 8)
}

/// Command line of the lowest member, or what else keeps the namespace alive.
fn command<'a>(data: &'a Data, namespace: &Namespace) -> Option<Cow<'a, str>> {
    let Some(leader) = namespace.leader_pid else {
        return Some(Cow::Owned(kept_by(namespace.holders.first()?)));
    };
    let process = if data.changes.is_gone(&Id::from(namespace)) {
        let mut past = data.changes.past.processes.iter().flatten();
        past.find(|process| process.pid == leader)?
    } else {
        data.process(data.process_at(leader)?)?
    };
    let command = process
        .command
        .as_deref()
        .filter(|command| !command.is_empty());
    command.or(process.comm.as_deref()).map(Cow::Borrowed)
}

/// What stands in a cell.
pub(super) fn cell<'a>(
    data: &'a Data,
    entry: Entry,
    column: Column,
    look: &Look,
) -> (Cow<'a, str>, Style) {
    let Some(one) = data.namespace(entry.at) else {
        return (Cow::Borrowed(""), Style::new());
    };
    let plain = Style::new();
    match column {
        Column::Type => (branch(one.kind.name(), entry, look), look.title),
        Column::Inode => (Cow::Owned(one.inode.to_string()), plain),
        Column::Processes if one.process_count == 0 => (Cow::Borrowed("0"), look.notable),
        Column::Processes => (Cow::Owned(one.process_count.to_string()), plain),
        Column::Pid => (
            one.leader_pid
                .map_or(Cow::Borrowed(""), |pid| number(Some(pid))),
            plain,
        ),
        Column::Owner if is_top(one) => (Cow::Borrowed(look.dot()), look.dim),
        Column::Owner => (number(one.owner_user_ns), plain),
        Column::Parent if !matches!(one.kind, Kind::Pid | Kind::User) || is_initial(one) => {
            (Cow::Borrowed(look.dot()), look.dim)
        }
        Column::Parent => (number(one.parent), plain),
        Column::User if one.kind != Kind::User => (Cow::Borrowed(look.dot()), look.dim),
        Column::User => (number(one.owner_uid), plain),
        Column::Who => {
            let names = who(data, one);
            let names = text::shown(&names, look.ascii).into_owned();
            (Cow::Owned(names), plain)
        }
        _ => {
            let command = command(data, one).unwrap_or_default();
            let shown = text::shown(text::start(&command), look.ascii);
            (Cow::Owned(shown.into_owned()), look.dim)
        }
    }
}

/// The initial user namespace has no owner.
fn is_top(namespace: &Namespace) -> bool {
    namespace.kind == Kind::User && is_initial(namespace)
}

fn is_initial(namespace: &Namespace) -> bool {
    namespace.inode == namespace.kind.initial().0
}

/// Levels of the tree that are drawn. A deeper row is still to be seen, and stands at the last of them.
const LEVELS: u16 = 12;

/// A name as deep in the tree as its row is.
pub(super) fn branch<'a>(name: &'a str, entry: Entry, look: &Look) -> Cow<'a, str> {
    let Some(above) = entry.depth.checked_sub(1) else {
        return Cow::Borrowed(name);
    };
    let goes_on = |level: u16| entry.open.checked_shr(level.into()).unwrap_or(0) & 1 == 1;
    let stem = |level| if goes_on(level) { look.stem() } else { "  " };
    let mut drawn: String = (0..above.min(LEVELS - 1)).map(stem).collect();
    drawn.push_str(look.branch(goes_on(above)));
    drawn.push_str(name);
    Cow::Owned(drawn)
}
