//! What an engine says against what is seen.

use super::*;

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

/// Where the engine's process is: in the cgroup at `path`, and so deep in pid namespaces.
fn at(path: &str, depth: usize) -> EngineProcess {
    EngineProcess {
        pid: 5,
        depth,
        cgroup: Some(Arc::from(format!("0::{path}\n").as_bytes())),
    }
}

#[test]
fn of_two_engines_the_one_whose_pid_is_right_is_believed() {
    let mut seen = observation(vec![
        process(10, 1, &docker(0), links(&[])),
        process(11, 1, "/", links(&[])),
    ]);
    for order in [[11, 10], [10, 11]] {
        seen.engines = order
            .map(|pid| {
                let name = if pid == 10 { "web" } else { "liar" };
                let mut engine = engine(true, vec![named(0, name, pid, &[])]);
                engine.engine.endpoint = format!("unix:///{name}");
                engine
            })
            .to_vec();
        let snapshot = assemble(&seen);
        let containers = snapshot.containers.unwrap();
        assert_eq!((containers.len(), containers[0].name.as_str()), (1, "web"));
        assert_eq!(containers[0].init_pid, Some(10));
        let words = "container web: the engine at unix:///liar calls it \"liar\", that at unix:///web is believed";
        assert!(
            snapshot.gaps.iter().any(|gap| gap.what == words),
            "{:?}",
            snapshot.gaps
        );
        let places: Vec<_> = snapshot.engines.iter().map(|one| &one.endpoint).collect();
        assert_eq!(places, ["unix:///liar", "unix:///web"]);
    }
}

#[test]
fn an_engine_in_a_container_names_only_what_is_in_that() {
    let inner = format!("{}/docker/{}", docker(0), ID[1]);
    let mut inside = process(11, 1, &inner, links(&[]));
    if let Some(facts) = &mut inside.facts {
        let ns_pids = [11, 40, 1].into();
        facts.status = Ok(Status { uid: 0, ns_pids });
    }
    let mut seen = observation(vec![
        process(10, 1, &docker(0), links(&[])),
        inside,
        process(12, 1, &docker(2), links(&[])),
    ]);
    let told = vec![
        named(0, "outer", 10, &[]),
        named(1, "inner", 40, &[]),
        named(2, "other", 12, &[]),
    ];
    let mut nested = engine(true, told);
    nested.process = Some(at(&docker(0), 1));
    seen.engines = vec![nested];
    let snapshot = assemble(&seen);
    let containers = snapshot.containers.unwrap();
    let names: Vec<_> = containers
        .iter()
        .map(|row| (row.name.as_str(), row.name_source.as_str(), row.init_pid))
        .collect();
    let (outer, other) = (&ID[0][..12], &ID[2][..12]);
    assert_eq!(
        names,
        [
            (outer, "cgroup", Some(10)),
            (other, "cgroup", Some(12)),
            ("inner", "engine", Some(11))
        ]
    );
    assert_eq!(snapshot.engines[0].container.as_deref(), Some(ID[0]));
    let refused = snapshot
        .gaps
        .iter()
        .filter(|gap| gap.what.contains("is not believed"));
    assert_eq!(refused.count(), 2, "{:?}", snapshot.gaps);
}
