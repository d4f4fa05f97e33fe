//! The state of the interface: what is known, where the user is, what is chosen.
//!
//! [`App::fit`] settles everything that depends on the data, the filter or the size of the screen; after it the views
//! only read.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ratatui::layout::Rect;

use super::chooser::{Access, Chooser};
use super::clipboard::Wrapper;
use super::commands::QuickCommand;
use super::config::ThemeName;
use super::data::Data;
use super::facts::Context;
use super::keys::{Action, Key, Keymap};
use super::list::{Hidden, List, What};
use super::palette::Palette;
use super::place::{Page, Places};
use super::prompt::Prompt;
use super::text;
use super::theme::Look;
use super::view::Layout;
use crate::model::Snapshot;
use crate::query::{Filter, Id};

/// Which part of a list's screen the keys go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    /// The list.
    List,
    /// The details below it.
    Pane,
}

/// Where the data comes from, and how fresh it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Source {
    /// Time between two scans as asked for; `None` for a saved snapshot.
    pub(super) interval: Option<Duration>,
    /// Time to the next scan as it is, where scanning costs so much that it is longer.
    pub(super) pause: Option<Duration>,
    /// Processor time that the last scan took.
    pub(super) cost: Option<Duration>,
    /// The user asked for a scan that has not ended yet.
    pub(super) asked: bool,
    /// Scans are held.
    pub(super) paused: bool,
    /// Why the last scan brought nothing.
    pub(super) failure: Option<String>,
}

/// What the interface starts with.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) theme: ThemeName,
    pub(super) colorless: bool,
    pub(super) ascii: bool,
    pub(super) mouse: bool,
    pub(super) filter: Filter,
    pub(super) keymap: Keymap,
    pub(super) problems: Vec<String>,
    pub(super) wrapper: Wrapper,
    pub(super) access: Access,
    pub(super) commands: Vec<QuickCommand>,
}

/// A row that keeps its place on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Follow {
    pub(super) id: Id,
    /// Its line in the list.
    pub(super) line: usize,
}

/// The whole state.
#[derive(Debug)]
pub(super) struct App {
    /// Styles and characters.
    pub(super) look: Look,
    pub(super) theme: ThemeName,
    /// Colour was forbidden at the start: the theme cannot be changed.
    pub(super) is_colorless: bool,
    pub(super) keymap: Keymap,
    /// What is wrong in the configuration file.
    pub(super) problems: Vec<String>,
    pub(super) wrapper: Wrapper,
    pub(super) access: Access,
    /// Quick commands of the configuration file.
    pub(super) commands: Vec<QuickCommand>,
    /// Quick commands that have been run.
    pub(super) runs: u64,
    /// The snapshot and what follows from it; `None` until the first.
    pub(super) data: Option<Data>,
    /// Counts the states of what lists and pages are made from.
    pub(super) stamp: u64,
    pub(super) source: Source,
    pub(super) places: Places,
    pub(super) focus: Focus,
    /// Whether details stand below a list, where there is room.
    pub(super) pane: bool,
    /// Those details.
    pub(super) details: Option<Page>,
    pub(super) hidden: Hidden,
    pub(super) marks: Vec<Id>,
    pub(super) follow: Option<Follow>,
    pub(super) prompt: Option<Prompt>,
    pub(super) palette: Option<Palette>,
    pub(super) chooser: Option<Chooser>,
    /// The first of two keys.
    pub(super) pending: Vec<Key>,
    /// Filters of before, the latest last.
    pub(super) history: Vec<String>,
    /// A remark until the next key.
    pub(super) note: Option<String>,
    pub(super) mouse: bool,
    /// The time of the last event.
    pub(super) now: SystemTime,
    /// The size of the screen at the last drawing.
    pub(super) area: Rect,
}

