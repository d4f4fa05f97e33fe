//! Rules of assembly, each on a small made-up observation.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use super::assemble;
use crate::collect::observation::*;
use crate::model::*;

const ID: [&str; 3] = [
    "1111111111111111111111111111111111111111111111111111111111111111",
    "2222222222222222222222222222222222222222222222222222222222222222",
    "3333333333333333333333333333333333333333333333333333333333333333",
];

/// The host's links with some changed.
fn links(changes: &[(Kind, Reading<Inode>)]) -> Links {
    let mut links = Links::missed(Miss::Absent);
    for kind in Kind::ALL {
        links.own[kind as usize] = Ok(kind.initial().0);
    }
    for (kind, link) in changes {
        links.own[*kind as usize] = *link;
    }
    links
}

fn own(kind: Kind, number: u32) -> (Kind, Reading<Inode>) {
    (kind, Ok(Inode(number)))
}

fn process(pid: u32, parent: u32, cgroup: &str, links: Links) -> ProcessRecord {
    let stat = Stat {
        comm: b"sleep"[..].into(),
        state: b'S',
        ppid: parent,
        flags: 0,
        threads: 1,
        start_ticks: pid.into(),
    };
    let facts = Facts {
        stat: Ok(stat),
        status: Ok(Status {
            uid: 0,
            ns_pids: [pid].into(),
        }),
        cgroup: Ok(Arc::from(format!("0::{cgroup}\n").as_bytes())),
        cmdline: Ok(Cmdline {
            bytes: b"sleep\x001\x00"[..].into(),
            truncated: false,
        }),
        maps_uids: Err(Miss::NotAsked),
    };
    ProcessRecord {
        pid,
        links,
        thread: None,
        facts: Some(Box::new(facts)),
    }
}

fn observation(processes: Vec<ProcessRecord>) -> Observation {
    Observation {
        captured_at: UNIX_EPOCH,
        duration: Duration::ZERO,
        sections: Sections::ALL,
        host: HostRecord {
            kthreadd: Some(links(&[])),
            clock_ticks: 100,
            ..HostRecord::default()
        },
        viewer: ViewerRecord {
            pid: 9,
            uid: 0,
            links: links(&[]),
        },
        processes,
        engines: Vec::new(),
        gaps: Vec::new(),
    }
}

fn docker(at: usize) -> String {
    format!("/docker/{}", ID[at])
}

fn engine(local: bool, containers: Vec<EngineContainer>) -> EngineRecord {
    let engine = Engine {
        kind: "docker".to_owned(),
        endpoint: "unix:///x".to_owned(),
        status: EngineStatus::Ok,
        version: None,
        api_version: None,
        detail: None,
    };
    EngineRecord {
        engine,
        local,
        current: true,
        containers,
        gaps: Vec::new(),
    }
}

fn named(at: usize, name: &str, pid: u32, modes: &[(Kind, &str)]) -> EngineContainer {
    let mut declared = Declared::default();
    for (kind, mode) in modes {
        declared.set(*kind, (*mode).to_owned());
    }
    EngineContainer {
        id: ID[at].to_owned(),
        name: name.to_owned(),
        init_pid: Some(pid),
        declared: Some(declared),
        ..EngineContainer::default()
    }
}

fn scopes(sharing: &PerKind<Share>, kind: Kind) -> (Scope, Vec<&str>) {
    let share = sharing.get(kind).unwrap();
    (share.scope, share.with.iter().map(String::as_str).collect())
}

#[test]
fn scopes_are_host_shared_or_private() {
    let snapshot = assemble(&observation(vec![
        process(
            10,
            1,
            &docker(0),
            links(&[own(Kind::Net, 100), own(Kind::Mnt, 101)]),
        ),
        process(
            11,
            1,
            &docker(1),
            links(&[own(Kind::Net, 100), own(Kind::Mnt, 102)]),
        ),
    ]));
    let containers = snapshot.containers.unwrap();
    let first = &containers[0].sharing;
    assert_eq!(scopes(first, Kind::Net), (Scope::Shared, vec![ID[1]]));
    assert_eq!(scopes(first, Kind::Mnt), (Scope::Private, vec![]));
    assert_eq!(scopes(first, Kind::Uts), (Scope::Host, vec![]));
    assert_eq!(snapshot.host.process_count, Some(0));
}

