use serde_json::{Value, json};

use super::*;

fn container(name: &str, id: &str, net: u32) -> Value {
    json!({
        "id": id, "name": name, "engine": "docker", "name_source": "engine", "labels": {}, "process_count": 1,
        "sharing": { "net": { "inode": net, "scope": "private", "with": [] } }, "drift": [], "networks": [],
        "mounts": [],
    })
}

fn group(name: &str, id: &str, net: u32) -> Value {
    json!({
        "id": id, "kind": "other", "name": name, "leader_pid": 9, "process_count": 1,
        "sharing": { "net": { "inode": net, "scope": "private", "with": [] } },
    })
}

fn snapshot() -> Snapshot {
    let process = |pid: u32, net: Value| json!({ "pid": pid, "comm": "sleep", "ns_pids": [], "namespaces": { "net": net } });
    let mut network = serde_json::to_value(Vec::<u32>::new()).unwrap();
    network.as_array_mut().unwrap().push(json!({
        "namespace": 70, "name": "blue", "source": "none",
    }));
    serde_json::from_value(json!({
        "schema": crate::model::SCHEMA, "captured_at": "", "duration_ms": 0,
        "host": { "namespaces": { "net": 1, "uts": 2 }, "pid_namespace_is_initial": true },
        "viewer": { "pid": 1, "uid": 0, "namespaces": {} },
        "engines": [], "gaps": [], "network": network,
        "processes": [process(7, json!(1)), process(12, json!(null)), process(77, json!(50))],
        "containers": [
            container("web", "7c1a26", 10), container("db", "7c9900", 11), container("77", "aa00", 12),
            container("twin", "bb00", 13), container("twin", "bb11", 14),
        ],
        "groups": [group("sleep", "group:30", 30), group("sleep", "group:31", 31)],
    }))
    .unwrap()
}

/// The network namespace of `word`, or what is wrong with it.
fn net(word: &str) -> Result<Option<u32>, TargetError> {
    let snapshot = snapshot();
    let found = target(&snapshot, word)?;
    Ok(found.namespace(&snapshot, Kind::Net).map(|inode| inode.0))
}

#[test]
fn everyone_has_a_word() {
    for (word, inode) in [
        ("host", Some(1)),
        ("web", Some(10)),
        ("7c1a26", Some(10)),
        ("7c1", Some(10)),
        ("7c9", Some(11)),
        ("bb0", Some(13)),
        ("7", Some(1)),
        ("12", None),
        ("group:31", Some(31)),
        ("net:70", Some(70)),
        ("net:[50]", Some(50)),
        ("netns:blue", Some(70)),
    ] {
        assert_eq!(net(word), Ok(inode), "{word}");
    }
}

#[test]
fn nobody() {
    for word in [
        "",
        "we",
        "WEB",
        "8",
        "+7",
        "net:[71]",
        "net:[50",
        "net:x",
        "uts:50",
        "netns:red",
        "ff",
    ] {
        assert_eq!(
            net(word),
            Err(TargetError::NotFound(word.to_owned())),
            "{word}"
        );
    }
}

#[test]
fn several_are_listed_with_a_word_for_each() {
    for (word, others) in [
        (
            "7c",
            ["the container web (7c1a26)", "the container db (7c9900)"],
        ),
        (
            "twin",
            ["the container twin (bb00)", "the container twin (bb11)"],
        ),
        (
            "sleep",
            ["the group sleep (group:30)", "the group sleep (group:31)"],
        ),
        ("77", ["the container 77 (aa00)", "the process 77 (sleep)"]),
    ] {
        let error = net(word).unwrap_err();
        let told = format!("{word:?} may be {}, or {}", others[0], others[1]);
        assert_eq!(error.to_string(), told);
    }
}
