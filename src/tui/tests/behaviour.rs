//! What keys and refreshes do.

use std::sync::Arc;
use std::time::Duration;

use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::example::{self, container};
use super::{Stage, event, setup, wires};
use crate::model::Kind;
use crate::query::{Id, RowId};
use crate::tui::config::ThemeName;
use crate::tui::keys::{ACTIONS, Action};
use crate::tui::list::Column;
use crate::tui::update::{point, press, update};

#[test]
fn age_is_told_to_the_second() {
    let mut stage = Stage::new(example::snapshot());
    let taken = humantime::parse_rfc3339("2026-11-23T18:00:00.123Z").unwrap();
    assert!(!stage.app.tick(taken + Duration::from_millis(900)));
    assert_eq!(stage.app.next_tick(), Some(Duration::from_millis(100)));
    assert!(stage.shows("scan 12 ms, 0s ago, every 2s"));
    assert!(stage.app.tick(taken + Duration::from_secs(1)));
    assert!(stage.shows("scan 12 ms, 1s ago, every 2s"));
    stage.app.source.paused = true;
    assert!(stage.app.tick(taken + Duration::from_secs(75)));
    assert!(stage.shows("PAUSED, 1m 15s old"));
}

#[test]
fn a_stretched_interval_is_said_with_its_reason() {
    let mut stage = Stage::new(example::snapshot());
    stage.app.source.pause = Some(Duration::from_millis(7500));
    stage.app.source.cost = Some(Duration::from_millis(450));
    assert!(stage.shows("every 7.5s (450 ms of processor each)"));
}

/// The example without the row of this name.
fn without(name: &str, turn: u32) -> Arc<crate::model::Snapshot> {
    let mut fewer = example::snapshot();
    fewer.captured_at = format!("2026-11-23T18:00:{turn:02}Z");
    let containers = fewer.containers.as_mut().unwrap();
    containers.retain(|container| container.name != name);
    Arc::new(fewer)
}

#[test]
fn the_row_is_kept_by_identity_and_the_nearest_follows_it() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    let mut more = example::snapshot();
    let extra = container(9, "aaa", ". . . . . . . .");
    more.containers.as_mut().unwrap().push(extra);
    stage.app.show(Arc::new(more));
    assert_eq!(stage.chosen(), "shop-web-1");
    assert_eq!(
        stage.app.places.list().unwrap().column,
        Column::Kind(Kind::Net)
    );
    // It goes: for three refreshes it stays as it was, and says so.
    stage.app.show(without("shop-web-1", 1));
    assert_eq!(stage.chosen(), "shop-web-1");
    assert!(stage.shows("the chosen row is gone; for a few refreshes"));
    assert!(stage.shows("-  shop-web-1"));
    for turn in 2..4 {
        stage.app.show(without("shop-web-1", turn));
        assert_eq!(stage.chosen(), "shop-web-1");
    }
    stage.app.show(without("shop-web-1", 4));
    assert_eq!(stage.chosen(), "systemd-resolved.service");
    assert!(stage.shows("this is the one next to it"));
    let mut none = example::snapshot();
    none.containers = None;
    none.groups = None;
    none.captured_at = "2026-11-23T19:00:00Z".to_owned();
    for second in 0..5 {
        none.captured_at = format!("2026-11-23T19:00:0{second}Z");
        stage.app.show(Arc::new(none.clone()));
    }
    let chosen = stage.app.places.list().unwrap().chosen.clone();
    assert_eq!(chosen, Some(Id::Row(RowId::Reference)));
}

#[test]
fn details_over_the_screen_never_turn_into_another_rows() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("Enter");
    for turn in 1..6 {
        stage.app.show(without("shop-web-1", turn));
        let screen = stage.draw(120, 40).text();
        let expected = if turn < 4 {
            "this is what was last seen of it"
        } else {
            "it is gone"
        };
        assert!(screen.contains(expected), "{turn}: {screen}");
    }
    stage.press("Esc");
    assert!(stage.shows("NOTES"));
}

