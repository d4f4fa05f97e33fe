//! On a saved snapshot: two containers on one bridge, as text and as JSON, and who is meant by a word.

use serde_json::{Value, json};

use crate::support::program::{Run, run_with_input};

/// Two containers and a named namespace that nothing connects.
fn saved() -> Value {
    let container = |name: &str, id: &str, net: u32| {
        json!({
            "id": id, "name": name, "engine": "docker", "name_source": "engine", "labels": {}, "process_count": 1,
            "sharing": { "net": { "inode": net, "scope": "private", "with": [] } }, "drift": [], "networks": [],
            "mounts": [],
        })
    };
    json!({
        "schema": "nslens.snapshot/1", "captured_at": "2026-01-01T00:00:00Z", "duration_ms": 0,
        "host": { "namespaces": { "net": 1, "uts": 2 }, "pid_namespace_is_initial": true },
        "viewer": { "pid": 1, "uid": 0, "namespaces": {} }, "engines": [], "gaps": [],
        "containers": [
            container("web", "7c1a26", 2), container("d\u{202e}b", "7c9900", 3), container("side", "aa", 2),
        ],
        "groups": [], "processes": [], "namespaces": [],
        "network": [
            namespace(1, &[], &[
                interface(2, "va", "veth", &[], &json!({ "namespace": 2, "index": 2, "name": "eth0" }), Some(4)),
                interface(3, "vb", "veth", &[], &json!({ "namespace": 3, "index": 2, "name": "eth0" }), Some(4)),
                interface(4, "br-1", "bridge", &["172.18.0.1"], &Value::Null, None),
            ], &["172.18.0.0/16 br-1"]),
            namespace(2, &["7c1a26", "aa"], &[
                interface(2, "eth0", "veth", &["172.18.0.2"], &json!({ "namespace": 1, "index": 2, "name": "va" }), None),
            ], &["172.18.0.0/16 eth0"]),
            namespace(3, &["7c9900"], &[
                interface(2, "eth0", "veth", &["172.18.0.3"], &json!({ "namespace": 1, "index": 3, "name": "vb" }), None),
            ], &["172.18.0.0/16 eth0"]),
            namespace(4, &[], &[], &[]),
        ],
    })
}

fn namespace(inode: u32, containers: &[&str], interfaces: &[Value], routes: &[&str]) -> Value {
    let routes = routes.iter().map(|route| {
        let (destination, interface) = route.split_once(' ').unwrap();
        json!({
            "family": "inet", "type": "unicast", "destination": destination, "interface": interface, "table": 254,
            "protocol": "kernel", "scope": "link",
        })
    });
    let rules = json!([
        { "family": "inet", "priority": 0, "action": "lookup", "table": 255 },
        { "family": "inet", "priority": 32766, "action": "lookup", "table": 254 },
    ]);
    json!({
        "namespace": inode, "name": (inode == 4).then_some("lonely"), "containers": containers, "source": "netlink",
        "interfaces": interfaces, "routes": routes.collect::<Vec<_>>(), "rules": rules, "neighbours": [],
        "forwarding": [],
    })
}

fn interface(
    index: u32,
    name: &str,
    kind: &str,
    addresses: &[&str],
    peer: &Value,
    master: Option<u32>,
) -> Value {
    let addresses = addresses
        .iter()
        .map(|address| json!({ "address": address, "prefix_len": 16 }));
    let port = master.map(|_| json!({ "state": "forwarding" }));
    json!({
        "index": index, "name": name, "kind": kind, "state": "up", "flags": ["UP", "LOWER_UP"],
        "addresses": addresses.collect::<Vec<_>>(), "peer": peer, "master": master, "port": port,
    })
}

fn path(arguments: &[&str]) -> Run {
    path_on(&saved(), arguments)
}

fn path_on(snapshot: &Value, arguments: &[&str]) -> Run {
    let all = [&["path", "--from", "-"], arguments].concat();
    run_with_input(&all, snapshot.to_string().as_bytes())
}

