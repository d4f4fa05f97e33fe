//! The chooser: the ways into what is chosen, and what may be asked there, each with the command that it stands for.

use crate::enter::Plan;
use crate::model::Kind;
use crate::query::Id;

/// Whether namespaces may be entered from the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// They may.
    Open,
    /// The user wanted no way in.
    ReadOnly,
    /// They are made up.
    Example,
    /// They are those of another time, or of another host.
    Saved,
    /// They are seen through a proc mount whose pids mean other processes here.
    Foreign,
}

impl Access {
    /// Why nothing can be entered.
    pub(super) const fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Open => None,
            Self::ReadOnly => Some("started with --read-only: no way in is offered"),
            Self::Example => Some("this is the built-in example host: there is nothing to enter"),
            Self::Foreign => Some(
                "seen through the /proc of another pid namespace: its pids mean other processes here",
            ),
            Self::Saved => Some(
                "this is a saved snapshot: its processes are those of another time, or of another host",
            ),
        }
    }
}

/// The chooser while it is open.
#[derive(Debug)]
pub(super) struct Chooser {
    /// What is entered; not yet made visible.
    pub(super) title: String,
    pub(super) choices: Vec<Choice>,
    /// The chosen one of them.
    pub(super) chosen: usize,
    /// First visible line.
    pub(super) top: usize,
}

/// A line of the chooser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// What it is called.
    pub(super) label: String,
    /// What it is good for.
    pub(super) about: String,
    /// The command line that it stands for; not yet made visible.
    pub(super) line: String,
    /// What is done, or why it cannot be; not yet made visible.
    pub(super) way: Result<Way, String>,
}

/// What a choice does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The terminal is given to a shell.
    Enter(Errand),
    /// The line is printed where the interface was started.
    Print,
    /// The line goes to the clipboard.
    Copy,
    /// A command is run, and what it prints becomes a page.
    Ask(Question),
}

/// A shell somewhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Errand {
    /// What leads there.
    pub(super) plan: Plan,
    /// What the place is called; not yet made visible.
    pub(super) name: String,
    /// The command line that does the same; not yet made visible.
    pub(super) line: String,
}

/// A command and the namespace in which it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// Whose namespace.
    pub(super) about: Id,
    /// What that is called; not yet made visible.
    pub(super) name: String,
    /// The kind of the namespace.
    pub(super) kind: Kind,
    /// The command as it is written; not yet made visible.
    pub(super) command: String,
    /// What leads there, with the command.
    pub(super) plan: Plan,
}

impl Chooser {
    /// The chosen line.
    pub(super) fn choice(&self) -> Option<&Choice> {
        self.choices.get(self.chosen)
    }

    /// Chooses another line; it stays within them.
    pub(super) fn choose(&mut self, at: usize) -> bool {
        let before = self.chosen;
        self.chosen = at.min(self.choices.len().saturating_sub(1));
        self.chosen != before
    }

    /// Moves the window so that the choice is in it.
    pub(super) fn scroll(&mut self, page: usize) {
        let last = self.choices.len().saturating_sub(page);
        self.top = self.top.min(self.chosen).min(last);
        self.top = self.top.max((self.chosen + 1).saturating_sub(page));
    }
}
