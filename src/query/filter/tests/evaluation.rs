//! What expressions match on the made-up host.

use super::super::{Filter, Hits};
use super::{filter, snapshot};
use crate::model::Snapshot;

pub(super) fn named<T>(list: Option<&[T]>, hits: &[bool], name: impl Fn(&T) -> String) -> String {
    let list = list.unwrap_or_default();
    assert_eq!(list.len(), hits.len());
    let hit = list.iter().zip(hits).filter(|(_, hit)| **hit);
    hit.map(|(one, _)| name(one)).collect::<Vec<_>>().join(" ")
}

/// Rows, namespaces and processes that `text` matches.
pub(super) fn found(snapshot: &Snapshot, text: &str) -> [String; 3] {
    let Hits {
        host,
        containers,
        groups,
        namespaces,
        processes,
        network,
    } = filter(text).hits(snapshot);
    assert_eq!(network.len(), snapshot.network.iter().flatten().count());
    let rows = [
        if host { "host" } else { "" }.to_owned(),
        named(snapshot.containers.as_deref(), &containers, |row| {
            row.name.replace("Web Front", "web")
        }),
        named(snapshot.groups.as_deref(), &groups, |_| {
            "resolved".to_owned()
        }),
    ];
    let rows: Vec<_> = rows.into_iter().filter(|names| !names.is_empty()).collect();
    [
        rows.join(" "),
        named(snapshot.namespaces.as_deref(), &namespaces, |space| {
            space.inode.to_string()
        }),
        named(snapshot.processes.as_deref(), &processes, |process| {
            process.pid.to_string()
        }),
    ]
}

const ALL: [&str; 3] = [
    "host web db mystery side resolved",
    "1 2 3 100 101 200 300",
    "1 50 51 60 61 70 80 90",
];
const WEB: [&str; 3] = ["web", "2 100 101", "50 51"];
const DB: [&str; 3] = ["db", "2 200", "60"];
const SIDE: [&str; 3] = ["side", "2 3 200", "61"];
const RESOLVED: [&str; 3] = ["resolved", "2 3 300", "80"];
const NOTHING: [&str; 3] = ["", "", ""];

#[track_caller]
fn check(table: &[(&str, [&str; 3])]) {
    let snapshot = snapshot();
    for (text, expected) in table {
        assert_eq!(found(&snapshot, text), *expected, "{text}");
    }
}

#[test]
fn words_match_names_images_commands_and_ids() {
    check(&[
        ("", ALL),
        ("FRONT", WEB),
        ("\"web front\"", WEB),
        ("nginx:1.2", WEB),
        ("7C1A", WEB),
        ("c1a26", NOTHING),
        ("worker", ["web", "2 100 101", "51"]),
        ("GRÖSSE", NOTHING),
        ("GRÖßE", DB),
        ("resolved.SERVICE", RESOLVED),
        ("group", NOTHING),
        ("alpha", ["host", "", ""]),
        ("sshd", ["host", "1 2 3", "90"]),
        ("docker", NOTHING),
        ("~^web", NOTHING),
        ("~^Web|^sid", ["web side", "2 3 100 101 200", "50 51 61"]),
        ("~(?i)^web", WEB),
        ("~worker$", ["web", "2 100 101", "51"]),
        ("~^7c1a", NOTHING),
    ]);
}

#[test]
fn a_number_is_a_pid_or_an_inode_too() {
    check(&[
        ("51", ["web side", "2 3 100 101 200", "51 61"]),
        ("60", DB),
        // The inode is in the container; the text in a command line of the host.
        ("100", ["host web", "1 2 3 100", "50 51 90"]),
        ("\"100\"", ["host", "1 2 3", "90"]),
        ("300", ["resolved", "300", "80"]),
    ]);
}

#[test]
fn what_a_container_is_holds_for_what_is_in_it() {
    check(&[
        ("container:front", WEB),
        ("container:51d", SIDE),
        ("container:~^s", SIDE),
        ("container:resolved", NOTHING),
        ("engine:CONTAINERD", SIDE),
        ("image:nginx", WEB),
        ("image:~:5000/", DB),
        ("project:shop", WEB),
        ("pod:7d9f", SIDE),
        ("label:tier", WEB),
        ("label:bare", WEB),
        ("label:Tier", NOTHING),
        ("label:tier=OFFICE", WEB),
        ("label:tier=~^front", WEB),
        ("label:tier=~^office", NOTHING),
        ("label:bare=x", NOTHING),
        ("label:~^tier=.*office$", WEB),
        ("addr:172.17.0.2", WEB),
        ("addr:10.0.0.0/8", DB),
        ("addr:fd00::/8", NOTHING),
        ("addr:0.0.0.0/0", ["web db", "2 100 101 200", "50 51 60"]),
    ]);
}

#[test]
fn what_holds_for_a_process_holds_for_what_it_is_in() {
    check(&[
        ("pid:51", ["web", "2 100 101", "51"]),
        ("pid=80", RESOLVED),
        ("pid<50", ["host", "1 2 3", "1"]),
        ("relation:entered", ["side", "2 3 200", "61"]),
        ("user:33", ["web", "2 100 101", "51"]),
        ("user>100", ["host resolved", "1 2 3 300", "80 90"]),
        (
            "user:root pid>60",
            ["host mystery side", "1 2 3 200", "61 70"],
        ),
    ]);
}