#[test]
fn what_is_followed_stays_although_it_is_gone() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("f");
    assert!(stage.shows("@  shop-web-1"));
    for turn in 1..9 {
        stage.app.show(without("shop-web-1", turn));
        assert_eq!(stage.chosen(), "shop-web-1", "{turn}");
    }
    assert!(stage.shows("-  shop-web-1"));
    stage.press("f");
    stage.app.show(without("shop-web-1", 10));
    stage.app.show(without("shop-web-1", 11));
    assert_ne!(stage.chosen(), "shop-web-1");
}

#[test]
fn what_is_followed_keeps_its_line() {
    let mut snapshot = example::snapshot();
    let many = (100..200).map(|row| container(row, &format!("c{row}"), "h . . h h h h h"));
    snapshot.containers.as_mut().unwrap().extend(many);
    let mut stage = Stage::new(snapshot.clone());
    stage.choose("c150");
    let line_of = |stage: &mut Stage| {
        let lines = stage.draw(120, 40).lines();
        lines
            .iter()
            .position(|line| line.contains(" c150 "))
            .unwrap()
    };
    stage.press("f");
    let line = line_of(&mut stage);
    let more = (0..10).map(|row| container(300 + row, &format!("b{row}"), "h . . h h h h h"));
    snapshot.containers.as_mut().unwrap().extend(more);
    stage.app.show(Arc::new(snapshot));
    assert_eq!(line_of(&mut stage), line);
}

#[test]
fn new_rows_and_changed_cells_are_marked_for_three_refreshes() {
    let mut stage = Stage::new(example::snapshot());
    assert!(
        !stage
            .draw(120, 40)
            .lines()
            .iter()
            .any(|line| line.starts_with(['+', '~', '-']))
    );
    let mut next = example::snapshot();
    let containers = next.containers.as_mut().unwrap();
    containers.push(container(9, "newcomer", ". . . . . . . ."));
    let moved = containers
        .iter_mut()
        .find(|one| one.name == "backup-agent")
        .unwrap();
    moved.sharing = container(12, "", "h 1 . . . h . .").sharing;
    for turn in 1..=4 {
        next.captured_at = format!("2026-11-23T18:00:{turn:02}Z");
        stage.app.show(Arc::new(next.clone()));
        // Names that arrive late do not make a change older.
        stage.app.show(Arc::new(next.clone()));
        let screen = stage.draw(120, 40);
        let marked = turn < 4;
        assert_eq!(screen.line("newcomer").starts_with('+'), marked, "{turn}");
        let line = screen.line("backup-agent");
        assert_eq!(line.starts_with('~'), marked, "{turn}");
        assert_eq!(line.contains("h ~"), marked, "{turn}: {line}");
    }
}

#[test]
fn back_unwinds_and_never_quits() {
    let mut stage = Stage::new(example::snapshot());
    let screen = stage.act(&[Action::NextPane, Action::Open, Action::Help]);
    assert!(screen.text().contains("KEYS IN"));
    assert!(stage.act(&[Action::Back]).text().contains("─ host"));
    assert!(stage.act(&[Action::Back]).text().contains("NOTES"));
    for _ in 0..3 {
        stage.draw(120, 40);
        assert_eq!(update(&mut stage.app, Action::Back).effect, None);
    }
    assert!(!update(&mut stage.app, Action::Back).changed);
}

#[test]
fn help_names_every_key_scrolls_and_is_searched() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("?");
    let mut seen = String::new();
    for _ in 0..10 {
        seen += &stage.act(&[Action::PageDown]).text();
        seen += &stage.act(&[Action::Up]).text();
    }
    stage.act(&[Action::First]);
    seen += &stage.draw(120, 40).text();
    for entry in ACTIONS {
        let start: String = entry.help.chars().take(60).collect();
        assert!(seen.contains(start.trim()), "{}", entry.help);
    }
    stage.press("/");
    stage.type_text("clipb");
    stage.press("Enter");
    let screen = stage.draw(120, 40);
    assert!(!screen.text().contains("SIGNS IN THE MATRIX"));
    stage.press("Esc");
    assert!(stage.shows("KEYS IN"));
    stage.press("?");
    assert!(stage.shows("NOTES"));
}

