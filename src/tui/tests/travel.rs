//! From place to place, and what is compared, copied, sorted, hidden on the way.

use super::Stage;
use super::example;
use crate::tui::app::Focus;
use crate::tui::list::What;
use crate::tui::update::Effect;

#[test]
fn each_view_has_a_key_and_is_found_as_it_was_left() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("2 Down Down t");
    assert!(stage.shows("by owner") && stage.shows("OWNER"));
    let chosen = stage.app.subject();
    stage.press("3 Down");
    assert!(stage.shows("COMMAND") && stage.shows("NOT HOST"));
    stage.press("1");
    assert_eq!(stage.chosen(), "shop-web-1");
    stage.press("2");
    assert!(stage.shows("by owner"));
    assert_eq!(stage.app.subject(), chosen);
}

#[test]
fn enter_goes_in_and_esc_comes_back_to_the_same_row() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("Enter");
    assert!(stage.shows("shop-web-1 · net:[4026532391]"));
    stage.press("Enter");
    let text = stage.draw(120, 40).text();
    assert!(
        text.contains("shop-web-1 · net:[4026532391] › Processes"),
        "{text}"
    );
    assert!(text.contains("shop-sidecar-1") && !text.contains("node-exporter"));
    stage.press("Down Enter");
    assert!(stage.shows("process 2041 · httpd"));
    stage.press("Enter");
    assert!(stage.shows("httpd (2041) › Namespaces"));
    stage.press("Esc Esc");
    assert_eq!(stage.app.places.list().unwrap().what, What::Processes);
    assert_eq!(stage.app.places.list().unwrap().index, 1);
    stage.press("Esc Esc");
    assert_eq!(stage.chosen(), "shop-web-1");
}

#[test]
fn any_row_leads_to_its_namespaces_processes_and_container() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("g n");
    let list = stage.app.places.list().unwrap();
    assert_eq!((list.what, list.entries.len()), (What::Namespaces, 8));
    assert!(stage.shows("shop-web-1 › Namespaces"));
    stage.press("g p");
    let list = stage.app.places.list().unwrap();
    assert_eq!((list.what, list.entries.len()), (What::Processes, 4));
    stage.press("Down g c");
    assert_eq!(stage.chosen(), "shop-web-1");
    stage.press("2 g c");
    assert_eq!(stage.app.places.list().unwrap().what, What::Matrix);
    stage.press("Esc");
    assert_eq!(stage.app.places.list().unwrap().what, What::Namespaces);
    stage.press("3 End g c");
    assert_eq!(stage.chosen(), "api");
}

#[test]
fn the_first_of_two_keys_shows_what_may_follow() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("g");
    assert!(stage.shows("go-processes"));
    stage.press("x");
    assert!(!stage.shows("go-processes"));
    stage.press("g Esc");
    assert!(!stage.shows("go-processes"));
}

#[test]
fn two_marked_rows_are_compared_kind_by_kind() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("=");
    assert!(stage.shows("mark two rows with Space"));
    stage.choose("shop-web-1");
    stage.press("Space");
    assert!(stage.shows("*  shop-web-1"));
    stage.choose("shop-sidecar-1");
    stage.press("Space =");
    let screen = stage.draw(120, 40);
    assert!(screen.text().contains("shop-web-1 and shop-sidecar-1"));
    assert!(screen.line(" net ").ends_with("= same"));
    assert!(screen.line(" mnt ").ends_with("x different"));
    stage.press("Esc u");
    stage.choose("mystery");
    stage.press("Space");
    stage.choose("shop-web-1");
    stage.press("=");
    assert!(stage.draw(120, 40).line(" net ").ends_with("? not known"));
}

#[test]
fn a_process_is_compared_with_a_container() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("node-exporter");
    stage.press("Space 3 Home =");
    let screen = stage.draw(120, 40);
    assert!(
        screen.line(" net ").ends_with("= same"),
        "{}",
        screen.text()
    );
    assert!(screen.line(" mnt ").ends_with("x different"));
}

