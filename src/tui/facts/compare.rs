//! Two things side by side, kind by kind: where they are together and where they are apart.

use super::{Facts, Tone, network};
use crate::model::{Inode, Kind, Namespace, PerKind};
use crate::query::{Id, RowId};
use crate::tui::data::Data;
use crate::tui::text;

/// Columns of the kinds at the left.
const KINDS: u16 = 11;
/// Columns of each side.
const SIDE: usize = 22;

/// Compares the two.
pub(super) fn facts(data: &Data, left: &Id, right: &Id) -> Facts {
    let names = [left, right].map(|id| name(data, id));
    let mut facts = Facts::titled(format!("{} and {}", names[0], names[1]));
    for (id, name) in [left, right].into_iter().zip(&names) {
        if data.changes.is_gone(id) {
            let words = format!("{name} is gone; this is what was last seen of it");
            facts.tell("gone", words, Tone::Notable);
        } else if !data.has(id) {
            facts.tell(
                "gone",
                format!("{name}: nothing is known of it any more"),
                Tone::Notable,
            );
            return facts;
        }
    }
    if let (Id::Namespace(..), Id::Namespace(..)) = (left, right) {
        compare_namespaces(&mut facts, data, left, right);
        return facts;
    }
    if network::compare_interfaces(&mut facts, data, left, right) {
        return facts;
    }
    let sides = (inodes(data, left), inodes(data, right));
    let (Some(a), Some(b)) = sides else {
        let words = "these two cannot be compared: rows and processes can with each other, a namespace with a \
                     namespace, an interface with an interface; a project or pod has no namespaces of its own";
        facts.tell("", words, Tone::Notable);
        return facts;
    };
    let [one, other] = [&names[0], &names[1]].map(|name| side(name));
    let heading = format!("{one}{other}");
    facts.put("kind".to_owned(), KINDS, heading, Tone::Title);
    for kind in &data.matrix.columns {
        compare_kind(&mut facts, data, *kind, a.inode(*kind), b.inode(*kind));
    }
    if let (Some(from), Some(to)) = (a.inode(Kind::Net), b.inode(Kind::Net)) {
        put_road(&mut facts, data, [left, right], [from, to]);
    }
    facts
}

/// The road between the two, if both are still there.
fn put_road(facts: &mut Facts, data: &Data, ids: [&Id; 2], spaces: [Inode; 2]) {
    if ids.iter().any(|id| data.changes.is_gone(id)) {
        return;
    }
    let titles = ids.map(|id| name(data, id));
    network::road(
        facts,
        data,
        [0, 1].map(|at| (spaces[at], titles[at].as_str())),
    );
}

/// A name over the column of its side.
fn side(name: &str) -> String {
    let shown = text::shown(name, false);
    let name = text::shorten(&shown, SIDE - 2, "..").into_owned();
    let fill = SIDE.saturating_sub(text::width(&name));
    format!("{name}{:fill$}", "")
}

/// One kind of both. What is not known is never called the same.
fn compare_kind(
    facts: &mut Facts,
    data: &Data,
    kind: Kind,
    left: Option<Inode>,
    right: Option<Inode>,
) {
    let host = data.reference(kind);
    let whose = |inode: Option<Inode>| match inode {
        None => "?".to_owned(),
        Some(inode) if Some(inode) == host => format!("{inode} {}", ours(data)),
        Some(inode) => inode.to_string(),
    };
    let (verdict, tone) = match (left, right) {
        (Some(left), Some(right)) if left == right => ("= same", Tone::Plain),
        (Some(_), Some(_)) => ("x different", Tone::Notable),
        _ => ("? not known", Tone::Notable),
    };
    let words = format!("{:<SIDE$}{:<SIDE$}{verdict}", whose(left), whose(right));
    facts.put(kind.name().to_owned(), KINDS, words, tone);
}

fn ours(data: &Data) -> &'static str {
    if data.sees_host() { "(host)" } else { "(ours)" }
}

/// The same thing of both; `None` where it is not known.
pub(super) struct Pair([Option<String>; 2]);

impl Pair {
    /// Left and right.
    pub(super) const fn of(values: [Option<String>; 2]) -> Self {
        Self(values)
    }

    /// What is missing is known to be missing.
    pub(super) fn or_nothing(self) -> Self {
        Self(self.0.map(|value| value.or_else(|| Some("-".to_owned()))))
    }
}

/// A line of the comparison.
pub(super) fn row(facts: &mut Facts, label: &str, Pair([left, right]): Pair) {
    let (verdict, tone) = match (&left, &right) {
        (None, _) | (_, None) => ("? not known", Tone::Notable),
        (left, right) if left == right => ("= same", Tone::Plain),
        _ => ("x different", Tone::Notable),
    };
    let shown = |value: Option<String>| side(value.as_deref().unwrap_or("?"));
    let words = format!("{}{}{verdict}", shown(left), shown(right));
    facts.put(label.to_owned(), KINDS, words, tone);
}

fn compare_namespaces(facts: &mut Facts, data: &Data, left: &Id, right: &Id) {
    let pair = match (left, right) {
        (Id::Namespace(Kind::Net, one), Id::Namespace(Kind::Net, other)) => Some([*one, *other]),
        _ => None,
    };
    let find = |id: &Id| match id {
        Id::Namespace(kind, inode) => data.find_namespace(*kind, *inode),
        _ => None,
    };
    match (find(left), find(right)) {
        (Some(a), Some(b)) => compare_members(facts, a, b),
        // One without a process is known by its network alone.
        _ if pair.is_some() => {}
        _ => facts.tell("", "one of them is gone", Tone::Notable),
    }
    if let Some(pair) = pair {
        network::compare_namespaces(facts, data, pair);
        put_road(facts, data, [left, right], pair);
    }
}

fn compare_members(facts: &mut Facts, a: &Namespace, b: &Namespace) {
    let mut both = |label, of: fn(&Namespace) -> Option<String>| {
        row(facts, label, Pair::of([of(a), of(b)]));
    };
    both("kind", |one| Some(one.kind.to_string()));
    both("inode", |one| Some(one.inode.to_string()));
    both("owner", |one| {
        one.owner_user_ns.map(|owner| owner.to_string())
    });
    both("parent", |one| one.parent.map(|parent| parent.to_string()));
    both("processes", |one| Some(one.process_count.to_string()));
}

/// The namespaces of a row or a process.
fn inodes<'a>(data: &'a Data, id: &Id) -> Option<&'a PerKind<Option<Inode>>> {
    match id {
        Id::Row(RowId::Family(_)) | Id::Namespace(..) | Id::Interface { .. } => None,
        Id::Row(row) => Some(&data.row(data.row_at(row)?)?.inodes),
        Id::Process { pid, start } => Some(&data.find_process(*pid, *start)?.namespaces),
    }
}

/// What a thing is called.
pub(in crate::tui) fn name(data: &Data, id: &Id) -> String {
    match id {
        Id::Row(row) => {
            let row = data.row_at(row).and_then(|at| data.row(at));
            row.map_or_else(|| "(gone)".to_owned(), |row| row.name.clone())
        }
        Id::Namespace(kind, inode) => format!("{kind}:[{inode}]"),
        Id::Process { pid, start } => {
            let process = data.find_process(*pid, *start);
            let name = process.and_then(|process| process.comm.as_deref());
            format!("{} ({pid})", name.unwrap_or("?"))
        }
        Id::Interface { namespace, index } => match data.find_interface(*namespace, *index) {
            Some((_, interface)) => interface.name.clone(),
            None => "(gone)".to_owned(),
        },
    }
}