#[test]
fn unknown_is_never_private() {
    let denied = Links::missed(Miss::Denied);
    let mut seen = observation(vec![
        process(10, 1, &docker(0), links(&[own(Kind::Net, 100)])),
        process(11, 1, &docker(1), denied),
    ]);
    seen.viewer.uid = 1000;
    let snapshot = assemble(&seen);
    let containers = snapshot.containers.as_ref().unwrap();
    // The second container may be in the first one's network.
    assert_eq!(scopes(&containers[0].sharing, Kind::Net).0, Scope::Unknown);
    assert_eq!(scopes(&containers[1].sharing, Kind::Net).0, Scope::Unknown);
    // One pid means the proc mount's own pid namespace, whoever asks.
    assert_eq!(scopes(&containers[1].sharing, Kind::Pid).0, Scope::Host);
    assert_eq!(snapshot.viewer.denied_processes, 1);
    assert_eq!(snapshot.gaps.len(), 1);
}

#[test]
fn nested_pids_and_mapped_ids_show_what_is_not_the_hosts() {
    let mut hidden = process(11, 1, "/", Links::missed(Miss::Denied));
    let facts = hidden.facts.as_mut().unwrap();
    facts.status = Ok(Status {
        uid: 1000,
        ns_pids: [11, 1].into(),
    });
    facts.maps_uids = Ok(true);
    let snapshot = assemble(&observation(vec![hidden]));
    let groups = snapshot.groups.unwrap();
    for kind in [Kind::Pid, Kind::User] {
        let share = groups[0].sharing.get(kind).unwrap();
        assert_eq!(
            (share.inode, share.scope, share.not_host),
            (None, Scope::Unknown, true)
        );
    }
    assert!(!groups[0].sharing.get(Kind::Net).unwrap().not_host);
}

#[test]
fn inside_a_container_nothing_is_the_hosts() {
    let mut seen = observation(vec![
        process(1, 0, "/", links(&[own(Kind::Pid, 50)])),
        process(7, 1, "/", links(&[own(Kind::Pid, 50), own(Kind::Net, 60)])),
    ]);
    seen.host.kthreadd = None;
    seen.viewer.links = links(&[own(Kind::Pid, 50)]);
    let snapshot = assemble(&seen);
    assert!(!snapshot.host.pid_namespace_is_initial);
    assert!(
        snapshot
            .host
            .namespaces
            .iter()
            .all(|(_, inode)| inode.is_none())
    );
    let group = &snapshot.groups.as_ref().unwrap()[0];
    assert!(
        group
            .sharing
            .iter()
            .all(|(_, share)| share.scope == Scope::Unknown)
    );
    assert!(
        snapshot
            .namespaces
            .unwrap()
            .iter()
            .all(|namespace| namespace.initial.is_none())
    );
    assert_eq!(snapshot.gaps[0].reason, Reason::Unsupported);
}

#[test]
fn a_kernel_without_a_kind_has_no_such_column() {
    let mut seen = observation(vec![process(
        10,
        1,
        "/",
        links(&[(Kind::Time, Err(Miss::Absent))]),
    )]);
    seen.host.kthreadd = Some(links(&[(Kind::Time, Err(Miss::Absent))]));
    seen.viewer.links = links(&[(Kind::Time, Err(Miss::Absent))]);
    let snapshot = assemble(&seen);
    assert_eq!(snapshot.host.namespaces.get(Kind::Time), None);
    assert_eq!(
        snapshot.processes.unwrap()[0].namespaces.get(Kind::Time),
        None
    );
    assert!(snapshot.gaps.is_empty());
}

#[test]
fn drift_follows_chains() {
    let mut seen = observation(vec![
        process(10, 1, &docker(0), links(&[])),
        process(11, 1, &docker(1), links(&[])),
        process(
            12,
            1,
            &docker(2),
            links(&[own(Kind::Pid, 70), own(Kind::Net, 71)]),
        ),
    ]);
    let joined = format!("container:{}", ID[0]);
    seen.engines = vec![engine(
        true,
        vec![
            named(0, "a", 10, &[(Kind::Net, "host"), (Kind::Pid, "")]),
            named(1, "b", 11, &[(Kind::Net, &joined), (Kind::Pid, &joined)]),
            named(2, "c", 12, &[(Kind::Net, "container:b"), (Kind::Pid, "")]),
        ],
    )];
    let drift: Vec<_> = assemble(&seen)
        .containers
        .unwrap()
        .into_iter()
        .map(|c| c.drift)
        .collect();
    // a: an own pid namespace is declared, the host's is real. b follows a. c should be in the host's network by b.
    assert_eq!(drift, [vec![Kind::Pid], vec![Kind::Pid], vec![Kind::Net]]);
}

