//! What the screen looks like.

use std::time::{Duration, SystemTime};

use ratatui::style::{Color, Modifier, Style};

use super::example::{self, container};
use super::{Stage, setup};
use crate::model::Kind;
use crate::tui::config::ThemeName;
use crate::tui::keys::Action;

#[test]
fn the_whole_at_120x40() {
    let screen = Stage::new(example::snapshot()).draw(120, 40);
    for words in [
        " db01  root  docker 20.10.24 ok  podman: timeout  3 gaps  24 processes  47 namespaces",
        "scan 12 ms, 0s ago, every 2s",
        " 1 Matrix  2 Namespaces  3 Processes",
        " NAME                            KIND        PROCS  cgroup  ipc  mnt  net  pid  time  user  uts  NOTES",
        " host                                          201  H       H    H    H    H    H     H     H",
        " node-exporter                   docker          2  h       ·    ·    H!   H!   h     H     H!   host net pid uts",
        " backup-agent                    docker          2  ·       A2   ·    ·    ·    h     ·     ·    paused, drift: ipc",
        " mystery                         docker          2  ?       ?    ?    ?    ?    ?     ?     ?",
        "\n shop\n   shop-datab",
        " shop-web-1                    docker          2  ·       ·    ·    B2   ·    h     H     ·",
        "─ host · net:[4026531833] ──",
        "in it      host, node-exporter, systemd-resolved.service",
        "H! host's: exposed   H host's: notable   h host's: usual   A2 shared by 2   · its own   ? unknown",
        "Enter open",
        "? help  q quit",
        "1/14",
    ] {
        assert!(
            screen.text().contains(words),
            "{words:?} not in\n{}",
            screen.text()
        );
    }
}

#[test]
fn a_style_repeats_what_the_sign_says() {
    let screen = Stage::new(example::snapshot()).draw(120, 40);
    let loud = screen.style("node-exporter", Kind::Pid, "H!");
    assert_eq!(loud.fg, Some(Color::LightRed));
    assert!(loud.add_modifier.contains(Modifier::BOLD));
    assert_eq!(
        screen.style("node-exporter", Kind::User, "H").fg,
        Some(Color::Yellow)
    );
    for (name, kind, sign) in [
        ("node-exporter", Kind::Time, "h"),
        ("backup-agent", Kind::Mnt, "·"),
        ("host   ", Kind::Mnt, "H"),
    ] {
        assert!(
            screen
                .style(name, kind, sign)
                .add_modifier
                .contains(Modifier::DIM)
        );
    }
    let [a, b] = [("backup-agent", "A2"), ("  api", "B2")]
        .map(|(name, sign)| screen.style(name, Kind::Ipc, sign));
    assert_ne!(a.fg, b.fg);
    assert!(a.add_modifier.contains(Modifier::BOLD) && b.add_modifier.contains(Modifier::BOLD));
    assert!(
        screen
            .style("host   ", Kind::Net, "H")
            .add_modifier
            .contains(Modifier::REVERSED)
    );
}

#[test]
fn the_namespace_of_the_chosen_cell_stands_out_in_other_rows() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    let screen = stage.draw(120, 40);
    let reversed = |style: Style| style.add_modifier.contains(Modifier::REVERSED);
    assert!(reversed(screen.style("  shop-sidecar-1", Kind::Net, "B2")));
    assert!(!reversed(screen.style("  api", Kind::Net, "A2")));
}

#[test]
fn only_the_chosen_row_stands_out() {
    let mut stage = Stage::new(example::snapshot());
    for keys in ["Down Down", "2 Down", "3 Down"] {
        stage.press(keys);
        let screen = stage.draw(120, 40);
        let reversed = |x, y| screen.0[(x, y)].modifier.contains(Modifier::REVERSED);
        let rows: Vec<u16> = (3..20).filter(|y| reversed(3, *y)).collect();
        let index = stage.app.places.list().unwrap().index;
        assert_eq!(rows, [u16::try_from(index).unwrap() + 3], "{keys}");
    }
}

#[test]
fn narrow_screens_give_up_columns_in_order() {
    let mut stage = Stage::new(example::snapshot());
    let at_99 = stage.draw(99, 24).line("NAME");
    assert!(at_99.contains("PROCS") && at_99.contains("KIND") && !at_99.contains("NOTES"));
    let at_86 = stage.draw(86, 24).line("NAME");
    assert!(!at_86.contains("PROCS") && at_86.contains("KIND"));
    let at_80 = stage.draw(80, 24);
    assert!(!at_80.line("NAME").contains("KIND"));
    assert_eq!(
        at_80.line("shop-web-1"),
        "   shop-web-1              ·       ·    ·    B2   ·    h     H     ·"
    );
    assert!(at_80.text().contains("─ host · net:[4026531833] ──"));
    let at_60 = stage.draw(60, 18);
    assert_eq!(
        at_60.line("shop-data"),
        "   shop-data…ong-name-1 ·      A2  ·   ·   ·   h    H    ·"
    );
    assert!(!at_60.text().contains("net:["));
    assert!(at_60.line("q quit").contains("? help"));
    assert!(
        stage
            .draw(40, 8)
            .line("NAME")
            .ends_with("cgr ipc mnt net pid tim usr uts")
    );
}

