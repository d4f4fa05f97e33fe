//! Where the user is: a stack of places, each a list or a page, the present one last.

use super::facts::{About, Context, Laid, facts};
use super::list::{List, What};
use crate::query::Id;

/// One level.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// Rows to choose from.
    List(Box<List>),
    /// Words over the whole screen.
    Page(Page),
}

/// Words that scroll.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// What they are about.
    pub(super) about: About,
    /// First visible line.
    pub(super) top: usize,
    /// Only lines that hold this are shown.
    pub(super) search: String,
    /// The words laid out, for this state of the data.
    laid: Option<(u64, Laid)>,
}

impl Page {
    /// What there is to say about `about`.
    pub(super) const fn new(about: About) -> Self {
        Self {
            about,
            top: 0,
            search: String::new(),
            laid: None,
        }
    }

    /// The words, laid out at the last drawing.
    pub(super) fn laid(&self) -> Option<&Laid> {
        self.laid.as_ref().map(|(_, laid)| laid)
    }

    /// Shows only what holds `search`.
    pub(super) fn search(&mut self, search: String) {
        self.search = search;
        self.top = 0;
        self.laid = None;
    }

    /// Tells of something else from the same place.
    pub(super) fn retell(&mut self, about: About) {
        self.about = about;
        self.laid = None;
    }

    /// Lays the words out for `width`, and keeps `page` of them in sight.
    pub(super) fn fit(&mut self, context: Context<'_>, stamp: u64, width: u16, page: usize) {
        let fits = |(of, laid): &(u64, Laid)| *of == stamp && laid.width == width;
        if !self.laid.as_ref().is_some_and(fits) {
            let words = facts(&self.about, context);
            self.laid = Some((stamp, words.lay_out(width, context.look, &self.search)));
        }
        let lines = self.laid().map_or(0, |laid| laid.lines.len());
        self.top = self.top.min(lines.saturating_sub(page));
    }
}

/// Places on the way at most.
const DEEPEST: usize = 32;

/// The places on the way to the present one. The first one is always a list of everything.
#[derive(Debug)]
pub(super) struct Places {
    stack: Vec<Place>,
    /// The other lists of everything, as they were left.
    shelf: Vec<List>,
}

impl Places {
    /// At the matrix.
    pub(super) fn new(lists: [List; 4]) -> Self {
        let [matrix, others @ ..] = lists;
        Self {
            stack: vec![Place::List(Box::new(matrix))],
            shelf: others.into(),
        }
    }

    /// Everything on the way.
    pub(super) fn all(&self) -> &[Place] {
        &self.stack
    }

    /// Every list, on the way or not.
    pub(super) fn lists(&mut self) -> impl Iterator<Item = &mut List> {
        let stack = self.stack.iter_mut().filter_map(|place| match place {
            Place::List(list) => Some(&mut **list),
            Place::Page(_) => None,
        });
        stack.chain(self.shelf.iter_mut())
    }

    /// Every page on the way.
    pub(super) fn pages(&mut self) -> impl Iterator<Item = &mut Page> {
        self.stack.iter_mut().filter_map(|place| match place {
            Place::Page(page) => Some(page),
            Place::List(_) => None,
        })
    }

    /// The list in sight.
    pub(super) fn list(&self) -> Option<&List> {
        match self.stack.last() {
            Some(Place::List(list)) => Some(list),
            _ => None,
        }
    }

    /// As [`Places::list`], to change it.
    pub(super) fn list_mut(&mut self) -> Option<&mut List> {
        match self.stack.last_mut() {
            Some(Place::List(list)) => Some(list),
            _ => None,
        }
    }

    /// The page in sight.
    pub(super) fn page(&self) -> Option<&Page> {
        match self.stack.last() {
            Some(Place::Page(page)) => Some(page),
            _ => None,
        }
    }

    /// As [`Places::page`], to change it.
    pub(super) fn page_mut(&mut self) -> Option<&mut Page> {
        match self.stack.last_mut() {
            Some(Place::Page(page)) => Some(page),
            _ => None,
        }
    }

    /// The list of everything that all began with.
    pub(super) fn root(&self) -> What {
        match self.stack.first() {
            Some(Place::List(list)) => list.what,
            _ => What::Matrix,
        }
    }

    /// Whether the place before this one is a list in which `id` is chosen.
    pub(super) fn came_from(&self, id: &Id) -> bool {
        let before = self.stack.iter().rev().nth(1);
        matches!(before, Some(Place::List(list)) if list.chosen.as_ref() == Some(id))
    }

    /// Goes one level deeper.
    pub(super) fn enter(&mut self, place: Place) {
        // Nobody finds the way back through more; each place holds rows.
        if self.stack.len() >= DEEPEST {
            self.stack.remove(1);
        }
        self.stack.push(place);
    }

    /// Goes one level back; false where there is none.
    pub(super) fn leave(&mut self) -> bool {
        let can = self.stack.len() > 1;
        if can {
            self.stack.pop();
        }
        can
    }

    /// Goes to the list of everything that is `what`, as it was left.
    pub(super) fn switch(&mut self, what: What) {
        let on_shelf = self.shelf.iter().position(|list| list.what == what);
        self.stack.truncate(1);
        let Some(at) = on_shelf else { return };
        let list = self.shelf.swap_remove(at);
        if let Some(Place::List(last)) = self.stack.pop() {
            self.shelf.push(*last);
        }
        self.stack.push(Place::List(Box::new(list)));
    }
}
