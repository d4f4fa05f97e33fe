//! How processes came into their containers.

use super::*;

/// The shim, the first process of a container in its own mount and pid namespace, and whoever else is there.
fn relations(others: Vec<ProcessRecord>) -> Vec<(u32, Option<usize>, Option<Relation>)> {
    let mut all = vec![
        called(
            "containerd-shim",
            process(5, 1, "/system.slice", links(&[])),
        ),
        process(10, 5, &docker(0), inside()),
    ];
    all.extend(others);
    all.sort_by_key(|record| record.pid);
    let snapshot = assemble(&observation(all));
    let processes = snapshot.processes.unwrap().into_iter();
    let tell = |process: Process| {
        let container = process.container.as_deref();
        let container = container.and_then(|id| ID.iter().position(|known| *known == id));
        (process.pid, container, process.relation)
    };
    processes
        .filter(|process| process.pid > 10)
        .map(tell)
        .collect()
}

fn inside() -> Links {
    links(&[own(Kind::Mnt, 100), own(Kind::Pid, 101)])
}

fn called(name: &str, mut record: ProcessRecord) -> ProcessRecord {
    let facts = record.facts.as_mut().unwrap();
    facts.stat.as_mut().unwrap().comm = name.as_bytes().into();
    record
}

#[test]
fn children_of_the_first_process_are_members_wherever_they_went_inside() {
    let sandbox = links(&[own(Kind::Mnt, 100), own(Kind::Pid, 150)]);
    let found = relations(vec![
        process(11, 10, &docker(0), inside()),
        process(12, 11, &docker(0), sandbox),
        process(13, 12, "/elsewhere", inside()),
    ]);
    let member = Some(Relation::Member);
    assert_eq!(
        found,
        [
            (11, Some(0), member),
            (12, Some(0), member),
            (13, Some(0), member)
        ]
    );
}

#[test]
fn who_was_started_by_the_engine_is_exec_with_all_below() {
    let found = relations(vec![
        process(20, 5, &docker(0), inside()),
        process(21, 20, &docker(0), inside()),
        called("conmon", process(30, 1, "/conmon", links(&[]))),
        process(31, 30, &docker(0), inside()),
    ]);
    let exec = Some(Relation::Exec);
    assert_eq!(
        found,
        [
            (20, Some(0), exec),
            (21, Some(0), exec),
            (30, None, None),
            (31, Some(0), exec)
        ]
    );
}

#[test]
fn who_entered_is_in_the_container_with_its_cgroup_and_without() {
    let found = relations(vec![
        called("bash", process(20, 1, "/user.slice", links(&[]))),
        process(21, 20, "/user.slice", inside()),
        process(22, 20, "/user.slice", links(&[own(Kind::Mnt, 100)])),
        process(23, 20, &docker(0), inside()),
        process(24, 20, "/user.slice", links(&[own(Kind::Net, 300)])),
    ]);
    let entered = Some(Relation::Entered);
    assert_eq!(
        found,
        [
            (20, None, None),
            (21, Some(0), entered),
            (22, Some(0), entered),
            (23, Some(0), entered),
            (24, None, None)
        ]
    );
}

#[test]
fn a_cgroup_that_its_namespaces_deny_makes_a_stray() {
    let other = links(&[own(Kind::Mnt, 200), own(Kind::Pid, 201)]);
    let found = relations(vec![
        process(20, 1, &docker(0), links(&[])),
        process(21, 5, &docker(1), other),
        process(22, 10, &docker(0), other),
    ]);
    let stray = Some(Relation::Stray);
    assert_eq!(
        found,
        [
            (20, Some(0), stray),
            (21, Some(1), Some(Relation::Member)),
            (22, Some(0), stray)
        ]
    );
}

#[test]
fn an_orphan_with_the_hosts_pids_is_not_called_exec() {
    let host_pids = links(&[own(Kind::Mnt, 200)]);
    let found = relations(vec![
        process(20, 5, &docker(1), host_pids),
        process(21, 5, &docker(1), host_pids),
    ]);
    assert_eq!(
        found,
        [(20, Some(1), Some(Relation::Member)), (21, Some(1), None)]
    );
}

#[test]
fn a_namespace_of_two_containers_makes_nobody_a_tenant_of_one() {
    let found = relations(vec![
        process(20, 5, &docker(1), inside()),
        process(30, 1, "/user.slice", inside()),
    ]);
    assert_eq!(
        found,
        [(20, Some(1), Some(Relation::Member)), (30, None, None)]
    );
}
