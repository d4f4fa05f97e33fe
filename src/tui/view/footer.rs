//! What the keys do here, or a remark; and where in the list we are.
//!
//! ```text
//! Enter open  Tab pane  i details  r refresh  p pause  ? help  q quit                       4/12
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::app::{App, View};
use crate::tui::keymap::{KEYS, label};
use crate::tui::text;

use super::{help, put};

/// Draws the footer.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App) {
    let place = place(app);
    let taken = u16::try_from(text::width(&place) + 1).unwrap_or(u16::MAX);
    let hints = Rect {
        width: area.width.saturating_sub(taken),
        ..area
    };
    match app.note {
        Some(note) => {
            put(buffer, hints, 1, note, app.look.notable);
        }
        None => draw_hints(buffer, hints, app),
    }
    put(buffer, area, hints.width, &place, app.look.dim);
}

fn draw_hints(buffer: &mut Buffer, area: Rect, app: &App) {
    let look = &app.look;
    let mut at = 1;
    for (key, word) in hints(app, usize::from(area.width)) {
        at = put(buffer, area, at, &key, look.title) + 1;
        at = put(buffer, area, at, word, Style::new()) + 2;
    }
}

/// The hints of the present view within `room`; help and quit, the last two, are the last to give way.
fn hints(app: &App, room: usize) -> Vec<(String, &'static str)> {
    let bindings = KEYS
        .iter()
        .filter(|binding| binding.hint.1.contains(&app.view()));
    let hints = bindings.filter_map(|binding| {
        let key = label(binding.keys.first()?, app.look.ascii);
        Some((key, binding.hint.0))
    });
    let mut hints: Vec<_> = hints.collect();
    let width = |(key, word): &(String, &str)| text::width(key) + text::width(word) + 3;
    while hints.iter().map(width).sum::<usize>() > room + 1 && !hints.is_empty() {
        hints.remove(hints.len().saturating_sub(3));
    }
    hints
}

/// The chosen row of all rows, or the lines of the help in sight.
fn place(app: &App) -> String {
    match (app.view(), &app.data) {
        (View::Home | View::Details, Some(data)) => {
            format!("{}/{}", app.choice.index + 1, data.matrix.rows.len())
        }
        (View::Help, _) => {
            let lines = help::lines(&app.look).len();
            let page = super::Layout::of(app, app.area).body();
            let last = (app.help_top + page).min(lines);
            format!("{}-{last} of {lines}", app.help_top + 1)
        }
        _ => String::new(),
    }
}
