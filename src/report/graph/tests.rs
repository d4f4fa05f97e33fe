//! Graphs of the made-up host: what is drawn, and that no name can draw anything.

use super::{write_dot, write_mermaid};
use crate::model::{Charset, Snapshot, visible};
use crate::query::Filter;
use crate::report::example::{HOST, end, snapshot};

const HOSTILE: [&str; 14] = [
    "\"]; evil [label=\"x",
    "\"]\nend\nevil[\"x",
    "<b>bold</b><br/>",
    "new\nline",
    "\\",
    "x\\\"y",
    "\\N\\G\\l",
    "`markdown`",
    "&lt;&#60;",
    "#quot;#35;",
    "%%{init: {}}%%",
    "]]>);}|end",
    "\x1b[2J\u{202e}",
    "größe 在庫",
];

type Write = fn(&Snapshot, &Snapshot, Charset, &mut Vec<u8>) -> std::io::Result<()>;

fn drawn(write: Write, shown: &Snapshot, whole: &Snapshot) -> String {
    let mut out = Vec::new();
    write(shown, whole, Charset::Unicode, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn dot(shown: &Snapshot, whole: &Snapshot) -> String {
    drawn(write_dot, shown, whole)
}

fn mermaid(shown: &Snapshot, whole: &Snapshot) -> String {
    drawn(write_mermaid, shown, whole)
}

/// What of a text in the language of Graphviz is in quotes, in order, and the rest of it in words.
fn read_dot(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut strings, mut words) = (Vec::new(), vec![String::new()]);
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => {
                let mut string = String::new();
                loop {
                    match chars.next().expect("the quote is closed") {
                        '"' => break,
                        '\\' => match chars.next().expect("something is escaped") {
                            'n' => string.push('\n'),
                            escaped @ ('"' | '\\') => string.push(escaped),
                            other => panic!("\\{other} means something"),
                        },
                        char => string.push(char),
                    }
                }
                assert_eq!(string.matches('&').count(), string.matches("&amp;").count());
                strings.push(string.replace("&amp;", "&"));
            }
            '{' | '}' | '[' | ']' | '=' | ',' | ';' | ' ' | '\n' | '-' => words.push(String::new()),
            _ => words.last_mut().unwrap().push(char),
        }
    }
    words.retain(|word| !word.is_empty());
    (strings, words)
}

/// Whether a word outside of quotes is one of ours.
fn is_own(word: &str) -> bool {
    const WORDS: [&str; 15] = [
        "graph",
        "network",
        "rankdir",
        "LR",
        "node",
        "shape",
        "box",
        "fontname",
        "subgraph",
        "label",
        "plaintext",
        "style",
        "dashed",
        "dir",
        "forward",
    ];
    WORDS.contains(&word) || is_id(word.trim_start_matches("cluster_")) || is_id(word)
}

/// `n100_2`, `u100_2` or a number.
fn is_id(word: &str) -> bool {
    let digits = word.trim_start_matches(['n', 'u']).replacen('_', "", 1);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a flowchart line by line, in the few forms that we write; gives what is in quotes.
fn read_mermaid(text: &str) -> Vec<String> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    assert_eq!(
        lines.next_back(),
        Some("  classDef unseen stroke-dasharray:4 4")
    );
    let (mut strings, mut depth) = (Vec::new(), 0);
    for line in lines {
        let line = line.trim_start();
        if line == "end" {
            depth -= 1;
        } else if let Some((from, rest)) =
            line.split_once(" ---").or_else(|| line.split_once(" -->"))
        {
            let to = rest
                .trim_start_matches("|port of|")
                .trim_start_matches("|on|")
                .trim();
            assert!(is_id(from) && is_id(to), "{line}");
        } else {
            let (head, rest) = line.split_once("[\"").expect(line);
            let (label, tail) = rest.split_once("\"]").expect(line);
            assert!(matches!(tail, "" | ":::unseen"), "{line}");
            let id = head.strip_prefix("subgraph net");
            depth += i32::from(id.is_some());
            assert!(is_id(id.unwrap_or(head)), "{line}");
            strings.push(plain(label));
        }
        assert!((0..=1).contains(&depth), "{line}");
    }
    assert_eq!(depth, 0);
    strings
}

