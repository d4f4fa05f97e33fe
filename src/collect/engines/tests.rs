//! An engine is asked as the program asks it, and answers in every way that it should not.

use std::os::unix::net::UnixListener;
use std::path::Path;

use super::fake::{Answer, Fake, json};
use super::*;
use crate::collect::observation::{EngineContainer, Listener};
use crate::model::{EngineStatus, Gap, Inode, Kind, Reason};

/// A host without engines of its own.
fn situation() -> Situation {
    Situation {
        root: Arc::new(ProcRoot::open(Path::new("/proc")).unwrap()),
        services: Vec::new(),
        systemd: false,
    }
}

/// More than any honest answer takes, even on a busy machine.
const LONG: Duration = Duration::from_secs(60);

const VERSION: &str = r#"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12",
    "Components":[{"Name":"Engine","Version":"20.10.24"}]}"#;

const NETWORKS: &str = r#"[
    {"Name":"bridge","Id":"n1","Driver":"bridge","Options":{"com.docker.network.bridge.name":"docker0"}},
    {"Name":"shop","Id":"0123456789abcdef","Driver":"bridge","Options":{}},
    {"Name":"host","Id":"fedcba9876543210","Driver":"host","Options":null},
    {"Name":"x","Driver":""}]"#;

const LIST: &str = r#"[
    {"Id":"bb","Names":["/front/db","/db"],"Image":"bb:latest","State":"paused","Labels":{"l":"v"}},
    {"Id":"aa","Names":["/web"],"Image":"bb:latest","State":"running","Labels":{},
     "Ports":[{"PrivatePort":80,"Type":"tcp"},
        {"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}],
     "NetworkSettings":{"Networks":{"bridge":{"IPAddress":"172.17.0.2","IPPrefixLen":16}}}}]"#;

const WEB: &str = r#"{"Id":"aa","Name":"/web","Image":"sha256:1","State":{"Status":"running","Pid":77},
    "Config":{"Image":"bb:latest","Labels":{"evil":"\u001b[31m"}},
    "HostConfig":{"NetworkMode":"bridge","PidMode":"host","IpcMode":"private","CgroupnsMode":"host"},
    "NetworkSettings":{"Ports":{"443/tcp":null,"80/tcp":[{"HostIp":"::","HostPort":"8080"},
            {"HostIp":"0.0.0.0","HostPort":"8080"}],"53/udp":[{"HostIp":"127.0.0.1","HostPort":"5353"}]},
        "Networks":{"bridge":{"IPAddress":"172.17.0.2","IPPrefixLen":16,
        "Gateway":"172.17.0.1","MacAddress":"02:42:ac:11:00:02"},"host":{"IPAddress":"","Gateway":""}}},
    "Mounts":[{"Type":"tmpfs","Source":"","Destination":"/tmp","RW":true,"Propagation":""},
        {"Type":"bind","Source":"/etc","Destination":"/hostetc","RW":false,"Propagation":"rprivate"}]}"#;

const DB: &str = r#"{"Id":"bb","Name":"/db","State":{"Status":"paused","Pid":0}}"#;

/// An honest engine with two containers.
fn honest(path: &str) -> Answer {
    match path.split('?').next().unwrap() {
        "/version" => json(VERSION),
        "/containers/json" => json(LIST),
        "/containers/aa/json" => json(WEB),
        "/containers/bb/json" => json(DB),
        "/networks" => json(NETWORKS),
        _ => Answer::Body(404, String::new()),
    }
}

/// Honest but for the answer to one path.
fn but(odd: &'static str, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Fake {
    Fake::unix(move |path| match path.split('?').next() {
        Some(path) if path == odd => answer(),
        _ => honest(path),
    })
}

fn ask_at(url: &str, timeout: Duration) -> EngineRecord {
    let choice = Choice::Url(url.to_owned());
    let (mut records, _) = ask(&choice, &situation(), timeout, &Errands::default());
    assert_eq!(records.len(), 1);
    records.remove(0)
}

fn detail(record: &EngineRecord) -> &str {
    record.engine.detail.as_deref().unwrap_or("nothing")
}

