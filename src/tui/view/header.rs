//! Who is looked at, from where, how well, and how long ago.
//!
//! ```text
//! nslens  db01  docker 20.10.24 ok  312 processes  41 namespaces  2 gaps  scan 12 ms      every 2s
//! not root: 214 processes' namespaces unknown, sudo shows them
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::{Engine, EngineStatus};
use crate::tui::app::App;
use crate::tui::data::Data;
use crate::tui::text;
use crate::tui::theme::Look;

use super::{put, split};

/// A host's name takes this much at most, so that nothing that matters gives way to it.
const LONGEST_HOST: usize = 24;
/// Below this a saved snapshot's time gives way to what is looked at.
const ROOM_FOR_TIME: u16 = 72;

/// A part of the first line; those with a high rank give way first.
struct Part {
    rank: u8,
    text: String,
    style: Style,
}

/// Lines that the header takes.
pub(super) fn height(app: &App, area: Rect) -> u16 {
    let notices = u16::try_from(notices(app).len()).unwrap_or(u16::MAX);
    // A small screen belongs to the matrix; the most important notice comes first.
    1 + notices.min(1 + area.height / 12)
}

/// Draws the header.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App) {
    let status = status(app, area.width < ROOM_FOR_TIME);
    let taken = text::width(&status.text) + 2;
    let room = usize::from(area.width).saturating_sub(taken);
    let mut at = 1;
    for part in kept(parts(app), room) {
        at = put(buffer, area, at, &part.text, part.style) + 2;
    }
    let right = area.width.saturating_sub(columns(taken - 1));
    put(buffer, area, right, &status.text, status.style);
    for (at, (words, style)) in (1..area.height).zip(notices(app)) {
        let (_, line) = split(area, at);
        let room = usize::from(area.width).saturating_sub(2);
        put(
            buffer,
            line,
            1,
            &text::cut(&words, room, app.look.ellipsis()),
            style,
        );
    }
}

fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// The parts that fit into `room`, in their order.
fn kept(mut parts: Vec<Part>, room: usize) -> Vec<Part> {
    let width = |parts: &[Part]| {
        parts
            .iter()
            .map(|part| text::width(&part.text) + 2)
            .sum::<usize>()
    };
    while width(&parts) > room {
        let Some(last) = (0..parts.len()).max_by_key(|at| parts[*at].rank) else {
            break;
        };
        parts.remove(last);
    }
    parts
}

fn parts(app: &App) -> Vec<Part> {
    let part = |rank, text: String, style| Part { rank, text, style };
    let look = &app.look;
    let mut parts = vec![part(0, "nslens".to_owned(), look.title)];
    let Some(data) = &app.data else { return parts };
    let snapshot = &data.snapshot;
    let host = snapshot.host.hostname.as_deref().unwrap_or("?");
    parts.push(part(
        2,
        text::cut(
            &text::shown(host, look.ascii),
            LONGEST_HOST,
            look.ellipsis(),
        )
        .into_owned(),
        look.title,
    ));
    parts.extend(snapshot.engines.iter().map(|one| {
        let (text, style) = engine(one, look);
        part(3, text, style)
    }));
    let count = |rank, count: Option<usize>, one, many| {
        count.map(|count| part(rank, counted(count, one, many), Style::new()))
    };
    let processes = snapshot.processes.as_ref().map(Vec::len);
    let namespaces = snapshot.namespaces.as_ref().map(Vec::len);
    parts.extend(count(5, processes, "process", "processes"));
    parts.extend(count(4, namespaces, "namespace", "namespaces"));
    if data.gaps > 0 {
        let gaps = usize::try_from(data.gaps).unwrap_or(usize::MAX);
        parts.push(part(1, counted(gaps, "gap", "gaps"), look.notable));
    }
    parts.push(part(
        6,
        format!("scan {} ms", snapshot.duration_ms),
        look.dim,
    ));
    parts
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// An engine with its version where it answered, with its trouble where it did not.
fn engine(engine: &Engine, look: &Look) -> (String, Style) {
    let status = engine.status.name();
    let (words, style) = match (engine.status, &engine.version) {
        (EngineStatus::Ok, Some(version)) => {
            (format!("{} {version} {status}", engine.kind), look.good)
        }
        (EngineStatus::Ok, None) => (format!("{} {status}", engine.kind), look.good),
        (EngineStatus::Absent, _) => (format!("{}: {status}", engine.kind), look.dim),
        _ => (format!("{}: {status}", engine.kind), look.notable),
    };
    (text::shown(&words, look.ascii).into_owned(), style)
}

/// How the data comes in, at the right.
fn status(app: &App, short: bool) -> Part {
    let source = &app.source;
    let look = &app.look;
    let age = app
        .age()
        .map(|age| format!(", {age} old"))
        .unwrap_or_default();
    let (text, style) = match source.interval {
        Some(_) if source.asked => (format!("scanning{}", look.ellipsis()), look.title),
        Some(_) if source.paused => (format!("PAUSED{age}"), look.chosen),
        Some(interval) => (format!("every {}{age}", seconds(interval)), look.dim),
        None if short => ("saved".to_owned(), look.dim),
        None => (saved(app.data.as_ref(), look), look.dim),
    };
    Part {
        rank: 0,
        text,
        style,
    }
}

fn seconds(interval: std::time::Duration) -> String {
    format!("{}s", interval.as_secs_f64())
}

/// When a saved snapshot was taken, to the minute.
fn saved(data: Option<&Data>, look: &Look) -> String {
    let taken = data.map_or("", |data| data.snapshot.captured_at.as_str());
    let taken = text::shown(taken, look.ascii);
    format!(
        "saved {}",
        text::cut(&taken, "2026-11-23T18:00".len(), "").replace('T', " ")
    )
}

/// What limits our sight, the worst first.
fn notices(app: &App) -> Vec<(String, Style)> {
    let look = &app.look;
    let Some(data) = &app.data else {
        return Vec::new();
    };
    let mut notices = Vec::new();
    if let Some(failure) = &app.source.failure {
        let failure = text::shown(failure, look.ascii);
        let age = app
            .age()
            .map(|age| format!(" (shown: {age} old)"))
            .unwrap_or_default();
        notices.push((format!("refresh failed{age}: {failure}"), look.loud));
    }
    if !data.sees_host() {
        let words = "inside a container: sees only its inside; nothing here is called the host's";
        notices.push((words.to_owned(), look.notable));
    }
    notices.extend(not_root(data).map(|words| (words, look.notable)));
    notices
}

/// What root would see besides.
fn not_root(data: &Data) -> Option<String> {
    let viewer = &data.snapshot.viewer;
    if viewer.uid == 0 || (data.denied == 0 && viewer.denied_processes == 0) {
        return None;
    }
    Some(match viewer.denied_processes {
        0 => format!("not root: {} things not seen, sudo shows them", data.denied),
        1 => "not root: 1 process's namespaces unknown, sudo shows them".to_owned(),
        many => format!("not root: {many} processes' namespaces unknown, sudo shows them"),
    })
}
