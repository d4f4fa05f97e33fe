//! The chooser of ways in, and what its lines ask of the world.

use std::ffi::OsString;
use std::path::PathBuf;

use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{Stage, example, setup, wires};
use crate::enter::{Door, Files, Plan};
use crate::model::{Inode, Kind, Snapshot};
use crate::query::Id;
use crate::tui::chooser::{Access, Choice, Errand, Way};
use crate::tui::commands::QuickCommand;
use crate::tui::config::ThemeName;
use crate::tui::keys::Action;
use crate::tui::update::{Effect, point};

/// The container shop-web-1, with the chooser open.
pub(super) fn chooser() -> Stage {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("s");
    stage
}

fn choices(stage: &Stage) -> &[Choice] {
    &stage.app.chooser.as_ref().expect("an open chooser").choices
}

fn choice<'a>(stage: &'a Stage, label: &str) -> &'a Choice {
    let mut all = choices(stage).iter();
    let found = all.find(|choice| choice.label == label);
    found.unwrap_or_else(|| panic!("no {label:?}"))
}

fn errand(stage: &Stage, label: &str) -> Errand {
    match &choice(stage, label).way {
        Ok(Way::Enter(errand)) => errand.clone(),
        other => panic!("{label}: {other:?}"),
    }
}

fn plan(stage: &Stage, label: &str) -> Plan {
    match &choice(stage, label).way {
        Ok(Way::Ask(question)) => question.plan.clone(),
        other => panic!("{label}: {other:?}"),
    }
}

fn why(stage: &Stage, label: &str) -> String {
    choice(stage, label).way.clone().unwrap_err()
}

fn kinds(plan: &Plan) -> Vec<Kind> {
    plan.namespaces.iter().map(|(kind, _)| kind).collect()
}

#[test]
fn every_way_stands_for_a_command_line() {
    let mut stage = chooser();
    for (label, line) in [
        ("all namespaces", "nslens enter shop-web-1"),
        ("only this column (net)", "nslens enter -n shop-web-1"),
        (
            "network only, host's tools",
            "nslens enter -n --tools shop-web-1",
        ),
        ("all, host's tools", "nslens enter --tools shop-web-1"),
        ("all, full tools", "nslens enter --tools=full shop-web-1"),
        ("confined", "nslens enter --confined shop-web-1"),
        ("print the nsenter line", "nsenter -t 2040 -n -- /bin/sh"),
        ("copy the nsenter line", "nsenter -t 2040 -n -- /bin/sh"),
        (
            "net: ss -tlnp",
            "nslens enter -n --tools shop-web-1 -- ss -tlnp",
        ),
        ("mnt: findmnt --task {pid}", "findmnt --task 2040"),
    ] {
        assert_eq!(choice(&stage, label).line, line);
        while choices(&stage)[stage.app.chooser.as_ref().unwrap().chosen].label != label {
            stage.press("j");
        }
        let screen = stage.draw(120, 40);
        assert!(
            screen.line(line).starts_with(&format!(" {line}")),
            "{}",
            screen.text()
        );
    }
}

#[test]
fn a_way_leads_to_what_was_chosen_and_to_nobody_else() {
    let mut stage = chooser();
    let all = errand(&stage, "all namespaces");
    let door = Door::Process {
        pid: 2040,
        start_ticks: 362_040,
    };
    assert_eq!((&all.plan.door, all.plan.files), (&door, Files::Target));
    assert_eq!(
        all.plan.namespaces.get(Kind::Net),
        Some(&Inode(4_026_532_391))
    );
    assert!(!kinds(&all.plan).contains(&Kind::User), "the host's");
    let net = errand(&stage, "only this column (net)");
    assert_eq!(
        (kinds(&net.plan), net.plan.files),
        (vec![Kind::Net], Files::Own)
    );
    let tools = errand(&stage, "all, host's tools");
    assert!(!kinds(&tools.plan).contains(&Kind::Mnt));
    assert_eq!(tools.plan.files, Files::Tools);
    assert_eq!(errand(&stage, "all, full tools").plan.files, Files::Full);
    assert!(errand(&stage, "confined").plan.confined);
    // A later look does not change what was chosen.
    let mut later = example::snapshot();
    for process in later.processes.iter_mut().flatten() {
        process.start_ticks = Some(9);
    }
    stage.app.show(later.into());
    assert_eq!(stage.press("Enter"), [Effect::Enter(Box::new(all))]);
    assert!(stage.app.chooser.is_none());
}

