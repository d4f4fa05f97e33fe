//! Where we are: the views, the way here, the filter.
//!
//! ```text
//!  1 Matrix  2 Namespaces  3 Processes  4 Network › web › net:[4026533068]   filter: nginx (2 of 57)
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::keys::Action;
use crate::tui::list::{List, What};
use crate::tui::place::Place;
use crate::tui::text;

use super::put;

/// The views, each with the action that goes there.
const VIEWS: [(What, Action); 4] = [
    (What::Matrix, Action::ViewMatrix),
    (What::Namespaces, Action::ViewNamespaces),
    (What::Processes, Action::ViewProcesses),
    (What::Network, Action::ViewNetwork),
];

/// Each view with its words and its columns.
fn tabs(app: &App) -> impl Iterator<Item = (What, String, u16, u16)> {
    let mut at = 1;
    let is_narrow = app.area.width < 70;
    VIEWS.into_iter().map(move |(what, action)| {
        let key = app.keymap.label(action, app.look.ascii);
        let key = key.unwrap_or_default();
        let name = if is_narrow {
            &what.name()[..4.min(what.name().len())]
        } else {
            what.name()
        };
        let words = format!("{key} {name}");
        let start = at;
        at += u16::try_from(text::width(&words)).unwrap_or(0) + 2;
        (what, words, start, at - 2)
    })
}

/// The view whose tab is at this column.
pub(in crate::tui) fn what_at(app: &App, x: u16) -> Option<What> {
    let mut tabs = tabs(app);
    tabs.find(|(_, _, start, end)| (*start..*end).contains(&x))
        .map(|(what, ..)| what)
}

/// Draws the line.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App) {
    let look = &app.look;
    let mut at = 0;
    for (what, words, start, end) in tabs(app) {
        let is_here = app.places.root() == what;
        let style = if is_here { look.chosen } else { look.dim };
        put(buffer, area, start, &words, style);
        at = end + 1;
    }
    let filter = app.places.list().map(filter).unwrap_or_default();
    let filter = text::shown(&filter, look.ascii);
    let room = usize::from(area.width).saturating_sub(usize::from(at) + 3);
    let filter = text::cut(&filter, room, look.ellipsis());
    let path = path(app);
    let left = room.saturating_sub(text::width(&filter) + 2);
    let path = text::shown(&path, look.ascii);
    let path = text::shorten(&path, left, look.ellipsis());
    at = put(buffer, area, at, &path, look.title);
    put(buffer, area, at + 2, &filter, look.notable);
}

/// The places on the way from the view to here. What a step says already the next one does not say again.
fn path(app: &App) -> String {
    let dot = format!(" {} ", app.look.dot());
    let mut steps: Vec<&str> = Vec::new();
    for place in app.places.all().iter().skip(1) {
        let name = match place {
            Place::Page(page) => page.laid().map_or("", |laid| laid.title.as_str()),
            Place::List(list) => {
                let scope = list.scope.as_ref().map(|scope| scope.name.as_str());
                let before = steps.last().copied().unwrap_or_default();
                let is_new = |scope: &&str| !before.split(&*dot).any(|part| part == *scope);
                steps.extend(scope.filter(is_new));
                list.what.name()
            }
        };
        if !name.is_empty() && steps.last() != Some(&name) {
            steps.push(name);
        }
    }
    let step = app.look.step();
    let steps = steps.iter().map(|name| format!("{step} {name} "));
    steps.collect()
}

/// What restricts the list: filter, shape, hidden rows.
fn filter(list: &List) -> String {
    let mut parts = Vec::new();
    parts.extend(list.shape.name().map(str::to_owned));
    if !list.filter.is_empty() {
        let shown = list.entries.iter().filter(|entry| !entry.context).count();
        let all = shown + list.filtered;
        parts.push(format!("filter: {} ({shown} of {all})", list.filter.text()));
    }
    if list.hidden > 0 {
        parts.push(format!("{} hidden", list.hidden));
    }
    parts.join(", ")
}