#[test]
fn sorting_by_a_cell_brings_the_loudest_up() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("o");
    let lines = stage.draw(120, 40).lines();
    assert!(lines[2].contains("net▲"), "{}", lines[2]);
    assert!(lines[3].contains("node-exporter"), "{}", lines[3]);
    assert!(
        !lines.iter().any(|line| line.trim() == "shop"),
        "no families"
    );
    stage.press("o");
    assert!(stage.shows("net▼"));
    assert!(stage.draw(120, 40).lines()[3].contains("host"));
    stage.press("o");
    assert!(
        stage
            .draw(120, 40)
            .lines()
            .iter()
            .any(|line| line.trim() == "shop")
    );
}

#[test]
fn units_and_kernel_threads_are_hidden_and_counted() {
    let mut snapshot = example::snapshot();
    let processes = snapshot.processes.as_mut().unwrap();
    processes[1].kernel_thread = Some(true);
    let mut stage = Stage::new(snapshot);
    let unit = " systemd-resolved.service        unit ";
    assert!(stage.shows(unit));
    stage.press("U");
    assert!(!stage.shows(unit));
    assert!(stage.shows("1 hidden"));
    stage.press("U 3");
    assert!(stage.shows("1 hidden"));
    stage.press("K");
    assert!(!stage.shows(" hidden"));
}

#[test]
fn what_could_not_be_seen_has_a_page() {
    let mut stage = Stage::new(example::snapshot());
    stage.press("!");
    let text = stage.draw(120, 40).text();
    for words in [
        "denied: permission was refused",
        "namespaces of pid 2030",
        "2 times",
        "podman at unix:///run/podman.sock",
    ] {
        assert!(text.contains(words), "{words} not in {text}");
    }
    stage.press("!");
    assert!(stage.shows("NOTES"));
}

fn copied(effects: &[Effect]) -> String {
    use base64::Engine as _;
    let [Effect::Send(bytes)] = effects else {
        panic!("{effects:?}");
    };
    let code = bytes.strip_prefix("\x1b]52;c;").unwrap();
    let code = code.strip_suffix('\x07').unwrap();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(code)
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn cells_rows_and_lines_are_copied() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    assert_eq!(copied(&stage.press("y y")), "net:[4026532391]");
    assert_eq!(copied(&stage.press("y e")), "nsenter -t 2040 -n -- /bin/sh");
    let json = copied(&stage.press("y j"));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["name"], "shop-web-1");
    for _ in 0..6 {
        stage.press("Left");
    }
    assert_eq!(
        copied(&stage.press("y e")),
        "env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=\"$TERM\" \
         nsenter -t 2040 -C -i -m -n -p -u -r -w -- /bin/sh"
    );
    stage.press("3 Home End");
    assert_eq!(copied(&stage.press("y y")), "2081");
}

#[test]
fn the_host_needs_no_entering() {
    let mut stage = Stage::new(example::snapshot());
    for _ in 0..6 {
        stage.press("Left");
    }
    assert!(stage.press("y e").is_empty());
    assert!(stage.shows("in the same namespaces as we are"));
}

#[test]
fn the_pane_takes_the_keys_and_gives_them_back() {
    let mut snapshot = example::snapshot();
    let processes = snapshot.processes.as_mut().unwrap();
    let more = (5000..5100).map(|pid| crate::model::Process {
        pid,
        ..processes[0].clone()
    });
    let more: Vec<_> = more.collect();
    processes.extend(more);
    let mut stage = Stage::new(snapshot);
    stage.press("Tab Down");
    assert_eq!(stage.app.focus, Focus::Pane);
    assert_eq!(stage.app.details.as_ref().unwrap().top, 1);
    stage.press("Esc");
    assert_eq!(stage.app.focus, Focus::List);
    stage.press("i");
    assert!(stage.app.details.is_some() && !stage.shows("─ host"));
}

#[test]
fn where_there_is_no_room_the_details_are_a_page() {
    let mut stage = Stage::new(example::snapshot());
    stage.draw(60, 15);
    crate::tui::update::press(&mut stage.app, super::event("i"));
    assert!(stage.draw(60, 15).text().contains("─ host"));
}
