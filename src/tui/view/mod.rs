//! The screen. Each view draws what it is given: no look-up, no clock, no change of state.
//!
//! ```text
//! header    who, where, engines, counts; below it what limits our sight
//! tabs      the views, the way here, the filter
//! list      or, over all of it, a page of words
//! ─ details ─────
//! legend, footer
//! ```

pub(super) mod chooser;
mod footer;
mod header;
mod legend;
mod list;
mod page;
pub(super) mod palette;
pub(super) mod tabs;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::app::{App, Focus};
use super::keys::Action;
use super::list::What;
use super::text;

/// Below this nothing can be shown.
const NEEDED: (u16, u16) = (40, 8);
/// Below this there is no room for details beside the matrix.
const ROOM_FOR_DETAILS: (u16, u16) = (80, 20);
/// From this height on, a line explains the signs.
const ROOM_FOR_LEGEND: u16 = 24;

/// Where the parts of the screen are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    header: Rect,
    /// The views and the way here.
    pub(super) tabs: Rect,
    /// All between tabs and footer.
    main: Rect,
    /// The list with its headings.
    pub(super) list: Rect,
    /// Details with their title line, where they are shown.
    pub(super) details: Option<Rect>,
    legend: Option<Rect>,
    footer: Rect,
}

impl Layout {
    /// The parts of the present view within `area`.
    pub(super) fn of(app: &App, area: Rect) -> Self {
        let head = header::height(app, area).min(area.height.saturating_sub(1));
        let (header, rest) = split(area, head);
        let foot = 1 + u16::from(app.prompt.is_some());
        let (rest, footer) = split(rest, rest.height.saturating_sub(foot));
        let (tabs, main) = split(rest, 1);
        let is_matrix = app
            .places
            .list()
            .is_some_and(|list| list.what == What::Matrix);
        let has_legend = is_matrix && area.height >= ROOM_FOR_LEGEND;
        let (above, legend) = split(main, main.height.saturating_sub(u16::from(has_legend)));
        let has_pane = app.pane && app.places.list().is_some() && app.data.is_some();
        let (list, details) = if has_pane && Self::has_room_for_details(area) {
            let (list, details) = split(above, above.height - pane_height(app, above));
            (list, Some(details))
        } else {
            (above, None)
        };
        Self {
            header,
            tabs,
            main,
            list,
            details,
            legend: has_legend.then_some(legend),
            footer,
        }
    }

    /// Whether details can stand below a list.
    pub(super) const fn has_room_for_details(area: Rect) -> bool {
        fits(area, ROOM_FOR_DETAILS)
    }

    /// Rows of the list that are visible, without its headings.
    pub(super) const fn rows(&self) -> u16 {
        self.list.height.saturating_sub(1)
    }

    /// Where the words of a page go, below its title.
    pub(super) fn page_body(&self) -> Rect {
        body(self.main)
    }

    /// Where the lines of the details go.
    pub(super) fn details_body(&self) -> Option<Rect> {
        self.details.map(body)
    }

    /// Where the chooser is, while it is open.
    pub(super) fn chooser(&self, app: &App) -> Option<Rect> {
        let chooser = app.chooser.as_ref()?;
        Some(chooser::area(self.main, chooser))
    }

    /// Lines of the chooser that are in sight.
    pub(super) fn chooser_rows(&self, app: &App) -> u16 {
        self.chooser(app).map_or(1, chooser::rows)
    }

    /// Where the palette is.
    pub(super) const fn palette(&self) -> Rect {
        palette::area(self.main)
    }

    /// Lines of the palette.
    pub(super) fn palette_rows(&self) -> usize {
        usize::from(self.palette().height.saturating_sub(1)).max(1)
    }
}

/// Below the title line, with a margin at the left.
fn body(area: Rect) -> Rect {
    let (_, body) = split(area, 1);
    let margin = body.width.min(1);
    Rect {
        x: body.x + margin,
        width: body.width - margin,
        ..body
    }
}

/// The pane takes what the rows leave, but at least two fifths and at most two thirds.
fn pane_height(app: &App, above: Rect) -> u16 {
    let rows = app.places.list().map_or(0, |list| list.entries.len());
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    let left = above.height.saturating_sub(rows.saturating_add(2));
    left.clamp(above.height * 2 / 5, above.height * 2 / 3)
}

/// The first `height` lines of `area`, and the others.
fn split(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let upper = Rect { height, ..area };
    let lower = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    (upper, lower)
}

const fn fits(area: Rect, needed: (u16, u16)) -> bool {
    area.width >= needed.0 && area.height >= needed.1
}

/// Draws everything.
pub(super) fn draw(frame: &mut Frame<'_>, app: &App) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    if !fits(area, NEEDED) {
        return draw_too_small(buffer, area, app);
    }
    let layout = Layout::of(app, area);
    header::draw(buffer, layout.header, app);
    tabs::draw(buffer, layout.tabs, app);
    match (app.places.list(), app.places.page(), &app.data) {
        (None, Some(page), _) => {
            let body = layout.page_body();
            page::draw(buffer, layout.main, body, page, true, &app.look);
        }
        (Some(list), _, Some(data)) => list::draw(buffer, layout.list, app, data, list),
        _ => draw_waiting(buffer, layout.main, app),
    }
    if let (Some(area), Some(details)) = (layout.details, &app.details) {
        let has_keys = app.focus == Focus::Pane;
        page::draw(buffer, area, body(area), details, has_keys, &app.look);
    }
    if let Some(legend) = layout.legend {
        legend::draw(buffer, legend, app);
    }
    footer::draw(buffer, layout.footer, app);
    if let (Some(chooser), Some(area)) = (&app.chooser, layout.chooser(app)) {
        chooser::draw(buffer, area, app, chooser);
    }
    if let Some(palette) = &app.palette {
        palette::draw(buffer, layout.palette(), app, palette);
    }
}

fn draw_too_small(buffer: &mut Buffer, area: Rect, app: &App) {
    let (width, height) = NEEDED;
    // Where text is typed, letters are text.
    let is_typing = app.prompt.is_some() || app.palette.is_some();
    let quit = if is_typing {
        "Ctrl-c".to_owned()
    } else {
        app.key(Action::Quit)
    };
    let words = format!(
        "needs {width}x{height}, is {}x{} ({} quits)",
        area.width, area.height, quit
    );
    put(buffer, area, 0, &words, Style::new());
}

/// There is nothing to show yet, and why.
fn draw_waiting(buffer: &mut Buffer, area: Rect, app: &App) {
    let room = usize::from(area.width.saturating_sub(2)).max(1);
    let (words, style) = match &app.source.failure {
        Some(failure) => {
            let failure = text::shown(failure, app.look.ascii);
            (format!("nothing to show: {failure}"), app.look.loud)
        }
        None => (format!("scanning{}", app.look.ellipsis()), app.look.title),
    };
    for (line, at) in text::wrap(&words, room).iter().zip(1..area.height) {
        let (_, below) = split(area, at);
        put(buffer, below, 1, line, style);
    }
}

/// Writes `text` into the first line of `area`, `skip` columns from its left, and returns the column after it.
fn put(buffer: &mut Buffer, area: Rect, skip: u16, text: &str, style: Style) -> u16 {
    let room = area.width.saturating_sub(skip);
    if area.height == 0 || room == 0 {
        return skip;
    }
    let (x, _) = buffer.set_stringn(area.x + skip, area.y, text, usize::from(room), style);
    x - area.x
}