#[test]
fn a_screen_that_is_too_small_says_so_in_one_line() {
    let screen = Stage::new(example::snapshot()).draw(39, 20);
    assert_eq!(screen.text().trim_end(), "needs 40x8, is 39x20 (q quits)");
}

#[test]
fn before_the_first_snapshot_it_says_what_it_waits_for() {
    let mut stage = Stage::with(setup(ThemeName::Dark, false), None);
    assert!(stage.draw(80, 24).text().contains("scanning…"));
    stage.app.fail("open /proc: denied".to_owned());
    assert!(
        stage
            .draw(80, 24)
            .text()
            .contains("nothing to show: open /proc: denied")
    );
}

#[test]
fn a_failed_refresh_keeps_the_rows_and_tells_their_age() {
    let mut stage = Stage::new(example::snapshot());
    stage.app.fail("open /proc: denied".to_owned());
    let taken = humantime::parse_rfc3339("2026-11-23T18:00:00.123Z").unwrap();
    stage.app.tick(taken + Duration::from_secs(75));
    let screen = stage.draw(120, 40);
    assert!(
        screen
            .text()
            .contains("refresh failed (shown: 1m 15s old): open /proc: denied")
    );
    assert!(screen.text().contains("node-exporter"));
}

#[test]
fn from_inside_a_container_nothing_is_the_hosts() {
    let mut snapshot = example::snapshot();
    snapshot.host.pid_namespace_is_initial = false;
    let screen = Stage::new(snapshot).draw(120, 40);
    assert!(
        screen
            .text()
            .contains("inside a container: sees only its inside")
    );
    screen.style("(inside)", Kind::Uts, "o");
    screen.style("node-exporter", Kind::Uts, "o");
    assert!(!screen.text().contains("H!") && !screen.text().contains(" h "));
}

#[test]
fn without_root_it_says_what_root_would_add() {
    let mut snapshot = example::snapshot();
    snapshot.viewer.uid = 1000;
    snapshot.viewer.denied_processes = 214;
    let screen = Stage::new(snapshot).draw(120, 40);
    assert!(
        screen
            .text()
            .contains("not root: 214 processes' namespaces unknown, sudo shows them")
    );
}

#[test]
fn what_the_kernel_knows_and_nothing_showed_is_told() {
    let mut snapshot = example::snapshot();
    snapshot.host.unlisted_namespaces = Some(0);
    assert!(!Stage::new(snapshot.clone()).shows("unseen"));
    snapshot.host.unlisted_namespaces = Some(2);
    let mut stage = Stage::new(snapshot);
    assert!(stage.shows("2 unseen namespaces"));
    stage.press("!");
    assert!(stage.shows("2 more namespaces exist that were found nowhere"));
}

#[test]
fn a_filtered_snapshot_says_that_it_is_not_all() {
    let mut snapshot = example::snapshot();
    snapshot.filter = Some("host:net".to_owned());
    let screen = Stage::new(snapshot).draw(120, 40);
    let words = "this snapshot holds only what matched: host:net";
    assert!(screen.text().contains(words));
}

#[test]
fn unknown_says_why_and_what_is_known_all_the_same() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("mystery");
    assert!(
        stage
            .draw(120, 40)
            .text()
            .contains("net:[?]  not known: it may be the host's or its own")
    );
    let screen = stage.act(&[Action::Right]);
    assert!(
        screen
            .text()
            .contains("pid:[?]  not known which, but not the host's")
    );
    assert!(
        screen
            .text()
            .contains("why        namespaces of pid 2030: denied (2 times)")
    );
}

#[test]
fn details_tell_declared_modes_and_drift() {
    let mut stage = Stage::new(example::snapshot());
    stage.choose("backup-agent");
    let screen = stage.act(&[Action::Left, Action::Left, Action::Open]);
    assert!(
        screen
            .line("declared")
            .ends_with("(unknown); the kernel disagrees (drift)")
    );
    assert!(
        screen
            .text()
            .contains("docker, 000200020002, image example/image:1.2, init pid 2020, paused")
    );
    assert!(
        screen
            .text()
            .contains("in it      backup-agent, shop-database-with-a-very-long-name-1")
    );
    assert!(!screen.text().contains("PROCS"), "the matrix is covered");
}

