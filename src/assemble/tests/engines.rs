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
