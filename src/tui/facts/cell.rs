//! A cell of the matrix: which namespace it is, whose, who else is in it.

use super::gaps::about_gaps;
use super::row::about_container;
use super::{Facts, NAMES, Tone, about_processes, list_processes};
use crate::model::{Container, EngineStatus, Group, Inode, Kind, Share, Snapshot};
use crate::query::{Cell, Id, Loudness, Members, Row, RowId, members};
use crate::tui::data::Data;
use crate::tui::text;

/// The row that the facts are about, as the snapshot knows it.
enum Subject<'a> {
    Reference,
    Container(&'a Container),
    Group(&'a Group),
}

impl<'a> Subject<'a> {
    fn of(data: &'a Data, id: &RowId) -> Option<Self> {
        match id {
            RowId::Reference => Some(Self::Reference),
            RowId::Family(_) => None,
            RowId::Container(id) => data.container(id).map(Self::Container),
            RowId::Group(id) => data.group(id).map(Self::Group),
        }
    }

    fn share(&self, kind: Kind) -> Option<&'a Share> {
        match self {
            Self::Reference => None,
            Self::Container(container) => container.sharing.get(kind),
            Self::Group(group) => group.sharing.get(kind),
        }
    }

    fn inode(&self, data: &Data, kind: Kind) -> Option<Inode> {
        match self {
            Self::Reference => data.reference(kind),
            _ => self.share(kind)?.inode,
        }
    }
}

/// What there is to say about the cell of `row` in the column `kind`.
pub(super) fn facts(data: &Data, row: &RowId, kind: Kind) -> Facts {
    let Some(known) = data.row_at(row).and_then(|at| data.row(at)) else {
        return gone(&Id::from(row));
    };
    let mut facts = Facts::titled(known.name.clone());
    about_gone(&mut facts, data, &Id::from(row));
    match Subject::of(data, row) {
        Some(subject) => about_row(&mut facts, data, known, &subject, kind),
        None => about_family(&mut facts, data, known),
    }
    facts
}

/// All that can be said of what is not known any more.
pub(super) fn gone(id: &Id) -> Facts {
    let name = match id {
        Id::Row(_) => "this row".to_owned(),
        Id::Namespace(kind, inode) => format!("{kind}:[{inode}]"),
        Id::Process { pid, .. } => format!("process {pid}"),
        Id::Interface { namespace, index } => format!("interface {index} of net:[{namespace}]"),
    };
    let mut facts = Facts::titled(name);
    facts.tell("", "it is gone", Tone::Notable);
    facts
}

/// Says so where the thing is gone and what follows is what was last seen of it.
pub(super) fn about_gone(facts: &mut Facts, data: &Data, id: &Id) {
    if data.changes.is_gone(id) {
        facts.tell("gone", "this is what was last seen of it", Tone::Notable);
    }
}

pub(super) fn about_family(facts: &mut Facts, data: &Data, row: &Row) {
    let rows = data.matrix.rows.iter();
    let names: Vec<_> = rows
        .filter(|other| other.family.as_ref() == Some(&row.name))
        .map(|other| other.name.as_str())
        .collect();
    facts.say(
        "project",
        "a compose project or pod: choose one of its rows for more",
    );
    facts.say(
        "containers",
        format!("{}: {}", names.len(), text::list(names.into_iter(), NAMES)),
    );
}

