//! Host, shared, private, unknown.

use super::*;

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
