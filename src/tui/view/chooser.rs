//! The chooser over the upper part of the screen.
//!
//! ```text
//! ─ into web ─────────────────────────────────────
//!  all namespaces            its own files and its own shell
//!  only this column (net)    our own files and our own shell
//!  net: ip addr              shown as a page
//! ────────────────────────────────────────────────
//!  nslens enter -n web
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget as _};

use crate::tui::app::App;
use crate::tui::chooser::{Choice, Chooser};
use crate::tui::text;

use super::{put, split};

/// Columns of what a line is called.
const LABELS: u16 = 32;
/// Lines below the choices: a rule, the command, and why not.
const WORDS: u16 = 4;

/// Where the chooser is within `main`.
pub(super) fn area(main: Rect, chooser: &Chooser) -> Rect {
    let choices = u16::try_from(chooser.choices.len()).unwrap_or(u16::MAX);
    let wanted = choices.saturating_add(1 + WORDS);
    Rect {
        height: main.height.min(wanted),
        ..main
    }
}

/// Where the choices are within it, and where the words about the chosen one.
fn parts(area: Rect) -> (Rect, Rect) {
    let (_, body) = split(area, 1);
    let words = WORDS.min(body.height.saturating_sub(2));
    split(body, body.height - words)
}

/// How many choices are in sight.
pub(super) fn rows(area: Rect) -> u16 {
    parts(area).0.height.max(1)
}

/// Which of the lines in sight is at this place.
pub(in crate::tui) fn row_at(area: Rect, at: Position) -> Option<usize> {
    let (choices, _) = parts(area);
    choices.contains(at).then(|| usize::from(at.y - choices.y))
}

/// Draws it.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, chooser: &Chooser) {
    let look = &app.look;
    Clear.render(area, buffer);
    let rule = look.rule().repeat(usize::from(area.width));
    put(buffer, area, 0, &rule, look.dim);
    let title = text::shown(text::start(&chooser.title), look.ascii);
    let title = format!(" into {title} ");
    let room = usize::from(area.width).saturating_sub(2);
    let title = text::shorten(&title, room, look.ellipsis());
    put(buffer, area, 1, &title, look.title);
    let (choices, words) = parts(area);
    let lines = chooser.choices.iter().enumerate().skip(chooser.top);
    for ((index, choice), at) in lines.zip(0..choices.height) {
        let (_, line) = split(choices, at);
        draw_choice(buffer, line, app, choice);
        if index == chooser.chosen {
            buffer.set_style(Rect { height: 1, ..line }, look.chosen);
        }
    }
    put(buffer, words, 0, &rule, look.dim);
    let (_, words) = split(words, 1);
    if let Some(choice) = chooser.choice() {
        draw_words(buffer, words, app, choice);
    }
}

fn draw_choice(buffer: &mut Buffer, line: Rect, app: &App, choice: &Choice) {
    let look = &app.look;
    let style = if choice.way.is_ok() {
        Style::new()
    } else {
        look.dim
    };
    let label = text::shown(text::start(&choice.label), look.ascii);
    let label = text::cut(&label, usize::from(LABELS) - 1, look.ellipsis());
    put(buffer, line, 1, &label, style);
    let about = if choice.way.is_ok() {
        &choice.about
    } else {
        "not possible: see below"
    };
    let room = usize::from(line.width.saturating_sub(1 + LABELS));
    let about = text::cut(about, room, look.ellipsis());
    put(buffer, line, 1 + LABELS, &about, look.dim);
}

/// The command that the choice stands for, and why it cannot be.
fn draw_words(buffer: &mut Buffer, area: Rect, app: &App, choice: &Choice) {
    let look = &app.look;
    let room = usize::from(area.width).saturating_sub(2).max(1);
    let shown = |text: &str| text::wrap(&text::shown(text::start(text), look.ascii), room);
    let why = choice
        .way
        .as_ref()
        .err()
        .map_or(Vec::new(), |why| shown(why));
    let line = if choice.line.is_empty() {
        Vec::new()
    } else {
        shown(&choice.line)
    };
    let lines = line.iter().map(|line| (line, look.title));
    let reasons = why.iter().map(|line| (line, look.notable));
    // Where there is no room for both, the reason is what decides.
    let skip = (line.len() + why.len()).saturating_sub(usize::from(area.height));
    let skip = skip.min(if why.is_empty() { 0 } else { line.len() });
    for ((text, style), at) in lines.chain(reasons).skip(skip).zip(0..area.height) {
        let (_, below) = split(area, at);
        put(buffer, below, 1, text, style);
    }
}