impl App {
    /// Nothing known yet.
    pub(super) fn new(setup: Setup, now: SystemTime) -> Self {
        let lists = [
            What::Matrix,
            What::Namespaces,
            What::Processes,
            What::Network,
        ];
        let lists = lists.map(|what| List::matching(what, setup.filter.clone()));
        let note = setup.problems.first().map(|problem| {
            let more = setup.problems.len() - 1;
            let more = if more > 0 {
                format!(" (and {more} more)")
            } else {
                String::new()
            };
            format!("{problem}{more}")
        });
        Self {
            look: Look::new(setup.theme, setup.ascii),
            theme: setup.theme,
            is_colorless: setup.colorless,
            keymap: setup.keymap,
            problems: setup.problems,
            wrapper: setup.wrapper,
            access: setup.access,
            commands: setup.commands,
            runs: 0,
            data: None,
            stamp: 0,
            source: Source::default(),
            places: Places::new(lists),
            focus: Focus::List,
            pane: true,
            details: None,
            hidden: Hidden {
                kernel_threads: true,
                host_only: false,
            },
            marks: Vec::new(),
            follow: None,
            prompt: None,
            palette: None,
            chooser: None,
            pending: Vec::new(),
            history: Vec::new(),
            note,
            mouse: setup.mouse,
            now,
            area: Rect::default(),
        }
    }

    /// Whether no way into a namespace is offered.
    pub(super) fn is_read_only(&self) -> bool {
        self.access == Access::ReadOnly
    }

    /// Scans come every `interval`.
    pub(super) fn go_live(&mut self, interval: Duration) {
        self.source.interval = Some(interval);
    }

    /// Puts a new snapshot in the place of the old one.
    pub(super) fn show(&mut self, snapshot: Arc<Snapshot>) {
        let followed = self.follow.as_ref().map(|follow| &follow.id);
        self.data = Some(match self.data.take() {
            None => Data::of(snapshot),
            Some(old) => {
                for list in self.places.lists() {
                    list.unsettle(&old, self.stamp);
                }
                old.next(snapshot, followed)
            }
        });
        self.stamp += 1;
        self.source.failure = None;
        self.source.asked = false;
        let before = self.places.list().and_then(|list| list.chosen.clone());
        if self.settle() {
            let is_there = |id: &Id| self.data.as_ref().is_some_and(|data| data.has(id));
            self.note(if before.as_ref().is_some_and(is_there) {
                "the chosen row is left out now; this is the one next to it"
            } else {
                "the chosen row is gone; this is the one next to it"
            });
        }
        self.tell_if_gone();
        self.let_go();
    }

    /// Follows no longer what nobody knows any more.
    fn let_go(&mut self) {
        let (Some(data), Some(follow)) = (&self.data, &self.follow) else {
            return;
        };
        if !data.has(&follow.id) && !data.changes.is_gone(&follow.id) {
            self.follow = None;
        }
    }

    /// Scans are dear, so the next one comes later than asked; whether that can be seen.
    pub(super) fn set_pace(&mut self, pause: Duration, cost: Duration) -> bool {
        let stretched =
            |pause: Option<Duration>| pause.filter(|one| Some(*one) > self.source.interval);
        let changed = stretched(Some(pause)).is_some() || stretched(self.source.pause).is_some();
        self.source.pause = Some(pause);
        self.source.cost = Some(cost);
        changed
    }

    /// A remark when the chosen row has just gone.
    fn tell_if_gone(&mut self) {
        let Some(data) = &self.data else { return };
        let chosen = self.places.list().and_then(|list| list.chosen.as_ref());
        if chosen.is_some_and(|id| data.changes.is_gone(id)) && self.note.is_none() {
            self.note("the chosen row is gone; for a few refreshes it is shown as it was");
        }
    }

    /// A scan brought nothing; what was there stays.
    pub(super) fn fail(&mut self, message: String) {
        self.source.failure = Some(message);
        self.source.asked = false;
    }

    /// How the key of `action` is written.
    pub(super) fn key(&self, action: Action) -> String {
        let key = self.keymap.label(action, self.look.ascii);
        key.unwrap_or_else(|| ":".to_owned())
    }