#[test]
fn as_text_the_verdict_comes_first_and_each_hop_has_a_line() {
    let answered = path(&["web", "7c9"]).ended(0);
    assert_eq!(answered.stderr, "");
    assert_eq!(
        answered.text(),
        "complete: the road from web to d\\u{202e}b at 172.18.0.3 is complete, as far as is seen\n\
         \n\
         From web to d\\u{202e}b, 172.18.0.3:\n\
         \x20  1  web: route 172.18.0.0/16 dev eth0, from 172.18.0.2\n\
         \x20  2  web eth0 172.18.0.2/16 -> va in host, port of br-1\n\
         \x20  3  host br-1 -> its port vb\n\
         \x20  4  host vb -> eth0 in d\\u{202e}b\n\
         \x20  5  d\\u{202e}b has 172.18.0.3\n\
         \n\
         Back from d\\u{202e}b to web:\n\
         \x20  1  d\\u{202e}b: route 172.18.0.0/16 dev eth0, from 172.18.0.3\n\
         \x20  2  d\\u{202e}b eth0 172.18.0.3/16 -> vb in host, port of br-1\n\
         \x20  3  host br-1 -> its port va\n\
         \x20  4  host va -> eth0 in web\n\
         \x20  5  web has 172.18.0.2\n\
         \n\
         Not checked: firewall rules and address translation; reverse path filters; what programs listen.\n"
    );
}

#[test]
fn a_broken_road_is_an_answer() {
    let mut snapshot = saved();
    snapshot["network"][2]["interfaces"][0]["flags"] = json!([]);
    let answered = path_on(&snapshot, &["web", "7c9"]).ended(0);
    let text = answered.text();
    let first =
        "broken: web does not reach d\\u{202e}b: the interface eth0 of d\\u{202e}b is down\n";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("\n   !  the interface eth0 of"), "{text}");
    assert!(!text.contains("Back"), "{text}");
}

#[test]
fn as_json() {
    let answer = path(&["web", "netns:lonely", "--json"]).json();
    assert_eq!(answer["schema"], "nslens.path/1");
    assert_eq!(answer["verdict"], "broken");
    assert_eq!(answer["from"], json!({ "namespace": 2, "title": "web" }));
    assert_eq!(answer["to"], json!({ "namespace": 4, "title": "lonely" }));
    assert_eq!(answer["fault"]["kind"], "only-loopback");
    assert_eq!(answer["fault"]["namespace"], 4);
    assert_eq!(answer["trips"], json!([]));

    let answer = path(&["--json", "web", "host"]).json();
    assert_eq!(answer["verdict"], "complete");
    assert_eq!(answer["best"], "172.18.0.1");
    assert_eq!(answer["fault"], Value::Null);
    let way = &answer["trips"][0]["there"]["ways"][0];
    assert_eq!(way["source"], "172.18.0.2");
    let kinds = way["hops"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds.map(|hop| hop["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["route", "link", "bridge", "arrival"]);
    assert_eq!(answer["trips"][0]["back"]["verdict"], "complete");
}

#[test]
fn one_namespace_for_both() {
    let mut snapshot = saved();
    let lo = json!({ "index": 1, "name": "lo", "kind": "loopback", "flags": ["UP"] });
    let interfaces = snapshot["network"][1]["interfaces"].as_array_mut();
    interfaces.unwrap().push(lo);
    let answered = path_on(&snapshot, &["web", "side"]).ended(0);
    let text = answered.text();
    assert!(
        text.starts_with("complete: web and side are in one network namespace"),
        "{text}"
    );
}

#[test]
fn who_is_not_there_and_who_may_be_several() {
    let missing = path(&["web", "nobody"]).ended(1);
    assert!(missing.complaint().contains("\"nobody\""));
    let several = path(&["7c", "web"]).ended(2);
    let told = several.complaint();
    assert!(
        told.contains("web (7c1a26), or the container d\\u{202e}b (7c9900)"),
        "{told}"
    );
    // The same behind one that is not there.
    path(&["nobody", "7c"]).ended(2);
    path(&["web"]).ended(2);
}

#[test]
fn without_a_network_there_is_no_answer() {
    let mut snapshot = saved();
    snapshot.as_object_mut().unwrap().remove("network");
    let told = path_on(&snapshot, &["web", "host"]).ended(1);
    assert!(told.complaint().contains("no section network"));
}

#[test]
fn options_for_everything_are_refused() {
    for option in ["--snapshot", "--strict", "--only=network", "--filter=web"] {
        let arguments = [option, "path", "--from", "-", "web", "host"];
        let refused = run_with_input(&arguments, saved().to_string().as_bytes()).ended(2);
        assert!(
            refused.complaint().contains("goes with no command"),
            "{option}"
        );
    }
}
