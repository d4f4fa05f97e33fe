//! `--format dot` and `mermaid`, with Graphviz itself as the second opinion.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::fake_proc::{FakeProc, host_inode};
use crate::support::program::{Run, finish, json_run, run_with_input};
use crate::support::require;

const EVIL: &str = "\"]; evil -- worse [label=\"x\\N&lt;<b>\n\u{1b}[2J";

/// A saved snapshot in which a veth leads from the host to a namespace with a hostile name, and a bridge into the dark.
fn saved() -> Vec<u8> {
    let mut snapshot = json_run(&FakeProc::new().arguments()).json();
    let host = host_inode(nslens::model::Kind::Net);
    let interface = |index: u32, name: &str, more: Value| {
        let mut interface =
            json!({ "index": index, "name": name, "state": "up", "flags": [], "addresses": [] });
        let fields = interface.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        interface
    };
    let end = |namespace: Value, index: u32| json!({ "namespace": namespace, "index": index, "name": null });
    snapshot["network"] = json!([
        { "namespace": host, "source": "netlink", "interfaces": [
            interface(1, "lo", json!({ "kind": "loopback" })),
            interface(2, "br0", json!({ "kind": "bridge", "network": EVIL })),
            interface(3, "veth3", json!({ "kind": "veth", "master": 2, "peer": end(json!(77), 2) })),
            interface(4, "veth4", json!({ "kind": "veth", "master": 2, "peer": end(Value::Null, 9) })),
        ] },
        { "namespace": 77, "name": EVIL, "source": "netlink", "interfaces": [
            interface(2, EVIL, json!({ "kind": "veth", "peer": end(json!(host), 3) })),
        ] },
    ]);
    snapshot.to_string().into_bytes()
}

fn drawn(format: &str, more: &[&str]) -> Run {
    let arguments = ["--snapshot", "--from", "-", "--format", format];
    run_with_input(&[&arguments[..], more].concat(), &saved())
}

/// What Graphviz makes of a graph.
fn graphviz(language: &str, graph: &[u8]) -> String {
    let mut dot = Command::new("dot");
    dot.arg(format!("-T{language}"));
    let ended = finish(dot, graph).ended(0);
    assert_eq!(ended.stderr, "", "it has something to say");
    ended.text().to_owned()
}

fn has_graphviz() -> bool {
    let dot = Command::new("dot").arg("-V").output();
    require(dot.is_ok_and(|dot| dot.status.success()), "dot (graphviz)")
}

#[test]
fn graphviz_reads_what_we_write() {
    if !has_graphviz() {
        return;
    }
    let graph = drawn("dot", &[]).ended(0).stdout;
    let host = host_inode(nslens::model::Kind::Net);
    let plain = graphviz("plain", &graph);
    let mut edges: Vec<_> = plain
        .lines()
        .filter_map(|line| line.strip_prefix("edge "))
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    edges.sort_unstable();
    let expected = [
        format!("n77_2 n{host}_3"),
        format!("n{host}_3 n{host}_2"),
        format!("n{host}_4 n{host}_2"),
        format!("n{host}_4 u{host}_4"),
    ];
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(edges, expected);
    let svg = graphviz("svg", &graph);
    let count = |what: &str| svg.matches(&format!("class=\"{what}\"")).count();
    assert_eq!((count("cluster"), count("node"), count("edge")), (2, 5, 4));
    // As XML writes it; once as a name, once as a title, once as a network.
    let shown = "&quot;]; evil &#45;&#45; worse [label=&quot;x\\N&amp;lt;&lt;b&gt;\\x0a\\x1b[2J";
    assert_eq!(svg.matches(shown).count(), 3, "{svg}");
}

#[test]
fn mermaid_has_a_line_for_each_part() {
    let chart = drawn("mermaid", &[]).ended(0);
    let lines: Vec<_> = chart.text().lines().map(str::trim_start).collect();
    let count = |is: fn(&str) -> bool| lines.iter().filter(|line| is(line)).count();
    assert_eq!(lines[0], "flowchart LR");
    assert_eq!(count(|line| line.starts_with("subgraph net")), 2);
    assert_eq!(count(|line| line == "end"), 2);
    assert_eq!(
        count(|line| line.starts_with('n') && line.ends_with("\"]")),
        4
    );
    assert_eq!(count(|line| line.contains(" --- ")), 2);
    assert_eq!(count(|line| line.contains(" -->|port of| ")), 2);
    assert_eq!(lines.len(), 15, "{lines:#?}");
}

#[test]
fn equal_hosts_give_equal_graphs() {
    for format in ["dot", "mermaid"] {
        assert_eq!(drawn(format, &[]).stdout, drawn(format, &[]).stdout);
        let ascii = drawn(format, &["--ascii", "--only", "network"]).ended(0);
        assert!(ascii.stdout.is_ascii());
        let kept = drawn(format, &["--filter", "ns:77"]).ended(0);
        assert!(!kept.text().contains("veth4") && kept.text().contains("veth3"));
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    for only in ["processes", "namespaces,containers"] {
        let refused = drawn("dot", &["--only", only]).ended(2);
        assert!(refused.complaint().contains("--only leaves out"));
    }
    let mut without: Value = serde_json::from_slice(&saved()).unwrap();
    without.as_object_mut().unwrap().remove("network");
    let arguments = ["--snapshot", "--from", "-", "--format", "mermaid"];
    let refused = run_with_input(&arguments, without.to_string().as_bytes()).ended(1);
    assert!(refused.complaint().contains("no network to draw"));
    assert!(refused.stdout.is_empty());
}
