//! Who shares what: each way in which Docker lets containers share.

use nslens::model::{Kind, Scope};
use serde_json::Value;

use super::{look, row, scope, with};
use crate::support::docker::Docker;
use crate::support::find::Find as _;
use crate::support::program::json_run;
use crate::support::unshared::inode_of;

#[test]
fn an_ordinary_container_has_its_own() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[]);
    let seen = look(&docker);
    let row = row(&seen, &container);
    for kind in [Kind::Ipc, Kind::Mnt, Kind::Net, Kind::Pid, Kind::Uts] {
        assert_eq!(scope(row, kind), Scope::Private, "{kind:?}");
    }
    assert_eq!(
        (scope(row, Kind::User), scope(row, Kind::Time)),
        (Scope::Host, Scope::Host)
    );
    assert_eq!(row.process_count, 1);
    assert_eq!(
        (row.project.as_ref(), row.service.as_ref(), row.pod.as_ref()),
        (None, None, None)
    );
    let process = seen.process(container.pid());
    assert_eq!(process.container.as_ref(), Some(&container.id));
    assert_eq!(process.ns_pids, [container.pid(), 1]);
    let net = seen.namespace(inode_of(container.pid(), "net").unwrap().0);
    assert_eq!(net.containers, Some(vec![container.id.clone()]));
}

#[test]
fn what_is_the_hosts_is_told() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let net = docker.idle(&["--net=host"]);
    let pid_uts = docker.idle(&["--pid=host", "--uts=host", "--net=none"]);
    let seen = look(&docker);
    assert_eq!(scope(row(&seen, &net), Kind::Net), Scope::Host);
    assert_eq!(scope(row(&seen, &net), Kind::Pid), Scope::Private);
    let row = row(&seen, &pid_uts);
    assert_eq!(
        (scope(row, Kind::Pid), scope(row, Kind::Uts)),
        (Scope::Host, Scope::Host)
    );
    assert_eq!(
        (scope(row, Kind::Net), scope(row, Kind::Ipc)),
        (Scope::Private, Scope::Private)
    );
    let declared = row.declared.as_ref().unwrap();
    assert_eq!(declared.get(Kind::Net).map(String::as_str), Some("none"));
}

#[test]
fn a_network_of_three_is_told_by_each() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let first = docker.idle(&[]);
    let second = docker.idle(&[&format!("--net=container:{}", first.name)]);
    let third = docker.idle(&[&format!("--net=container:{}", second.name)]);
    let seen = look(&docker);
    let mut ids = [&first.id, &second.id, &third.id].map(Clone::clone);
    ids.sort();
    for container in [&first, &second, &third] {
        let row = row(&seen, container);
        assert_eq!(scope(row, Kind::Net), Scope::Shared);
        let others: Vec<_> = ids
            .iter()
            .filter(|id| **id != container.id)
            .cloned()
            .collect();
        let mut told = with(row, Kind::Net).to_vec();
        told.sort();
        assert_eq!(told, others);
        assert_eq!(
            scope(row, Kind::Uts),
            Scope::Private,
            "each has its own name"
        );
        assert_eq!(scope(row, Kind::Ipc), Scope::Private);
    }
    let net = seen.namespace(inode_of(first.pid(), "net").unwrap().0);
    assert_eq!(net.process_count, 3);
    let mut members = net.containers.clone().unwrap();
    members.sort();
    assert_eq!(members, ids);
}

#[test]
fn a_shared_ipc_is_told_by_both() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let giver = docker.idle(&["--ipc=shareable"]);
    let taker = docker.idle(&[&format!("--ipc=container:{}", giver.name)]);
    let peer = docker.idle(&[&format!("--pid=container:{}", giver.name)]);
    let seen = look(&docker);
    assert_eq!(
        with(row(&seen, &giver), Kind::Ipc),
        std::slice::from_ref(&taker.id)
    );
    assert_eq!(
        with(row(&seen, &taker), Kind::Ipc),
        std::slice::from_ref(&giver.id)
    );
    assert_eq!(
        with(row(&seen, &giver), Kind::Pid),
        std::slice::from_ref(&peer.id)
    );
    assert_eq!(
        with(row(&seen, &peer), Kind::Pid),
        std::slice::from_ref(&giver.id)
    );
    assert_eq!(scope(row(&seen, &peer), Kind::Ipc), Scope::Private);
}

#[test]
fn a_paused_container_stays_in_the_list() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[]);
    container.tell("pause");
    let seen = look(&docker);
    container.tell("unpause");
    let row = seen.container(&container.id);
    assert_eq!(row.state.as_deref(), Some("paused"));
    assert_eq!(row.process_count, 1);
}

#[test]
fn a_stopped_container_is_in_no_namespace() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[]);
    container.tell("kill");
    let seen = look(&docker);
    let rows = seen.containers.iter().flatten();
    let row = rows.into_iter().find(|row| row.id == container.id);
    assert!(
        row.is_none_or(|row| row.process_count == 0 && row.state.as_deref() != Some("running"))
    );
}

#[test]
fn processes_started_later_belong_to_the_container() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[]);
    docker.client(&["exec", "-d", &container.id, "/bin/sleep", "86400"]);
    crate::support::eventually("two processes", || {
        (look(&docker).container(&container.id).process_count == 2).then_some(())
    });
}

#[test]
fn a_remapped_container_has_a_user_namespace_of_its_own() {
    let Some(docker) = Docker::remap() else {
        return;
    };
    let remapped = docker.idle(&["--net=none"]);
    let opted_out = docker.idle(&["--net=none", "--userns=host"]);
    let seen = look(&docker);
    let row_of_remapped = row(&seen, &remapped);
    assert_eq!(scope(row_of_remapped, Kind::User), Scope::Private);
    assert!(seen.process(remapped.pid()).uid.unwrap() >= 65_536);
    assert_eq!(scope(row(&seen, &opted_out), Kind::User), Scope::Host);
}

#[test]
fn another_engines_containers_keep_their_rows() {
    let (Some(plain), Some(remap)) = (Docker::plain(), Docker::remap()) else {
        return;
    };
    let here = plain.idle(&[]);
    let there = remap.idle(&["--net=none"]);
    let seen = look(&plain);
    assert_eq!(seen.container(&here.id).name, here.name);
    let row = seen.container(&there.id);
    // Its own engine was not asked, and has left the name.
    assert_eq!(
        (row.name_source.as_str(), row.engine.as_str()),
        ("state_file", "docker")
    );
    assert_eq!(row.declared, None);
    assert_eq!(row.name, there.name);
}

#[test]
fn only_processes_asks_no_engine() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    for section in ["processes", "namespaces"] {
        let value = json_run(&["--only", section, "--docker", &docker.url]).json();
        assert_eq!(value["engines"], Value::Array(Vec::new()), "{section}");
    }
}
