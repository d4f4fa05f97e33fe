//! The example host, as whoever tries the program sees it.

use serde_json::Value;

use crate::json_schema::assert_valid;
use crate::support::program::{json_run, run, text_run};
use crate::support::pty::{Failure, Pty};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");

#[test]
fn it_is_printed_and_says_that_it_is_a_demo() {
    let printed = text_run(&["--demo"]);
    let text = printed.text();
    assert!(text.starts_with("host demo "), "{text}");
    for shown in ["shop-web-1", "在庫管理", "drift: ipc", "H!"] {
        assert!(text.contains(shown), "no {shown} in {text}");
    }
}

#[test]
fn its_json_is_valid_and_can_be_read_back() {
    let value = json_run(&["--demo"]).json();
    assert_valid(&value);
    assert_eq!(value["host"]["hostname"], "demo");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.json");
    std::fs::write(&file, value.to_string()).unwrap();
    let again = json_run(&["--from", file.to_str().unwrap()]).json();
    assert_eq!(again, value);
}

#[test]
fn what_changes_is_valid_too() {
    for turn in 0..40 {
        let seen = nslens::demo::snapshot(turn, std::time::UNIX_EPOCH);
        assert_valid(&serde_json::to_value(&seen).unwrap());
    }
}

#[test]
fn it_takes_the_options_of_a_snapshot() {
    let only = json_run(&["--demo", "--only", "containers"]).json();
    assert_eq!(only.get("processes"), None);
    assert!(
        only["containers"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    assert_eq!(run(&["--demo", "--json", "--strict"]).status, Some(3));
    for other in [
        ["--from", "x"],
        ["--proc", "/proc"],
        ["--docker", "unix:///x"],
    ] {
        let ended = run(&["--demo", "--snapshot", other[0], other[1]]);
        assert_eq!(ended.status, Some(2), "{other:?}");
    }
}

#[test]
fn its_hostile_words_are_made_visible() {
    let printed = text_run(&["--demo", "--only", "processes"]);
    let text = printed.text();
    assert!(text.contains("\\x1b]0;pwned\\x07"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    let json: Value = json_run(&["--demo"]).json();
    let mut containers = json["containers"].as_array().unwrap().iter();
    let backup = containers.find(|c| c["name"] == "backup-agent").unwrap();
    assert_eq!(
        backup["labels"]["description"],
        "nightly \u{202e}txt.exe\u{1b}[2J"
    );
}

#[test]
fn the_interface_shows_it_and_it_changes() -> Result<(), Failure> {
    let mut pty = Pty::run(&[NSLENS, "--demo", "--interval", "0.5"], 140, 60)?;
    pty.until_shows("shop-web-1")?;
    assert!(pty.screen().contents().contains("demo"));
    // Turns that a slow machine leaves out do not count: the job comes again and again.
    pty.until_shows("invoice-export-")?;
    pty.press(b"q")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}

/// Words of the lines of the part that begins with `title`.
fn part(text: &str, title: &str) -> Vec<String> {
    let mut parts = text.split("\n\n");
    let part = parts.find(|part| part.starts_with(title));
    let lines = part
        .unwrap_or_else(|| panic!("no {title} in {text}"))
        .lines();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    lines.map(words).collect()
}

#[test]
fn its_network_is_told_from_a_container_to_the_bridge() {
    let printed = text_run(&["--demo", "--only", "network"]).ended(0);
    let has = |title: &str, wanted: &[&str]| {
        let lines = part(printed.text(), title);
        for wanted in wanted {
            let found = lines.iter().any(|line| line.contains(wanted));
            assert!(found, "no {wanted} in {lines:#?}");
        }
    };
    has(
        "shop-sidecar-1, shop-web-1  net:[",
        &[
            "172.20.0.2/16 -> veth",
            " in host, port of br-",
            " (network shop_default)",
            "tcp listen 0.0.0.0:443 nginx (3121 3124 3125) of shop-web-1",
            "tcp listen [::]:4317 and IPv4 otelcol (3221) of shop-sidecar-1",
            "udp unconnected 127.0.0.11:50217 dockerd (802) of host",
            "tcp 0.0.0.0:443 -> port 443 of shop-web-1",
        ],
    );
    has(
        "host  net:[",
        &[
            "on eth0; vlan 30",
            " of another namespace; port of cni0",
            "eth1 no carrier",
            "-> eth0 in shop-api-1; port of br-",
            "192.0.2.31 none eth0 failed 在庫管理",
            "32765: from 198.51.100.10 lookup table 30",
            "docker-proxy (3090) -> 172.20.0.2:443 (shop-sidecar-1, shop-web-1)",
            "init (1), dockerd (802)",
            "tcp any address port 8443 -> 10.244.0.12:8080",
        ],
    );
    has("在庫管理", &["on eth0 in host; mode bridge"]);
    has(
        "lab-client",
        &["-> east in lab-router", "Sockets: not asked"],
    );
    has(
        "monitoring-prometheus-1",
        &["(network monitoring_default)", "(network shop_default)"],
    );
    // Nobody asks for it without being told of it.
    let matrix = text_run(&["--demo"]).ended(0);
    assert!(matrix.text().contains(" network interfaces, "));
    assert!(!matrix.text().contains("PLUGGED INTO"));
}

#[test]
fn its_network_can_be_filtered() {
    let names = |filter: &str| {
        let value = json_run(&["--demo", "--filter", filter]).json();
        let mut names: Vec<_> = value["containers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort_unstable();
        (names.join(" "), value["network"].as_array().unwrap().len())
    };
    let web = "shop-sidecar-1 shop-web-1".to_owned();
    assert_eq!(names("addr:172.20.0.2"), (web, 1));
    assert_eq!(names("port:443"), ("shop-web-1".to_owned(), 2));
    assert_eq!(names("iface:host0"), ("build-trixie".to_owned(), 1));
    assert_eq!(names("iface:east"), (String::new(), 1));
    assert_eq!(names("00:16:3e:5b:70:1f"), (String::new(), 1));
}

#[test]
fn its_network_is_drawn() {
    let chart = run(&["--demo", "--snapshot", "--format", "mermaid"]).ended(0);
    let lines = chart.text().lines();
    let cables = lines.clone().filter(|line| line.contains(" --- ")).count();
    let value = json_run(&["--demo", "--only", "network"]).json();
    let interfaces = value["network"].as_array().unwrap().iter();
    let interfaces = interfaces.flat_map(|space| space["interfaces"].as_array().unwrap());
    let ends = interfaces.filter(|one| one["kind"] == "veth").count();
    // Each has two ends, but that of which one cannot be seen.
    assert_eq!(2 * cables, ends + 1);
    let one = [
        "--demo",
        "--snapshot",
        "--format",
        "dot",
        "--filter",
        "container:shop-db",
    ];
    let one = run(&one).ended(0);
    assert_eq!(one.text().matches("subgraph").count(), 2);
    assert_eq!(one.text().matches("[label=").count(), 3);
}
