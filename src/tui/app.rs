//! The state of the interface: what is known, what is chosen, what is shown.
//!
//! The choice is a row's identity and a kind of namespace, not a row number, so a refresh that adds, removes or
//! re-sorts rows leaves it where it was. [`App::fit`] settles everything that depends on the size of the screen;
//! after it the views only read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ratatui::layout::Rect;

use super::data::Data;
use super::facts::{self, Details};
use super::text;
use super::theme::Look;
use super::view::{Layout, help};
use crate::model::{Kind, Snapshot};
use crate::query::{Row, RowId};

/// What fills the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The matrix, with details below where there is room.
    Home,
    /// Details of the chosen cell.
    Details,
    /// Keys and signs.
    Help,
}

/// Which part of the home view the keys go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    /// The matrix.
    Matrix,
    /// The details below it.
    Pane,
}

/// A list that scrolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scroll {
    /// The rows of the matrix.
    Matrix,
    /// The lines of the details.
    Details,
    /// The lines of the help.
    Help,
}

/// The chosen cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its row.
    pub(super) row: RowId,
    /// Where that row stands at present.
    pub(super) index: usize,
    /// Its column; `None` before the first snapshot.
    pub(super) kind: Option<Kind>,
}

/// Where the data comes from, and how fresh it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Time between two scans; `None` for a saved snapshot.
    pub(super) interval: Option<Duration>,
    /// The user asked for a scan that has not ended yet.
    pub(super) asked: bool,
    /// Scans are held.
    pub(super) paused: bool,
    /// Why the last scan brought nothing.
    pub(super) failure: Option<String>,
}

/// The whole state.
#[derive(Debug)]
pub(super) struct App {
    /// Styles and characters.
    pub(super) look: Look,
    /// The snapshot and what follows from it; `None` until the first.
    pub(super) data: Option<Data>,
    /// How the data comes in.
    pub(super) source: Source,
    /// The chosen cell.
    pub(super) choice: Choice,
    /// Views, the present one last; never empty of [`View::Home`] at its start.
    views: Vec<View>,
    /// Which part of home the keys go to.
    pub(super) focus: Focus,
    /// Whether details stand below the matrix, where there is room.
    pub(super) pane: bool,
    /// First visible row of the matrix.
    pub(super) top: usize,
    /// First visible line of the details.
    pub(super) details_top: usize,
    /// First visible line of the help.
    pub(super) help_top: usize,
    /// Details of the chosen cell, laid out for the present width.
    pub(super) details: Option<Details>,
    /// A remark until the next key.
    pub(super) note: Option<&'static str>,
    /// The time of the last event.
    pub(super) now: SystemTime,
    /// The size of the screen at the last drawing.
    pub(super) area: Rect,
}

impl App {
    /// Nothing known yet.
    pub(super) fn new(look: Look, now: SystemTime) -> Self {
        Self {
            look,
            data: None,
            source: Source {
                interval: None,
                asked: false,
                paused: false,
                failure: None,
            },
            choice: Choice {
                row: RowId::Reference,
                index: 0,
                kind: None,
            },
            views: vec![View::Home],
            focus: Focus::Matrix,
            pane: true,
            top: 0,
            details_top: 0,
            help_top: 0,
            details: None,
            note: None,
            now,
            area: Rect::default(),
        }
    }

    /// Scans come every `interval`.
    pub(super) fn go_live(&mut self, interval: Duration) {
        self.source.interval = Some(interval);
    }

    /// Puts a new snapshot in the place of the old one.
    pub(super) fn show(&mut self, snapshot: Arc<Snapshot>) {
        let data = Data::of(snapshot);
        let choice = choose_again(&self.choice, self.data.as_ref(), &data);
        if self.data.is_some() && choice.row != self.choice.row {
            // Details that fill the screen must not turn into another row's unnoticed.
            self.views.retain(|view| *view != View::Details);
            self.note("the chosen row is gone; this is the one next to it");
        }
        self.choice = choice;
        self.data = Some(data);
        self.details = None;
        self.source.failure = None;
        self.source.asked = false;
    }

    /// A scan brought nothing; what was there stays.
    pub(super) fn fail(&mut self, message: String) {
        self.source.failure = Some(message);
        self.source.asked = false;
    }

    /// A remark until the next key.
    pub(super) fn note(&mut self, note: &'static str) {
        self.note = Some(note);
    }

    /// Time goes on; whether that can be seen.
    pub(super) fn tick(&mut self, now: SystemTime) -> bool {
        let before = self.age();
        self.now = now;
        self.age() != before
    }

    /// How long to wait at most before the age on screen is another.
    pub(super) fn next_tick(&self) -> Option<Duration> {
        const SECOND: Duration = Duration::from_secs(1);
        let interval = self.source.interval?;
        let age = self.data.as_ref()?.age(self.now)?;
        let fresh = fresh_for(interval).saturating_sub(age);
        Some(if self.is_held() {
            SECOND
        } else {
            fresh.max(SECOND)
        })
    }

    /// The age of the data in words, where it is worth a word: held, or older than it should be.
    pub(super) fn age(&self) -> Option<String> {
        let interval = self.source.interval?;
        let age = self.data.as_ref()?.age(self.now)?;
        let old = self.is_held() || age > fresh_for(interval);
        old.then(|| text::span(age))
    }

