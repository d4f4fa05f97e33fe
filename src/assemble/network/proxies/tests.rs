//! Which proxies are believed, and where they say that they send what arrives.

use super::*;
use crate::assemble::assemble;
use crate::assemble::network::tests::{at, space};
use crate::assemble::tests::{engine, links, observation, own, process};
use crate::collect::observation::{Listener, ProcessRecord, SocketRecord};

const HOST: u32 = 4_026_531_833;
const CONTAINER: u32 = 7;
const ID: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const DOCKERD: u32 = 4;
const PROXY: u32 = 9;
const COMMAND: &str = "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 \
    -container-port 80 -use-listen-fd";

/// Proxies with these pids and commands, which are believed.
pub(in crate::assemble::network) fn proxies<'a>(commands: &[(u32, &'a str)]) -> Proxies<'a> {
    let proxies = commands.iter().map(|(pid, command)| {
        let arguments = command.split_whitespace().collect();
        let find = docker_proxy as Find;
        (*pid, Proxy { arguments, find })
    });
    Proxies {
        by_pid: proxies.collect(),
        addresses: None,
    }
}

fn socket(protocol: &str, local: &str) -> Socket {
    Socket {
        local: Some(local.to_owned()),
        inode: Some(77),
        ..Socket::new(protocol.to_owned(), "listen")
    }
}

fn sends(command: &str, protocol: &str, local: &str) -> Option<String> {
    proxies(&[(1, command)]).target(1, &socket(protocol, local))
}

fn named(mut record: ProcessRecord, comm: &str, command: &str) -> ProcessRecord {
    let facts = record.facts.as_mut().unwrap();
    facts.stat.as_mut().unwrap().comm = comm.as_bytes().into();
    facts.cmdline.as_mut().unwrap().bytes = command.replace(' ', "\0").into_bytes().into();
    record
}

/// A host where docker-proxy listens for a container that has the address 172.17.0.2.
fn host() -> Observation {
    let inside = links(&[own(Kind::Net, CONTAINER)]);
    let processes = vec![
        named(
            process(DOCKERD, 1, "/system.slice/docker.service", links(&[])),
            "dockerd",
            "dockerd",
        ),
        process(6, 1, &format!("/docker/{ID}"), inside),
        named(
            process(PROXY, DOCKERD, "/system.slice/docker.service", links(&[])),
            "docker-proxy",
            COMMAND,
        ),
    ];
    let mut home = space(HOST, Vec::new());
    home.sockets = Ok(vec![SocketRecord {
        index: None,
        socket: socket("tcp", "0.0.0.0:8080"),
    }]);
    let mut container = space(CONTAINER, Vec::new());
    container.addresses = Ok(vec![at(2, "172.17.0.2")]);
    Observation {
        network: Some(NetworkRecord {
            namespaces: vec![container, home],
            holders: HashMap::from([(77, vec![PROXY])]),
            ..NetworkRecord::default()
        }),
        ..observation(processes)
    }
}

/// Where the only socket of this host sends what arrives.
fn sent(seen: &Observation) -> Option<String> {
    let snapshot = assemble(seen);
    let namespaces = snapshot.network.into_iter().flatten();
    let mut sockets = namespaces.flat_map(|namespace| namespace.sockets.into_iter().flatten());
    sockets.next().unwrap().forwards_to
}

/// The host with something else about the process `pid`.
fn but(pid: u32, change: impl FnOnce(&mut ProcessRecord)) -> Observation {
    let mut seen = host();
    let mut processes = seen.processes.iter_mut();
    change(processes.find(|record| record.pid == pid).unwrap());
    seen
}

fn become_user(record: &mut ProcessRecord, uid: u32) {
    record.facts.as_mut().unwrap().status.as_mut().unwrap().uid = uid;
}

const THERE: Option<&str> = Some("172.17.0.2:80");

#[test]
fn one_that_dockerd_has_started_is_believed() {
    assert_eq!(sent(&host()).as_deref(), THERE);
}

#[test]
fn one_that_only_says_so_is_not_believed() {
    let parent = |record: &mut ProcessRecord, pid| {
        record.facts.as_mut().unwrap().stat.as_mut().unwrap().ppid = pid;
    };
    let cgroup = |record: &mut ProcessRecord| {
        let text = format!("0::/docker/{ID}\n");
        record.facts.as_mut().unwrap().cgroup = Ok(text.as_bytes().into());
    };
    let cases = [
        ("another's child", but(PROXY, |record| parent(record, 1))),
        ("in a container", but(PROXY, cgroup)),
        ("dockerd in a container", but(DOCKERD, cgroup)),
        (
            "of another user",
            but(PROXY, |record| become_user(record, 1000)),
        ),
        (
            "elsewhere",
            but(PROXY, |record| record.links = links(&[own(Kind::Mnt, 8)])),
        ),
        (
            "no dockerd",
            but(DOCKERD, |record| *record = named(record.clone(), "x", "x")),
        ),
        (
            "another name",
            but(PROXY, |record| {
                *record = named(record.clone(), "x", COMMAND);
            }),
        ),
    ];
    for (what, seen) in cases {
        assert_eq!(sent(&seen), None, "{what}");
    }
}

/// Changes dockerd and its proxy alike.
fn both(change: impl Fn(&mut ProcessRecord)) -> Observation {
    let mut seen = host();
    for record in &mut seen.processes {
        if [DOCKERD, PROXY].contains(&record.pid) {
            change(record);
        }
    }
    seen
}

