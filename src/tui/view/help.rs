//! The help: signs, then every key of the table.
//!
//! ```text
//! SIGNS
//!   H!            the host's namespace, in a container: not isolated
//! KEYS
//!   Enter         details of the chosen cell, full screen
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::app::App;
use crate::tui::keymap::{KEYS, label};
use crate::tui::theme::Look;

use super::{put, sign, split};

/// Columns of the keys at the left.
const LEFT: u16 = 18;

/// One line: what stands at the left, its style, and the explanation.
pub(in crate::tui) struct Line {
    left: String,
    style: Style,
    words: &'static str,
}

/// All lines of the help.
pub(in crate::tui) fn lines(look: &Look) -> Vec<Line> {
    let heading = |word: &str| Line {
        left: word.to_owned(),
        style: look.title,
        words: "",
    };
    let mut lines = vec![heading("SIGNS")];
    for sees_host in [true, false] {
        let signs = sign::signs(sees_host).into_iter();
        // Seen from inside only the first sign is another one.
        let signs = signs.take(if sees_host { usize::MAX } else { 1 });
        lines.extend(signs.map(|(cell, _, words)| {
            let (sign, style) = sign::sign(&cell, look, sees_host);
            Line {
                left: format!("  {sign}"),
                style,
                words,
            }
        }));
    }
    lines.push(Line {
        left: String::new(),
        style: look.dim,
        words: "blank: this kernel has no such namespace",
    });
    lines.extend([heading(""), heading("KEYS")]);
    lines.extend(KEYS.iter().map(|binding| {
        let keys: Vec<_> = binding
            .keys
            .iter()
            .map(|key| label(key, look.ascii))
            .collect();
        Line {
            left: format!("  {}", keys.join(" ")),
            style: look.title,
            words: binding.help,
        }
    }));
    lines
}

/// Draws the lines in sight.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App) {
    let lines = lines(&app.look);
    for (line, at) in lines.iter().skip(app.help_top).zip(0..area.height) {
        let (_, area) = split(area, at);
        put(buffer, area, 1, &line.left, line.style);
        put(buffer, area, 1 + LEFT, line.words, Style::new());
    }
}