    fn is_held(&self) -> bool {
        self.source.paused || self.source.failure.is_some()
    }

    /// The view that fills the screen.
    pub(super) fn view(&self) -> View {
        self.views.last().copied().unwrap_or(View::Home)
    }

    /// Opens `view` over the present one.
    pub(super) fn open(&mut self, view: View) {
        self.views.push(view);
    }

    /// One level back; false at home.
    pub(super) fn back(&mut self) -> bool {
        if self.views.len() > 1 {
            self.views.pop();
            return true;
        }
        let was = std::mem::replace(&mut self.focus, Focus::Matrix);
        was != Focus::Matrix
    }

    /// What the keys scroll.
    pub(super) fn scroll(&self) -> Scroll {
        match (self.view(), self.focus) {
            (View::Help, _) => Scroll::Help,
            (View::Details, _) | (View::Home, Focus::Pane) => Scroll::Details,
            (View::Home, Focus::Matrix) => Scroll::Matrix,
        }
    }

    /// Chooses the row at `index`; the last one where there are fewer.
    pub(super) fn choose_row(&mut self, index: usize) -> bool {
        let Some(data) = &self.data else { return false };
        let index = index.min(data.matrix.rows.len().saturating_sub(1));
        let Some(row) = data.matrix.rows.get(index) else {
            return false;
        };
        let changed = self.choice.row != row.id;
        if changed {
            self.choice.row = row.id.clone();
            self.choice.index = index;
            self.forget_details();
        }
        changed
    }

    /// Chooses the column `steps` to the right of the present one.
    pub(super) fn choose_column(&mut self, steps: isize) -> bool {
        let Some(data) = &self.data else { return false };
        let columns = &data.matrix.columns;
        let at = columns
            .iter()
            .position(|kind| Some(*kind) == self.choice.kind);
        let kind = at
            .and_then(|at| at.checked_add_signed(steps))
            .and_then(|at| columns.get(at).copied());
        let changed = kind.is_some() && kind != self.choice.kind;
        if changed {
            self.choice.kind = kind;
            self.forget_details();
        }
        changed
    }

    fn forget_details(&mut self) {
        self.details = None;
        self.details_top = 0;
    }

    /// The chosen row.
    pub(super) fn row(&self) -> Option<&Row> {
        self.data.as_ref()?.matrix.rows.get(self.choice.index)
    }

    /// Settles what depends on the size: scroll positions, and details laid out for the width.
    pub(super) fn fit(&mut self, area: Rect) {
        self.area = area;
        let layout = Layout::of(self, area);
        if layout.details.is_none() {
            self.focus = Focus::Matrix;
        }
        let rows = usize::from(layout.rows());
        self.top = self.top.min(self.choice.index);
        self.top = self.top.max((self.choice.index + 1).saturating_sub(rows));
        let count = self.data.as_ref().map_or(0, |data| data.matrix.rows.len());
        self.top = self.top.min(count.saturating_sub(rows));
        self.fit_details(layout.details_body());
        let lines = help::lines(&self.look).len();
        self.help_top = self.help_top.min(lines.saturating_sub(layout.body()));
    }

    fn fit_details(&mut self, body: Option<Rect>) {
        let Some(body) = body else { return };
        let laid_out = self
            .details
            .take()
            .filter(|details| details.width == body.width);
        self.details = laid_out.or_else(|| {
            let facts = facts::facts(self.data.as_ref()?, self.row()?, self.choice.kind);
            Some(facts.lay_out(body.width, &self.look))
        });
        let lines = self
            .details
            .as_ref()
            .map_or(0, |details| details.lines.len());
        self.details_top = self
            .details_top
            .min(lines.saturating_sub(usize::from(body.height)));
    }
}

/// A scan that takes its time is no reason to speak of age.
fn fresh_for(interval: Duration) -> Duration {
    interval * 2 + Duration::from_secs(2)
}

/// The same cell in the new data; the nearest row that is still there where its row is gone.
fn choose_again(choice: &Choice, old: Option<&Data>, new: &Data) -> Choice {
    let kind = choice.kind.filter(|kind| new.matrix.columns.contains(kind));
    let kind = kind.or_else(|| new.first_column());
    let rows = new.matrix.rows.iter();
    let places: HashMap<_, _> = rows.enumerate().map(|(at, row)| (&row.id, at)).collect();
    let before = old.map_or(&[][..], |old| &old.matrix.rows);
    let above = &before[..choice.index.min(before.len())];
    let below = before.get(choice.index + 1..).unwrap_or_default();
    let nearest = alternate(below.iter(), above.iter().rev());
    let index = std::iter::once(&choice.row)
        .chain(nearest.map(|row| &row.id))
        .find_map(|id| places.get(id).copied())
        .unwrap_or(0);
    let row = new.matrix.rows.get(index);
    Choice {
        row: row.map_or(RowId::Reference, |row| row.id.clone()),
        index,
        kind,
    }
}

/// One from the first, one from the second, and so on; all of both.
fn alternate<T>(
    mut first: impl Iterator<Item = T>,
    mut second: impl Iterator<Item = T>,
) -> impl Iterator<Item = T> {
    let pairs = std::iter::from_fn(move || match (first.next(), second.next()) {
        (None, None) => None,
        pair => Some(pair),
    });
    pairs.flat_map(|(first, second)| first.into_iter().chain(second))
}
