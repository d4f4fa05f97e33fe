//! Every action in one table: its name, its keys, and what help and footer say about it.

use super::action::Action;

/// A part of the interface where an action does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Spot {
    /// The matrix.
    Matrix,
    /// The list of namespaces.
    Namespaces,
    /// The list of processes.
    Processes,
    /// The list of network namespaces and interfaces.
    Network,
    /// Details, a comparison, gaps and help.
    Text,
}

impl Spot {
    /// What the view is called in a heading.
    pub(in crate::tui) const fn name(self) -> &'static str {
        match self {
            Self::Matrix => "THE MATRIX",
            Self::Namespaces => "THE LIST OF NAMESPACES",
            Self::Processes => "THE LIST OF PROCESSES",
            Self::Network => "THE NETWORK",
            Self::Text => "PAGES",
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub(in crate::tui) struct Entry {
    /// What the keys do.
    pub(in crate::tui) action: Action,
    /// Its name in the palette and in the configuration file.
    pub(in crate::tui) name: &'static str,
    /// The chords that it has unless bound anew, as they are written.
    pub(in crate::tui) keys: &'static [&'static str],
    /// What help says.
    pub(in crate::tui) help: &'static str,
    /// What the footer says, in one word; empty where it says nothing.
    pub(in crate::tui) hint: &'static str,
    /// Where it does something.
    pub(in crate::tui) spots: &'static [Spot],
}

impl Entry {
    /// The entry of `action`.
    pub(in crate::tui) fn of(action: Action) -> Option<&'static Self> {
        ACTIONS.iter().find(|entry| entry.action == action)
    }

    /// The entry with this name.
    pub(in crate::tui) fn named(name: &str) -> Option<&'static Self> {
        ACTIONS.iter().find(|entry| entry.name == name)
    }

    /// Whether the action is offered; with `is_read_only` no way into a namespace is.
    pub(in crate::tui) fn is_offered(&self, is_read_only: bool) -> bool {
        !is_read_only || self.action != Action::Shell
    }

    /// Whether the action does something wherever one is.
    pub(in crate::tui) fn works_everywhere(&self) -> bool {
        self.spots.len() == ALL.len()
    }

    /// Whether the action does something at `spot`.
    pub(in crate::tui) fn works_at(&self, spot: Spot) -> bool {
        self.spots.contains(&spot)
    }
}

const ALL: &[Spot] = &[
    Spot::Matrix,
    Spot::Namespaces,
    Spot::Processes,
    Spot::Network,
    Spot::Text,
];
const LISTS: &[Spot] = &[
    Spot::Matrix,
    Spot::Namespaces,
    Spot::Processes,
    Spot::Network,
];
const TREES: &[Spot] = &[Spot::Namespaces, Spot::Processes, Spot::Network];

const fn entry(
    (action, name): (Action, &'static str),
    keys: &'static [&'static str],
    hint: &'static str,
    spots: &'static [Spot],
    help: &'static str,
) -> Entry {
    Entry {
        action,
        name,
        keys,
        help,
        hint,
        spots,
    }
}

