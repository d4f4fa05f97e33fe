//! Keys that pile up, pids that are reused, what is gone: nothing is done to another row than the one meant.

use std::sync::Arc;

use super::example::{self, container};
use super::{Stage, event};
use crate::model::{Kind, Snapshot};
use crate::query::{Id, RowId};
use crate::tui::app::Focus;
use crate::tui::list::What;
use crate::tui::update::{Effect, paste, point, press};
use ratatui::crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};

/// The example at a later second, changed.
fn later(second: u32, change: impl FnOnce(&mut Snapshot)) -> Arc<Snapshot> {
    let mut snapshot = example::snapshot();
    snapshot.captured_at = format!("2026-11-23T18:00:{second:02}Z");
    change(&mut snapshot);
    Arc::new(snapshot)
}

/// Presses keys that arrive together: nothing is drawn between them.
fn burst(stage: &mut Stage, keys: &str) -> Vec<Effect> {
    let updates = keys
        .split(' ')
        .flat_map(|key| press(&mut stage.app, event(key)));
    updates.filter_map(|update| update.effect).collect()
}

#[test]
fn keys_that_pile_up_act_on_rows_of_the_present_data() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("3 Down Down Down 1");
    let more = later(1, |snapshot| {
        let processes = snapshot.processes.as_mut().unwrap();
        let model = processes[0].clone();
        processes.splice(
            2..2,
            (10..20).map(|pid| crate::model::Process {
                pid,
                ..model.clone()
            }),
        );
    });
    stage.app.show(more);
    let before = {
        burst(&mut stage, "3");
        stage.app.subject()
    };
    burst(&mut stage, "1 3 Down");
    let list = stage.app.places.list().unwrap();
    let data = stage.app.data.as_ref().unwrap();
    let chosen = data.process(list.entries[list.index].at).unwrap();
    assert_eq!(list.chosen, Some(Id::from(chosen)));
    assert_ne!(list.chosen, before);
    burst(&mut stage, "1 g p Enter");
    assert!(stage.app.places.page().is_some(), "Enter is not lost");
}

#[test]
fn a_reused_pid_is_not_entered() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("3 End Enter");
    let reused = |second| {
        later(second, |snapshot| {
            let mut processes = snapshot.processes.iter_mut().flatten();
            let same = processes.find(|process| process.pid == 2081).unwrap();
            same.start_ticks = Some(999_999);
        })
    };
    for second in 1..6 {
        stage.app.show(reused(second));
        assert_eq!(stage.press("y e"), [], "{second}");
        assert!(stage.shows("it is gone"));
    }
    stage.press("g p");
    assert!(stage.shows("nothing is known of it any more"));
}

#[test]
fn gone_rows_keep_no_letter_and_their_own_processes() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("backup-agent");
    stage.press("Left Left");
    let fewer = later(1, |snapshot| {
        let gone = ["backup-agent", "shop-database-with-a-very-long-name-1"];
        let containers = snapshot.containers.as_mut().unwrap();
        containers.retain(|container| !gone.contains(&container.name.as_str()));
        let processes = snapshot.processes.as_mut().unwrap();
        processes.retain(|process| ![2020, 2021, 2060, 2061].contains(&process.pid));
    });
    stage.app.show(fewer);
    let screen = stage.draw(120, 40);
    let line = screen.line("-backup-agent");
    assert!(!line.contains("A2"), "{line}");
    assert!(
        screen.line("pause ").contains("A2"),
        "letters are given anew"
    );
    assert!(screen.text().contains("this is what was last seen of it"));
    assert!(screen.text().contains("processes  4"), "{}", screen.text());
}

#[test]
fn a_row_that_the_filter_left_out_is_not_called_gone() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("/");
    paste(&mut stage.app, "host:net");
    stage.app.show(later(1, |_| {}));
    stage.press("Enter");
    assert!(!stage.shows("is gone"));
}

#[test]
fn what_belongs_nowhere_for_sure_is_not_the_hosts() {
    let mut snapshot = example::snapshot();
    let processes = snapshot.processes.as_mut().unwrap();
    processes[0].namespaces.set(Kind::Net, None);
    let mut stage = Stage::new(snapshot);
    stage.press("3 Home Enter");
    assert!(stage.shows("it may share any row's"));
    stage.press("g c");
    assert!(stage.shows("not all of its namespaces are known"));
    stage.press("Esc 1 Home g p");
    let rows = stage.app.places.list().unwrap().entries.len();
    assert_eq!(rows, 1, "the other one is the host's for sure");
    assert!(RowId::of(&stage.app.data.as_ref().unwrap().process(0).unwrap().clone()).is_none());
}

#[test]
fn sections_that_are_not_there_are_not_empty() {
    let mut snapshot = example::snapshot();
    snapshot.processes = None;
    snapshot.namespaces = None;
    let mut stage = Stage::new(snapshot);
    assert!(stage.shows("processes  not in this snapshot"));
    stage.press("2");
    assert!(stage.shows("this snapshot was taken without this section"));
}

#[test]
fn completion_follows_what_is_pasted() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("/");
    paste(&mut stage.app, "shop-web host:");
    stage.press("Tab");
    assert_eq!(
        stage.app.prompt.as_ref().unwrap().text(),
        "shop-web host:cgroup"
    );
}

#[test]
fn esc_in_the_prompt_leaves_a_given_filter_given() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("2 g c / x Esc Esc");
    assert_eq!(stage.app.places.list().unwrap().what, What::Namespaces);
}

#[test]
fn ctrl_c_quits_behind_the_first_of_two_keys_too() {
    let mut stage = Stage::new(example::snapshot());
    assert_eq!(stage.press("g Ctrl-c"), [Effect::Quit]);
}

#[test]
fn the_wheel_moves_what_it_is_over() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("Tab");
    let wheel = MouseEvent {
        kind: MouseEventKind::ScrollDown,
        column: 5,
        row: 5,
        modifiers: KeyModifiers::NONE,
    };
    point(&mut stage.app, wheel);
    assert_eq!(stage.app.focus, Focus::Pane);
    assert_eq!(stage.app.places.list().unwrap().index, 3);
}

#[test]
fn a_comparison_says_who_is_gone() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("Space");
    stage.choose("mystery");
    stage.press("=");
    for second in 1..6 {
        let fewer = later(second, |snapshot| {
            let containers = snapshot.containers.as_mut().unwrap();
            containers.retain(|container| container.name != "shop-web-1");
        });
        stage.app.show(fewer);
        let words = if second < 4 {
            "is gone"
        } else {
            "nothing is known of it"
        };
        assert!(stage.shows(words), "{second}");
    }
}

#[test]
fn the_followed_row_is_kept_when_very_many_go() {
    let mut snapshot = example::snapshot();
    let many = (100..1100).map(|row| container(row, &format!("c{row}"), "h . . h h h h h"));
    snapshot.containers.as_mut().unwrap().extend(many);
    let mut stage = Stage::new(snapshot);
    stage.choose("c1099");
    stage.press("f");
    for second in 1..8 {
        stage.app.show(later(second, |_| {}));
        assert_eq!(stage.chosen(), "c1099");
    }
}
