//! A row of the matrix as a whole: all its namespaces at once, and what its engine says.

use super::cell::{about_family, about_gone, gone, verdict};
use super::{Facts, NAMES, Tone, about_processes};
use crate::model::{Container, Kind, Mount, Process};
use crate::query::{Id, Row, RowId};
use crate::tui::data::Data;
use crate::tui::text;

/// Mounts that are listed; the others are counted.
const MOUNTS: usize = 20;

/// What there is to say about the row.
pub(super) fn facts(data: &Data, id: &RowId) -> Facts {
    let Some(row) = data.row_at(id).and_then(|at| data.row(at)) else {
        return gone(&Id::from(id));
    };
    let mut facts = Facts::titled(row.name.clone());
    about_gone(&mut facts, data, &Id::from(id));
    match id {
        RowId::Family(_) => {
            about_family(&mut facts, data, row);
            return facts;
        }
        RowId::Container(id) => {
            if let Some(container) = data.container(id) {
                about_container(&mut facts, container, None);
            }
        }
        RowId::Group(id) => {
            if let Some(group) = data.group(id) {
                let words = format!("{}, led by pid {}", row.what, group.leader_pid);
                facts.say("group", words);
            }
        }
        RowId::Reference => facts.say("host", "what is in no container and no group"),
    }
    if !row.notes.is_empty() {
        facts.say("notes", row.notes.join(", "));
    }
    about_namespaces(&mut facts, data, row);
    about_mounts(&mut facts, data, id);
    let told = data.telling(&Id::from(id));
    let all = told.processes.iter().flatten();
    let mut own: Vec<&Process> = all.filter(|process| id.has(process)).collect();
    own.sort_by_key(|process| process.kernel_thread);
    about_processes(&mut facts, told, &own);
    facts
}

/// A line for each kind.
fn about_namespaces(facts: &mut Facts, data: &Data, row: &Row) {
    for kind in &data.matrix.columns {
        let (words, tone) = verdict(row.cells.get(*kind), data.sees_host());
        let inode = row.inodes.inode(*kind);
        let inode = inode.map_or_else(|| "?".to_owned(), |inode| inode.to_string());
        let others = partners(data, &row.id, *kind);
        let others = if others.is_empty() {
            others
        } else {
            format!(" with {others}")
        };
        facts.tell(kind.name(), format!("{inode}  {words}{others}"), tone);
    }
}

/// Names of the rows that share the namespace.
fn partners(data: &Data, row: &RowId, kind: Kind) -> String {
    let sharing = match row {
        RowId::Container(id) => data.container(id).map(|row| &row.sharing),
        RowId::Group(id) => data.group(id).map(|row| &row.sharing),
        RowId::Reference | RowId::Family(_) => None,
    };
    let with = sharing
        .and_then(|sharing| sharing.get(kind))
        .map_or(&[][..], |share| &share.with);
    let names = with.iter().map(|id| {
        let container = data.container(id).map(|row| row.name.as_str());
        let group = || data.group(id).map(|row| row.name.as_str());
        container.or_else(group).unwrap_or(id)
    });
    text::list(names, NAMES)
}

fn about_mounts(facts: &mut Facts, data: &Data, row: &RowId) {
    let RowId::Container(id) = row else { return };
    let mounts = data.container(id).map_or(&[][..], |row| &row.mounts);
    for (at, mount) in mounts.iter().take(MOUNTS).enumerate() {
        let label = if at == 0 { "mounts" } else { "" };
        facts.say(label, mount_words(mount));
    }
    if let Some(more @ 1..) = mounts.len().checked_sub(MOUNTS) {
        facts.tell("", format!("and {more} more mounts"), Tone::Dim);
    }
}

fn mount_words(mount: &Mount) -> String {
    let source = mount.source.as_deref().or(mount.kind.as_deref());
    let rights = match mount.read_only {
        Some(true) => ", read-only",
        Some(false) => ", writable",
        None => "",
    };
    format!("{} on {}{rights}", source.unwrap_or("?"), mount.target)
}

/// What is known of a container; with `kind` what its engine declares for that kind.
pub(super) fn about_container(facts: &mut Facts, container: &Container, kind: Option<Kind>) {
    let short: String = container.id.chars().take(12).collect();
    let mut parts = vec![container.engine.clone(), short];
    parts.extend(
        container
            .image
            .as_ref()
            .map(|image| format!("image {image}")),
    );
    parts.extend(container.init_pid.map(|pid| format!("init pid {pid}")));
    parts.extend(container.state.clone());
    if container.name_source == "state_file" {
        parts.push("named by what its engine left".to_owned());
    }
    facts.say("container", parts.join(", "));
    let namespace = container.pod_namespace.as_deref();
    let pod = container.pod_name.as_deref().map(|name| match namespace {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    });
    let family = [
        ("project", container.project.as_deref()),
        ("service", container.service.as_deref()),
        ("pod", pod.as_deref().or(container.pod.as_deref())),
        ("nested in", container.nested_in.as_deref()),
    ];
    let family: Vec<_> = family
        .iter()
        .filter_map(|(what, name)| Some(format!("{what} {}", (*name)?)))
        .collect();
    if !family.is_empty() {
        facts.say("belongs to", family.join(", "));
    }
    if let Some(kind) = kind {
        about_declared(facts, container, kind);
    }
    if kind.is_none_or(|kind| kind == Kind::Net) {
        about_networks(facts, container);
    }
}

/// What the engine says about the namespace, and whether the kernel agrees.
fn about_declared(facts: &mut Facts, container: &Container, kind: Kind) {
    let declared = container
        .declared
        .as_ref()
        .and_then(|declared| declared.get(kind));
    let mode = match declared.map(String::as_str) {
        None => "(unknown)",
        Some("") => "(engine's default)",
        Some(mode) => mode,
    };
    if container.drift.contains(&kind) {
        facts.tell(
            "declared",
            format!("{mode}; the kernel disagrees (drift)"),
            Tone::Loud,
        );
    } else if declared.is_some() {
        facts.say("declared", mode);
    }
}

fn about_networks(facts: &mut Facts, container: &Container) {
    for network in &container.networks {
        let bits = network.prefix_len.map(|bits| format!("/{bits}"));
        let address = network.address.as_ref();
        let address = address.map(|ip| format!("{ip}{}", bits.unwrap_or_default()));
        let gateway = network.gateway.as_ref().map(|ip| format!("gateway {ip}"));
        let parts = [Some(network.name.clone()), address, gateway];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        facts.say("network", parts.join(", "));
    }
}