    /// A remark until the next key.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.note = Some(note.into());
    }

    /// Lists and pages have to be worked out again.
    pub(super) fn unsettle(&mut self) {
        if let Some(data) = &self.data {
            for list in self.places.lists() {
                list.unsettle(data, self.stamp);
            }
        }
        self.stamp += 1;
    }

    /// The present list has to be worked out again.
    pub(super) fn unsettle_list(&mut self) {
        if let (Some(data), Some(list)) = (&self.data, self.places.list_mut()) {
            list.unsettle(data, self.stamp);
        }
    }

    /// Works out the rows of the present list; true where the chosen one is not among them any more.
    pub(super) fn settle(&mut self) -> bool {
        let (Some(data), Some(list)) = (&self.data, self.places.list_mut()) else {
            return false;
        };
        !list.is_settled(self.stamp) && list.settle(data, self.hidden, self.stamp)
    }

    /// Time goes on; whether that can be seen.
    pub(super) fn tick(&mut self, now: SystemTime) -> bool {
        let before = self.age();
        self.now = now;
        self.age() != before
    }

    /// How long to wait at most before the age on screen is another.
    pub(super) fn next_tick(&self) -> Option<Duration> {
        let age = self.data.as_ref()?.age(self.now)?;
        let _ = self.source.interval?;
        let into = Duration::from_nanos(u64::from(age.subsec_nanos()));
        Some(Duration::from_secs(1).saturating_sub(into))
    }

    /// The age of the data, to the second.
    pub(super) fn age(&self) -> Option<Duration> {
        let _ = self.source.interval?;
        let age = self.data.as_ref()?.age(self.now)?;
        Some(Duration::from_secs(age.as_secs()))
    }

    /// The age in words, where it is more than it should be.
    pub(super) fn old(&self) -> Option<String> {
        let age = self.age()?;
        let due = self.source.pause.or(self.source.interval)?;
        let is_held = self.source.paused || self.source.failure.is_some();
        // A scan that takes its time is no reason to speak of age.
        let late = due.saturating_mul(2).saturating_add(Duration::from_secs(2));
        (is_held || age > late).then(|| text::span(age))
    }

    /// Settles rows, scroll positions, and words for the width.
    pub(super) fn fit(&mut self, area: Rect) {
        self.area = area;
        self.settle();
        let layout = Layout::of(self, area);
        if layout.details.is_none() {
            self.focus = Focus::List;
        }
        self.scroll(usize::from(layout.rows()));
        self.fit_details(&layout);
        let chooser_rows = usize::from(layout.chooser_rows(self));
        let context = Context {
            data: self.data.as_ref(),
            keymap: &self.keymap,
            look: &self.look,
            problems: &self.problems,
            is_live: self.source.interval.is_some(),
            is_read_only: self.access == Access::ReadOnly,
        };
        let body = layout.page_body();
        if let Some(page) = self.places.page_mut() {
            page.fit(context, self.stamp, body.width, usize::from(body.height));
        }
        let room = layout.palette_rows();
        if let Some(palette) = &mut self.palette {
            palette.scroll(room);
        }
        if let Some(chooser) = &mut self.chooser {
            chooser.scroll(chooser_rows);
        }
    }

    /// Keeps the chosen row in sight, a followed one on its line.
    fn scroll(&mut self, page: usize) {
        let Some(list) = self.places.list_mut() else {
            return;
        };
        let follow = self.follow.as_ref();
        if let Some(follow) = follow.filter(|follow| list.chosen.as_ref() == Some(&follow.id)) {
            list.top = list.index.saturating_sub(follow.line);
        }
        list.scroll(page);
    }

    /// The details below the list are about the chosen row.
    fn fit_details(&mut self, layout: &Layout) {
        let Some(body) = layout.details_body() else {
            return;
        };
        let Some(about) = self.about() else {
            self.details = None;
            return;
        };
        let same = self.details.take().filter(|page| page.about == about);
        let mut page = same.unwrap_or_else(|| Page::new(about));
        let context = Context {
            data: self.data.as_ref(),
            keymap: &self.keymap,
            look: &self.look,
            problems: &self.problems,
            is_live: self.source.interval.is_some(),
            is_read_only: self.access == Access::ReadOnly,
        };
        page.fit(context, self.stamp, body.width, usize::from(body.height));
        self.details = Some(page);
    }
}
