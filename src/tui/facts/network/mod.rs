//! What a network namespace holds, and an interface of it.

mod compare;
mod interface;
mod roads;
mod sockets;
mod traffic;

use std::collections::HashMap;

use super::cell::{about_gone, gone};
use super::gaps::about_gaps;
use super::{Context, Facts, NAMES, Tone};
use crate::model::{Inode, Kind, NetworkNamespace, NetworkSource};
use crate::query::{Id, Wiring};
use crate::tui::data::Data;
use crate::tui::text;
use crate::tui::theme::Look;

pub(super) use compare::{interfaces as compare_interfaces, namespaces as compare_namespaces};
pub(super) use interface::facts as interface;

/// Lines of a list; the others are counted.
const LINES: usize = 500;
/// Columns of what stands at the left of a list: a name of an interface has 15 characters.
const LEFT: u16 = 17;

/// What the words are taken from.
struct Sight<'a> {
    data: &'a Data,
    /// Of the snapshot that tells of the namespace: the present one, or that of what is gone.
    wiring: Wiring<'a>,
    look: &'a Look,
    /// The namespace that has an address; `None` where several have it.
    owners: HashMap<&'a str, Option<Inode>>,
}

impl<'a> Sight<'a> {
    fn of(data: &'a Data, inode: Inode, context: Context<'a>) -> Self {
        let wiring = Wiring::of(data.telling(&Id::Namespace(Kind::Net, inode)));
        Self {
            data,
            owners: owners(&wiring),
            wiring,
            look: context.look,
        }
    }
}

fn owners<'a>(wiring: &Wiring<'a>) -> HashMap<&'a str, Option<Inode>> {
    let mut owners: HashMap<&str, Option<Inode>> = HashMap::new();
    for namespace in wiring.namespaces() {
        let interfaces = namespace.interfaces.iter().flatten();
        for address in interfaces.flat_map(|one| one.addresses.iter().flatten()) {
            let inode = namespace.namespace;
            owners
                .entry(&address.address)
                .and_modify(|owner| *owner = owner.filter(|owner| *owner == inode))
                .or_insert(Some(inode));
        }
    }
    owners
}

/// What there is to say about the network namespace.
pub(super) fn namespace(data: &Data, inode: Inode, context: Context<'_>) -> Facts {
    let Some(namespace) = data.find_network(inode) else {
        return nothing(data, &Id::Namespace(Kind::Net, inode), context);
    };
    let sight = Sight::of(data, inode, context);
    let mut facts = Facts::titled(sight.wiring.title(inode));
    facts.title.push(format!("net:[{inode}]"));
    about_gone(&mut facts, data, &Id::Namespace(Kind::Net, inode));
    about_place(&mut facts, &sight, namespace);
    interface::all(&mut facts, &sight, namespace);
    sockets::about_listeners(&mut facts, &sight, namespace);
    sockets::about_published(&mut facts, &sight, namespace);
    roads::about_routes(&mut facts, namespace, |_| true);
    roads::about_rules(&mut facts, namespace);
    roads::about_neighbours(&mut facts, namespace, |_| true);
    roads::about_forwarding(&mut facts, namespace, |_| true);
    sockets::about_connections(&mut facts, &sight, namespace);
    facts
}

/// The network was not looked at, or the thing is gone.
fn nothing(data: &Data, id: &Id, context: Context<'_>) -> Facts {
    if data.snapshot.network.is_some() {
        return gone(id);
    }
    let mut facts = gone(id);
    facts.facts.clear();
    let words = if context.is_live {
        "looking at the network"
    } else {
        "this snapshot was taken without the network"
    };
    facts.tell("", words, Tone::Notable);
    facts
}

/// Who lives there, its name, how it was read.
fn about_place(facts: &mut Facts, sight: &Sight<'_>, namespace: &NetworkNamespace) {
    let tenants = sight.wiring.tenants(namespace.namespace).iter();
    if tenants.len() > 0 {
        facts.say(
            "in it",
            text::list(tenants.map(|tenant| tenant.name), NAMES),
        );
    } else if namespace.leader_pid.is_none() {
        facts.say("in it", "no process");
    }
    if let Some(name) = &namespace.name {
        facts.say("name", name.clone());
    }
    match namespace.source {
        NetworkSource::Netlink => {}
        NetworkSource::Proc => {
            let words = "from /proc of a process in it, which knows less than the namespace itself would tell";
            facts.tell("read", words, Tone::Notable);
        }
        NetworkSource::None => {
            facts.tell("read", "not at all", Tone::Notable);
            about_gaps(facts, "why", &sight.data.snapshot.gaps, Kind::Net);
        }
    }
}

/// The heading of a list, with the number of its lines; false where there is nothing below it.
fn heading<T>(facts: &mut Facts, words: &str, list: Option<&[T]>) -> bool {
    if let Some([]) = list {
        facts.line(format!("{words}: none"), Tone::Dim);
        return false;
    }
    // A line between lists, but none between those that are empty.
    facts.line("", Tone::Plain);
    if let Some(list) = list {
        facts.line(format!("{words}: {}", list.len()), Tone::Title);
    } else {
        facts.line(words, Tone::Title);
        facts.tell("", "not known", Tone::Notable);
    }
    list.is_some()
}

/// Says of the first of a list what `say` does, and counts the others.
fn each<T>(facts: &mut Facts, list: &[T], mut say: impl FnMut(&mut Facts, &T)) {
    for one in list.iter().take(LINES) {
        say(facts, one);
    }
    if let Some(more @ 1..) = list.len().checked_sub(LINES) {
        facts.put(String::new(), LEFT, format!("and {more} more"), Tone::Dim);
    }
}