#[test]
fn a_partner_that_no_engine_named_is_compared_all_the_same() {
    let mut seen = observation(vec![
        process(10, 1, &docker(0), links(&[own(Kind::Net, 71)])),
        process(11, 1, &docker(1), links(&[own(Kind::Net, 72)])),
    ]);
    let joined = format!("container:{}", ID[1]);
    seen.engines = vec![engine(
        true,
        vec![named(0, "a", 10, &[(Kind::Net, &joined)])],
    )];
    let containers = assemble(&seen).containers.unwrap();
    assert_eq!(
        containers.iter().find(|c| c.name == "a").unwrap().drift,
        [Kind::Net]
    );
}

#[test]
fn circles_and_missing_partners_claim_nothing() {
    let mut seen = observation(vec![
        process(10, 1, &docker(0), links(&[])),
        process(11, 1, &docker(1), links(&[])),
    ]);
    seen.engines = vec![engine(
        true,
        vec![
            named(
                0,
                "a",
                10,
                &[(Kind::Net, "container:b"), (Kind::Pid, "container:gone")],
            ),
            named(
                1,
                "b",
                11,
                &[
                    (Kind::Net, "container:a"),
                    (Kind::User, ""),
                    (Kind::Ipc, "ns:/run/x"),
                ],
            ),
        ],
    )];
    assert!(
        assemble(&seen)
            .containers
            .unwrap()
            .iter()
            .all(|container| container.drift.is_empty())
    );
}

#[test]
fn engines_decorate_and_never_decide() {
    let mut seen = observation(vec![
        process(10, 1, &docker(0), links(&[own(Kind::Net, 100)])),
        process(11, 1, "/", links(&[own(Kind::Net, 101)])),
    ]);
    seen.engines = vec![engine(
        true,
        vec![
            named(0, "web", 10, &[]),
            named(1, "moved", 11, &[]),
            named(2, "ghost", 999, &[]),
        ],
    )];
    let snapshot = assemble(&seen);
    let containers = snapshot.containers.unwrap();
    let rows: Vec<_> = containers
        .iter()
        .map(|c| (c.name.as_str(), c.process_count, c.init_pid))
        .collect();
    assert_eq!(rows, [("web", 1, Some(10))]);
    let gaps: Vec<_> = snapshot.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert_eq!(
        gaps,
        [
            "container ghost: unix:///x names it, no process of it is seen here",
            "container moved: its engine names pid 11, whose cgroup is /",
        ]
    );
    // An answer of an earlier pass claims nothing about this one.
    seen.engines[0].current = false;
    assert!(assemble(&seen).gaps.is_empty());
}

#[test]
fn a_process_of_one_container_in_anothers_namespace_is_told() {
    let snapshot = assemble(&observation(vec![
        process(10, 1, &docker(0), links(&[own(Kind::Net, 100)])),
        process(20, 1, &docker(1), links(&[own(Kind::Net, 200)])),
        process(21, 20, &docker(1), links(&[own(Kind::Net, 100)])),
    ]));
    let containers = snapshot.containers.unwrap();
    let entered = &containers[0];
    assert_eq!(
        scopes(&entered.sharing, Kind::Net),
        (Scope::Shared, vec![ID[1]])
    );
    let entering = &containers[1];
    assert_eq!(
        scopes(&entering.sharing, Kind::Net),
        (Scope::Private, vec![])
    );
    assert_eq!(
        (entered.differing_processes, entering.differing_processes),
        (0, 1)
    );
}

#[test]
fn an_unread_process_may_be_anywhere_but_process_1_is_where_it_began() {
    let container = process(10, 1, &docker(0), links(&[own(Kind::Net, 100)]));
    let denied = |pid| process(pid, 0, "/", Links::missed(Miss::Denied));
    let with = |pid| {
        let mut records = vec![denied(pid), container.clone()];
        records.sort_by_key(|record| record.pid);
        let snapshot = assemble(&observation(records));
        assert_eq!(snapshot.host.unknown_process_count, Some(1));
        scopes(&snapshot.containers.unwrap()[0].sharing, Kind::Net).0
    };
    assert_eq!(with(1), Scope::Private);
    assert_eq!(with(30), Scope::Unknown);
}

#[test]
fn where_the_hosts_is_unknown_what_others_are_in_may_be_it() {
    let sandbox = |pid, mnt| {
        process(
            pid,
            1,
            "/",
            links(&[
                own(Kind::Net, 500),
                own(Kind::Mnt, mnt),
                own(Kind::Uts, mnt),
            ]),
        )
    };
    let mut seen = observation(vec![
        sandbox(10, 600),
        sandbox(11, 601),
        process(
            12,
            1,
            "/",
            links(&[own(Kind::Net, 500), own(Kind::Mnt, 602)]),
        ),
    ]);
    seen.host.kthreadd = Some(Links::missed(Miss::Denied));
    seen.host.kernel = Some("6.1.0".to_owned());
    seen.viewer.links = links(&[own(Kind::Net, 500), own(Kind::Mnt, 602)]);
    let groups = assemble(&seen).groups.unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(
        scopes(&groups[0].sharing, Kind::Net),
        (Scope::Unknown, vec![])
    );
}