/// A label as Mermaid shows it.
fn plain(label: &str) -> String {
    let mut text = String::new();
    let label = label.replace("<br/>", "\n");
    let mut rest = label.as_str();
    while let Some((before, after)) = rest.split_once('#') {
        text.push_str(before);
        let (number, after) = after.split_once(';').expect("a number ends");
        text.push(char::from_u32(number.parse().unwrap()).unwrap());
        rest = after;
    }
    text.push_str(rest);
    assert!(
        !label.contains(['"', '<', '>', '`', '[', ']', '&', '\\']),
        "{label}"
    );
    text
}

#[test]
fn the_topology_is_drawn_for_graphviz() {
    let all = snapshot();
    let expected = r#"graph network {
  rankdir=LR;
  node [shape=box, fontname="monospace"];
  subgraph cluster_100 {
    label="host";
    n100_2 [label="eth0\nup\n192.0.2.10/24"];
    n100_3 [label="br-1\nbridge, up\nnetwork shop_default\n172.20.0.1/16"];
    n100_4 [label="eth0.30\nvlan, up"];
    n100_7 [label="veth7\nveth, up\nfe80::7/64"];
    n100_8 [label="veth8\nveth, lowerlayerdown"];
  }
  subgraph cluster_200 {
    label="side, web";
    n200_2 [label="eth0\nveth, up\n172.20.0.2/16"];
  }
  subgraph cluster_300 {
    label="radio.service";
    n300_31 [label="eth0\nmacvlan, up\n192.0.2.31/24"];
  }
  subgraph cluster_400 {
    label="laboratory";
    n400_0 [shape=plaintext, label="only lo"];
  }
  u100_8 [style=dashed, label="index 5\nin a namespace that cannot be seen"];
  n100_4 -- n100_2 [dir=forward, label="on"];
  n100_7 -- n100_3 [dir=forward, label="port of"];
  n100_7 -- n200_2;
  n100_8 -- u100_8;
  n300_31 -- n100_2 [dir=forward, label="on"];
}
"#;
    assert_eq!(dot(&all, &all), expected);
}

#[test]
fn the_topology_is_drawn_for_mermaid() {
    let all = snapshot();
    let expected = r#"flowchart LR
  subgraph net100["host"]
    n100_2["eth0<br/>up<br/>192.0.2.10/24"]
    n100_3["br-1<br/>bridge, up<br/>network shop#95;default<br/>172.20.0.1/16"]
    n100_4["eth0.30<br/>vlan, up"]
    n100_7["veth7<br/>veth, up<br/>fe80::7/64"]
    n100_8["veth8<br/>veth, lowerlayerdown"]
  end
  subgraph net200["side, web"]
    n200_2["eth0<br/>veth, up<br/>172.20.0.2/16"]
  end
  subgraph net300["radio.service"]
    n300_31["eth0<br/>macvlan, up<br/>192.0.2.31/24"]
  end
  subgraph net400["laboratory"]
    n400_0["only lo"]
  end
  u100_8["index 5<br/>in a namespace that cannot be seen"]:::unseen
  n100_4 -->|on| n100_2
  n100_7 -->|port of| n100_3
  n100_7 --- n200_2
  n100_8 --- u100_8
  n300_31 -->|on| n100_2
  classDef unseen stroke-dasharray:4 4
"#;
    assert_eq!(mermaid(&all, &all), expected);
    read_mermaid(expected);
}

