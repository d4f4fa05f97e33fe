//! The network from look to look: what goes through, what comes and goes, what is looked at.

use std::sync::Arc;

use super::network::at;
use super::{Stage, example, setup, wires};
use crate::model::{Container, Kind, Snapshot};
use crate::tui::config::ThemeName;

#[test]
fn traffic_is_told_per_second_after_two_looks() {
    let mut stage = Stage::new(wires::after(0));
    stage.press("4");
    assert!(!stage.shows("B/s"));
    for seconds in [1, 2, 3] {
        stage.app.show(Arc::new(wires::after(seconds)));
    }
    let host = stage.draw(120, 40).line(" host ");
    // Its card, its bridge without a port, the other bridge, and both veths that are in none; 6 of each a second.
    assert!(host.ends_with("105 kB  4.5 kB"), "{host}");
    stage.press("Down Down Down Enter");
    let text = stage.draw(120, 40).text();
    assert!(
        text.contains("rx 25 kB/s 72 packets/s ▄▆█  tx 1.0 kB/s 36 packets/s ▄▆█"),
        "{text}"
    );
    let mut reset = wires::after(4);
    for space in reset.network.iter_mut().flatten() {
        for one in space.interfaces.iter_mut().flatten() {
            one.counters = None;
        }
    }
    stage.app.show(Arc::new(reset));
    assert!(stage.shows("traffic: ? (its counters are not known)"));
    stage.press("4");
    assert!(stage.draw(120, 40).line(" host ").ends_with("?       ?"));
}

/// The example without the container that owns a namespace.
fn without_database(second: u32) -> Arc<Snapshot> {
    let mut snapshot = wires::after(second);
    let share = |row: &Container| row.sharing.get(Kind::Net)?.inode;
    let containers = snapshot.containers.as_mut().unwrap();
    let at = containers
        .iter()
        .position(|row| row.name.starts_with("shop-database"));
    let gone = share(&containers.remove(at.unwrap())).unwrap();
    let namespaces = snapshot.namespaces.as_mut().unwrap();
    namespaces.retain(|one| one.inode != gone);
    let network = snapshot.network.as_mut().unwrap();
    network.retain(|one| one.namespace != gone);
    for space in network {
        let interfaces = space.interfaces.iter_mut();
        interfaces.for_each(|all| all.retain(|one| one.name != "veth3c4d"));
    }
    Arc::new(snapshot)
}

#[test]
fn a_container_that_stops_is_gone_within_one_refresh() {
    let mut stage = at("172.18.0.3");
    stage.press("Enter");
    stage.app.show(without_database(1));
    assert!(stage.shows("this is what was last seen of it"));
    stage.press("Esc Esc");
    assert!(stage.draw(120, 40).line("shop-datab").starts_with('-'));
    stage.press("t");
    assert!(!stage.shows("veth3c4d") && !stage.shows("shop-datab"));
    for second in 2..6 {
        stage.app.show(without_database(second));
    }
    stage.press("t t");
    assert!(!stage.shows("shop-datab"));
}

#[test]
fn the_interfaces_of_a_gone_namespace_are_gone_too() {
    let mut stage = at("shop-database");
    stage.press("t t End");
    stage.app.show(without_database(1));
    let screen = stage.draw(140, 40);
    let row = screen.line("172.18.0.3");
    assert!(row.starts_with('-'), "{row}");
    assert!(screen.text().contains("this is what was last seen of it"));
    let other =
        "other end  veth3c4d in host, port of br-1c2d (network shop_default), which is gone too";
    assert!(screen.text().contains(other), "{}", screen.text());
    for second in 2..6 {
        stage.app.show(without_database(second));
    }
    assert!(!stage.shows("172.18.0.3"), "nobody follows it");
}

#[test]
fn an_interface_that_goes_from_a_living_namespace_is_shown_as_it_was() {
    let mut stage = at("veth3c4d");
    stage.press("t t f");
    for second in 1..8 {
        stage.app.show(without_database(second));
        let row = stage.draw(140, 40).line("veth3c4d  ");
        assert!(row.starts_with('-') && row.contains("host"), "{row}");
    }
    assert!(stage.shows("port of    br-1c2d (network shop_default)"));
    stage.press("f");
    stage.app.show(without_database(8));
    assert!(!stage.shows("veth3c4d  "));
    stage.app.show(Arc::new(wires::after(9)));
    assert!(stage.draw(140, 40).line("veth3c4d  ").starts_with('+'));
}

