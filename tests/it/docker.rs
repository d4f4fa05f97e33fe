//! Real containers of real engines, compared with `docker inspect` and `readlink`.

use nslens::model::{Container as Row, EngineStatus, Kind, Scope, Snapshot};
use serde_json::Value;

use crate::support::docker::{Container, Docker, IMAGE};
use crate::support::find::{Find as _, share};
use crate::support::program::{json_run, snapshot, text_run};
use crate::support::text::assert_harmless;
use crate::support::unshared::{inode_of, kernel_has};

fn look(docker: &Docker) -> Snapshot {
    let seen = snapshot(&docker.arguments());
    assert_eq!(seen.engines.len(), 1);
    assert_eq!(
        seen.engines[0].status,
        EngineStatus::Ok,
        "{:?}",
        seen.engines[0].detail
    );
    assert_eq!(seen.engines[0].kind, "docker");
    assert_eq!(seen.engines[0].endpoint, docker.url);
    seen
}

/// The row of `container`, compared with the kernel and the engine in all that every container has.
#[track_caller]
fn row<'a>(seen: &'a Snapshot, container: &Container) -> &'a Row {
    let row = seen.container(&container.id);
    let inspect = container.inspect();
    let pid = container.pid();
    assert_eq!(row.name, container.name);
    assert_eq!(
        (row.engine.as_str(), row.name_source.as_str()),
        ("docker", "engine")
    );
    assert_eq!(row.image.as_deref(), Some(IMAGE));
    assert_eq!(row.state.as_deref(), inspect["State"]["Status"].as_str());
    assert_eq!(row.init_pid, Some(pid));
    assert_eq!(
        serde_json::to_value(&row.labels).unwrap(),
        inspect["Config"]["Labels"]
    );
    assert_eq!(row.drift, []);
    assert!(row.cgroup.as_deref().unwrap().contains(&container.id));
    for kind in Kind::ALL.into_iter().filter(|kind| kernel_has(*kind)) {
        let share = share(&row.sharing, kind);
        let inode = inode_of(pid, kind.name());
        assert_eq!(share.inode, inode, "{kind:?}");
        assert_eq!(
            share.scope == Scope::Host,
            inode == inode_of(2, kind.name()),
            "{kind:?}"
        );
        assert_eq!(
            share.scope == Scope::Shared,
            !share.with.is_empty(),
            "{kind:?}"
        );
        assert_ne!(share.scope, Scope::Unknown, "{kind:?}");
    }
    let host = &inspect["HostConfig"];
    let declared = row.declared.as_ref().unwrap();
    for (kind, key) in [
        (Kind::Pid, "PidMode"),
        (Kind::Ipc, "IpcMode"),
        (Kind::Uts, "UTSMode"),
        (Kind::User, "UsernsMode"),
        (Kind::Cgroup, "CgroupnsMode"),
    ] {
        assert_eq!(
            declared.get(kind).map(String::as_str),
            host[key].as_str(),
            "{key}"
        );
    }
    row
}

fn scope(row: &Row, kind: Kind) -> Scope {
    share(&row.sharing, kind).scope
}

fn with(row: &Row, kind: Kind) -> &[String] {
    &share(&row.sharing, kind).with
}

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
fn networks_are_as_the_engine_says() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let (one, two) = (docker.network(), docker.network());
    let container = docker.idle(&["--net", &one.name]);
    docker.client(&["network", "connect", &two.name, &container.id]);
    let on_bridge = docker.idle(&[]);
    let seen = look(&docker);
    let row_of_two = row(&seen, &container);
    assert_eq!(
        row_of_two.declared.as_ref().unwrap().get(Kind::Net),
        Some(&one.name)
    );
    assert_networks(row_of_two, &container.inspect(), 2);
    assert_networks(row(&seen, &on_bridge), &on_bridge.inspect(), 1);
    assert_eq!(scope(row_of_two, Kind::Net), Scope::Private);
}

/// Compares the networks, of which there are `count`, all of the driver bridge.
#[track_caller]
fn assert_networks(row: &Row, inspect: &Value, count: usize) {
    let networks = inspect["NetworkSettings"]["Networks"].as_object().unwrap();
    assert_eq!((row.networks.len(), networks.len()), (count, count));
    assert!(row.networks.is_sorted_by_key(|network| &network.name));
    for network in &row.networks {
        let said = &networks[&network.name];
        assert_eq!(network.driver.as_deref(), Some("bridge"));
        assert_eq!(network.address.as_deref(), said["IPAddress"].as_str());
        assert_eq!(
            network.prefix_len.map(u64::from),
            said["IPPrefixLen"].as_u64()
        );
        assert_eq!(network.gateway.as_deref(), said["Gateway"].as_str());
        assert_eq!(network.mac.as_deref(), said["MacAddress"].as_str());
    }
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
fn compose_projects_are_known_by_their_labels() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let labels = |service: &str| {
        let service = format!("com.docker.compose.service={service}");
        docker.idle(&[
            "--label",
            "com.docker.compose.project=shop",
            "--label",
            &service,
        ])
    };
    let (web, db) = (labels("web"), labels("db"));
    let seen = look(&docker);
    for (container, service) in [(&web, "web"), (&db, "db")] {
        let row = row(&seen, container);
        assert_eq!(row.project.as_deref(), Some("shop"));
        assert_eq!(row.service.as_deref(), Some(service));
    }
    let text = text_run(&docker.arguments()).ended(0);
    assert!(text.text().contains("shop"));
    assert!(text.text().contains(&web.name) && text.text().contains(&db.name));
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
fn mounts_are_as_the_engine_says() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[
        "-v",
        "/etc:/hostetc:ro",
        "-v",
        "/usr:/hostusr:private",
        "--mount",
        "type=tmpfs,target=/scratch",
    ]);
    let seen = look(&docker);
    let mounts = &row(&seen, &container).mounts;
    assert!(mounts.is_sorted_by_key(|mount| &mount.target));
    let of = |target: &str| mounts.iter().find(|mount| mount.target == target).unwrap();
    let etc = of("/hostetc");
    assert_eq!(
        (etc.kind.as_deref(), etc.source.as_deref()),
        (Some("bind"), Some("/etc"))
    );
    assert_eq!(
        (etc.read_only, etc.propagation.as_deref()),
        (Some(true), Some("rprivate"))
    );
    let usr = of("/hostusr");
    assert_eq!(
        (usr.read_only, usr.propagation.as_deref()),
        (Some(false), Some("private"))
    );
    let scratch = of("/scratch");
    assert_eq!(
        (scratch.kind.as_deref(), scratch.source.as_deref()),
        (Some("tmpfs"), None)
    );
}

#[test]
fn labels_may_hold_anything() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let evil = "a\x1b[31m\u{202e}\u{200b}\nb";
    let container = docker.idle(&[
        "--label",
        &format!("evil={evil}"),
        "--label",
        &format!("com.docker.compose.project={evil}"),
    ]);
    let row = look(&docker).container(&container.id).clone();
    assert_eq!(row.labels["evil"], evil);
    assert_eq!(row.project.as_deref(), Some(evil));
    let text = text_run(&docker.arguments()).ended(0);
    assert_harmless(&text.stdout);
    assert_harmless(text.stderr.as_bytes());
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
    assert_eq!(
        (row.name_source.as_str(), row.engine.as_str()),
        ("cgroup", "docker")
    );
    assert_eq!(row.declared, None);
    assert!(row.name.starts_with(&there.id[..12]));
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
