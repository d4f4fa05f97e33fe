//! What the network report says of a made-up host.

use crate::model::samples::rule;
use crate::model::{
    BridgePort, Charset, Counters, Details, Gap, NetworkSource, NextHop, Reason, Section, Sections,
    Snapshot, Word,
};
use crate::query::Filter;
use crate::report::example::{HOST, LAB, VLAN, WEB, end, route, snapshot};
use crate::report::text::{Options, write};

fn text_of(shown: &Snapshot, whole: &Snapshot, charset: Charset) -> String {
    let sections: Sections = [Section::Network].into_iter().collect();
    let options = Options {
        sections,
        charset,
        whole,
    };
    let mut out = Vec::new();
    write(shown, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(snapshot: &Snapshot) -> String {
    text_of(snapshot, snapshot, Charset::Unicode)
}

#[test]
fn the_head_tells_how_much_was_found_nowhere() {
    let mut seen = snapshot();
    let words = "more namespaces exist";
    for none in [None, Some(0)] {
        seen.host.unlisted_namespaces = none;
        assert!(!text(&seen).contains(words));
    }
    seen.host.unlisted_namespaces = Some(12);
    let text = text(&seen);
    let mut lines = text.lines();
    assert!(lines.any(|line| line == "12 more namespaces exist that were found nowhere."));
}

/// The lines under the heading that begins with `title`, without the spaces that align them.
fn part(text: &str, title: &str) -> Vec<String> {
    let mut parts = text.split("\n\n");
    let part = parts.find(|part| part.starts_with(title));
    let part = part.unwrap_or_else(|| panic!("no {title} in {text}"));
    let lines = part.lines();
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[track_caller]
fn has(lines: &[String], wanted: &[&str]) {
    for wanted in wanted {
        assert!(
            lines.iter().any(|line| line == wanted),
            "no {wanted:?} in {lines:#?}"
        );
    }
}

#[test]
fn namespaces_have_headings_with_the_host_first() {
    let text = text(&snapshot());
    let headings: Vec<_> = text.lines().filter(|line| line.contains("net:[")).collect();
    assert_eq!(
        headings,
        [
            "host  net:[100]  pid 10",
            "laboratory  net:[400]  no process",
            "radio.service  net:[300]  pid 30",
            "side, web  net:[200]  pid 20",
        ]
    );
}

#[test]
fn the_host_is_told_with_its_bridge_and_its_proxies() {
    has(
        &part(&text(&snapshot()), "host  net"),
        &[
            "INTERFACE KIND STATE MAC RECEIVED SENT ADDRESSES PLUGGED INTO",
            "eth0 up 02:00:00:00:00:02 2.0 kB 7 B 192.0.2.10/24",
            "br-1 bridge up 02:00:00:00:00:03 2.0 kB 7 B 172.20.0.1/16 network shop_default",
            "eth0.30 vlan up 02:00:00:00:00:04 2.0 kB 7 B on eth0; vlan 30",
            "veth7 veth up 02:00:00:00:00:07 2.0 kB 7 B fe80::7/64 -> eth0 in side, web; port of br-1 (network shop_default)",
            "veth8 veth no carrier 02:00:00:00:00:08 2.0 kB 7 B -> not seen: interface 5 of another namespace",
            "default via 192.0.2.1 dev eth0 proto boot",
            "172.20.0.2 none br-1 failed side, web",
            "tcp listen 0.0.0.0:443 docker-proxy (11) -> 172.20.0.2:443 (side, web)",
            "udp unconnected 0.0.0.0:111 no process that is seen",
            "tcp any address port 443 -> 172.20.0.2:443 (side, web), nftables",
        ],
    );
}

#[test]
fn a_socket_belongs_to_whoever_holds_it() {
    has(
        &part(&text(&snapshot()), "side, web"),
        &[
            "eth0 veth up 02:00:00:00:00:02 2.0 kB 7 B 172.20.0.2/16 -> veth7 in host, port of br-1 (network shop_default)",
            "tcp listen 0.0.0.0:443 nginx (20 21) of web",
            "tcp listen 127.0.0.1:9000 nginx (21) of web, otel (22) of side",
            "udp unconnected 127.0.0.11:53 docker-proxy (11) of host",
            "tcp listen [::]:8080 ?",
            "tcp [::]:8443 -> port 443 of web",
        ],
    );
}

#[test]
fn what_is_not_known_is_said() {
    let text = text(&snapshot());
    let radio = part(&text, "radio.service");
    has(
        &radio,
        &[
            "Read from /proc of a process in it, without the right to enter: less is known.",
            "eth0 macvlan up 02:00:00:00:00:1f 2.0 kB 7 B 192.0.2.31/24 on eth0 in host; mode bridge",
            "Routes: not known",
            "Rules: not known",
            "Neighbours: not known",
            "Forwarding of bridges: not known",
            "Sockets: not known",
            "Forwarded by the firewall: not known",
        ],
    );
    has(
        &part(&text, "laboratory"),
        &["Sockets: not asked for, since no process is in it (--deep asks)"],
    );
}

#[test]
fn where_processes_are_hidden_nobody_is_said_to_be_nowhere() {
    let mut all = snapshot();
    all.viewer.denied_processes = 7;
    has(
        &part(&text(&all), "laboratory"),
        &[
            "laboratory net:[400] no process that is seen",
            "Sockets: not asked for, since no process that is seen is in it (--deep asks)",
        ],
    );
}

#[test]
fn why_forwards_are_not_known_is_said() {
    let mut all = snapshot();
    let unknown = |all: &Snapshot, title: &str| {
        let lines = part(&text(all), title).into_iter();
        let mut lines = lines.filter(|line| line.starts_with("Forwarded by the firewall"));
        lines.next().unwrap()
    };
    all.network.as_mut().unwrap()[1].port_forwards = None;
    all.network.as_mut().unwrap()[3].port_forwards = None;
    let [modules, nobody] = ["side, web", "laboratory"].map(|title| unknown(&all, title));
    assert!(modules.ends_with("asking could load a module into the kernel"));
    assert!(nobody.contains("no process is in it"), "{nobody}");
    all.gaps.push(Gap {
        what: "port forwards of net:[200]".to_owned(),
        reason: Reason::Denied,
        count: 1,
    });
    assert!(unknown(&all, "side, web").ends_with("not known: denied"));
}

#[test]
fn unread_values_are_question_marks() {
    let mut all = snapshot();
    let network = all.network.as_mut().unwrap();
    let eth0 = &mut network[1].interfaces.as_mut().unwrap()[1];
    eth0.state = None;
    eth0.mac = None;
    eth0.counters = None;
    eth0.addresses = None;
    eth0.peer = None;
    network[2].source = NetworkSource::None;
    network[3].interfaces = None;
    let text = text(&all);
    has(&part(&text, "side"), &["eth0 veth ? ? ? ? ? -> not known"]);
    let unread = part(&text, "radio");
    assert_eq!(unread[1..], ["It could not be read."]);
    has(&part(&text, "laboratory"), &["Interfaces: not known"]);
}

#[test]
fn states_and_losses_are_told_in_words() {
    let mut all = snapshot();
    let host = &mut all.network.as_mut().unwrap()[0];
    let interfaces = host.interfaces.as_mut().unwrap();
    let flags = |flags: &[&'static str]| flags.iter().copied().map(Word::Borrowed).collect();
    interfaces[1].state = Some("down".into());
    interfaces[1].flags = flags(&["UP"]);
    interfaces[1].altnames = vec!["enp1s0".to_owned()];
    interfaces[1].counters = Some(Counters {
        rx_errors: 1,
        tx_dropped: 2,
        ..Counters::default()
    });
    interfaces[2].state = Some("unknown".into());
    interfaces[2].flags = flags(&["BROADCAST"]);
    interfaces[3].details = Some(Details::Tun {
        mode: Some("tap".into()),
        owner: None,
        persistent: None,
        pids: Some(vec![20]),
    });
    interfaces[3].link = None;
    interfaces[4].port = Some(BridgePort {
        state: Some("blocking".into()),
        isolated: Some(true),
        hairpin: None,
    });
    interfaces[5].peer = Some(end(Some(HOST), 77));
    let host = part(&text(&all), "host  net");
    has(
        &host,
        &[
            "eth0 no carrier 02:00:00:00:00:02 0 B 0 B 192.0.2.10/24 also enp1s0; 1 received with errors, 2 dropped instead of sent",
            "br-1 bridge unknown, off 02:00:00:00:00:03 2.0 kB 7 B 172.20.0.1/16 network shop_default",
            "eth0.30 vlan up 02:00:00:00:00:04 2.0 kB 7 B tap, persistent: not known, served by nginx (20) of web",
            "veth7 veth up 02:00:00:00:00:07 2.0 kB 7 B fe80::7/64 -> eth0 in side, web; port of br-1 (network shop_default); as a port blocking, isolated (sends only to ports that are not)",
            "veth8 veth no carrier 02:00:00:00:00:08 2.0 kB 7 B -> interface 77, which is not seen",
        ],
    );
}

#[test]
fn only_unusual_routes_and_rules_are_listed() {
    let mut all = snapshot();
    let lab = &mut all.network.as_mut().unwrap()[3];
    let mut marked = rule(100, 30);
    marked.mark = Some(16);
    marked.from = Some("10.0.0.0/8".to_owned());
    lab.rules = Some(vec![
        rule(0, 255),
        marked,
        rule(32_766, 254),
        rule(32_767, 253),
    ]);
    let mut local = route("127.0.0.1", None, "lo");
    local.table = 255;
    local.protocol = "kernel".into();
    let mut spread = route("10.0.0.0/8", None, "lo");
    spread.interface = None;
    spread.metric = Some(5);
    spread.table = 30;
    spread.next_hops = [1, 2]
        .map(|weight| NextHop {
            gateway: Some(format!("10.0.0.{weight}")),
            interface: Some("lo".to_owned()),
            weight,
        })
        .into();
    let mut hole = route("203.0.113.0/24", None, "lo");
    hole.interface = None;
    hole.kind = "blackhole".into();
    hole.flags = vec!["dead".into()];
    lab.routes = Some(vec![local, spread, hole]);
    let lines = part(&text(&all), "laboratory");
    assert_eq!(
        lines[3..],
        [
            "Routes:",
            "table 30: 10.0.0.0/8 proto boot metric 5 nexthop via 10.0.0.1 dev lo weight 1 nexthop via 10.0.0.2 dev lo weight 2",
            "blackhole 203.0.113.0/24 proto boot dead",
            "Rules:",
            "100: from 10.0.0.0/8 fwmark 0x10 lookup table 30",
            "Sockets: not asked for, since no process is in it (--deep asks)",
        ]
    );
}

#[test]
fn names_come_from_what_a_filter_dropped_too() {
    let whole = snapshot();
    let filter: Filter = "172.20.0.2".parse().unwrap();
    let kept = filter.apply(whole.clone());
    assert_eq!(kept.containers.as_ref().map(Vec::len), Some(0));
    let text = text_of(&kept, &whole, Charset::Unicode);
    has(
        &part(&text, "side, web"),
        &[
            "eth0 veth up 02:00:00:00:00:02 2.0 kB 7 B 172.20.0.2/16 -> veth7 in host, port of br-1 (network shop_default)",
        ],
    );
    assert!(!text.contains("host  net:"), "{text}");
    // Where the names are lost for good, ids are left.
    has(
        &part(&text_of(&kept, &kept, Charset::Unicode), "net:[200]"),
        &[&format!(
            "Who: container {}, container {}",
            "a".repeat(12),
            "b".repeat(12)
        )],
    );
    let none: Filter = "nothing-like-it".parse().unwrap();
    let none = none.apply(whole);
    assert!(text_of(&none, &none, Charset::Unicode).contains("No network namespace is left"));
}

#[test]
fn hostile_text_is_made_visible() {
    let mut all = snapshot();
    let evil = "x\x1b[2J\u{202e}\n\"]; evil";
    let network = all.network.as_mut().unwrap();
    network[3].name = Some(evil.to_owned());
    for space in network.iter_mut() {
        for interface in space.interfaces.iter_mut().flatten() {
            interface.kind = Some(evil.into());
            interface.state = Some(evil.into());
            for text in [
                &mut interface.mac,
                &mut interface.alias,
                &mut interface.network,
            ] {
                *text = Some(evil.to_owned());
            }
            evil.clone_into(&mut interface.name);
            interface.altnames = vec![evil.to_owned()];
        }
        for socket in space.sockets.iter_mut().flatten() {
            socket.local = Some(evil.to_owned());
            socket.forwards_to = Some(evil.to_owned());
        }
        for route in space.routes.iter_mut().flatten() {
            evil.clone_into(&mut route.destination);
        }
    }
    for process in all.processes.iter_mut().flatten() {
        process.comm = Some(evil.to_owned());
    }
    let shown = text_of(&all, &all, Charset::Ascii);
    assert!(!shown.contains(['\x1b', '\u{202e}']) && shown.is_ascii());
    assert!(shown.lines().all(|line| !line.starts_with("\"]; evil")));
    let (lines, plain) = (shown.lines().count(), text(&snapshot()).lines().count());
    assert_eq!(lines, plain, "a name adds no line");
}

#[test]
fn nothing_is_said_where_the_network_was_not_asked_for() {
    let mut all = snapshot();
    all.network = None;
    let text = text(&all);
    for inode in [HOST, WEB, VLAN, LAB] {
        assert!(!text.contains(&format!("net:[{inode}]")));
    }
    assert!(!text.contains("interface"));
}