#[test]
fn a_user_who_plays_the_engine_is_not_believed() {
    assert_eq!(sent(&both(|record| become_user(record, 1000))), None);
    for kind in [Kind::User, Kind::Pid, Kind::Net] {
        let entered = both(|record| record.links = links(&[own(kind, 8)]));
        assert_eq!(sent(&entered), None, "{kind}");
    }
    let apart = both(|record| record.links = links(&[own(Kind::Mnt, 8)]));
    assert_eq!(
        sent(&apart).as_deref(),
        THERE,
        "systemd gives services mounts of their own"
    );
}

#[test]
fn a_rootless_engine_that_was_asked_is_believed_in_its_namespace() {
    let rootless = |engine_uid, net| {
        let mut seen = both(|record| {
            become_user(record, 1000);
            record.links = links(&[own(Kind::Net, 8), own(Kind::User, 8)]);
        });
        seen.network.as_mut().unwrap().namespaces[1].inode = Inode(8);
        let mut record = engine(true, Vec::new());
        record.listener = Some(Listener {
            uid: engine_uid,
            name: Some("dockerd".to_owned()),
            net: Some(Inode(net)),
        });
        seen.engines.push(record);
        sent(&seen)
    };
    assert_eq!(rootless(1000, 8).as_deref(), THERE);
    assert_eq!(rootless(1000, 9), None);
    assert_eq!(rootless(1001, 8), None);
}

#[test]
fn it_sends_to_an_address_of_a_container_where_these_are_known() {
    let with = |addresses| {
        let mut seen = host();
        seen.network.as_mut().unwrap().namespaces[0].addresses = addresses;
        sent(&seen)
    };
    assert_eq!(with(Ok(vec![at(2, "172.17.0.3")])), None);
    let unread = Err(crate::collect::observation::Miss::Failed);
    assert_eq!(with(unread).as_deref(), THERE);
}

#[test]
fn pasta_is_believed_where_it_is_of_a_user_with_an_engine() {
    let with = |engine_uid: Option<u32>| {
        let mut seen = but(PROXY, |record| {
            *record = named(record.clone(), "pasta.avx2", "pasta -t 8080:80");
            become_user(record, 1000);
            record.links = links(&[own(Kind::User, 8), own(Kind::Mnt, 8)]);
        });
        seen.engines.extend(engine_uid.map(|uid| {
            let mut record = engine(true, Vec::new());
            record.listener = Some(Listener {
                uid,
                name: Some("systemd".to_owned()),
                net: Some(Inode(HOST)),
            });
            record
        }));
        sent(&seen)
    };
    assert_eq!(with(Some(1000)).as_deref(), Some(":80"));
    assert_eq!(with(Some(1001)), None);
    assert_eq!(with(None), None);
}

#[test]
fn docker_proxy_sends_its_port_to_a_container() {
    let sends = |protocol, local| sends(COMMAND, protocol, local);
    for local in ["0.0.0.0:8080", "[::]:8080"] {
        assert_eq!(sends("tcp", local).as_deref(), THERE);
    }
    for (protocol, local) in [
        ("tcp", "0.0.0.0:8081"),
        ("tcp", "127.0.0.1:8080"),
        ("tcp", "[::1]:8080"),
        ("udp", "0.0.0.0:8080"),
        ("unix", "/run/x"),
    ] {
        assert_eq!(sends(protocol, local), None, "{protocol} {local}");
    }
    let mut only_6 = socket("tcp", "[::]:8080");
    only_6.v6_only = Some(true);
    assert_eq!(proxies(&[(1, COMMAND)]).target(1, &only_6), None);
}

#[test]
fn an_address_of_version_6_is_set_in_brackets() {
    let command = "docker-proxy -proto=tcp -host-ip=:: -host-port=80 -container-ip=fd00::2 -container-port=81";
    assert_eq!(
        sends(command, "tcp", "[::]:80").as_deref(),
        Some("[fd00::2]:81")
    );
}

#[test]
fn only_whole_words_are_believed() {
    let cut = but(PROXY, |record| {
        let command = COMMAND.strip_suffix(" -use-listen-fd").unwrap();
        *record = named(record.clone(), "docker-proxy", command);
        record
            .facts
            .as_mut()
            .unwrap()
            .cmdline
            .as_mut()
            .unwrap()
            .truncated = true;
    });
    assert_eq!(sent(&cut), None);
}

#[test]
fn pasta_maps_ports_by_ranges() {
    let command = "pasta --config-net -t 127.0.0.1/8080-8090:80-90,9000 -u 53:5353 --tcp-ports=7:8 -t none 42";
    let arguments: Vec<_> = command.split(' ').collect();
    for (protocol, local, expected) in [
        ("tcp", "127.0.0.1:8083", Some(83)),
        ("tcp", "0.0.0.0:9000", Some(9000)),
        ("tcp", "0.0.0.0:7", Some(8)),
        ("udp", "0.0.0.0:53", Some(5353)),
        ("udp", "0.0.0.0:8083", None),
        ("tcp", "0.0.0.0:42", None),
    ] {
        let sent = pasta(&arguments, &socket(protocol, local));
        assert_eq!(
            sent.map(|target| target.port),
            expected,
            "{protocol} {local}"
        );
    }
}
