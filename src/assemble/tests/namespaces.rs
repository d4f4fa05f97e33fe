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
        id: Err(Miss::Absent),
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

fn held(kind: Kind, inode: u32, by: HeldBy) -> HolderRecord {
    let inode = Inode(inode);
    HolderRecord { kind, inode, by }
}

fn mounted(path: &str, mnt: u32, through: Through) -> HeldBy {
    HeldBy::BindMount {
        path: path.as_bytes().into(),
        mnt_ns: Some(Inode(mnt)),
        through: Some(through),
    }
}

const OTHER: Through = Through::Process {
    pid: 10,
    thread: None,
};

#[test]
fn a_namespace_without_a_process_is_listed_with_all_that_keeps_it() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[own(Kind::Uts, 80)]))]);
    let host = Kind::Mnt.initial().0.0;
    seen.holders.found = vec![
        held(Kind::Net, 70, mounted("/b", 90, OTHER)),
        held(Kind::Net, 70, mounted("/run/netns/x", host, OTHER)),
        held(Kind::Net, 70, HeldBy::Fd { pid: 10, fd: 5 }),
        held(Kind::Net, 70, HeldBy::Fd { pid: 10, fd: 5 }),
        held(Kind::Uts, 80, HeldBy::Fd { pid: 10, fd: 6 }),
    ];
    let namespaces = assemble(&seen).namespaces.unwrap();
    let of = |inode| namespaces.iter().find(|ns| ns.inode == Inode(inode));
    let (alone, other) = (of(70).unwrap(), of(80).unwrap());
    assert_eq!((alone.process_count, alone.leader_pid), (0, None));
    assert_eq!(alone.initial, Some(false));
    assert_eq!(alone.containers.as_deref(), Some(&[][..]));
    let mount = |path: &str, mnt| Holder::BindMount {
        mnt_ns: Some(Inode(mnt)),
        path: path.to_owned(),
    };
    let fd = Holder::Fd { pid: 10, fd: 5 };
    let all = [fd, mount("/b", 90), mount("/run/netns/x", host)];
    assert_eq!(alone.holders, all);
    let fd = Holder::Fd { pid: 10, fd: 6 };
    assert_eq!(other.holders, [Holder::Process { pid: 10 }, fd]);
}

#[test]
fn a_name_is_the_hosts_or_else_our_own() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[]))]);
    let host = Kind::Mnt.initial().0.0;
    let net = |inode, by| held(Kind::Net, inode, by);
    seen.holders.found = vec![
        net(70, mounted("/run/netns/ours", 90, Through::Ourselves)),
        net(70, mounted("/var/run/netns/hosts", host, OTHER)),
        net(71, mounted("/run/netns/b", host, OTHER)),
        net(71, mounted("/run/netns/a", host, OTHER)),
        net(72, mounted("/run/netns/ours", 90, Through::Ourselves)),
        net(73, mounted("/run/netns/foreign", 91, OTHER)),
        net(74, mounted("/run/netns/deeper/one", host, OTHER)),
        net(75, mounted("/run/docker/netns/one", host, OTHER)),
        held(Kind::Uts, 76, mounted("/run/netns/uts", host, OTHER)),
    ];
    seen.network = Some(NetworkRecord {
        namespaces: vec![NetnsRecord::missed(Inode(70), Miss::Denied)],
        ..NetworkRecord::default()
    });
    let snapshot = assemble(&seen);
    let namespaces = snapshot.namespaces.unwrap().into_iter();
    let names = namespaces.filter(|ns| ns.process_count == 0);
    let names: Vec<_> = names.map(|ns| (ns.inode.0, ns.name)).collect();
    let called = |name: &str| Some(name.to_owned());
    assert_eq!(
        names,
        [
            (70, called("hosts")),
            (71, called("a")),
            (72, called("ours")),
            (73, None),
            (74, None),
            (75, None),
            (76, None)
        ]
    );
    assert_eq!(snapshot.network.unwrap()[0].name, called("hosts"));
}

