//! From where we look.

use super::*;

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