#[test]
fn placement_is_each_ones_own() {
    let rows = ALL[0];
    check(&[
        ("kind:uts", [rows, "3 101", ALL[2]]),
        ("host:net", ["host", "1", "1 90"]),
        ("host:uts", ["host side resolved", "3", "1 61 80 90"]),
        ("shared:net", ["db side", "200", "60 61"]),
        ("private:net", ["web resolved", "100 300", "50 51 80"]),
        ("unknown:net", ["mystery", "", "70"]),
        ("private:uts", ["web db mystery", "101", "50 51 60 70"]),
        // Several containers are in the host's user namespace, which is the host's all the same.
        ("shared:user", NOTHING),
        ("host:mnt", NOTHING),
        ("unknown:mnt", NOTHING),
        ("ns:200", ["db side", "200", "60 61"]),
        ("net:[200]", ["db side", "200", "60 61"]),
        ("ns:uts:200", NOTHING),
        ("ns:uts:[3]", ["host side resolved", "3", "1 61 80 90"]),
        ("ns>=200", ["db side resolved", "200 300", "60 61 80"]),
        ("procs>1", ["host web", "1 2 3 100 101 200", ""]),
        ("procs:1", ["db mystery side resolved", "300", ""]),
    ]);
}

#[test]
fn terms_are_combined_entry_by_entry() {
    check(&[
        (
            "container:db or container:side",
            ["db side", "2 3 200", "60 61"],
        ),
        ("container:db container:side", ["", "2 200", ""]),
        (
            "!host:net kind:net",
            [
                "web db mystery side resolved",
                "100 200 300",
                "50 51 60 61 70 80",
            ],
        ),
        (
            "!(db or project:shop) container:e",
            ["mystery side", "3", "61 70"],
        ),
        ("shared:net !container:db", ["side", "", "61"]),
        (
            "host:uts or shared:net procs>1",
            ["host side resolved", "3 200", "1 61 80 90"],
        ),
    ]);
}

#[test]
fn sections_that_are_missing_have_no_hits() {
    let mut snapshot = snapshot();
    snapshot.processes = None;
    assert_eq!(
        found(&snapshot, "container:front"),
        ["web", "2 100 101", ""]
    );
    assert_eq!(found(&snapshot, "pid:80"), ["resolved", "2 3 300", ""]);
    snapshot.namespaces = None;
    assert_eq!(found(&snapshot, "shared:net"), ["db side", "", ""]);
    snapshot.containers = None;
    snapshot.groups = None;
    assert_eq!(found(&snapshot, "!x"), ["host", "", ""]);
    let mut only_processes = super::snapshot();
    only_processes.containers = None;
    only_processes.groups = None;
    only_processes.namespaces = None;
    assert_eq!(found(&only_processes, "worker"), ["", "", "51"]);
    assert_eq!(
        found(&only_processes, "unknown:net"),
        ["", "", "50 51 60 61 70 80"]
    );
}

#[test]
fn what_two_containers_visit_is_shared() {
    let mut snapshot = snapshot();
    let namespaces = snapshot.namespaces.as_mut().unwrap();
    let mut visited = super::namespace(crate::model::Kind::Net, 400, 2, &["7c1a26", "51de"]);
    namespaces.push(visited.clone());
    visited.inode.0 = 401;
    visited.containers.as_mut().unwrap().pop();
    namespaces.push(visited);
    let processes = snapshot.processes.as_mut().unwrap();
    processes[2].namespaces = super::inodes([400, 2, 101]);
    assert_eq!(found(&snapshot, "shared:net")[1..], ["200 400", "51 60 61"]);
    assert_eq!(found(&snapshot, "unknown:net")[1], "401");
}

#[test]
fn nothing_is_the_hosts_where_the_host_is_not_seen() {
    let mut snapshot = snapshot();
    snapshot.host.namespaces = super::inodes([0; 3]);
    snapshot.host.pid_namespace_is_initial = false;
    assert_eq!(found(&snapshot, "host:net")[2], "");
    assert_eq!(found(&snapshot, "private:net")[2], "50 51 80");
    assert_eq!(found(&snapshot, "unknown:net")[2], "1 70 90");
}

#[test]
fn applying_keeps_what_matches_and_says_why() {
    let kept = filter(" container:front ").apply(snapshot());
    assert_eq!(found(&kept, "")[..], ["host web", "2 100 101", "50 51"]);
    assert_eq!(kept.filter.as_deref(), Some("container:front"));
    assert_eq!(kept.host, snapshot().host);
    let twice = filter("worker").apply(kept);
    assert_eq!(twice.filter.as_deref(), Some("(container:front) (worker)"));
    assert_eq!(found(&twice, "")[2], "51");
    assert_eq!(Filter::default().apply(snapshot()), snapshot());
    assert!(filter(" ").is_empty() && !filter("a").is_empty());
    assert_eq!(filter(" a").text(), " a");
}