#[test]
fn the_hosts_row_tells_what_could_not_be_seen() {
    let mut snapshot = example::snapshot();
    snapshot.engines[1].detail = Some("no answer within 1s".to_owned());
    let screen = Stage::new(snapshot).draw(120, 40);
    let text = screen.text();
    assert!(
        text.contains(
            "engine     podman at unix:///run/podman.sock: timeout (no answer within 1s)"
        )
    );
    assert!(text.contains("not seen   namespaces of pid 2030: denied (2 times)"));
}

#[test]
fn many_processes_are_counted_not_listed() {
    let mut snapshot = example::snapshot();
    let processes = snapshot.processes.as_mut().unwrap();
    let model = processes[0].clone();
    processes.extend((5000..15_000).map(|pid| crate::model::Process {
        pid,
        ..model.clone()
    }));
    let mut stage = Stage::new(snapshot);
    let screen = stage.act(&[Action::Open, Action::Last]);
    assert!(screen.line("and").trim().ends_with("and 9906 more"));
}

#[test]
fn hostile_names_are_seen_and_move_nothing() {
    let names = [
        "e\x1b[31mvil",
        "new\nline",
        "bi\u{202e}di",
        "ze\u{200b}ro",
        "漢字コンテナ",
        "\u{301}mark",
        "e\u{301}tude",
    ];
    let mut snapshot = example::snapshot();
    let hostile = |(row, name): (u32, &&str)| container(row, name, "h . . h h h h h");
    snapshot.containers = Some((30..).zip(&names).map(hostile).collect());
    snapshot.host.hostname = Some("db\x1b]0;x\x07".to_owned());
    let screen = Stage::new(snapshot).draw(120, 40);
    for shown in [
        "e\\x1b[31mvil",
        "new\\x0aline",
        "bi\\u{202e}di",
        "ze\\u{200b}ro",
        "\\u{301}mark",
        "db\\x1b]0;x\\x07",
    ] {
        assert!(screen.text().contains(shown), "{shown}");
    }
    let x = u16::try_from(screen.line("NAME").find(" uts").unwrap() + 1).unwrap();
    for y in 4..4 + u16::try_from(names.len()).unwrap() {
        assert_eq!(
            (screen.0[(x, y)].symbol(), screen.0[(x + 1, y)].symbol()),
            ("H", "!")
        );
    }
}

#[test]
fn ascii_means_ascii() {
    let mut snapshot = example::snapshot();
    snapshot.containers.as_mut().unwrap()[0].name = "größe".to_owned();
    let mut stage = Stage::with(setup(ThemeName::Dark, true), Some(snapshot));
    for actions in [&[Action::Down][..], &[Action::Open], &[Action::Help]] {
        let screen = stage.act(actions);
        assert!(screen.text().is_ascii(), "{}", screen.text());
        assert!(stage.draw(60, 15).text().is_ascii());
    }
}

#[test]
fn mono_sets_no_colour_anywhere() {
    let mut stage = Stage::with(setup(ThemeName::Mono, false), Some(example::snapshot()));
    stage.app.fail("broken".to_owned());
    for actions in [
        &[Action::Down, Action::Down][..],
        &[Action::Pause],
        &[Action::Open],
        &[Action::Help],
    ] {
        let screen = stage.act(actions);
        let cells = screen.0.content.iter();
        assert!(
            cells
                .clone()
                .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
        );
        assert!(
            cells
                .clone()
                .any(|cell| cell.modifier.contains(Modifier::BOLD))
        );
    }
}

#[test]
fn a_namespace_that_nobody_is_in_is_marked_and_tells_what_keeps_it() {
    let demo = crate::demo::snapshot(0, SystemTime::UNIX_EPOCH);
    let mut stage = Stage::new(demo);
    stage.press("2 /");
    stage.type_text("procs=0 kind:net lab-router");
    stage.press("Enter");
    let row = stage.draw(160, 40).line(" net ");
    for words in [
        "       0  ",
        "  lab-router  ",
        "bind mount /run/netns/lab-router in",
    ] {
        assert!(row.contains(words), "{words:?} not in {row}");
    }
    let text = stage.draw(160, 40).text();
    for words in [
        "name       lab-router",
        "held by    bind mount /run/netns/lab-router in mnt:[4026531832], until it is unmounted",
    ] {
        assert!(text.contains(words), "{words:?} not in\n{text}");
    }
    assert!(!text.contains("shop-web"), "{text}");
}
