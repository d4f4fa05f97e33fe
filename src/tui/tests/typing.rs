//! The filter, the palette, the name of a file: what is typed.

use std::path::Path;

use super::{Stage, example, setup};
use crate::tui::config::ThemeName;
use crate::tui::update::{Effect, paste};

#[test]
fn a_filter_takes_effect_as_it_is_typed() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("/");
    stage.type_text("shop");
    let screen = stage.draw(120, 40);
    assert!(screen.text().contains("shop-web-1") && !screen.text().contains("mystery"));
    assert!(
        screen.line("1 Matrix").contains("filter: shop (3 of 12)"),
        "{}",
        screen.text()
    );
    stage.press("Enter");
    assert!(stage.shows("filter: shop"));
    stage.press("Esc");
    assert!(stage.shows("mystery") && !stage.shows("filter: shop"));
}

#[test]
fn esc_brings_back_the_filter_of_before() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("/");
    stage.type_text("shop");
    stage.press("Enter /");
    stage.type_text("-web");
    stage.draw(120, 40);
    let shown = stage.app.places.list().unwrap().entries.len();
    assert_eq!(shown, 2, "its project and it");
    stage.press("Esc");
    assert!(stage.shows("shop-sidecar-1") && stage.shows("filter: shop (3"));
    // A filter of before comes back with the arrow.
    stage.press("Esc / Up Enter");
    assert!(stage.shows("filter: shop (3"));
}

#[test]
fn a_bad_filter_says_where_and_keeps_the_last_good_rows() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("/");
    stage.type_text("shop");
    paste(&mut stage.app, " contaner:x");
    let screen = stage.draw(120, 40);
    assert!(screen.text().contains("column 6"), "{}", screen.text());
    assert!(screen.text().contains("shop-web-1") && !screen.text().contains("mystery"));
    stage.press("Enter");
    assert!(stage.app.prompt.is_some(), "a bad filter cannot be kept");
    stage.press("Esc");
    assert!(stage.shows("mystery"));
}

#[test]
fn tab_completes_fields_and_names() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("/");
    stage.type_text("hos");
    assert!(stage.shows("Tab: host:"));
    stage.press("Tab");
    assert_eq!(stage.app.prompt.as_ref().unwrap().text(), "host:");
    stage.type_text("n");
    stage.press("Tab");
    assert_eq!(stage.app.prompt.as_ref().unwrap().text(), "host:net");
    let text = stage.draw(120, 40).text();
    assert!(
        text.contains("node-exporter") && !text.contains("shop-web-1"),
        "{text}"
    );
}

#[test]
fn the_container_of_a_pid_is_found_in_the_matrix() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("/");
    stage.type_text("pid:2041");
    stage.press("Enter");
    assert_eq!(
        stage.app.places.list().unwrap().entries.len(),
        2,
        "its project and it"
    );
    assert!(stage.shows("shop-web-1"));
}

#[test]
fn a_filter_that_leaves_nothing_says_so() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("/");
    stage.type_text("nobody-has-this");
    assert!(stage.shows("no row matches the filter (12 rows left out); Esc clears it"));
    stage.press("Enter Down y y = g p Enter");
}

#[test]
fn the_palette_finds_actions_by_name_and_runs_them() {
    let mut stage = Stage::new(example::snapshot());
    stage.press(":");
    stage.type_text("view-proc");
    assert!(stage.shows("commands: view-proc"));
    stage.press("Enter");
    assert!(stage.shows("NOT HOST"));
    stage.press("Ctrl-p");
    stage.type_text("zzzz");
    assert!(stage.shows("no command matches"));
    stage.press("Enter");
    assert!(stage.app.palette.is_none());
    stage.press(": Esc");
    assert!(stage.app.palette.is_none() && stage.shows("NOT HOST"));
}

#[test]
fn themes_change_from_the_palette_unless_colour_is_forbidden() {
    let mut stage = Stage::new(example::snapshot());
    stage.press(":");
    stage.type_text("theme-mono");
    assert_eq!(stage.press("Enter"), [Effect::Redraw]);
    assert_eq!(stage.app.theme, ThemeName::Mono);
    let mut stage = Stage::with(setup(ThemeName::Mono, false), Some(example::snapshot()));
    stage.press(":");
    stage.type_text("theme-dark");
    assert_eq!(stage.press("Enter"), []);
    assert_eq!(stage.app.theme, ThemeName::Mono);
    assert!(stage.shows("no colour: NO_COLOR"));
}

#[test]
fn a_snapshot_is_written_where_it_is_told() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("w");
    assert!(stage.shows("nslens-db01-2026-11-23T18-00-00.json"));
    stage.press("Ctrl-u");
    stage.type_text("/tmp/x.json");
    let effects = stage.press("Enter");
    assert_eq!(effects, [Effect::Write(Path::new("/tmp/x.json").into())]);
    stage.press("w Esc");
    assert!(stage.app.prompt.is_none());
}

#[test]
fn ctrl_c_quits_and_letters_do_not_while_typing() {
    let mut stage = Stage::new(example::snapshot());
    assert_eq!(stage.press("/ q"), []);
    assert_eq!(stage.app.prompt.as_ref().unwrap().text(), "q");
    assert_eq!(stage.press("Ctrl-c"), [Effect::Quit]);
}

#[test]
fn pasted_text_is_typed_or_ignored_and_never_keys() {
    let mut stage = Stage::new(example::snapshot());
    assert_eq!(paste(&mut stage.app, "q\r").effect, None);
    assert!(stage.shows("pasted text is ignored here"));
    stage.press("/");
    paste(&mut stage.app, "shop\r\n-web\x1b");
    assert_eq!(stage.app.prompt.as_ref().unwrap().text(), "shop-web");
    assert!(stage.shows("shop-web-1") && !stage.shows("mystery"));
}

#[test]
fn a_huge_paste_is_cut() {
    let mut stage = Stage::new(example::snapshot());
    let huge = "x".repeat(5_000_000);
    for key in ["/", "Esc :"] {
        stage.press(key);
        paste(&mut stage.app, &huge);
        stage.draw(120, 40);
        let typed = stage.app.prompt.as_ref().map(|prompt| prompt.text().len());
        assert_eq!(typed, (key == "/").then_some(4096));
    }
    let typed = stage.app.palette.as_ref().unwrap().input.value().len();
    assert_eq!(typed, 4096);
}

#[test]
fn a_row_that_is_there_is_not_judged_by_what_is_gone() {
    let mut stage = Stage::new(example::snapshot());
    let mut next = example::snapshot();
    next.captured_at = "2026-11-23T18:00:01Z".to_owned();
    let processes = next.processes.as_mut().unwrap();
    processes.retain(|process| process.pid != 2041);
    stage.app.show(std::sync::Arc::new(next));
    stage.press("/");
    paste(&mut stage.app, "!pid:2040 shop-web");
    stage.draw(120, 40);
    assert!(stage.app.places.list().unwrap().entries.is_empty());
}