/// The actions, in the order of help and footer.
#[rustfmt::skip]
pub(in crate::tui) const ACTIONS: &[Entry] = &[
    entry((Action::Open, "open"), &["Enter"], "open", ALL, "details, or what is inside: one level deeper"),
    entry((Action::Up, "up"), &["Up", "k"], "", ALL, "up"),
    entry((Action::Down, "down"), &["Down", "j"], "", ALL, "down"),
    entry((Action::Left, "left"), &["Left", "h"], "", ALL, "the column to the left"),
    entry((Action::Right, "right"), &["Right", "l"], "", ALL, "the column to the right"),
    entry((Action::First, "first"), &["Home", "g g"], "", ALL, "to the first"),
    entry((Action::Last, "last"), &["End", "G"], "", ALL, "to the last"),
    entry((Action::PageUp, "page-up"), &["PgUp"], "", ALL, "a page up"),
    entry((Action::PageDown, "page-down"), &["PgDn"], "", ALL, "a page down"),
    entry((Action::HalfUp, "half-up"), &["Ctrl-u"], "", ALL, "half a page up"),
    entry((Action::HalfDown, "half-down"), &["Ctrl-d"], "", ALL, "half a page down"),
    entry((Action::ViewMatrix, "view-matrix"), &["1"], "", ALL, "the matrix: containers and kinds of namespace"),
    entry((Action::ViewNamespaces, "view-namespaces"), &["2"], "", ALL, "the list of namespaces"),
    entry((Action::ViewProcesses, "view-processes"), &["3"], "", ALL, "the list of processes"),
    entry((Action::ViewNetwork, "view-network"), &["4"], "", ALL, "the network: interfaces, addresses, who listens, what is plugged into what"),
    entry((Action::Back, "back"), &["Esc"], "back", ALL, "one level back: prompt, popup, filter, view (never quits)"),
    entry((Action::NextPane, "next-pane"), &["Tab", "Shift-Tab"], "", LISTS, "list or details: where the keys go"),
    entry((Action::TogglePane, "toggle-pane"), &["i"], "", LISTS, "details below the list, on or off; a page of them where there is no room"),
    entry((Action::GoNamespaces, "go-namespaces"), &["g n"], "", ALL, "jump from the chosen row to its namespaces"),
    entry((Action::GoProcesses, "go-processes"), &["g p"], "processes", ALL, "jump from the chosen row to its processes"),
    entry((Action::GoContainer, "go-container"), &["g c"], "", ALL, "jump from the chosen row to its container (from a namespace to all that are in it)"),
    entry((Action::GoInterfaces, "go-interfaces"), &["g i"], "", ALL, "jump from the chosen row to the interfaces of its network namespace"),
    entry((Action::GoEnd, "go-end"), &["g e"], "", ALL, "jump from the chosen interface (of anything else, the one that leads out of it) to its other end: the veth's peer, what it rides on or is a port of"),
    entry((Action::Shell, "shell"), &["s"], "shell", ALL, "a way into the chosen row: a shell there, or a command that asks there and is shown as a page; a list to choose from, with the command line that each stands for"),
    entry((Action::Filter, "filter"), &["/"], "filter", ALL, "keep the rows that match, as you type; in pages, search"),
    entry((Action::Palette, "palette"), &[":", "Ctrl-p"], "commands", ALL, "choose a command by its name"),
    entry((Action::Help, "help"), &["?", "F1"], "help", ALL, "this help"),
    entry((Action::Gaps, "gaps"), &["!"], "", ALL, "what could not be seen, and why"),
    entry((Action::Sort, "sort"), &["o"], "sort", LISTS, "sort by the chosen column; again: the other way round; again: as at first"),
    entry((Action::Reverse, "reverse"), &["O"], "", LISTS, "sort the other way round"),
    entry((Action::Tree, "tree"), &["t"], "tree", TREES, "flat or as a tree (namespaces: by kind, by owner user namespace, by nesting; processes: flat, tree; network: by namespace, topology, all interfaces)"),
    entry((Action::Follow, "follow"), &["f"], "", LISTS, "keep the chosen row in its place on screen, and shown even when it is gone"),
    entry((Action::Pause, "pause"), &["p"], "pause", ALL, "hold the data still, or go on"),
    entry((Action::Refresh, "refresh"), &["r"], "", ALL, "scan now; on the page of a command, run it again"),
    entry((Action::KernelThreads, "kernel-threads"), &["K"], "", &[Spot::Processes], "show or hide kernel threads"),
    entry((Action::HostOnly, "host-only"), &["U"], "", &[Spot::Matrix, Spot::Processes], "show or hide systemd units in the matrix, and processes with nothing but the host's namespaces in the process list"),
    entry((Action::Mark, "mark"), &["Space"], "mark", LISTS, "mark the row for a comparison"),
    entry((Action::Unmark, "unmark"), &["u"], "", LISTS, "forget all marks"),
    entry((Action::Compare, "compare"), &["="], "", ALL, "compare two marked rows kind by kind (or the marked and the chosen one)"),
    entry((Action::CopyCell, "copy-cell"), &["y y"], "", ALL, "copy the cell (by OSC 52)"),
    entry((Action::CopyJson, "copy-json"), &["y j"], "", ALL, "copy the row as JSON (by OSC 52)"),
    entry((Action::CopyEnter, "copy-enter"), &["y e"], "", ALL, "copy the nsenter command line: of a cell for its kind, of a row for all in which it differs from us (by OSC 52)"),
    entry((Action::Write, "write"), &["w"], "", ALL, "write the snapshot to a file"),
    entry((Action::Mouse, "mouse"), &["m"], "", ALL, "the mouse, on or off"),
    entry((Action::ThemeDark, "theme-dark"), &[], "", ALL, "colours for a dark background"),
    entry((Action::ThemeLight, "theme-light"), &[], "", ALL, "colours for a light background"),
    entry((Action::ThemeMono, "theme-mono"), &[], "", ALL, "no colours"),
    entry((Action::Redraw, "redraw"), &["Ctrl-l"], "", ALL, "draw the screen anew"),
    entry((Action::Suspend, "suspend"), &["Ctrl-z"], "", ALL, "suspend; fg comes back"),
    entry((Action::Quit, "quit"), &["q", "Ctrl-c"], "quit", ALL, "quit"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_action_stands_in_the_table_once() {
        // The enum is without values: `Quit`, its last, tells how many there are.
        let mut left: HashSet<usize> = (0..=Action::Quit as usize).collect();
        for entry in ACTIONS {
            let at = entry.action as usize;
            assert!(left.remove(&at), "{:?} twice", entry.action);
        }
        assert!(left.is_empty(), "missing: {left:?}");
    }

    #[test]
    fn every_entry_has_a_name_of_its_own_words_and_a_place() {
        let mut names = HashSet::new();
        for entry in ACTIONS {
            let is_kebab = |char: char| char.is_ascii_lowercase() || char == '-';
            assert!(entry.name.chars().all(is_kebab), "{}", entry.name);
            assert!(names.insert(entry.name), "{} twice", entry.name);
            assert!(!entry.help.is_empty() && !entry.help.contains('|'));
            assert!(!entry.hint.contains(' ') && !entry.spots.is_empty());
            assert_eq!(
                Entry::named(entry.name).map(|found| found.action),
                Some(entry.action)
            );
            assert_eq!(
                Entry::of(entry.action).map(|found| found.name),
                Some(entry.name)
            );
        }
        let help = Entry::named("kernel-threads").unwrap();
        assert!(help.works_at(Spot::Processes) && !help.works_at(Spot::Matrix));
    }
}
