//! What keys and refreshes do.

use std::sync::Arc;
use std::time::Duration;

use super::Stage;
use super::example::{self, container};
use crate::model::Kind;
use crate::query::RowId;
use crate::tui::app::View;
use crate::tui::keymap::{Action, KEYS};
use crate::tui::theme::Look;
use crate::tui::update::update;

#[test]
fn age_is_told_when_it_is_worth_it() {
    let mut stage = Stage::new(example::snapshot());
    let taken = humantime::parse_rfc3339("2026-11-23T18:00:00.123Z").unwrap();
    assert!(!stage.app.tick(taken + Duration::from_secs(1)));
    assert!(stage.app.next_tick().unwrap() > Duration::from_secs(4));
    assert!(!stage.draw(120, 40).line("nslens").contains("old"));
    stage.app.source.paused = true;
    assert!(stage.app.tick(taken + Duration::from_secs(3)));
    assert!(
        stage
            .draw(120, 40)
            .line("nslens")
            .contains("PAUSED, 3s old")
    );
}

#[test]
fn the_row_is_kept_by_identity_and_the_nearest_follows_it() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    let mut more = example::snapshot();
    more.containers
        .as_mut()
        .unwrap()
        .push(container(9, "aaa", ". . . . . . . ."));
    stage.app.show(Arc::new(more));
    assert_eq!(stage.chosen(), "shop-web-1");
    assert_eq!(stage.app.choice.kind, Some(Kind::Net));
    let mut fewer = example::snapshot();
    fewer
        .containers
        .as_mut()
        .unwrap()
        .retain(|container| container.name != "shop-web-1");
    stage.app.open(View::Details);
    stage.app.show(Arc::new(fewer));
    assert_eq!(stage.chosen(), "systemd-resolved.service");
    assert_eq!(stage.app.view(), View::Home);
    assert!(
        stage
            .draw(120, 40)
            .line("the chosen row is gone")
            .contains("next to it")
    );
    let mut none = example::snapshot();
    none.containers = None;
    none.groups = None;
    stage.app.show(Arc::new(none));
    assert_eq!(stage.app.choice.row, RowId::Reference);
}

#[test]
fn back_unwinds_and_never_quits() {
    let mut stage = Stage::new(example::snapshot());
    let screen = stage.act(&[Action::NextPane, Action::Open, Action::Help]);
    assert!(screen.text().contains("SIGNS"));
    assert!(stage.act(&[Action::Back]).lines()[1].starts_with("─ host"));
    assert!(stage.act(&[Action::Back]).text().contains("NOTES"));
    for _ in 0..3 {
        stage.draw(120, 40);
        assert_eq!(update(&mut stage.app, Action::Back).effect, None);
    }
    assert!(!update(&mut stage.app, Action::Back).changed);
}

#[test]
fn help_names_every_key_and_scrolls() {
    let mut stage = Stage::new(example::snapshot());
    let text = stage.act(&[Action::Help]).text();
    for binding in KEYS {
        assert!(text.contains(binding.help), "{}", binding.help);
    }
    update(&mut stage.app, Action::Last);
    assert!(stage.draw(60, 15).text().contains("q Ctrl-c"));
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

#[test]
fn no_size_and_no_keys_make_it_panic() {
    let mut random = Random(7);
    let mut stage = Stage::new(example::snapshot());
    for width in (1..60).chain((60..=200).step_by(7)) {
        for height in (1..=60).step_by(1 + random.below(4)) {
            let binding = &KEYS[random.below(KEYS.len())];
            update(&mut stage.app, binding.action);
            match random.below(40) {
                0 => stage.app.show(Arc::new(example::snapshot())),
                1 => {
                    let mut fewer = example::snapshot();
                    fewer.groups = None;
                    fewer.containers.as_mut().unwrap().truncate(random.below(8));
                    stage.app.show(Arc::new(fewer));
                }
                2 => stage.app.fail("broken ".repeat(30)),
                _ => {}
            }
            stage.draw(width, height);
        }
    }
}

#[test]
fn no_size_makes_it_panic_while_it_waits() {
    let mut stage = Stage::with(Look::new(false, true), None);
    for size in 1..60 {
        stage.draw(size, size);
        update(&mut stage.app, KEYS[usize::from(size) % KEYS.len()].action);
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
