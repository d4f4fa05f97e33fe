//! Words that scroll: the details below a list, and pages over the whole screen.
//!
//! ```text
//! ─ web · net:[4026533068] ──────────────────────────────── 1-8 of 12 ─
//!  namespace  net:[4026533068]  shared by 2 rows
//!  in it      web, sidecar
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::facts::{Laid, Line, Tone};
use crate::tui::place::Page;
use crate::tui::text;
use crate::tui::theme::Look;

use super::{put, split};

/// Draws the title into the first line of `area` and the lines in sight into `body`.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    body: Rect,
    page: &Page,
    has_keys: bool,
    look: &Look,
) {
    let Some(laid) = page.laid() else { return };
    draw_title(buffer, area, usize::from(body.height), page, has_keys, look);
    if laid.lines.is_empty() && !page.search.is_empty() {
        put(
            buffer,
            body,
            0,
            "no line holds what is searched for",
            look.notable,
        );
    }
    let lines = laid.lines.iter().skip(page.top);
    for (line, at) in lines.zip(0..body.height) {
        let (_, area) = split(body, at);
        draw_line(buffer, area, line, look);
    }
}

fn draw_title(
    buffer: &mut Buffer,
    area: Rect,
    height: usize,
    page: &Page,
    has_keys: bool,
    look: &Look,
) {
    let rule = look.rule().repeat(usize::from(area.width));
    put(buffer, area, 0, &rule, look.dim);
    let Some(laid) = page.laid() else { return };
    let place = place(page.top, height, laid);
    let taken = text::width(&place);
    let room = usize::from(area.width).saturating_sub(taken + 6);
    let title = if page.search.is_empty() {
        laid.title.clone()
    } else {
        let search = text::shown(&page.search, look.ascii);
        format!("{} {} search: {search}", laid.title, look.dot())
    };
    let title = text::shorten(&title, room, look.ellipsis());
    let style = if has_keys { look.chosen } else { look.title };
    put(buffer, area, 1, &format!(" {title} "), style);
    let right = area
        .width
        .saturating_sub(u16::try_from(taken + 1).unwrap_or(u16::MAX));
    put(buffer, area, right, &place, look.dim);
}

/// Which lines are in sight, where there are others.
fn place(top: usize, height: usize, laid: &Laid) -> String {
    let lines = laid.lines.len();
    if lines <= height {
        return String::new();
    }
    format!(" {}-{} of {lines} ", top + 1, (top + height).min(lines))
}

fn draw_line(buffer: &mut Buffer, area: Rect, line: &Line, look: &Look) {
    let style = match line.tone {
        Tone::Plain => Style::new(),
        Tone::Dim => look.dim,
        Tone::Title => look.title,
        Tone::Notable => look.notable,
        Tone::Loud => look.loud,
    };
    put(buffer, area, 0, &line.label, look.dim);
    put(buffer, area, line.indent, &line.text, style);
}
