//! What is copied: a cell, a row as JSON, the nsenter line. Nothing is copied unescaped.

use super::{Effect, Update};
use crate::enter::{self, Environment, Kinds, Wish};
use crate::model::{Charset, Kind};
use crate::query::{Id, RowId, Target};
use crate::report;
use crate::tui::app::App;
use crate::tui::clipboard::{LONGEST, sequence};
use crate::tui::data::Data;
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
    let Some(bytes) = sequence(&text, app.wrapper) else {
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
    if !data.has(&id) {
        return Err("it is gone: there is nothing to enter".to_owned());
    }
    let target = target(data, &id).ok_or("choose one row of the project or pod to enter")?;
    let kinds = match app.about().or_else(|| page(app)) {
        Some(About::Cell(_, kind)) => Kinds::Some(vec![kind]),
        _ => Kinds::All,
    };
    let wish = Wish {
        kinds,
        tools: None,
        environment: Environment::Clean,
        confined: false,
        command: None,
    };
    let plan =
        enter::decide_with_names(&data.snapshot, target, &wish).map_err(|why| why.to_string())?;
    if plan.namespaces.iter().next().is_none() {
        return Err("we are there already: it is in the same namespaces as we are".to_owned());
    }
    let charset = if app.look.ascii {
        Charset::Ascii
    } else {
        Charset::Unicode
    };
    enter::nsenter_line(&plan, None, charset).map_err(|why| why.to_string())
}

/// Who is entered.
fn target<'a>(data: &'a Data, id: &Id) -> Option<Target<'a>> {
    Some(match id {
        Id::Row(RowId::Container(id)) => Target::Container(data.container(id)?),
        Id::Row(RowId::Group(id)) => Target::Group(data.group(id)?),
        Id::Row(RowId::Reference) => Target::Host,
        Id::Row(RowId::Family(_)) => return None,
        Id::Namespace(kind, inode) => Target::Namespace(*kind, *inode),
        Id::Process { pid, start } => Target::Process(data.present(*pid, *start)?),
        Id::Interface { namespace, .. } => Target::Namespace(Kind::Net, *namespace),
    })
}
