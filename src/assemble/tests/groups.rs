//! Processes in no container.

use super::*;

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
    let processes = snapshot.processes.unwrap();
    let group_of: Vec<_> = processes.iter().map(|p| p.group.as_deref()).collect();
    let unit = Some("group:40");
    assert_eq!(
        group_of,
        [unit, unit, Some("group:43"), Some("group:44"), None]
    );
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

/// A process called so, with its own network namespace unless that is the host's.
fn called(pid: u32, parent: u32, comm: &str, net: Option<u32>) -> ProcessRecord {
    let changes: Vec<_> = net.map(|net| own(Kind::Net, net)).into_iter().collect();
    let mut record = process(pid, parent, "/user.slice/session-1.scope", links(&changes));
    let facts = record.facts.as_mut().unwrap();
    facts.stat.as_mut().unwrap().comm = comm.as_bytes().into();
    record
}

#[test]
fn sandboxes_are_known_by_who_stands_at_their_border() {
    let snapshot = assemble(&observation(vec![
        called(10, 1, "bwrap", None),
        called(11, 10, "bwrap", Some(70)),
        called(12, 11, "cat", Some(70)),
        called(20, 1, "unshare", None),
        called(21, 20, "sh", Some(71)),
        called(30, 1, "chrome", None),
        called(31, 30, "chrome", Some(72)),
        called(40, 1, "bash", None),
        called(41, 40, "sleep", Some(73)),
        called(50, 1, "firefox", None),
        called(51, 50, "Web Content", Some(74)),
        // Who is inside too stands at no border.
        called(60, 40, "sh", Some(75)),
        called(61, 60, "unshare", Some(75)),
    ]));
    let groups = snapshot.groups.unwrap();
    let rows: Vec<_> = groups.iter().map(|g| (&*g.name, g.kind)).collect();
    assert_eq!(
        rows,
        [
            ("cat (bwrap)", GroupKind::Sandbox),
            ("sh (unshare)", GroupKind::Sandbox),
            ("chrome", GroupKind::Sandbox),
            ("sleep", GroupKind::Other),
            ("Web Content (firefox)", GroupKind::Sandbox),
            ("sh", GroupKind::Other),
        ]
    );
}