#[test]
fn a_cell_a_process_and_a_namespace_are_entered_too() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("3 End s");
    assert_eq!(choice(&stage, "all namespaces").line, "nslens enter 2081");
    assert!(
        !choices(&stage)
            .iter()
            .any(|one| one.label.starts_with("only"))
    );
    stage.press("Esc 1");
    stage.choose("shop-web-1");
    stage.press("g n End s");
    let one = errand(&stage, "this namespace");
    assert_eq!(kinds(&one.plan), [Kind::Uts]);
    assert!(one.line.starts_with("nslens enter uts:"), "{}", one.line);
    let not_net = why(&stage, "network only, host's tools");
    assert!(not_net.contains("has no net namespace"), "{not_net}");
    let questions = choices(&stage)
        .iter()
        .filter(|one| one.label.contains(": "));
    assert!(
        questions
            .into_iter()
            .all(|one| one.label.starts_with("uts: "))
    );
    // On a page about a cell it is about that cell.
    stage.press("Esc 1 Enter s");
    assert!(
        choices(&stage)
            .iter()
            .any(|one| one.label == "only this column (net)")
    );
}

#[test]
fn what_cannot_be_entered_says_why_and_does_nothing() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("s");
    let there = "we are there already: it is in the same namespaces as we are";
    assert_eq!(why(&stage, "all namespaces"), there);
    assert!(stage.shows(there) && stage.shows("not possible"));
    assert_eq!(stage.press("Enter"), []);
    assert!(stage.app.chooser.is_some());
    stage.press("Esc");
    stage.choose("mystery");
    stage.press("s");
    let unknown = why(&stage, "all namespaces");
    assert!(
        unknown.contains("namespace of the container mystery"),
        "{unknown}"
    );
    stage.press("s");
    assert!(stage.app.chooser.is_none());
    stage.choose("shop");
    stage.press("s");
    assert!(stage.app.chooser.is_none() && stage.shows("choose one of its rows"));
    // What is gone, is gone.
    stage.choose("shop-web-1");
    let mut later = example::snapshot();
    let containers = later.containers.as_mut().unwrap();
    containers.retain(|container| container.name != "shop-web-1");
    stage.app.show(later.into());
    stage.press("s");
    assert!(stage.app.chooser.is_none() && stage.shows("it is gone"));
}

#[test]
fn nothing_of_an_example_or_of_a_saved_snapshot_is_entered() {
    for (access, words) in [
        (Access::Example, "built-in example host"),
        (Access::Saved, "saved snapshot"),
        (Access::Foreign, "its pids mean other processes"),
    ] {
        let mut stage = chooser();
        stage.app.access = access;
        stage.press("s s");
        assert!(choices(&stage).iter().all(|choice| choice.way.is_err()));
        assert!(stage.shows(words) && stage.shows("nslens enter shop-web-1"));
        for _ in 0..choices(&stage).len() {
            assert_eq!(stage.press("Enter Down"), []);
        }
    }
}

#[test]
fn read_only_offers_no_way_in() {
    let mut setup = setup(ThemeName::Dark, false);
    setup.access = Access::ReadOnly;
    let mut stage = Stage::with(setup, Some(example::snapshot()));
    stage.choose("shop-web-1");
    assert!(!stage.shows("s shell"));
    assert_eq!(stage.press("s"), []);
    assert!(stage.app.chooser.is_none() && stage.shows("started with --read-only"));
    stage.press(":");
    stage.type_text("shell");
    assert!(stage.shows("no command matches"));
    stage.press("Esc ?");
    let help = stage.draw(120, 200).text();
    assert!(!help.contains("shell there") && help.contains("nsenter command line"));
    stage.press("Esc");
    // A line that somebody else may run is no way in.
    assert!(matches!(&stage.press("y e")[..], [Effect::Send(_)]));
    let mut open = Stage::new(example::snapshot());
    assert!(open.shows("s shell"));
    open.press("?");
    assert!(open.draw(120, 200).text().contains("shell there"));
}

#[test]
fn a_namespace_without_a_process_is_entered_by_its_name() {
    let mut stage = Stage::new(wires::snapshot());
    let named = wires::snapshot().network.unwrap();
    let named = named.iter().find(|ns| ns.name.as_deref() == Some("lab"));
    let lab = named.unwrap().namespace;
    stage.press("4");
    let list = stage.app.places.list_mut().unwrap();
    list.chosen = Some(Id::Namespace(Kind::Net, lab));
    list.unsettle(stage.app.data.as_ref().unwrap(), 0);
    stage.app.stamp += 1;
    stage.press("s");
    let door = Door::File(PathBuf::from("/run/netns/lab"));
    assert_eq!(errand(&stage, "this namespace").plan.door, door);
    assert!(why(&stage, "confined").contains("needs a process"));
    let line = &choice(&stage, "print the nsenter line").line;
    assert_eq!(line, "nsenter --net=/run/netns/lab -- /bin/sh");
    assert_eq!(plan(&stage, "net: ip addr").door, door);
}