fn names(record: &EngineRecord) -> Vec<&str> {
    let all = record.containers.iter();
    all.map(|container| container.name.as_str()).collect()
}

/// Asserts that nothing was heard, and how that is told.
fn assert_failed(record: &EngineRecord, status: EngineStatus, reason: Reason, words: &str) {
    assert_eq!(record.engine.status, status, "{record:?}");
    assert!(detail(record).contains(words), "{record:?}");
    assert!(record.containers.is_empty());
    let gap = Gap {
        what: format!("names from docker at {}", record.engine.endpoint),
        reason,
        count: 1,
    };
    assert_eq!(record.gaps, [gap]);
}

#[test]
fn none_is_not_asked() {
    assert!(
        ask(&Choice::None, &situation(), LONG, &Errands::default())
            .0
            .is_empty()
    );
}

#[test]
fn an_answer_is_turned_into_a_record() {
    for fake in [Fake::unix(honest), Fake::tcp(honest)] {
        let record = ask_at(&fake.url, LONG);
        assert_eq!(record.engine.status, EngineStatus::Ok, "{record:?}");
        assert_eq!(record.engine.version.as_deref(), Some("20.10.24"));
        assert_eq!(record.engine.api_version.as_deref(), Some("1.41"));
        assert_eq!(record.engine.endpoint, fake.url);
        assert_eq!(record.local, fake.url.starts_with("unix:"));
        assert_eq!(record.gaps, []);
        assert_eq!(names(&record), ["web", "db"]);
        assert_web(&record.containers[0]);
        assert_eq!(record.containers[1].init_pid, None);
        let bridges: Vec<_> = record.bridges.iter().collect();
        assert_eq!(format!("{bridges:?}"), BRIDGES);
        assert_eq!(record.listener, record.local.then(ourselves));
        assert!(
            fake.paths()
                .contains(&"/v1.41/containers/aa/json".to_owned())
        );
    }
}

/// The process that plays the engine.
fn ourselves() -> Listener {
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let net = std::fs::read_link("/proc/self/ns/net").unwrap();
    let digits = net
        .to_str()
        .unwrap()
        .replace(|c: char| !c.is_ascii_digit(), "");
    Listener {
        uid: rustix::process::geteuid().as_raw(),
        name: Some(read("/proc/self/comm").trim_end().to_owned()),
        net: Some(Inode(digits.parse().unwrap())),
    }
}

#[test]
fn networks_are_listed_without_containers_too() {
    let fake = but("/containers/json", || json("[]"));
    let record = ask_at(&fake.url, LONG);
    assert_eq!((record.containers.len(), record.gaps.len()), (0, 0));
    assert_eq!(record.bridges["br-0123456789ab"], "shop");
    let silent = Fake::unix(|path| match path.split('?').next() {
        Some("/containers/json") => json("[]"),
        Some("/networks") => Answer::Silence,
        _ => honest(path),
    });
    let record = ask_at(&silent.url, Duration::from_secs(1));
    assert!(record.gaps[0].what.starts_with("drivers and bridges"));
}

const BRIDGES: &str = r#"[("br-0123456789ab", "shop"), ("docker0", "bridge")]"#;

/// The published ports, each as the docker command shows it.
fn ports(container: &EngineContainer) -> Vec<String> {
    let ports = container.ports.iter();
    ports
        .map(|port| {
            let (outside, inside) = (port.host_port, port.container_port);
            format!(
                "{}:{outside}->{inside}/{}",
                port.host_address, port.protocol
            )
        })
        .collect()
}