#[test]
fn a_filter_leaves_the_ends_of_links_and_their_bridges() {
    let whole = snapshot();
    let kept = |text: &str| {
        let filter: Filter = text.parse().unwrap();
        dot(&filter.apply(whole.clone()), &whole)
    };
    let web = kept("container:web");
    for there in [
        "cluster_200",
        "n200_2",
        "n100_7",
        "n100_3",
        "label=\"host\"",
    ] {
        assert!(web.contains(there), "no {there} in {web}");
    }
    for gone in ["n100_2", "n100_8", "cluster_300", "cluster_400"] {
        assert!(!web.contains(gone), "{gone} in {web}");
    }
    let nothing = kept("nothing-like-it");
    assert!(!nothing.contains("cluster"), "{nothing}");
    // Two namespaces that have nothing to do with each other.
    let two = kept("iface:~^lo$ !host:net");
    assert!(two.contains("n400_0") && two.contains("n200_2"), "{two}");
}

#[test]
fn an_end_that_is_not_in_the_snapshot_is_named() {
    let mut all = snapshot();
    let network = all.network.as_mut().unwrap();
    network.retain(|space| space.namespace == HOST);
    let interfaces = network[0].interfaces.as_mut().unwrap();
    interfaces[4].peer.as_mut().unwrap().name = Some("eth0".to_owned());
    interfaces[5].peer = Some(end(Some(HOST), 99));
    let drawn = dot(&all, &all);
    for there in [
        "u100_7 [style=dashed, label=\"eth0\\nin net:[200]\"]",
        "u100_8 [style=dashed, label=\"index 99\\nin host\"]",
        "n100_7 -- u100_7;",
    ] {
        assert!(drawn.contains(there), "no {there} in {drawn}");
    }
}

#[test]
fn what_is_not_known_is_drawn_as_such() {
    let mut all = snapshot();
    let network = all.network.as_mut().unwrap();
    network[0].interfaces.as_mut().unwrap()[3].addresses = None;
    network[1].interfaces.as_mut().unwrap()[1].state = None;
    network[2].interfaces = Some(Vec::new());
    network[3].interfaces = None;
    let drawn = dot(&all, &all);
    for there in [
        "eth0.30\\nvlan, up\\naddresses not known",
        "veth, state not known",
        "\"no interface\"",
        "\"interfaces not known\"",
    ] {
        assert!(drawn.contains(there), "no {there} in {drawn}");
    }
}

#[test]
fn no_name_leaves_its_quotes() {
    for evil in HOSTILE {
        let mut all = snapshot();
        let network = all.network.as_mut().unwrap();
        network[3].name = Some(evil.to_owned());
        for interface in network
            .iter_mut()
            .flat_map(|space| space.interfaces.iter_mut().flatten())
        {
            evil.clone_into(&mut interface.name);
            if interface.kind.as_deref() != Some("loopback") {
                interface.kind = Some(evil.to_owned().into());
            }
            interface.state = Some(evil.to_owned().into());
            interface.network = Some(evil.to_owned());
            for address in interface.addresses.iter_mut().flatten() {
                evil.clone_into(&mut address.address);
            }
            if let Some(peer) = &mut interface.peer {
                peer.name = Some(evil.to_owned());
            }
        }
        let shown = visible(evil);
        let (strings, words) = read_dot(&dot(&all, &all));
        assert!(words.iter().all(|word| is_own(word)), "{evil:?}: {words:?}");
        assert!(strings.contains(&shown.clone().into_owned()), "{strings:?}");
        let node = |name: &str| name.lines().next() == Some(&*shown);
        assert_eq!(strings.iter().filter(|label| node(label)).count(), 9);
        let chart = mermaid(&all, &all);
        let strings = read_mermaid(&chart);
        assert_eq!(strings.iter().filter(|label| node(label)).count(), 9);
        let plain = snapshot();
        assert_eq!(
            chart.lines().count(),
            mermaid(&plain, &plain).lines().count()
        );
    }
}

#[test]
fn ascii_is_kept_to() {
    let mut all = snapshot();
    all.network.as_mut().unwrap()[3].name = Some("größe".to_owned());
    for write in [write_dot, write_mermaid] as [Write; 2] {
        let mut out = Vec::new();
        write(&all, &all, Charset::Ascii, &mut out).unwrap();
        assert!(out.is_ascii());
    }
}