#[test]
fn a_namespace_that_lost_an_interface_stands_there_once() {
    let mut stage = Stage::new(wires::after(0));
    stage.press("4");
    stage.app.show(without_database(1));
    let lines = stage.draw(120, 40).lines();
    let hosts = lines.iter().filter(|line| line.starts_with(" host "));
    assert_eq!(hosts.count(), 1, "{lines:#?}");
}

#[test]
fn a_new_interface_is_marked() {
    let mut stage = Stage::new(wires::after(0));
    stage.press("4 t t");
    let mut more = wires::after(1);
    let mut spaces = more.network.iter_mut().flatten();
    let host = spaces.find(|one| one.namespace == wires::HOST).unwrap();
    let new = wires::link(20, "vethnew", "veth");
    host.interfaces.as_mut().unwrap().push(new);
    stage.app.show(Arc::new(more));
    assert!(stage.draw(120, 40).line("vethnew").starts_with('+'));
}

#[test]
fn without_the_network_it_says_what_it_waits_for() {
    let mut stage = Stage::new(example::snapshot());
    assert!(!stage.app.wants_network());
    stage.press("4");
    assert!(stage.app.wants_network() && stage.app.lacks_network());
    assert!(stage.shows("looking at the network"));
    stage.press("Enter g i g e");
    stage.app.source.paused = true;
    assert!(stage.shows("held still") && !stage.app.lacks_network());
    stage.app.source.paused = false;
    stage.app.source.interval = None;
    assert!(stage.shows("this snapshot was taken without this section"));
    // It comes, and goes again when nobody looks.
    stage.app.show(Arc::new(wires::after(1)));
    assert!(stage.shows("shop-sidecar-1"));
    stage.press("1");
    assert!(!stage.app.wants_network());
    stage.app.show(Arc::new(example::snapshot()));
    stage.press("4");
    assert!(!stage.shows("shop-sidecar-1"));
}

#[test]
fn a_filter_or_a_page_on_the_way_wants_the_network_too() {
    let mut stage = Stage::new(wires::snapshot());
    stage.press("/");
    stage.type_text("addr:172.18.0.2");
    assert!(stage.app.wants_network());
    stage.press("Esc");
    assert!(!stage.app.wants_network());
    stage.press("4 Down Enter g p");
    assert!(stage.app.wants_network(), "the way back leads there");
}

#[test]
fn lines_lead_from_each_row_to_the_next_below_the_same() {
    for (ascii, expected) in [
        (
            false,
            [
                "host",
                "├─eth0",
                "│ └─eth0",
                "├─br-1c2d",
                "│ ├─veth1a2b",
                "│ │ └─eth0",
                "│   └─eth0",
                "└─vethdead",
            ],
        ),
        (
            true,
            [
                "host",
                "|-eth0",
                "| `-eth0",
                "|-br-1c2d",
                "| |-veth1a2b",
                "| | `-eth0",
                "|   `-eth0",
                "`-vethdead",
            ],
        ),
    ] {
        let mut stage = Stage::with(setup(ThemeName::Dark, ascii), Some(wires::after(0)));
        stage.press("4 t");
        let lines = stage.draw(120, 40).lines();
        let mut lines = lines.iter();
        for row in expected {
            let begins = |line: &&String| line.trim_start().starts_with(row);
            assert!(
                lines.by_ref().any(|line| begins(&line)),
                "{row} in {lines:#?}"
            );
        }
    }
}

#[test]
fn ascii_means_ascii_here_too() {
    let mut stage = Stage::with(setup(ThemeName::Dark, true), Some(wires::after(0)));
    stage.app.show(Arc::new(wires::after(1)));
    for keys in ["4", "Down Down Down Enter", "Enter Down Enter", "4 t", "t"] {
        stage.press(keys);
        for (width, height) in [(120, 40), (60, 16)] {
            let text = stage.draw(width, height).text();
            assert!(text.is_ascii(), "{text}");
        }
    }
}
