//! What an engine says about a container: networks, mounts, labels.

use std::process::Command;

use nslens::collect::engines::Choice;
use nslens::collect::{Collector, Request};
use nslens::model::{Container as Row, Kind, PublishedPort, Scope, Section};
use serde_json::Value;

use super::{look, row, scope};
use crate::support::PATIENCE;
use crate::support::docker::Docker;
use crate::support::find::Find as _;
use crate::support::program::text_run;
use crate::support::text::assert_harmless;

#[test]
fn networks_are_as_the_engine_says() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let (one, two) = (docker.network(), docker.network());
    let container = docker.idle(&["--net", &one.name]);
    docker.client(&["network", "connect", &two.name, &container.id]);
    let on_bridge = docker.idle(&[]);
    let seen = look(&docker);
    let row_of_two = row(&seen, &container);
    assert_eq!(
        row_of_two.declared.as_ref().unwrap().get(Kind::Net),
        Some(&one.name)
    );
    assert_networks(row_of_two, &container.inspect(), 2);
    assert_networks(row(&seen, &on_bridge), &on_bridge.inspect(), 1);
    assert_eq!(scope(row_of_two, Kind::Net), Scope::Private);
}

/// Compares the networks, of which there are `count`, all of the driver bridge.
#[track_caller]
fn assert_networks(row: &Row, inspect: &Value, count: usize) {
    let networks = inspect["NetworkSettings"]["Networks"].as_object().unwrap();
    assert_eq!((row.networks.len(), networks.len()), (count, count));
    assert!(row.networks.is_sorted_by_key(|network| &network.name));
    for network in &row.networks {
        let said = &networks[&network.name];
        assert_eq!(network.driver.as_deref(), Some("bridge"));
        assert_eq!(network.address.as_deref(), said["IPAddress"].as_str());
        assert_eq!(
            network.prefix_len.map(u64::from),
            said["IPPrefixLen"].as_u64()
        );
        assert_eq!(network.gateway.as_deref(), said["Gateway"].as_str());
        assert_eq!(network.mac.as_deref(), said["MacAddress"].as_str());
    }
}

/// The ports of `inspect` as the model has them, in order.
fn bindings(inspect: &Value) -> Vec<PublishedPort> {
    let ports = inspect["NetworkSettings"]["Ports"].as_object().unwrap();
    let mut all = Vec::new();
    for (port, bindings) in ports {
        let (number, protocol) = port.split_once('/').unwrap();
        for binding in bindings.as_array().into_iter().flatten() {
            let text = |key: &str| binding[key].as_str().unwrap().to_owned();
            all.push(PublishedPort {
                protocol: protocol.to_owned(),
                container_port: number.parse().unwrap(),
                host_address: text("HostIp"),
                host_port: text("HostPort").parse().unwrap(),
            });
        }
    }
    all.sort();
    all
}

#[test]
fn published_ports_are_as_the_engine_says() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let network = docker.network();
    // The engine chooses ports that are free.
    let options = [
        "-p",
        "80",
        "-p",
        "127.0.0.1::81",
        "-p",
        "53/udp",
        "--expose",
        "99",
    ];
    let on_network = docker.idle(&[&["--net", &network.name], &options[..]].concat());
    let on_bridge = docker.idle(&["-p", "127.0.0.1::80/tcp"]);
    let without = docker.idle(&["--expose", "99"]);
    let seen = look(&docker);
    for (container, least) in [(&on_network, 3), (&on_bridge, 1), (&without, 0)] {
        let ports = &row(&seen, container).ports;
        assert_eq!(*ports, bindings(&container.inspect()));
        assert!(ports.len() >= least, "{ports:?}");
    }
    let local = &row(&seen, &on_bridge).ports[0];
    assert_eq!(
        (local.host_address.as_str(), local.container_port),
        ("127.0.0.1", 80)
    );
}

/// Names of the bridges that `ip` sees.
fn bridges() -> Vec<String> {
    let output = Command::new("ip")
        .args(["-j", "link", "show", "type", "bridge"])
        .output()
        .unwrap();
    let links: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names = links.as_array().unwrap().iter();
    names
        .map(|link| link["ifname"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn networks_are_known_by_their_bridges() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let before = bridges();
    let network = docker.network();
    let request = Request {
        proc_root: "/proc".into(),
        sections: [Section::Containers].into_iter().collect(),
        deep: false,
        engine: Choice::Url(docker.url.clone()),
        engine_timeout: PATIENCE,
    };
    let mut collector = Collector::new(request).unwrap();
    let mut seen = collector.observe().unwrap();
    collector.ask_engines(&mut seen);
    let records = seen.engines;
    let own = records[0]
        .bridges
        .iter()
        .find(|(_, name)| **name == network.name);
    let own = own.unwrap().0;
    assert!(!before.contains(own) && bridges().contains(own), "{own}");
    let default = docker.client(&["network", "inspect", "bridge"]);
    let default: Value = serde_json::from_str(&default).unwrap();
    let bridge = default[0]["Options"]["com.docker.network.bridge.name"].as_str();
    assert_eq!(records[0].bridges[bridge.unwrap()], "bridge");
}

#[test]
fn compose_projects_are_known_by_their_labels() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let labels = |service: &str| {
        let service = format!("com.docker.compose.service={service}");
        docker.idle(&[
            "--label",
            "com.docker.compose.project=shop",
            "--label",
            &service,
        ])
    };
    let (web, db) = (labels("web"), labels("db"));
    let seen = look(&docker);
    for (container, service) in [(&web, "web"), (&db, "db")] {
        let row = row(&seen, container);
        assert_eq!(row.project.as_deref(), Some("shop"));
        assert_eq!(row.service.as_deref(), Some(service));
    }
    let text = text_run(&docker.arguments()).ended(0);
    assert!(text.text().contains("shop"));
    assert!(text.text().contains(&web.name) && text.text().contains(&db.name));
}

#[test]
fn mounts_are_as_the_engine_says() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[
        "-v",
        "/etc:/hostetc:ro",
        "-v",
        "/usr:/hostusr:private",
        "--mount",
        "type=tmpfs,target=/scratch",
    ]);
    let seen = look(&docker);
    let mounts = &row(&seen, &container).mounts;
    assert!(mounts.is_sorted_by_key(|mount| &mount.target));
    let of = |target: &str| mounts.iter().find(|mount| mount.target == target).unwrap();
    let etc = of("/hostetc");
    assert_eq!(
        (etc.kind.as_deref(), etc.source.as_deref()),
        (Some("bind"), Some("/etc"))
    );
    assert_eq!(
        (etc.read_only, etc.propagation.as_deref()),
        (Some(true), Some("rprivate"))
    );
    let usr = of("/hostusr");
    assert_eq!(
        (usr.read_only, usr.propagation.as_deref()),
        (Some(false), Some("private"))
    );
    let scratch = of("/scratch");
    assert_eq!(
        (scratch.kind.as_deref(), scratch.source.as_deref()),
        (Some("tmpfs"), None)
    );
}

#[test]
fn labels_may_hold_anything() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let evil = "a\x1b[31m\u{202e}\u{200b}\nb";
    let container = docker.idle(&[
        "--label",
        &format!("evil={evil}"),
        "--label",
        &format!("com.docker.compose.project={evil}"),
    ]);
    let row = look(&docker).container(&container.id).clone();
    assert_eq!(row.labels["evil"], evil);
    assert_eq!(row.project.as_deref(), Some(evil));
    let text = text_run(&docker.arguments()).ended(0);
    assert_harmless(&text.stdout);
    assert_harmless(text.stderr.as_bytes());
}
