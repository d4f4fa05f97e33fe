//! What is copied: a cell, a row as JSON, the nsenter line. Nothing is copied unescaped.

use super::enter::{nsenter as nsenter_of, target, wish};
use super::{Effect, Update};
use crate::enter::{Kinds, decide_with_names};
use crate::query::{Id, RowId};
use crate::report;
use crate::tui::app::App;
use crate::tui::clipboard::{LONGEST, sequence};
use crate::tui::facts::About;
use crate::tui::keys::Action;

/// Copies what `action` names of the chosen row.
pub(super) fn copy(app: &mut App, action: Action) -> Update {
    let text = match action {
        Action::CopyCell => cell(app).map_err(str::to_owned),
        Action::CopyJson => json(app).map_err(str::to_owned),
        _ => nsenter(app),
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
fn nsenter(app: &App) -> Result<String, String> {
    let (Some(data), Some(id)) = (&app.data, app.subject()) else {
        return Err("nothing to enter here".to_owned());
    };
    let target = target(data, &id)?;
    let kinds = match app.about().or_else(|| page(app)) {
        Some(About::Cell(_, kind)) => Kinds::Some(vec![kind]),
        _ => Kinds::All,
    };
    let plan = decide_with_names(&data.snapshot, target, &wish(kinds, None));
    nsenter_of(&plan.map_err(|why| why.to_string())?, app.look.charset())
}
