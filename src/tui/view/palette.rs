//! The palette over the upper part of the screen.
//!
//! ```text
//! ─ commands: pro ────────────────────────────────
//!  3          view-processes   the list of processes
//!  g p        go-processes     jump from the chosen row to its processes
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget as _};

use crate::tui::app::App;
use crate::tui::palette::Palette;
use crate::tui::text;

use super::{put, split};

/// Columns of the keys.
const KEYS: u16 = 11;
/// Columns of the names.
const NAMES: u16 = 17;
/// Lines at most.
const HEIGHT: u16 = 22;

/// Where the palette is within `main`.
pub(super) const fn area(main: Rect) -> Rect {
    let height = if main.height > HEIGHT {
        HEIGHT
    } else {
        main.height
    };
    Rect { height, ..main }
}

/// Which of the lines in sight is at this place.
pub(in crate::tui) fn row_at(area: Rect, at: Position) -> Option<usize> {
    let (_, body) = split(area, 1);
    body.contains(at).then(|| usize::from(at.y - body.y))
}

/// Draws it.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, palette: &Palette) {
    let look = &app.look;
    Clear.render(area, buffer);
    let typed = text::shown(palette.input.value(), look.ascii);
    let rule = look.rule().repeat(usize::from(area.width));
    put(buffer, area, 0, &rule, look.dim);
    let end = put(buffer, area, 1, &format!(" commands: {typed}"), look.title);
    put(buffer, area, end, " ", look.chosen);
    let (_, body) = split(area, 1);
    let matches = palette.matches();
    if matches.is_empty() {
        put(buffer, body, 1, "no command matches", look.notable);
    }
    let lines = matches.iter().enumerate().skip(palette.top);
    for ((index, entry), at) in lines.zip(0..body.height) {
        let (_, line) = split(body, at);
        let keys = app.keymap.labels(entry.action, look.ascii);
        let keys = text::cut(&keys, usize::from(KEYS) - 1, look.ellipsis());
        put(buffer, line, 1, &keys, look.title);
        put(buffer, line, 1 + KEYS, entry.name, Style::new());
        put(buffer, line, 1 + KEYS + NAMES, entry.help, look.dim);
        if index == palette.chosen {
            let line = Rect { height: 1, ..line };
            buffer.set_style(line, look.chosen);
        }
    }
}
