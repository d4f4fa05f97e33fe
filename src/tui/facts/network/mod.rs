//! What a network namespace holds, and an interface of it.

mod compare;
mod interface;
mod road;
mod sockets;
mod tables;
mod traffic;

use super::cell::{about_gone, gone};
use super::gaps::about_gaps;
use super::{Context, Facts, NAMES, Tone};
use crate::model::{Inode, Kind, NetworkNamespace, NetworkSource, Process};
use crate::query::{Id, RowId};
use crate::report::words::{Census, Ends, Holders, nobody};
use crate::tui::data::Data;
use crate::tui::text;
use crate::tui::theme::Look;

pub(super) use compare::{interfaces as compare_interfaces, namespaces as compare_namespaces};
pub(super) use interface::facts as interface;
pub(super) use road::road;

/// Lines of a list; the others are counted.
const LINES: usize = 500;
/// Columns of what stands at the left of a list: a name of an interface has 15 characters.
const LEFT: u16 = 17;

/// What the words are taken from.
struct Sight<'a> {
    data: &'a Data,
    /// In the snapshot that tells of the namespace: the present one, or that of what is gone.
    holders: Holders<'a>,
    look: &'a Look,
}

impl<'a> Sight<'a> {
    fn of(data: &'a Data, id: &Id, context: Context<'a>) -> Self {
        Self {
            data,
            holders: Holders::new(data.ends(id), data),
            look: context.look,
        }
    }

    fn ends(&self) -> &Ends<'a> {
        &self.holders.ends
    }
}

impl Census for Data {
    fn process(&self, pid: u32) -> Option<&Process> {
        let present = self.process_at(pid).and_then(|at| self.process(at));
        let mut past = self.changes.past.processes.iter().flatten();
        present.or_else(|| past.find(|process| process.pid == pid))
    }

    fn name(&self, row: &RowId) -> Option<&str> {
        Some(&self.row(self.row_at(row)?)?.name)
    }
}

/// What there is to say about the network namespace.
pub(super) fn namespace(data: &Data, inode: Inode, context: Context<'_>) -> Facts {
    let Some(namespace) = data.find_network(inode) else {
        return nothing(data, &Id::Namespace(Kind::Net, inode), context);
    };
    let id = Id::Namespace(Kind::Net, inode);
    let sight = Sight::of(data, &id, context);
    let mut facts = Facts::titled(sight.ends().title(inode));
    facts.title.push(format!("net:[{inode}]"));
    about_gone(&mut facts, data, &id);
    about_place(&mut facts, &sight, namespace);
    sockets::about_listeners(&mut facts, &sight, namespace);
    sockets::about_published(&mut facts, &sight, namespace);
    sockets::about_sniffers(&mut facts, &sight, namespace);
    interface::all(&mut facts, &sight, namespace);
    tables::about_routes(&mut facts, namespace, |_| true);
    tables::about_rules(&mut facts, namespace);
    tables::about_neighbours(&mut facts, namespace, |_| true);
    tables::about_forwarding(&mut facts, namespace, |_| true);
    sockets::about_others(&mut facts, &sight, namespace);
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
    let tenants = sight.ends().wiring().tenants(namespace.namespace).iter();
    if tenants.len() > 0 {
        facts.say(
            "in it",
            text::list(tenants.map(|tenant| tenant.name), NAMES),
        );
    } else if namespace.leader_pid.is_none() {
        facts.say("in it", nobody(&sight.data.snapshot));
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
