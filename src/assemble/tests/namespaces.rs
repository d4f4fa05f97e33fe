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

const DENIED: Kinship = Kinship {
    id: Err(Miss::Denied),
    owner: Err(Miss::Denied),
    parent: Err(Miss::Denied),
    owner_uid: Ok(0),
};

#[test]
fn a_namespace_has_an_owner_and_a_parent() {
    let user = (Kind::User, Inode(77));
    let mut seen = observation(vec![process(10, 1, "/", links(&[own(Kind::User, 77)]))]);
    let above = Kind::User.initial().0;
    let kinship = Kinship {
        id: Ok(4242),
        owner: Ok(above),
        parent: Ok(above),
        owner_uid: Ok(1000),
    };
    seen.kinships.insert(user, kinship);
    let snapshot = assemble(&seen);
    let namespaces = snapshot.namespaces.unwrap();
    let kin = |inode| {
        let namespace = namespaces.iter().find(|ns| ns.inode == inode).unwrap();
        (
            namespace.owner_user_ns,
            namespace.parent,
            namespace.owner_uid,
        )
    };
    assert_eq!(kin(Inode(77)), (Some(above), Some(above), Some(1000)));
    // Not asked, so not known, which is not a gap of its own.
    assert_eq!(kin(Kind::Net.initial().0), (None, None, None));
    assert!(snapshot.gaps.is_empty());
}

#[test]
fn nothing_is_above_the_initial_namespaces_and_that_is_no_gap() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[]))]);
    let pid = Kinship {
        owner: Ok(Kind::User.initial().0),
        owner_uid: Err(Miss::NotAsked),
        ..DENIED
    };
    seen.kinships
        .insert((Kind::User, Kind::User.initial().0), DENIED);
    seen.kinships
        .insert((Kind::Pid, Kind::Pid.initial().0), pid);
    assert_eq!(assemble(&seen).gaps, []);
}

#[test]
fn owners_that_are_refused_are_counted_by_reason() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[]))]);
    let net = Kinship {
        id: Err(Miss::Absent),
        owner: Err(Miss::Denied),
        parent: Err(Miss::NotAsked),
        owner_uid: Err(Miss::NotAsked),
    };
    let old = Kinship {
        owner: Err(Miss::Absent),
        ..net
    };
    seen.kinships.extend([
        ((Kind::User, Inode(77)), DENIED),
        ((Kind::Net, Kind::Net.initial().0), net),
        ((Kind::Uts, Inode(78)), old),
    ]);
    let gap = |reason, count| Gap {
        what: "owners and parents of namespaces".to_owned(),
        reason,
        count,
    };
    assert_eq!(
        assemble(&seen).gaps,
        [gap(Reason::Denied, 2), gap(Reason::Unsupported, 1)]
    );
}