fn assert_web(web: &EngineContainer) {
    let state = (web.id.as_str(), web.image.as_deref(), web.state.as_deref());
    assert_eq!(state, ("aa", Some("bb:latest"), Some("running")));
    assert_eq!(web.init_pid, Some(77));
    assert_eq!(web.labels["evil"], "\u{1b}[31m");
    let declared = web.declared.as_ref().unwrap();
    let modes: Vec<_> = declared
        .iter()
        .map(|(kind, mode)| (kind, mode.as_str()))
        .collect();
    let expected = [
        (Kind::Cgroup, "host"),
        (Kind::Ipc, "private"),
        (Kind::Net, "bridge"),
        (Kind::Pid, "host"),
        (Kind::User, ""),
        (Kind::Uts, ""),
    ];
    assert_eq!(modes, expected);
    let [bridge, host] = web.networks.as_slice() else {
        panic!("{:?}", web.networks)
    };
    assert_eq!(bridge.driver.as_deref(), Some("bridge"));
    assert_eq!(
        (bridge.address.as_deref(), bridge.prefix_len),
        (Some("172.17.0.2"), Some(16))
    );
    assert_eq!(
        (host.address.as_deref(), host.gateway.as_deref()),
        (None, None)
    );
    let expected = [
        "0.0.0.0:8080->80/tcp",
        ":::8080->80/tcp",
        "127.0.0.1:5353->53/udp",
    ];
    assert_eq!(ports(web), expected);
    let [etc, tmp] = web.mounts.as_slice() else {
        panic!("{:?}", web.mounts)
    };
    assert_eq!(
        (etc.source.as_deref(), etc.read_only),
        (Some("/etc"), Some(true))
    );
    assert_eq!(
        (tmp.source.as_deref(), tmp.kind.as_deref()),
        (None, Some("tmpfs"))
    );
    assert_eq!(
        (tmp.read_only, tmp.propagation.as_deref()),
        (Some(false), None)
    );
}

#[test]
fn podman_is_not_asked_for_restarting_ones() {
    let version = VERSION.replace("Engine", "Podman Engine");
    let fake = but("/version", move || json(version.clone()));
    assert_eq!(ask_at(&fake.url, LONG).engine.kind, "podman");
    assert!(!fake.paths().iter().any(|path| path.contains("restarting")));
}

#[test]
fn no_socket_where_one_was_named_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let record = ask_at(folder.path().join("none.sock").to_str().unwrap(), LONG);
    assert_eq!(record.engine.status, EngineStatus::Absent);
    assert_eq!(record.gaps.len(), 1);
}

#[test]
fn a_socket_without_listener_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    drop(UnixListener::bind(&path).unwrap());
    let record = ask_at(path.to_str().unwrap(), LONG);
    let words = "nobody listens on the socket";
    assert_failed(&record, EngineStatus::Error, Reason::Failed, words);
}

#[test]
fn nonsense_on_the_command_line_is_an_error() {
    for (url, reason) in [
        ("", Reason::Malformed),
        ("docker", Reason::Malformed),
        ("ssh://host", Reason::Unsupported),
    ] {
        assert_failed(&ask_at(url, LONG), EngineStatus::Error, reason, "");
    }
}

#[test]
fn silence_ends_at_the_deadline() {
    let fake = Fake::unix(|_| Answer::Silence);
    let begin = Instant::now();
    let record = ask_at(&fake.url, Duration::from_millis(200));
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert_failed(&record, EngineStatus::Timeout, Reason::Timeout, "200ms");
}

#[test]
fn a_silent_inspection_costs_no_name() {
    let fake = but("/containers/aa/json", || Answer::Silence);
    let record = ask_at(&fake.url, Duration::from_secs(2));
    assert_eq!(record.engine.status, EngineStatus::Timeout);
    assert!(
        detail(&record).starts_with("1 of 2 containers"),
        "{record:?}"
    );
    assert_eq!(names(&record), ["web", "db"]);
    let web = &record.containers[0];
    assert_eq!(
        (web.image.as_deref(), &web.declared),
        (Some("bb:latest"), &None)
    );
    assert_eq!(web.networks[0].driver.as_deref(), Some("bridge"));
    assert_eq!(ports(web), ["0.0.0.0:8080->80/tcp"]);
    assert!(record.containers[1].declared.is_some());
    assert_eq!(
        (record.gaps[0].reason, record.gaps[0].count),
        (Reason::Timeout, 1)
    );
}

#[test]
fn silence_about_networks_costs_their_drivers() {
    let fake = but("/networks", || Answer::Silence);
    let record = ask_at(&fake.url, Duration::from_secs(2));
    assert_eq!(record.engine.status, EngineStatus::Timeout);
    assert_eq!(record.containers[0].networks[0].driver, None);
    assert_eq!(record.containers[0].init_pid, Some(77));
    assert!(record.bridges.is_empty());
    assert!(record.gaps[0].what.starts_with("drivers and bridges"));
}

