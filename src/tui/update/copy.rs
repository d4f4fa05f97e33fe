//! What is copied: a cell, a row as JSON, the nsenter line. Nothing is copied unescaped.

use super::{Effect, Update};
use crate::enter::nsenter_line;
use crate::model::{Inode, Kind, PerKind};
use crate::query::{Id, RowId};
use crate::report;
use crate::tui::app::App;
use crate::tui::clipboard::{LONGEST, sequence};
use crate::tui::data::Data;
use crate::tui::facts::About;
use crate::tui::keys::Action;

/// Copies what `action` names of the chosen row.
pub(super) fn copy(app: &mut App, action: Action) -> Update {
    let text = match action {
        Action::CopyCell => cell(app),
        Action::CopyJson => json(app),
        _ => enter(app),
    };
    let text = match text {
        Ok(text) => text,
        Err(why) => {
            app.note(why);
            return Update::changed(true);
        }
    };
    send(app, &text)
}

/// Asks the terminal to take `text` into its clipboard.
pub(super) fn send(app: &mut App, text: &str) -> Update {
    let Some(bytes) = sequence(text, app.wrapper) else {
        app.note(format!("too long to copy: more than {LONGEST} bytes"));
        return Update::changed(true);
    };
    let start: String = text.chars().take(60).collect();
    let dots = if start.len() < text.len() {
        app.look.ellipsis()
    } else {
        ""
    };
    app.note(format!("sent to the terminal's clipboard: {start}{dots}"));
    Update::effect(Effect::Send(bytes))
}

/// The cell as it is on screen; of a cell of the matrix the namespace's name.
fn cell(app: &App) -> Result<String, &'static str> {
    const NOTHING: &str = "nothing to copy here";
    let data = app.data.as_ref().ok_or(NOTHING)?;
    if let Some(About::Cell(row, kind)) = app.about().or_else(|| page(app)) {
        let row = data.row_at(&row).and_then(|at| data.row(at));
        let inode = row.and_then(|row| row.inodes.inode(kind));
        return inode
            .map(|inode| format!("{kind}:[{inode}]"))
            .ok_or("this namespace is not known: nothing to copy");
    }
    let list = app.places.list().ok_or(NOTHING)?;
    let entry = *list.entries.get(list.index).ok_or(NOTHING)?;
    let entry = crate::tui::list::Entry { depth: 0, ..entry };
    let (text, _) = list.what.cell(data, entry, list.column, &app.look);
    match text.trim() {
        "" => Err("this cell is empty: nothing to copy"),
        text => Ok(text.to_owned()),
    }
}

fn page(app: &App) -> Option<About> {
    Some(app.places.page()?.about.clone())
}

/// The row as it stands in `--json`.
fn json(app: &App) -> Result<String, &'static str> {
    let (Some(data), Some(id)) = (&app.data, app.subject()) else {
        return Err("nothing to copy here");
    };
    let json = match id {
        Id::Row(RowId::Container(id)) => data.container(&id).map(report::json_line),
        Id::Row(RowId::Group(id)) => data.group(&id).map(report::json_line),
        Id::Row(RowId::Reference) => Some(report::json_line(&data.snapshot.host)),
        Id::Row(RowId::Family(_)) => None,
        Id::Namespace(_, inode) if app.is_about_network() => {
            data.find_network(inode).map(report::json_line)
        }
        Id::Namespace(kind, inode) => data.find_namespace(kind, inode).map(report::json_line),
        Id::Interface { namespace, index } => data
            .find_interface(namespace, index)
            .map(|(_, interface)| report::json_line(interface)),
        Id::Process { pid, start } => data.find_process(pid, start).map(report::json_line),
    };
    match json {
        Some(Ok(json)) => Ok(json),
        Some(Err(_)) => Err("this row cannot be written as JSON"),
        None => Err("a project or pod has no JSON of its own; choose one of its rows"),
    }
}

/// The line that enters the namespaces in which the row differs from us; of a cell, that one.
fn enter(app: &App) -> Result<String, &'static str> {
    let (Some(data), Some(id)) = (&app.data, app.subject()) else {
        return Err("nothing to enter here");
    };
    if !data.has(&id) {
        return Err("it is gone: there is nothing to enter");
    }
    let (pid, namespaces) = target(data, &id).ok_or("no process of it is known to enter by")?;
    let about = app.about().or_else(|| page(app));
    let asked: Vec<Kind> = match (&id, &about) {
        (Id::Namespace(kind, _), _) | (_, Some(About::Cell(_, kind))) => vec![*kind],
        (Id::Interface { .. }, _) => vec![Kind::Net],
        _ => namespaces.iter().map(|(kind, _)| kind).collect(),
    };
    if asked.iter().any(|kind| namespaces.inode(*kind).is_none()) {
        return Err("not all of these namespaces are known: choose a cell that is");
    }
    let own = &data.snapshot.viewer.namespaces;
    let differs = |kind: &Kind| namespaces.inode(*kind) != own.inode(*kind);
    let kinds: Vec<Kind> = asked.into_iter().filter(differs).collect();
    if kinds.is_empty() {
        return Err("we are there already: it is in the same namespaces as we are");
    }
    Ok(nsenter_line(pid, kinds.into_iter()))
}

/// The process to enter by, and its namespaces.
fn target<'a>(data: &'a Data, id: &Id) -> Option<(u32, &'a PerKind<Option<Inode>>)> {
    let pid = match id {
        Id::Row(RowId::Container(id)) => data.container(id)?.init_pid?,
        Id::Row(RowId::Group(id)) => data.group(id)?.leader_pid,
        Id::Row(RowId::Reference) => 1,
        Id::Row(RowId::Family(_)) => return None,
        Id::Namespace(kind, inode) => data.find_namespace(*kind, *inode)?.leader_pid?,
        Id::Process { pid, start } => data.present(*pid, *start)?.pid,
        Id::Interface { namespace, .. } => data.find_network(*namespace)?.leader_pid?,
    };
    let process = data.process(data.process_at(pid)?)?;
    Some((pid, &process.namespaces))
}
