//! The help: the keys of the view, all other keys, the signs, the filter language.

use super::{Context, Facts, Tone};
use crate::tui::keys::{ACTIONS, Action, Entry, Spot};
use crate::tui::sign;

/// Columns of the keys at the left.
const KEYS: u16 = 20;

/// Filters to learn from; README has the whole language.
const FILTERS: &[(&str, &str)] = &[
    (
        "nginx",
        "name, image, command or id that holds this; a pid or an inode",
    ),
    ("~^web-[0-9]+$", "the same as a regular expression"),
    (
        "host:net",
        "in the host's network namespace; also shared: private: unknown:",
    ),
    ("ns:4026532184", "this namespace, and whoever is in it"),
    ("pid:1234", "this process, its container, its namespaces"),
    (
        "container:web",
        "also image: engine: project: pod: label:k=v addr: user: kind:",
    ),
    ("procs>10", "numbers compare: > >= < <= ="),
    ("a b, a or b, !a, (a)", "both, either, not, together"),
];

/// The help for one kind of view.
pub(super) fn facts(spot: Spot, context: Context<'_>) -> Facts {
    let search = context.keymap.label(Action::Filter, context.look.ascii);
    let mut facts = Facts::titled(format!(
        "help ({} searches, Esc leaves)",
        search.unwrap_or_default()
    ));
    let is_here = |entry: &&Entry| entry.works_at(spot);
    facts.line(format!("KEYS IN {}", spot.name()), Tone::Title);
    let all = || {
        let offered = move |entry: &&Entry| entry.is_offered(context.is_read_only);
        ACTIONS.iter().filter(offered)
    };
    let here = all().filter(is_here);
    for entry in here.filter(|entry| !entry.works_everywhere()) {
        about_key(&mut facts, entry, context);
    }
    heading(&mut facts, "KEYS EVERYWHERE");
    for entry in all().filter(|entry| entry.works_everywhere()) {
        about_key(&mut facts, entry, context);
    }
    heading(&mut facts, "SIGNS IN THE MATRIX");
    about_signs(&mut facts, context);
    heading(&mut facts, "MARKS AT THE LEFT OF A ROW");
    for (sign, words) in [
        ("*", "marked for a comparison"),
        ("+", "new since a few refreshes"),
        (
            "~",
            "in a row and behind a cell: another namespace, or another meaning, than before",
        ),
        ("-", "gone; shown as last seen for a few refreshes"),
        ("@", "followed: it keeps its place on screen"),
    ] {
        put(&mut facts, sign, words);
    }
    heading(&mut facts, "FILTER");
    for (example, words) in FILTERS {
        put(&mut facts, example, words);
    }
    heading(&mut facts, "KEYS IN OTHER VIEWS");
    for entry in all().filter(|entry| !is_here(entry)) {
        about_key(&mut facts, entry, context);
    }
    facts
}

fn heading(facts: &mut Facts, words: &str) {
    facts.line("", Tone::Plain);
    facts.line(words, Tone::Title);
}

fn put(facts: &mut Facts, left: &str, words: &str) {
    facts.put(format!("  {left}"), KEYS, words.to_owned(), Tone::Plain);
}

fn about_key(facts: &mut Facts, entry: &Entry, context: Context<'_>) {
    let keys = context.keymap.labels(entry.action, context.look.ascii);
    let keys = if keys.is_empty() {
        format!(": {}", entry.name)
    } else {
        keys
    };
    put(facts, &keys, entry.help);
}

fn about_signs(facts: &mut Facts, context: Context<'_>) {
    for sees_host in [true, false] {
        // Seen from inside only the first sign is another one.
        let signs = sign::signs(sees_host).into_iter();
        for (cell, _, words) in signs.take(if sees_host { usize::MAX } else { 1 }) {
            let (sign, _) = sign::sign(&cell, context.look, sees_host);
            put(facts, &sign, words);
        }
    }
    put(facts, "(blank)", "this kernel has no such namespace");
    let words = "SET in the process list: the same letter is the same set of namespaces; H is the host's; NOT HOST \
                 tells in which kinds it is not the host's, by the letters of nsenter";
    put(facts, "H A B", words);
    let words = "RX/s and TX/s in the network: counted only once so far, so that nothing is known per second";
    put(facts, context.look.dot(), words);
    let words = "a word in the network's filter also finds names, addresses, hardware addresses and networks of \
                 interfaces, and local addresses of sockets; a number finds ports";
    put(facts, "eth0 or 8080", words);
}
