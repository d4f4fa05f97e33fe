//! The details of the chosen cell, below the matrix or over the whole screen.
//!
//! ```text
//! ─ web · net:[4026533068] ──────────────────────────────── 1-8 of 12 ─
//!  namespace  net:[4026533068]  shared by 2 rows
//!  in it      web, sidecar
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::app::{App, Scroll};
use crate::tui::facts::{Details, LABELS, Line, Tone};
use crate::tui::text;
use crate::tui::theme::Look;

use super::{put, split};

/// Draws the title into the first line of `area` and the lines in sight into `body`.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, body: Rect, app: &App) {
    let Some(details) = &app.details else { return };
    draw_title(buffer, area, usize::from(body.height), app, details);
    let lines = details.lines.iter().skip(app.details_top);
    for (line, at) in lines.zip(0..body.height) {
        let (_, area) = split(body, at);
        draw_line(buffer, area, line, &app.look);
    }
}

fn draw_title(buffer: &mut Buffer, area: Rect, height: usize, app: &App, details: &Details) {
    let look = &app.look;
    let rule = look.rule().repeat(usize::from(area.width));
    put(buffer, area, 0, &rule, look.dim);
    let place = place(app.details_top, height, details.lines.len());
    let taken = text::width(&place);
    let room = usize::from(area.width).saturating_sub(taken + 6);
    let title = text::shorten(&details.title, room, look.ellipsis());
    let has_keys = app.scroll() == Scroll::Details;
    let style = if has_keys { look.chosen } else { look.title };
    put(buffer, area, 1, &format!(" {title} "), style);
    let right = area
        .width
        .saturating_sub(u16::try_from(taken + 1).unwrap_or(u16::MAX));
    put(buffer, area, right, &place, look.dim);
}

/// Which lines are in sight, where there are others.
fn place(top: usize, height: usize, lines: usize) -> String {
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
    put(buffer, area, 0, line.label, look.dim);
    let skip = if line.indented { LABELS } else { 0 };
    put(buffer, area, skip, &line.text, style);
}