#[test]
fn the_line_is_printed_or_copied() {
    let mut stage = chooser();
    while stage.app.chooser.as_ref().unwrap().choice().unwrap().way != Ok(Way::Print) {
        stage.press("Down");
    }
    let line = "nsenter -t 2040 -n -- /bin/sh".to_owned();
    assert_eq!(stage.press("Enter"), [Effect::Print(line)]);
    stage.press("s End");
    while stage.app.chooser.as_ref().unwrap().choice().unwrap().way != Ok(Way::Copy) {
        stage.press("Up");
    }
    assert!(matches!(&stage.press("Enter")[..], [Effect::Send(_)]));
    assert!(stage.shows("clipboard: nsenter -t 2040 -n"));
}

#[test]
fn the_mouse_chooses_a_way_and_the_keys_know_no_other_place() {
    let mut stage = chooser();
    let click = |stage: &mut Stage, row| {
        stage.draw(120, 40);
        let kind = MouseEventKind::Down(MouseButton::Left);
        let event = MouseEvent {
            kind,
            column: 4,
            row,
            modifiers: KeyModifiers::NONE,
        };
        point(&mut stage.app, event).effect
    };
    let top = stage.draw(120, 40).lines();
    let top = top.iter().position(|line| line.contains("into shop-web-1"));
    let top = u16::try_from(top.unwrap()).unwrap();
    assert_eq!(click(&mut stage, top + 3), None);
    assert_eq!(stage.app.chooser.as_ref().unwrap().chosen, 2);
    assert!(matches!(click(&mut stage, top + 3), Some(Effect::Enter(_))));
    stage.press("s 2 / o");
    assert!(stage.app.chooser.is_some() && stage.app.prompt.is_none());
    assert_eq!(stage.press("G j g g k"), []);
    assert_eq!(stage.app.chooser.as_ref().unwrap().chosen, 0);
    assert_eq!(stage.press("Ctrl-c"), [Effect::Quit]);
    click(&mut stage, 39);
    assert!(stage.app.chooser.is_none(), "a click beside it closes it");
}

#[test]
fn quick_commands_run_where_they_ask() {
    let stage = chooser();
    let net = plan(&stage, "net: ip addr");
    assert_eq!((kinds(&net), net.files), (vec![Kind::Net], Files::Tools));
    assert_eq!(net.command, Some(vec![OsString::from("ip"), "addr".into()]));
    let mounts = plan(&stage, "mnt: findmnt --task {pid}");
    assert_eq!((kinds(&mounts), mounts.files), (vec![], Files::Own));
    let words = ["findmnt", "--task", "2040"].map(OsString::from);
    assert_eq!(mounts.command, Some(words.to_vec()));
    assert_eq!(mounts.pid(), Some(2040));
    // It is in the host's user namespace, as we are: there is nothing to enter, and something to ask.
    assert_eq!(kinds(&plan(&stage, "user: id")), []);
}

#[test]
fn configured_commands_stand_behind_the_others_of_their_kind() {
    let mut setup = setup(ThemeName::Dark, false);
    let command = |kind, words: &[&str]| QuickCommand {
        kind,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    };
    setup.commands = vec![command(Kind::Mnt, &["cat", "/etc/os-release"])];
    let mut stage = Stage::with(setup, Some(example::snapshot()));
    stage.choose("shop-web-1");
    stage.press("s");
    let own = plan(&stage, "mnt: cat /etc/os-release");
    assert_eq!((kinds(&own), own.files), (vec![Kind::Mnt], Files::Target));
}

#[test]
fn names_are_quoted_and_shown_as_they_are() {
    let mut snapshot: Snapshot = example::snapshot();
    let containers = snapshot.containers.as_mut().unwrap();
    containers[3].name = "it's\x1b[31m".to_owned();
    containers[4].name = "-a".to_owned();
    let ids = [3, 4].map(|at| containers[at].id.clone());
    let mut stage = Stage::new(snapshot);
    stage.choose("it's\x1b[31m");
    stage.press("s");
    assert_eq!(
        choice(&stage, "all namespaces").line,
        "nslens enter 'it'\\''s\x1b[31m'"
    );
    assert!(stage.shows("into it's\\x1b[31m"));
    stage.press("Esc");
    stage.choose("-a");
    super::update(&mut stage.app, Action::Shell);
    let line = &choice(&stage, "all namespaces").line;
    assert_eq!(*line, format!("nslens enter {}", ids[1]), "no option");
}