fn about_row(facts: &mut Facts, data: &Data, row: &Row, subject: &Subject<'_>, kind: Kind) {
    let inode = subject.inode(data, kind);
    let name = inode.map_or_else(
        || format!("{kind}:[?]"),
        |inode| format!("{kind}:[{inode}]"),
    );
    facts.title.push(name.clone());
    let (verdict, tone) = verdict(row.cells.get(kind), data.sees_host());
    facts.tell("namespace", format!("{name}  {verdict}"), tone);
    if matches!(row.cells.get(kind), Some(Cell::Unknown { .. })) {
        about_gaps(facts, "why", &data.snapshot.gaps, kind);
    }
    let told = data.telling(&Id::from(&row.id));
    let members = inode.map(|inode| members(told, kind, inode));
    if let Some(members) = &members {
        about_members(facts, data, members);
    }
    match subject {
        Subject::Reference => about_sight(facts, data, kind),
        Subject::Container(container) => about_container(facts, container, Some(kind)),
        Subject::Group(group) => facts.say(
            "group",
            format!("{}, led by pid {}", row.what, group.leader_pid),
        ),
    }
    match members {
        Some(members) => {
            let mut processes = members.processes;
            // Those of the row first and the kernel's threads last, since there may be very many of them.
            processes.sort_by_key(|process| (!row.id.has(process), process.kernel_thread));
            about_processes(facts, told, &processes);
        }
        None => about_own_processes(facts, told, row),
    }
}

/// The row's own processes, where it is not known who else is in the namespace.
fn about_own_processes(facts: &mut Facts, told: &Snapshot, row: &Row) {
    let own = told.processes.iter().flatten();
    let own: Vec<_> = own.filter(|process| row.id.has(process)).collect();
    let count = row
        .processes
        .map_or_else(|| "?".to_owned(), |count| count.to_string());
    facts.say("members", format!("unknown; {count} processes in this row"));
    list_processes(facts, &own);
}

/// The cell in words.
pub(super) fn verdict(cell: Option<&Cell>, sees_host: bool) -> (String, Tone) {
    let (words, tone) = match cell {
        None => ("this kernel has no such namespace", Tone::Dim),
        Some(Cell::Reference) if sees_host => ("the host's own", Tone::Plain),
        Some(Cell::Reference) => ("ours: we see only this inside, not the host", Tone::Plain),
        Some(Cell::SameAsReference(_)) if !sees_host => ("the same as ours", Tone::Plain),
        Some(Cell::SameAsReference(Loudness::Loud)) => ("the host's: not isolated", Tone::Loud),
        Some(Cell::SameAsReference(Loudness::Notable)) => {
            ("the host's: worth knowing", Tone::Notable)
        }
        Some(Cell::SameAsReference(Loudness::Quiet)) => ("the host's, as usual", Tone::Plain),
        Some(Cell::Private) => ("its own: nobody else that we see is in it", Tone::Plain),
        Some(Cell::Shared { rows, .. }) => {
            return (format!("shared by {rows} rows"), Tone::Plain);
        }
        Some(Cell::Unknown { not_host: true }) => {
            ("not known which, but not the host's", Tone::Notable)
        }
        Some(Cell::Unknown { not_host: false }) => {
            ("not known: it may be the host's or its own", Tone::Notable)
        }
    };
    (words.to_owned(), tone)
}

/// What limits our sight of the whole: engines in trouble, and gaps.
fn about_sight(facts: &mut Facts, data: &Data, kind: Kind) {
    let engines = data.snapshot.engines.iter();
    for engine in engines.filter(|engine| engine.status != EngineStatus::Ok) {
        let detail = engine.detail.as_ref().map(|detail| format!(" ({detail})"));
        let status = engine.status.name();
        let words = format!("{} at {}: {status}", engine.kind, engine.endpoint);
        facts.say("engine", words + &detail.unwrap_or_default());
    }
    if !data.snapshot.gaps.is_empty() {
        about_gaps(facts, "not seen", &data.snapshot.gaps, kind);
    }
}

fn about_members(facts: &mut Facts, data: &Data, members: &Members<'_>) {
    if !members.names.is_empty() {
        facts.say(
            "in it",
            text::list(members.names.iter().map(String::as_str), NAMES),
        );
    }
    let age = members.since.zip(data.taken);
    if let Some(age) = age.and_then(|(since, taken)| taken.duration_since(since).ok()) {
        facts.say(
            "since",
            format!(
                "the oldest process seen in it has run for {}",
                text::span(age)
            ),
        );
    }
}