#[test]
fn a_container_that_is_gone_drops_out() {
    let fake = but("/containers/aa/json", || Answer::Body(404, "{}".to_owned()));
    let record = ask_at(&fake.url, LONG);
    assert_eq!(record.engine.status, EngineStatus::Ok);
    assert_eq!(names(&record), ["db"]);
}

#[test]
fn a_broken_inspection_costs_no_name() {
    let fake = but("/containers/bb/json", || json("{\"State\":7}"));
    let record = ask_at(&fake.url, LONG);
    assert_eq!(record.engine.status, EngineStatus::Error);
    assert!(detail(&record).contains("1 of 2 containers could not be inspected"));
    assert_eq!(names(&record), ["web", "db"]);
    assert_eq!(
        (record.gaps[0].reason, record.gaps[0].count),
        (Reason::Malformed, 1)
    );
}

#[test]
fn a_container_without_id_is_a_gap() {
    let fake = but("/containers/json", || {
        json(r#"[{"Names":["/x"]},{"Id":""}]"#)
    });
    let record = ask_at(&fake.url, LONG);
    assert!(record.containers.is_empty());
    assert_eq!(
        (record.gaps[0].reason, record.gaps[0].count),
        (Reason::Malformed, 2)
    );
}

#[test]
fn nonsense_is_an_error_that_says_so() {
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
    let old = r#"{"ApiVersion":"1.18"}"#;
    let cases: [(Answer, Reason, &str); 9] = [
        (json("{\"Version\": "), Reason::Malformed, "EOF"),
        (json("[1, 2]"), Reason::Malformed, "invalid type"),
        (json("{}"), Reason::Malformed, "API version \"\""),
        (json(old), Reason::Unsupported, "1.24 is the oldest"),
        (
            Answer::Body(500, "kaputt".to_owned()),
            Reason::Failed,
            "500: kaputt",
        ),
        (Answer::Raw(chunks), Reason::Malformed, "cannot be used"),
        (Answer::Raw(short), Reason::Malformed, "cannot be used"),
        (
            Answer::Raw("SSH-2.0-x\r\n\r\n"),
            Reason::Malformed,
            "cannot be used",
        ),
        (Answer::Raw(""), Reason::Malformed, "cannot be used"),
    ];
    for (answer, reason, words) in cases {
        let answer = std::sync::Mutex::new(Some(answer));
        let fake = but("/version", move || {
            let next = answer.lock().unwrap().take();
            next.unwrap_or(Answer::Silence)
        });
        let record = ask_at(&fake.url, Duration::from_secs(5));
        assert_failed(&record, EngineStatus::Error, reason, words);
    }
}

#[test]
fn an_endless_answer_is_cut_off() {
    let body = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    let long = "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n";
    for (head, text) in [(body, "          "), (long, "[[[[[[["), (body, "{},")] {
        let fake = but("/containers/json", move || Answer::Endless(head, text));
        let begin = Instant::now();
        let record = ask_at(&fake.url, LONG);
        assert!(begin.elapsed() < LONG / 2);
        assert_failed(&record, EngineStatus::Error, Reason::Truncated, "MiB");
        assert!(fake.sent() < 40 * 1024 * 1024, "{}", fake.sent());
    }
}

#[test]
fn an_endless_head_is_cut_off() {
    let fake = but("/version", || {
        Answer::Endless("HTTP/1.1 200 OK\r\n", "A: b\r\n")
    });
    let record = ask_at(&fake.url, LONG);
    assert_failed(
        &record,
        EngineStatus::Error,
        Reason::Malformed,
        "cannot be used",
    );
}

#[test]
fn an_answer_longer_than_the_limit_is_refused() {
    let fake = but("/containers/json", || {
        json(" ".repeat(33 * 1024 * 1024) + "[]")
    });
    let record = ask_at(&fake.url, LONG);
    assert_failed(&record, EngineStatus::Error, Reason::Truncated, "32 MiB");
}
