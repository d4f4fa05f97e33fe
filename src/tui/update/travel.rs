//! From place to place: deeper, back, and from any row to its namespaces, processes, container.

use super::network;
use crate::model::{Inode, Kind};
use crate::query::{Filter, Id, RowId};
use crate::tui::app::{App, Focus};
use crate::tui::data::Data;
use crate::tui::facts::{About, name_of};
use crate::tui::list::{Column, List, Scope, What};
use crate::tui::place::{Page, Place};

/// Shows all of `what`, as it was left.
pub(super) fn switch(app: &mut App, what: What) -> bool {
    app.places.switch(what);
    app.focus = Focus::List;
    true
}

/// One level deeper: details of a row, processes of a namespace.
pub(super) fn open(app: &mut App) -> bool {
    if app.data.is_none() {
        return false;
    }
    let Some(about) = app.about() else {
        return open_from_page(app);
    };
    if let About::Namespace(..) = about {
        return to_processes(app);
    }
    app.places.enter(Place::Page(Page::new(about)));
    true
}

/// From the words about a thing to its processes; from a process to its namespaces.
fn open_from_page(app: &mut App) -> bool {
    match app.places.page().map(|page| page.about.clone()) {
        Some(About::Process(..)) => to_namespaces(app),
        Some(About::Cell(row, kind)) => {
            let namespace = inode(app, &row, kind).map(|inode| Id::Namespace(kind, inode));
            processes_of(app, namespace.unwrap_or(Id::Row(row)))
        }
        Some(About::Row(_) | About::Namespace(..)) => to_processes(app),
        Some(About::Network(_)) => network::to_interfaces(app),
        Some(About::Interface(..)) => network::to_end(app),
        _ => false,
    }
}

pub(super) fn inode(app: &App, row: &RowId, kind: Kind) -> Option<Inode> {
    let data = app.data.as_ref()?;
    data.row(data.row_at(row)?)?.inodes.inode(kind)
}

/// One level back: pane, search, filter, place; false where all of that is as at first.
pub(super) fn back(app: &mut App) -> bool {
    if std::mem::replace(&mut app.focus, Focus::List) == Focus::Pane {
        return true;
    }
    if let Some(page) = app.places.page_mut().filter(|page| !page.search.is_empty()) {
        page.search(String::new());
        return true;
    }
    let list = app.places.list();
    let filtered = list.is_some_and(|list| !list.filter.is_empty() && !list.is_given);
    if filtered {
        set_filter(app, Filter::default());
        return true;
    }
    app.places.leave()
}

/// Gives the present list another filter.
pub(super) fn set_filter(app: &mut App, filter: Filter) {
    app.unsettle_list();
    if let Some(list) = app.places.list_mut() {
        list.filter = filter;
        list.is_given = false;
    }
}

/// The namespaces of what is chosen; a namespace among all the others.
pub(super) fn to_namespaces(app: &mut App) -> bool {
    let (Some(id), Some(data)) = (app.subject(), &app.data) else {
        return nothing_to_go_to(app);
    };
    let mut list = match &id {
        Id::Namespace(..) | Id::Interface { .. } => List::new(What::Namespaces),
        _ => List::within(What::Namespaces, scope(data, id.clone())),
    };
    list.chosen = match (&id, kind(app)) {
        (Id::Namespace(..), _) => Some(id),
        (Id::Interface { namespace, .. }, _) => Some(Id::Namespace(Kind::Net, *namespace)),
        (Id::Row(row), Some(kind)) => inode(app, row, kind).map(|inode| Id::Namespace(kind, inode)),
        _ => None,
    };
    enter(app, list)
}

/// The processes of what is chosen; those beside it where it is a process.
pub(super) fn to_processes(app: &mut App) -> bool {
    let (Some(id), Some(data)) = (app.subject(), &app.data) else {
        return nothing_to_go_to(app);
    };
    let Id::Process { pid, start } = id else {
        return processes_of(app, id);
    };
    let Some(process) = data.find_process(pid, start) else {
        return nothing_known(app);
    };
    let Some(row) = RowId::of(process) else {
        app.note("it is in no container, and not all of its namespaces are known: nobody is known to be beside it");
        return true;
    };
    let mut list = List::within(What::Processes, scope(data, Id::Row(row)));
    list.chosen = Some(id);
    enter(app, list)
}

fn nothing_known(app: &mut App) -> bool {
    app.note("it is gone: nothing is known of it any more");
    true
}

fn processes_of(app: &mut App, id: Id) -> bool {
    let Some(data) = &app.data else { return false };
    let list = List::within(What::Processes, scope(data, id));
    enter(app, list)
}

/// The row of the matrix that what is chosen belongs to; all rows that are in it where it is a namespace.
pub(super) fn to_container(app: &mut App) -> bool {
    let (Some(id), Some(data)) = (app.subject(), &app.data) else {
        return nothing_to_go_to(app);
    };
    let mut list = List::new(What::Matrix);
    match id {
        Id::Row(_) => list.chosen = Some(id),
        Id::Process { pid, start } => {
            let Some(process) = data.find_process(pid, start) else {
                return nothing_known(app);
            };
            let Some(row) = RowId::of(process) else {
                app.note("it is in no container, and not all of its namespaces are known");
                return true;
            };
            list.chosen = Some(Id::Row(row));
        }
        Id::Namespace(Kind::Net, inode) if app.is_about_network() => {
            return network::to_tenants(app, inode);
        }
        Id::Namespace(kind, inode) => {
            // What an inode and a kind are written as is always a filter.
            list.filter = format!("ns:{kind}:[{inode}]").parse().unwrap_or_default();
            list.is_given = true;
            list.column = Column::Kind(kind);
        }
        Id::Interface { namespace, .. } => {
            return network::to_tenants(app, namespace);
        }
    }
    enter(app, list)
}

/// Opens a list.
pub(super) fn enter(app: &mut App, list: List) -> bool {
    app.places.enter(Place::List(Box::new(list)));
    app.focus = Focus::List;
    true
}

pub(super) fn nothing_to_go_to(app: &mut App) -> bool {
    app.note("choose a row to go from");
    true
}

pub(super) fn scope(data: &Data, id: Id) -> Scope {
    Scope {
        name: name_of(data, &id),
        id,
    }
}

/// The kind of the chosen cell.
pub(super) fn kind(app: &App) -> Option<Kind> {
    match (app.places.list(), app.places.page()) {
        (Some(list), _) => list.kind(),
        (
            None,
            Some(Page {
                about: About::Cell(_, kind),
                ..
            }),
        ) => Some(*kind),
        _ => None,
    }
}
