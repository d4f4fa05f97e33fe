//! Who is looked at, by whom, how well, and how long ago.
//!
//! ```text
//! db01  root  docker 28.2.2 ok 8s  podman: timeout  2 gaps  312 processes      12 ms, 1s ago, every 2s
//! not root: 214 processes' namespaces unknown, sudo shows them
//! ```

use std::time::Duration;

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
/// Below this the time is told in fewer words.
const ROOM_FOR_TIME: u16 = 100;
/// An engine's answer of less than this is no news.
const OLD_ANSWER: Duration = Duration::from_secs(5);

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
    let Some(data) = &app.data else {
        return vec![part(0, "nslens".to_owned(), look.title)];
    };
    let snapshot = &data.snapshot;
    let host = snapshot.host.hostname.as_deref().unwrap_or("?");
    let host = text::shown(host, look.ascii);
    let host = text::cut(&host, LONGEST_HOST, look.ellipsis()).into_owned();
    let mut parts = vec![part(0, host, look.title)];
    parts.push(match snapshot.viewer.uid {
        0 => part(1, "root".to_owned(), Style::new()),
        uid => part(1, format!("user {uid}"), look.notable),
    });
    parts.extend(snapshot.engines.iter().map(|one| {
        let (text, style) = engine(one, data.age(app.now), look);
        part(3, text, style)
    }));
    if data.gaps > 0 {
        let gaps = usize::try_from(data.gaps).unwrap_or(usize::MAX);
        parts.push(part(2, text::counted(gaps, "gap", "gaps"), look.notable));
    }
    let count = |rank, count: Option<usize>, one, many| {
        count.map(|count| part(rank, text::counted(count, one, many), Style::new()))
    };
    let processes = snapshot.processes.as_ref().map(Vec::len);
    let namespaces = snapshot.namespaces.as_ref().map(Vec::len);
    parts.extend(count(5, processes, "process", "processes"));
    parts.extend(count(4, namespaces, "namespace", "namespaces"));
    if let Some(more @ 1..) = snapshot.host.unlisted_namespaces {
        let words = text::counted(more as usize, "unseen namespace", "unseen namespaces");
        parts.push(part(2, words, look.notable));
    }
    parts
}

/// An engine with its version where it answered, with its trouble where it did not, and the age of what it said.
fn engine(engine: &Engine, age: Option<Duration>, look: &Look) -> (String, Style) {
    let status = engine.status.name();
    let (words, style) = match (engine.status, &engine.version) {
        (EngineStatus::Ok, Some(version)) => {
            (format!("{} {version} {status}", engine.kind), look.good)
        }
        (EngineStatus::Ok, None) => (format!("{} {status}", engine.kind), look.good),
        (EngineStatus::Absent, _) => (format!("{}: {status}", engine.kind), look.dim),
        _ => (format!("{}: {status}", engine.kind), look.notable),
    };
    let age = Duration::from_millis(engine.answer_age_ms) + age.unwrap_or_default();
    let is_old = engine.answer_age_ms > 0 || age > OLD_ANSWER;
    let has_answered = engine.status == EngineStatus::Ok || engine.answer_age_ms > 0;
    let age = (is_old && has_answered).then(|| format!(" {}", text::span(age)));
    let words = words + &age.unwrap_or_default();
    (text::shown(&words, look.ascii).into_owned(), style)
}

/// How the data comes in, at the right.
fn status(app: &App, short: bool) -> Part {
    let look = &app.look;
    let source = &app.source;
    let (text, style) = match source.interval {
        None if short => ("saved".to_owned(), look.dim),
        None => (saved(app.data.as_ref(), look), look.dim),
        Some(_) if app.data.is_none() => (String::new(), look.dim),
        Some(interval) => live(app, interval, short),
    };
    Part {
        rank: 0,
        text,
        style,
    }
}

/// Cost and age of the last scan, and when the next one comes.
fn live(app: &App, interval: Duration, short: bool) -> (String, Style) {
    let look = &app.look;
    let source = &app.source;
    let took = app
        .data
        .as_ref()
        .map_or(0, |data| data.snapshot.duration_ms);
    let age = text::span(app.age().unwrap_or_default());
    if source.asked {
        return (format!("scanning{}", look.ellipsis()), look.title);
    }
    if source.paused {
        return (format!("PAUSED, {age} old"), look.chosen);
    }
    let style = if app.old().is_some() {
        look.notable
    } else {
        look.dim
    };
    let pause = source.pause.unwrap_or(interval).max(interval);
    let every = seconds(pause);
    let stretched = pause > interval;
    let words = match (short, stretched, source.cost) {
        (true, ..) => format!("{took} ms {age}/{every}"),
        (false, true, Some(cost)) => format!(
            "scan {took} ms, {age} ago, every {every} ({} ms of processor each)",
            cost.as_millis()
        ),
        (false, ..) => format!("scan {took} ms, {age} ago, every {every}"),
    };
    (words, style)
}

/// Seconds with one digit behind the point at most.
fn seconds(time: Duration) -> String {
    let tenths = (time.as_secs_f64() * 10.0).round() / 10.0;
    if time < Duration::from_millis(100) {
        return format!("{} ms", time.as_millis());
    }
    format!("{tenths}s")
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
            .old()
            .map(|age| format!(" (shown: {age} old)"))
            .unwrap_or_default();
        notices.push((format!("refresh failed{age}: {failure}"), look.loud));
    }
    if !data.sees_host() {
        let words = "inside a container: sees only its inside; nothing here is called the host's";
        notices.push((words.to_owned(), look.notable));
    }
    if let Some(filter) = &data.snapshot.filter {
        let filter = text::shown(filter, look.ascii);
        let words = format!("this snapshot holds only what matched: {filter}");
        notices.push((words, look.notable));
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
