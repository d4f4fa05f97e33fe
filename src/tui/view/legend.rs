//! One line that explains the signs of the matrix.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::data::Data;
use crate::tui::sign::{sign, signs};
use crate::tui::text;

use super::put;

/// One line with the meaning of the signs.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App) {
    let sees_host = app.data.as_ref().is_none_or(Data::sees_host);
    let mut at = 1;
    for (cell, words, _) in signs(sees_host) {
        let (sign, style) = sign(&cell, &app.look, sees_host);
        let needed = text::width(&sign) + 1 + text::width(words);
        if usize::from(at) + needed > usize::from(area.width) {
            return;
        }
        at = put(buffer, area, at, &sign, style);
        at = put(buffer, area, at + 1, words, app.look.dim) + 3;
    }
}
