//! The network: namespaces, interfaces, what is plugged into what, who listens, what goes through.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{Stage, example, wires};
use crate::model::Inode;
use crate::model::samples::socket;
use crate::query::{Id, RowId};
use crate::tui::list::{Shape, What};
use crate::tui::update::point;

/// The list of network namespaces with one of them chosen, by the word that finds it.
pub(super) fn at(word: &str) -> Stage {
    let mut stage = Stage::new(wires::snapshot());
    stage.press("4 /");
    stage.type_text(word);
    stage.press("Enter");
    stage
}

fn interface(namespace: Inode, index: u32) -> Id {
    Id::Interface { namespace, index }
}

/// The names of the rows in sight.
fn names(stage: &mut Stage) -> Vec<String> {
    let lines = stage.draw(120, 40).lines().into_iter().skip(3);
    let names = lines.take_while(|line| !line.is_empty() && !line.starts_with('─'));
    names
        .map(|line| {
            line.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[test]
fn namespaces_stand_by_who_lives_there() {
    let mut stage = Stage::new(wires::snapshot());
    stage.press("4");
    let screen = stage.draw(140, 40);
    let lines = screen.lines();
    for (line, words) in lines[3..].iter().zip([
        "host ",
        "api, pause ",
        "backup-agent ",
        "shop-d",
        "shop-sidecar-1, shop-web-1 ",
        "chrome ",
        "vpn ",
        "lab ",
    ]) {
        assert!(line.trim_start().starts_with(words), "{words}: {line}");
    }
    let shop = screen.line("shop-sidecar-1");
    for words in ["docker", "172.18.0.2", "shop_default", "53/udp 80 9100"] {
        assert!(shop.contains(words), "{words} not in {shop}");
    }
    // What could not be read is unknown, and nobody is asked who is not there.
    assert_eq!(screen.line("api, pause").matches(" ?").count(), 5);
    assert!(screen.line("lab").contains('·'));
}

#[test]
fn the_topology_leads_from_the_bridge_to_the_container() {
    let mut stage = Stage::new(wires::snapshot());
    stage.press("4 t");
    let lines = stage.draw(140, 40).lines();
    let at = |word: &str| {
        let found = lines.iter().position(|line| line.contains(word));
        found.unwrap_or_else(|| panic!("no {word} in {lines:#?}"))
    };
    let bridge = at("br-1c2d (shop_default)");
    assert!(lines[bridge + 1].contains("veth1a2b"));
    assert!(
        lines[bridge + 2].contains("└─eth0")
            && lines[bridge + 2].contains("shop-sidecar-1, shop-web-1")
    );
    assert!(lines[at("eth0.10")].contains("on eth0"));
    assert!(lines[at("macvlan")].contains("backup-agent"));
    assert!(lines[at("vethdead")].contains("not seen"));
    let vpn = at(" vpn  ");
    assert!(lines[vpn].contains("veth") && lines[at("└─down")].contains("up in lab"));
    let mut rows = lines.iter().take_while(|line| !line.starts_with('─'));
    assert!(!rows.any(|line| line.contains("loopback")));
    assert!(stage.shows("topology"));
    stage.press("t");
    assert!(stage.shows("interfaces") && stage.shows("loopback"));
    stage.press("t");
    assert_eq!(names(&mut stage).len(), 8);
}

#[test]
fn the_host_end_its_bridge_and_the_networks_name_are_a_page_away() {
    let mut stage = at("shop-web-1");
    stage.press("Enter");
    let text = stage.draw(120, 40).text();
    for words in [
        "in it      shop-sidecar-1, shop-web-1",
        "other end: veth1a2b in host, port of br-1c2d (network shop_default)",
        "tcp              0.0.0.0:80              httpd (2040 2041) of shop-web-1",
        "tcp              0.0.0.0:9100            httpd (2050) of shop-sidecar-1",
        "0.0.0.0:8080            -> port 80 of shop-web-1",
        "default via 172.18.0.1 dev eth0",
        "172.18.0.1 is 02:42:ac:12:00:04, reachable",
    ] {
        assert!(text.contains(words), "{words:?} not in\n{text}");
    }
    stage.press("/");
    stage.type_text("9100");
    assert!(!stage.shows("172.18.0.1"));
}

#[test]
fn an_interface_leads_to_its_other_end_and_on_to_the_matrix() {
    let mut stage = at("shop-web-1");
    stage.press("Enter Enter");
    let text = stage.draw(160, 40).text();
    assert!(
        text.contains("shop-sidecar-1, shop-web-1 · net:[4026532391] › Network"),
        "{text}"
    );
    assert_eq!(names(&mut stage), ["lo", "eth0"]);
    stage.press("Enter");
    assert!(stage.shows("─ eth0 in shop-sidecar-1, shop-web-1 "));
    stage.press("Enter");
    assert_eq!(stage.app.subject(), Some(interface(wires::HOST, 5)));
    stage.press("g e");
    assert_eq!(stage.app.subject(), Some(interface(wires::SHOP, 2)));
    stage.press("g c");
    assert_eq!(stage.chosen(), "shop-sidecar-1");
    assert_eq!(
        stage.app.places.list().unwrap().entries.len(),
        3,
        "its family and both tenants"
    );
    stage.press("Esc g e g c");
    assert_eq!(stage.app.subject(), Some(Id::Row(RowId::Reference)));
}

#[test]
fn the_other_end_of_the_other_end_is_where_one_came_from() {
    let mut stage = Stage::new(wires::snapshot());
    stage.choose("shop-web-1");
    stage.press("g i g e");
    let depth = stage.app.places.all().len();
    for end in [(wires::SHOP, 2), (wires::HOST, 5), (wires::SHOP, 2)] {
        stage.press("g e");
        assert_eq!(stage.app.subject(), Some(interface(end.0, end.1)));
        assert!(stage.app.places.all().len() <= depth);
    }
    assert!(!stage.shows("Network › Network"));
    stage.press("Esc");
    assert_eq!(stage.chosen(), "shop-web-1");
}

#[test]
fn any_row_leads_to_its_interfaces() {
    let mut stage = Stage::new(wires::snapshot());
    stage.choose("shop-web-1");
    stage.press("g i");
    let list = stage.app.places.list().unwrap();
    assert_eq!((list.what, list.shape), (What::Network, Shape::Interfaces));
    assert_eq!(names(&mut stage), ["lo", "eth0"]);
    stage.press("1 3 End g i");
    assert!(stage.shows("api, pause › Network") && stage.shows("no interface is known here"));
    stage.press("1");
    stage.choose("mystery");
    stage.press("g i");
    assert!(stage.shows("its network namespace is not known"));
}

#[test]
fn from_a_container_straight_to_the_hosts_end() {
    let mut stage = Stage::new(wires::snapshot());
    stage.choose("shop-web-1");
    stage.press("g e");
    assert_eq!(stage.app.subject(), Some(interface(wires::HOST, 5)));
    // Where nobody has looked yet, the interfaces are on the way.
    let mut stage = Stage::new(example::snapshot());
    stage.choose("shop-web-1");
    stage.press("g e");
    assert!(stage.shows("looking at the network") && stage.app.wants_network());
    stage.app.show(Arc::new(wires::after(1)));
    assert_eq!(names(&mut stage), ["lo", "eth0"]);
}

#[test]
fn two_interfaces_or_namespaces_are_compared() {
    let mut stage = at("br-1c2d or veth3c4d");
    stage.press("t t Space Space =");
    let screen = stage.draw(120, 40);
    assert!(screen.text().contains("br-1c2d and veth3c4d"));
    assert!(screen.line(" kind ").ends_with("x different"));
    assert!(screen.line(" mtu ").ends_with("= same"));
    assert!(screen.line(" other end ").contains("eth0 in "));
    let mut stage = at("vpn or lab");
    stage.press("Space Space =");
    let screen = stage.draw(120, 40);
    assert!(screen.line(" addresses ").contains("10.9.0.2"));
    assert!(screen.line(" listens ").ends_with("? not known"));
}

/// Below what two rows differ in stands the road between them, once the network has been looked at.
#[test]
fn two_marked_rows_show_the_road_between_them() {
    let mut stage = Stage::new(wires::snapshot());
    stage.press("/");
    stage.type_text("shop-web or shop-database");
    stage.press("Enter Down Space Space =");
    assert!(stage.app.wants_network());
    let lines = stage.draw(120, 60).text();
    assert!(lines.contains("ROAD: "), "{lines}");
    assert!(lines.contains("Not checked: "), "{lines}");
    let mut without = wires::snapshot();
    without.network = None;
    let mut stage = Stage::new(without);
    stage.press("Down Space Down Space =");
    assert!(stage.shows("ROAD: not known, as the network has not been looked at"));
}

#[test]
fn an_end_that_is_not_seen_is_said_to_be_there() {
    let mut stage = at("vethdead");
    stage.press("t t g e");
    assert!(stage.shows("its other end lies in a network namespace that is not seen"));
    stage.press("Enter");
    assert!(stage.shows("other end  not seen: interface 2 of another namespace"));
}

#[test]
fn a_word_finds_names_addresses_macs_and_ports() {
    for (word, first, interfaces) in [
        ("veth1a2b", "host", 1),
        ("172.18.0.3", "shop-d", 1),
        ("02:42:ac:12:00:08", "host", 1),
        ("8080", "host", 11),
        ("port-of-nobody", "no", 0),
        ("5432", "shop-d", 2),
        ("lab", "lab", 1),
        ("shop_default", "host", 5),
        ("addr:10.9.0.0/16", "vpn", 1),
        ("!shop procs>3 port-of-nobody or vpn", "vpn", 2),
    ] {
        let mut stage = at(word);
        assert!(
            names(&mut stage)[0].starts_with(first),
            "{word}: {:?}",
            names(&mut stage)
        );
        stage.press("t t");
        assert_eq!(
            stage.app.places.list().unwrap().entries.len(),
            interfaces,
            "{word}"
        );
    }
    // In the topology what is on the way stays.
    let mut stage = at("172.18.0.3");
    stage.press("t");
    assert_eq!(
        names(&mut stage),
        ["host", "└─br-1c2d", "└─veth3c4d", "└─eth0"]
    );
}

#[test]
fn why_something_is_not_known_is_said() {
    let mut stage = at("api");
    stage.press("Enter");
    for words in [
        "read       not at all",
        "why        ",
        "INTERFACES\n            not known",
    ] {
        assert!(stage.shows(words), "{words}");
    }
    assert!(stage.shows("why        namespaces of pid 2030: denied (2 times)"));
    let mut stage = at("lab");
    stage.press("Enter");
    assert!(stage.shows("not asked for, since no process is in it (--deep asks)"));
}

#[test]
fn where_processes_are_hidden_nobody_is_not_known() {
    let mut snapshot = wires::snapshot();
    snapshot.viewer.denied_processes = 3;
    let mut stage = Stage::new(snapshot);
    stage.press("4 /");
    stage.type_text("lab");
    stage.press("Enter");
    let row = stage.draw(140, 40).line(" lab  ");
    assert!(row.contains(" ? ") && !row.contains(" 0 "), "{row}");
    stage.press("Enter");
    assert!(stage.shows("in it      no process that is seen"));
    stage.press("g c");
    assert!(stage.shows("no process that is seen is in it"));
}

#[test]
fn who_can_be_reached_stands_before_who_listens_inside_only() {
    let mut snapshot = wires::snapshot();
    let mut spaces = snapshot.network.iter_mut().flatten();
    let shop = spaces.find(|one| one.namespace == wires::SHOP).unwrap();
    let sockets = shop.sockets.as_mut().unwrap();
    for local in ["127.0.0.11:41393", "127.0.0.1:80", "[::1]:7"] {
        let mut inner = sockets[0].clone();
        inner.local = Some(local.to_owned());
        sockets.insert(0, inner);
    }
    let mut stage = Stage::new(snapshot);
    stage.press("4 /");
    stage.type_text("shop-web");
    stage.press("Enter");
    let screen = stage.draw(160, 40);
    let row = screen.line("shop-sidecar-1");
    assert!(row.contains("53/udp 80 9100 lo:7 lo:41393"), "{row}");
    stage.press("Enter");
    let text = stage.draw(120, 40).text();
    let at = |word: &str| {
        text.find(word)
            .unwrap_or_else(|| panic!("no {word} in {text}"))
    };
    assert!(at("0.0.0.0:9100") < at("[::1]:7") && at("[::1]:7") < at("INTERFACES"));
}

#[test]
fn who_sees_what_passes_is_told_before_the_interfaces_and_who_speaks_with_the_kernel_at_the_end() {
    let mut snapshot = wires::snapshot();
    let host = &mut snapshot.network.as_mut().unwrap()[0];
    let sockets = host.sockets.get_or_insert_default();
    let mut sniffer = socket("packet", "*:eth0", Some(&[1]));
    sniffer.interface = Some("eth0".to_owned());
    sockets.extend([sniffer, socket("netlink", "rtnl:1", Some(&[1]))]);
    let mut stage = Stage::new(snapshot);
    stage.press("4 Enter");
    let text = stage.draw(120, 120).text();
    let after = |text: &str, word: &str| {
        let found = text.split_once(word).map(|(_, rest)| rest.to_owned());
        found.unwrap_or_else(|| panic!("no {word} in {text}"))
    };
    let rest = after(&after(&text, "LISTENING: 2"), "PACKET SOCKETS: 1");
    let words: Vec<_> = rest.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(words, ["packet", "*:eth0", "httpd", "(1)"]);
    let rest = after(&after(&rest, "INTERFACES: "), "NETLINK SOCKETS: 1");
    assert!(rest.lines().nth(1).unwrap().contains("rtnl:1"), "{rest}");
}

#[test]
fn from_inside_a_container_nothing_is_the_hosts() {
    let mut snapshot = wires::snapshot();
    snapshot.host.pid_namespace_is_initial = false;
    let mut stage = Stage::new(snapshot);
    stage.press("4");
    assert!(stage.draw(120, 40).lines()[4].contains("(inside)"));
}

#[test]
fn rows_are_sorted_marked_compared_and_copied() {
    let mut stage = Stage::new(wires::snapshot());
    stage.press("4 Right Right Right Right o");
    assert!(stage.shows("ADDRESSES▲"));
    assert!(names(&mut stage)[0].starts_with("vpn"));
    stage.press("Space Space =");
    assert!(stage.shows("x different"));
    stage.press("Esc t t y j y y");
    assert!(stage.press("y e").is_empty() || stage.shows("nsenter"));
}

#[test]
fn the_mouse_chooses_and_opens() {
    let mut stage = Stage::new(wires::snapshot());
    stage.draw(120, 40);
    let mut click = |x, y| {
        let event = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: x,
            row: y,
            modifiers: KeyModifiers::NONE,
        };
        point(&mut stage.app, event);
        stage.draw(120, 40).text()
    };
    assert!(click(45, 1).contains("LISTENS"), "its tab");
    click(3, 5);
    assert!(click(3, 5).contains("─ backup-agent · net:["));
}