#[test]
fn a_container_of_zombies_makes_nothing_unknown() {
    let mut dead = process(20, 1, &docker(1), Links::missed(Miss::Absent));
    dead.links.own[Kind::Pid as usize] = Ok(Inode(70));
    dead.links.own[Kind::User as usize] = Ok(Kind::User.initial().0);
    let live = process(10, 1, &docker(0), links(&[own(Kind::Net, 100)]));
    let containers = assemble(&observation(vec![live, dead])).containers.unwrap();
    assert_eq!(scopes(&containers[0].sharing, Kind::Net).0, Scope::Private);
    assert_eq!(scopes(&containers[1].sharing, Kind::Net).0, Scope::Unknown);
}

#[test]
fn nobody_slips_into_a_container_by_naming_a_cgroup_after_it() {
    let real = process(30, 1, &docker(0), links(&[]));
    let fake = format!(
        "/user.slice/user-1000.slice/user@1000.service/docker-{}.scope",
        ID[0]
    );
    let fake = process(20, 1, &fake, links(&[own(Kind::Net, 66)]));
    let snapshot = assemble(&observation(vec![fake, real]));
    let containers = snapshot.containers.unwrap();
    assert_eq!((containers.len(), containers[0].process_count), (1, 1));
    assert_eq!(scopes(&containers[0].sharing, Kind::Net).0, Scope::Host);
    assert_eq!(snapshot.groups.unwrap().len(), 1);
    assert!(snapshot.gaps[0].what.contains("is not believed"));
}

#[test]
fn a_uid_map_tells_nothing_to_a_reader_in_another_user_namespace() {
    let mut hidden = process(11, 1, "/", Links::missed(Miss::Denied));
    hidden.facts.as_mut().unwrap().maps_uids = Ok(true);
    let mut seen = observation(vec![hidden]);
    seen.viewer.links = links(&[own(Kind::User, 90)]);
    assert!(assemble(&seen).groups.unwrap().is_empty());
}

#[test]
fn unknown_is_not_equal_to_unknown() {
    let nested = |pid, ppid| {
        let mut record = process(pid, ppid, "/", Links::missed(Miss::Denied));
        record.facts.as_mut().unwrap().status = Ok(Status {
            uid: 0,
            ns_pids: [pid, 1].into(),
        });
        record
    };
    let groups = assemble(&observation(vec![
        nested(10, 1),
        nested(11, 10),
        nested(12, 1),
    ]))
    .groups
    .unwrap();
    let rows: Vec<_> = groups.iter().map(|g| (&*g.id, g.process_count)).collect();
    assert_eq!(rows, [("group:pid:10", 2), ("group:pid:12", 1)]);
}

#[test]
fn a_rootless_engines_host_is_not_ours() {
    let rootless = links(&[own(Kind::User, 90), own(Kind::Net, 91)]);
    let mut seen = observation(vec![process(10, 1, &docker(0), rootless)]);
    seen.engines = vec![engine(
        true,
        vec![named(0, "a", 10, &[(Kind::Net, "host")])],
    )];
    assert!(assemble(&seen).containers.unwrap()[0].drift.is_empty());
}

#[test]
fn an_engine_cannot_claim_any_process() {
    let mut seen = observation(vec![
        process(1, 0, "/", links(&[])),
        process(2, 1, "/", links(&[])),
    ]);
    seen.engines = vec![engine(true, vec![named(0, "liar", 1, &[])])];
    let snapshot = assemble(&seen);
    assert!(snapshot.containers.unwrap().is_empty());
    assert!(snapshot.gaps[0].what.contains("container liar"));
}

#[test]
fn an_engine_elsewhere_means_other_pids() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[]))]);
    seen.engines = vec![engine(false, vec![named(0, "far", 10, &[])])];
    let snapshot = assemble(&seen);
    assert!(snapshot.containers.unwrap().is_empty());
    assert_eq!(snapshot.gaps[0].reason, Reason::Unsupported);
}

