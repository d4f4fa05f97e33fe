//! Namespaces and what holds them.

use super::*;

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
fn equal_observations_give_equal_snapshots() {
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
    let snapshot = || assemble(&observation(processes()));
    assert_eq!(snapshot(), snapshot());
}
