//! A namespace: whose it is, who is in it, who owns it, what keeps it alive.

use super::cell::{about_gone, gone};
use super::{Facts, NAMES, Tone, about_processes};
use crate::model::{Inode, Kind, Namespace};
use crate::query::{Id, members};
use crate::report::words::kept;
use crate::tui::data::Data;
use crate::tui::text;

/// What there is to say about the namespace.
pub(super) fn facts(data: &Data, kind: Kind, inode: Inode) -> Facts {
    let id = Id::Namespace(kind, inode);
    let Some(namespace) = data.find_namespace(kind, inode) else {
        return gone(&id);
    };
    let mut facts = Facts::titled(format!("{kind}:[{inode}]"));
    about_gone(&mut facts, data, &id);
    if let Some(name) = &namespace.name {
        facts.say("name", name.clone());
    }
    facts.say("whose", whose(namespace));
    if let Some(id) = namespace.id {
        facts.say("id", id.to_string());
    }
    about_kin(&mut facts, namespace);
    let told = data.telling(&id);
    let members = members(told, kind, inode);
    if !members.names.is_empty() {
        let names = members.names.iter().map(String::as_str);
        facts.say("in it", text::list(names, NAMES));
    }
    let age = members.since.zip(data.taken);
    if let Some(age) = age.and_then(|(since, taken)| taken.duration_since(since).ok()) {
        let words = format!(
            "the oldest process seen in it has run for {}",
            text::span(age)
        );
        facts.say("since", words);
    }
    for line in kept(namespace, told) {
        facts.say("held by", line);
    }
    let mut processes = members.processes;
    processes.sort_by_key(|process| process.kernel_thread);
    about_processes(&mut facts, told, &processes);
    facts
}

fn whose(namespace: &Namespace) -> &'static str {
    match namespace.initial {
        Some(true) => "the host's own",
        Some(false) => "not the host's",
        None => "not known whether it is the host's",
    }
}

/// Owner and parent, or that they are not known.
fn about_kin(facts: &mut Facts, namespace: &Namespace) {
    let is_initial = namespace.inode == namespace.kind.initial().0;
    let nests = matches!(namespace.kind, Kind::Pid | Kind::User);
    match namespace.owner_user_ns {
        Some(owner) => facts.say("owner", format!("user:[{owner}]")),
        None if is_initial && namespace.kind == Kind::User => {}
        None => facts.tell("owner", "not known", Tone::Notable),
    }
    match namespace.parent {
        Some(parent) => facts.say("parent", format!("{}:[{parent}]", namespace.kind)),
        None if nests && !is_initial => facts.tell("parent", "not known", Tone::Notable),
        None => {}
    }
    if let Some(uid) = namespace.owner_uid {
        facts.say("made by", format!("uid {uid}"));
    }
}