#[test]
fn a_namespace_holds_those_above_it_but_not_the_hosts() {
    let inner = (Kind::User, Inode(77));
    let mut seen = observation(vec![process(10, 1, "/", links(&[own(Kind::User, 77)]))]);
    let kinship = |above: Inode| Kinship {
        id: Err(Miss::Absent),
        owner: Ok(above),
        parent: Ok(above),
        owner_uid: Ok(0),
    };
    let host = Kind::User.initial().0;
    let outer = (Kind::User, Inode(76));
    seen.kinships.insert(inner, kinship(outer.1));
    seen.kinships.insert(outer, kinship(host));
    let net = Kinship {
        id: Err(Miss::Absent),
        owner: Ok(outer.1),
        parent: Err(Miss::NotAsked),
        owner_uid: Err(Miss::NotAsked),
    };
    seen.kinships.insert((Kind::Net, Inode(78)), net);
    let namespaces = assemble(&seen).namespaces.unwrap();
    let holders = |inode| {
        let found = namespaces.iter().find(|ns| ns.inode == inode);
        found.unwrap().holders.clone()
    };
    let child = |kind, inode| Holder::Child { kind, inode };
    let both = [child(Kind::Net, Inode(78)), child(Kind::User, inner.1)];
    assert_eq!(holders(outer.1), both);
    assert_eq!(holders(inner.1), [Holder::Process { pid: 10 }]);
    let childless = |holder: &Holder| !matches!(holder, Holder::Child { .. });
    assert!(holders(host).iter().all(childless));
}

#[test]
fn threads_elsewhere_are_told_with_their_process() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[]))]);
    let thread = |tid, kind: Kind, inode| {
        let mut links = Links::missed(Miss::NotAsked);
        links.own[kind as usize] = Ok(Inode(inode));
        let pid = 10;
        ThreadRecord { pid, tid, links }
    };
    seen.holders.threads = vec![thread(12, Kind::Net, 70), thread(11, Kind::Uts, 80)];
    let mut for_children = thread(13, Kind::Pid, 90);
    for_children.links.own[Kind::Pid as usize] = Err(Miss::NotAsked);
    for_children.links.pid_for_children = Ok(Inode(90));
    seen.holders.threads.push(for_children);
    let by = HeldBy::Thread {
        pid: 10,
        tid: 13,
        link: "pid_for_children",
    };
    seen.holders.found = vec![held(Kind::Pid, 90, by)];
    let snapshot = assemble(&seen);
    let processes = snapshot.processes.unwrap();
    let threads = &processes[0].threads_elsewhere;
    let threads: Vec<_> = threads
        .iter()
        .map(|one| (one.tid, one.namespaces.iter().collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        threads,
        [
            (11, vec![(Kind::Uts, &Inode(80))]),
            (12, vec![(Kind::Net, &Inode(70))])
        ]
    );
    let mut namespaces = snapshot.namespaces.unwrap().into_iter();
    let pid = namespaces.find(|ns| ns.inode == Inode(90)).unwrap();
    assert_eq!(pid.holders, [Holder::Thread { pid: 10, tid: 13 }]);
}

#[test]
fn what_could_not_be_looked_into_is_summed_up() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[]))]);
    seen.holders.missed = vec![
        ("mounts", Miss::Denied, 1),
        ("mounts", Miss::Denied, 2),
        ("mounts", Miss::Absent, 1),
        ("sockets", Miss::Truncated, 0),
        ("sockets", Miss::NotAsked, 1),
    ];
    let gap = |reason, count| Gap {
        what: "mounts".to_owned(),
        reason,
        count,
    };
    let gaps = assemble(&seen).gaps;
    assert_eq!(gaps, [gap(Reason::Denied, 3), gap(Reason::Unsupported, 1)]);
}

#[test]
fn what_the_kernel_lists_and_nothing_shows_is_counted() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[own(Kind::Net, 70)]))]);
    let unlisted = |seen: &Observation| assemble(seen).host.unlisted_namespaces;
    assert_eq!(unlisted(&seen), None, "it was not asked");
    let known = assemble(&seen).namespaces.unwrap();
    for (id, one) in (1..).zip(&known) {
        let kinship = Kinship {
            id: Ok(id),
            ..DENIED
        };
        seen.kinships.insert((one.kind, one.inode), kinship);
    }
    let count = known.len() as u64;
    seen.listed = Some((1..=count).collect());
    assert_eq!(unlisted(&seen), Some(0));
    seen.listed = Some((1..=count + 3).collect());
    assert_eq!(unlisted(&seen), Some(3));
    // One that does not tell which it is may be one of the three.
    seen.kinships.get_mut(&(Kind::Net, Inode(70))).unwrap().id = Err(Miss::Denied);
    assert_eq!(unlisted(&seen), Some(3), "{known:?}");
    seen.sections = [Section::Processes].into_iter().collect();
    assert_eq!(unlisted(&seen), None, "nothing to compare with");
}

#[test]
fn a_mount_namespace_that_nothing_shows_is_listed() {
    let mut seen = observation(vec![process(10, 1, "/", links(&[]))]);
    seen.holders.mount_namespaces.push(Inode(90));
    let namespaces = assemble(&seen).namespaces.unwrap();
    let alone = namespaces.iter().find(|ns| ns.inode == Inode(90)).unwrap();
    assert_eq!((alone.kind, alone.process_count), (Kind::Mnt, 0));
    assert!(alone.holders.is_empty());
}
