//! The screen. Each view draws what it is given: no look-up, no clock, no change of state.
//!
//! ```text
//! header    who, where, engines, counts; below it what limits our sight
//! matrix    or, over all of it, the details or the help
//! ─ details ─────
//! legend, footer
//! ```

mod details;
mod footer;
mod header;
pub(super) mod help;
mod matrix;
mod sign;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::app::{App, View};
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
    /// All between header and footer.
    main: Rect,
    matrix: Rect,
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
        let (main, footer) = split(rest, rest.height.saturating_sub(1));
        let has_legend = app.view() == View::Home && area.height >= ROOM_FOR_LEGEND;
        let (above, legend) = split(main, main.height.saturating_sub(u16::from(has_legend)));
        let (matrix, details) = match app.view() {
            View::Home if app.pane && app.data.is_some() && fits(area, ROOM_FOR_DETAILS) => {
                let (matrix, details) = split(above, above.height - pane_height(app, above));
                (matrix, Some(details))
            }
            View::Details => (above, Some(main)),
            View::Home | View::Help => (above, None),
        };
        Self {
            header,
            main,
            matrix,
            details,
            legend: has_legend.then_some(legend),
            footer,
        }
    }

    /// Rows of the matrix that are visible, without its headings.
    pub(super) const fn rows(&self) -> u16 {
        self.matrix.height.saturating_sub(1)
    }

    /// Lines of a view that fills the space between header and footer.
    pub(super) fn body(&self) -> usize {
        usize::from(self.main.height)
    }

    /// Where the lines of the details go, with a margin at the left.
    pub(super) fn details_body(&self) -> Option<Rect> {
        let (_, body) = split(self.details?, 1);
        let margin = body.width.min(1);
        Some(Rect {
            x: body.x + margin,
            width: body.width - margin,
            ..body
        })
    }

    /// Lines of the details that are visible.
    pub(super) fn details_page(&self) -> usize {
        self.details_body()
            .map_or(0, |body| usize::from(body.height))
    }
}

/// The pane takes what the rows leave, but at least two fifths and at most two thirds.
fn pane_height(app: &App, above: Rect) -> u16 {
    let rows = app.data.as_ref().map_or(0, |data| data.matrix.rows.len());
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
        return draw_too_small(buffer, area);
    }
    let layout = Layout::of(app, area);
    header::draw(buffer, layout.header, app);
    match (app.view(), &app.data) {
        (View::Help, _) => help::draw(buffer, layout.main, app),
        (_, None) => draw_waiting(buffer, layout.main, app),
        (View::Home, Some(data)) => matrix::draw(buffer, layout.matrix, app, data),
        (View::Details, Some(_)) => {}
    }
    if let (Some(area), Some(body)) = (layout.details, layout.details_body()) {
        details::draw(buffer, area, body, app);
    }
    if let Some(legend) = layout.legend {
        sign::draw_legend(buffer, legend, app);
    }
    footer::draw(buffer, layout.footer, app);
}

fn draw_too_small(buffer: &mut Buffer, area: Rect) {
    let (width, height) = NEEDED;
    let words = format!(
        "needs {width}x{height}, is {}x{} (q quits)",
        area.width, area.height
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