/// A small generator of numbers, the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Keys of which most do something.
const SOME_KEYS: &[&str] = &[
    "Up",
    "Down",
    "Left",
    "Right",
    "Enter",
    "Esc",
    "Tab",
    "Home",
    "End",
    "1",
    "2",
    "3",
    "4",
    "g",
    "n",
    "p",
    "c",
    "e",
    "t",
    "o",
    "O",
    "f",
    "K",
    "U",
    "Space",
    "=",
    "/",
    ":",
    "?",
    "!",
    "y",
    "w",
    "i",
    "r",
    "m",
    "h",
    "o",
    "s",
    "t",
    ":",
    "Ctrl-d",
    "Ctrl-u",
    "Backspace",
    "G",
];

#[test]
fn no_size_and_no_keys_make_it_panic() {
    let mut random = Random(7);
    let mut stage = Stage::new(wires::snapshot());
    let mut turn = 0;
    for width in (1..60).chain((60..=200).step_by(7)) {
        for height in (1..=60).step_by(1 + random.below(4)) {
            let key = event(SOME_KEYS[random.below(SOME_KEYS.len())]);
            press(&mut stage.app, key);
            if random.below(10) == 0 {
                update(&mut stage.app, ACTIONS[random.below(ACTIONS.len())].action);
            }
            let mut snapshot = wires::snapshot();
            turn += 1;
            snapshot.captured_at = format!("2026-11-23T18:{:02}:{:02}Z", turn / 60 % 60, turn % 60);
            match random.below(40) {
                0 => stage.app.show(Arc::new(snapshot)),
                4 => {
                    let network = snapshot.network.as_mut().unwrap();
                    network.truncate(random.below(8));
                    stage.app.show(Arc::new(snapshot));
                }
                5 => {
                    snapshot.network = None;
                    stage.app.show(Arc::new(snapshot));
                }
                1 => {
                    snapshot.groups = None;
                    let containers = snapshot.containers.as_mut().unwrap();
                    containers.truncate(random.below(8));
                    snapshot
                        .processes
                        .as_mut()
                        .unwrap()
                        .truncate(random.below(20));
                    stage.app.show(Arc::new(snapshot));
                }
                2 => stage.app.fail("broken ".repeat(30)),
                3 => {
                    let mouse = MouseEvent {
                        kind: MouseEventKind::Down(MouseButton::Left),
                        column: u16::try_from(random.below(220)).unwrap(),
                        row: u16::try_from(random.below(70)).unwrap(),
                        modifiers: KeyModifiers::NONE,
                    };
                    point(&mut stage.app, mouse);
                }
                _ => {}
            }
            stage.draw(width, height);
        }
    }
}

#[test]
fn no_size_makes_it_panic_while_it_waits() {
    let mut stage = Stage::with(setup(ThemeName::Mono, true), None);
    for size in 1..60 {
        stage.draw(size, size);
        let entry = &ACTIONS[usize::from(size) % ACTIONS.len()];
        update(&mut stage.app, entry.action);
        stage.draw(200 - size, size);
    }
}

#[test]
fn very_many_rows_scroll_to_the_end() {
    let mut snapshot = example::snapshot();
    let many = (0..20_000).map(|row| container(row, &format!("c{row:05}"), "h . . h h h h h"));
    snapshot.containers = Some(many.collect());
    let mut stage = Stage::new(snapshot);
    let screen = stage.act(&[Action::Last, Action::Up, Action::Up, Action::Up]);
    assert!(screen.text().contains("c19999") && screen.text().contains("20001/20004"));
}
