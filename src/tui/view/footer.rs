//! What the keys do here, a remark, or the line being typed; and where in the list we are.
//!
//! ```text
//! Enter open  / filter  : commands  ? help  q quit                                          4/12
//! filter: host:nte
//! column 6: no kind of namespace is called "nte"
//! ```

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::app::App;
use crate::tui::keys::{ACTIONS, Action};
use crate::tui::prompt::{Prompt, Purpose};
use crate::tui::text;

use super::{put, split};

/// The last hints, and the last to give way.
const LAST: [Action; 2] = [Action::Help, Action::Quit];

/// Draws the footer.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App) {
    if let Some(prompt) = &app.prompt {
        let (line, below) = split(area, 1);
        draw_prompt(buffer, line, app, prompt);
        draw_advice(buffer, below, app, prompt);
        return;
    }
    let place = place(app);
    let taken = u16::try_from(text::width(&place) + 1).unwrap_or(u16::MAX);
    let hints = Rect {
        width: area.width.saturating_sub(taken),
        ..area
    };
    match &app.note {
        Some(note) => {
            let note = text::shown(note, app.look.ascii);
            let room = usize::from(hints.width).saturating_sub(2);
            let note = text::cut(&note, room, app.look.ellipsis());
            put(buffer, hints, 1, &note, app.look.notable);
        }
        None => draw_hints(buffer, hints, app),
    }
    put(buffer, area, hints.width, &place, app.look.dim);
}

/// The line being typed, scrolled so that the cursor is in sight; the place of an error is underlined by its style.
fn draw_prompt(buffer: &mut Buffer, area: Rect, app: &App, prompt: &Prompt) {
    let look = &app.look;
    let start = put(buffer, area, 1, prompt.purpose.sign(), look.title);
    let room = usize::from(area.width.saturating_sub(start + 1)).max(1);
    let (before, behind) = prompt.text().split_at(prompt.cursor());
    let before = text::shown(before, look.ascii);
    let skip = text::width(&before).saturating_sub(room.saturating_sub(1));
    let shown = text::behind(&before, skip);
    let at = put(buffer, area, start, shown, Style::new());
    let mut rest = behind.chars();
    let under = rest.next().map_or_else(|| " ".to_owned(), String::from);
    let under = text::shown(&under, look.ascii).into_owned();
    let at = put(buffer, area, at, &under, look.chosen);
    put(
        buffer,
        area,
        at,
        &text::shown(rest.as_str(), look.ascii),
        Style::new(),
    );
}

/// What is wrong, or what could be typed.
fn draw_advice(buffer: &mut Buffer, area: Rect, app: &App, prompt: &Prompt) {
    let look = &app.look;
    let room = usize::from(area.width).saturating_sub(2);
    let (words, style): (Cow<'_, str>, Style) = match (&prompt.error, &prompt.completion) {
        (Some(error), _) => (error.to_string().into(), look.loud),
        (None, Some(completion)) if !completion.candidates.is_empty() => (
            format!("Tab: {}", completion.candidates.join("  ")).into(),
            look.dim,
        ),
        _ if prompt.purpose == Purpose::Write => (
            "Enter writes; a file that is there is never written over; Esc leaves".into(),
            look.dim,
        ),
        _ => (
            "Enter keeps it, Esc brings back what was before".into(),
            look.dim,
        ),
    };
    let words = text::shown(&words, look.ascii);
    let words = text::cut(&words, room, look.ellipsis());
    put(buffer, area, 1, &words, style);
}

fn draw_hints(buffer: &mut Buffer, area: Rect, app: &App) {
    let look = &app.look;
    let mut at = 1;
    for (key, word) in hints(app, usize::from(area.width)) {
        at = put(buffer, area, at, &key, look.title) + 1;
        at = put(buffer, area, at, &word, Style::new()) + 2;
    }
}

/// After the first of two keys what may follow; else the hints of the present view within `room`.
fn hints(app: &App, room: usize) -> Vec<(String, Cow<'static, str>)> {
    let ascii = app.look.ascii;
    if !app.pending.is_empty() {
        let following = app.keymap.following(&app.pending, ascii).into_iter();
        return following
            .map(|(key, entry)| (key, Cow::Borrowed(entry.name)))
            .collect();
    }
    if app.chooser.is_some() {
        return chooser_hints(app, room);
    }
    let spot = app.spot();
    let hinted = ACTIONS
        .iter()
        .filter(|entry| !entry.hint.is_empty() && entry.spots.contains(&spot))
        .filter(|entry| entry.is_offered(app.is_read_only()));
    let hints = hinted.filter_map(|entry| {
        let key = app.keymap.label(entry.action, ascii)?;
        Some((entry.action, key, entry.hint))
    });
    let mut hints: Vec<_> = hints.collect();
    hints.sort_by_key(|(action, ..)| LAST.contains(action));
    let width = |(_, key, word): &(Action, String, &str)| text::width(key) + text::width(word) + 3;
    while hints.iter().map(width).sum::<usize>() > room {
        let stays = [Action::Help, Action::Quit];
        let last = hints
            .iter()
            .rposition(|(action, ..)| !stays.contains(action));
        let Some(at) = last.or(hints.len().checked_sub(1)) else {
            break;
        };
        hints.remove(at);
    }
    hints
        .into_iter()
        .map(|(_, key, word)| (key, Cow::Borrowed(word)))
        .collect()
}

/// What the keys do while the chooser is open.
fn chooser_hints(app: &App, room: usize) -> Vec<(String, Cow<'static, str>)> {
    let hint = |action, word: &'static str| (app.key(action), Cow::Borrowed(word));
    let [up, down] = [Action::Up, Action::Down].map(|action| app.key(action));
    let mut hints = vec![
        hint(Action::Open, "go"),
        hint(Action::Back, "close"),
        (format!("{up} {down}"), Cow::Borrowed("choose")),
        hint(Action::Quit, "quit"),
    ];
    while hints.iter().map(width).sum::<usize>() > room {
        hints.pop();
    }
    hints
}

/// Columns that a hint takes.
fn width<W: AsRef<str>>((key, word): &(String, W)) -> usize {
    text::width(key) + text::width(word.as_ref()) + 3
}

/// The chosen row of all rows.
fn place(app: &App) -> String {
    match app.places.list() {
        Some(list) if !list.entries.is_empty() => {
            format!("{}/{}", list.index + 1, list.entries.len())
        }
        _ => String::new(),
    }
}