#[test]
fn an_engine_that_contradicts_the_cgroup_is_not_believed() {
    let mut seen = observation(vec![
        process(10, 1, &docker(0), links(&[])),
        process(11, 1, &docker(1), links(&[])),
    ]);
    seen.engines = vec![engine(true, vec![named(0, "web", 11, &[])])];
    let snapshot = assemble(&seen);
    let web = &snapshot.containers.as_ref().unwrap()[1];
    assert_eq!((web.name.as_str(), web.process_count), ("web", 1));
    assert!(
        snapshot.gaps[0]
            .what
            .contains("container web: its engine names pid 11")
    );
}

#[test]
fn units_and_strangers_are_groups() {
    let snapshot = assemble(&observation(vec![
        process(
            5,
            1,
            "/system.slice/systemd-logind.service",
            links(&[own(Kind::Mnt, 40)]),
        ),
        process(
            6,
            5,
            "/system.slice/systemd-logind.service",
            links(&[own(Kind::Mnt, 40)]),
        ),
        process(
            7,
            1,
            "/user.slice/user-0.slice/session-3.scope",
            links(&[own(Kind::Net, 41), own(Kind::Uts, 43)]),
        ),
        process(8, 1, "/", links(&[own(Kind::Net, 41), own(Kind::Uts, 44)])),
        process(9, 1, "/system.slice/ssh.service", links(&[])),
    ]));
    let groups = snapshot.groups.unwrap();
    let rows: Vec<_> = groups
        .iter()
        .map(|g| (&*g.id, g.kind, &*g.name, g.leader_pid, g.process_count))
        .collect();
    assert_eq!(
        rows,
        [
            ("group:40", GroupKind::Unit, "systemd-logind.service", 5, 2),
            ("group:43", GroupKind::Other, "sleep", 7, 1),
            ("group:44", GroupKind::Other, "sleep", 8, 1),
        ]
    );
    assert_eq!(
        scopes(&groups[1].sharing, Kind::Net),
        (Scope::Shared, vec!["group:44"])
    );
    assert_eq!(snapshot.host.process_count, Some(1));
}

#[test]
fn zombies_stay_with_their_parents() {
    let mut zombie = process(7, 6, "/", Links::missed(Miss::Absent));
    zombie.links.own[Kind::Pid as usize] = Ok(Inode(50));
    zombie.links.own[Kind::User as usize] = Ok(Kind::User.initial().0);
    let snapshot = assemble(&observation(vec![
        process(6, 1, "/", links(&[own(Kind::Pid, 50)])),
        zombie,
    ]));
    let groups = snapshot.groups.unwrap();
    assert_eq!((groups.len(), groups[0].process_count), (1, 2));
    assert!(snapshot.gaps.is_empty());
}

#[test]
fn a_namespace_for_children_has_a_holder_and_no_member() {
    let mut pending = process(10, 1, "/", links(&[]));
    pending.links.pid_for_children = Ok(Inode(77));
    let snapshot = assemble(&observation(vec![pending]));
    let namespace = snapshot
        .namespaces
        .unwrap()
        .into_iter()
        .find(|ns| ns.inode == Inode(77))
        .unwrap();
    assert_eq!((namespace.process_count, namespace.leader_pid), (0, None));
    assert_eq!(namespace.holders, [Holder::ForChildren { pid: 10 }]);
}

#[test]
fn a_live_thread_speaks_for_a_dead_leader() {
    let mut half_dead = process(10, 1, "/", links(&[own(Kind::Net, 80)]));
    half_dead.thread = Some(12);
    let snapshot = assemble(&observation(vec![half_dead]));
    let namespace = snapshot
        .namespaces
        .unwrap()
        .into_iter()
        .find(|ns| ns.inode == Inode(80))
        .unwrap();
    assert_eq!(namespace.holders, [Holder::Thread { pid: 10, tid: 12 }]);
}

#[test]
fn equal_observations_give_equal_bytes() {
    let processes = || {
        vec![
            process(10, 1, &docker(0), links(&[own(Kind::Net, 100)])),
            process(
                11,
                1,
                &docker(1),
                links(&[own(Kind::Net, 100), own(Kind::Mnt, 102)]),
            ),
            process(12, 1, "/x.service", links(&[own(Kind::Mnt, 103)])),
        ]
    };
    let bytes = || serde_json::to_string(&assemble(&observation(processes()))).unwrap();
    assert_eq!(bytes(), bytes());
}

#[test]
fn a_hidden_kthreadd_means_hidden_processes() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[]))]);
    seen.host.kthreadd = None;
    seen.host.kernel = Some("6.18.1".to_owned());
    let snapshot = assemble(&seen);
    assert!(snapshot.host.pid_namespace_is_initial);
    assert_eq!(
        snapshot.host.namespaces.inode(Kind::Net),
        Some(Kind::Net.initial().0)
    );
    assert!(snapshot.gaps[0].what.contains("hidepid"));
}
