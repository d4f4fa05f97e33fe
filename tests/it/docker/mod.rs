//! Real containers of real engines, compared with `docker inspect` and `readlink`.

mod facts;
mod network;
mod relations;
mod sharing;

use nslens::model::{Container as Row, EngineStatus, Kind, Scope, Snapshot};

use crate::support::docker::{Container, Docker, IMAGE};
use crate::support::find::{Find as _, share};
use crate::support::program::snapshot;
use crate::support::unshared::{inode_of, kernel_has};

/// A look at this host, with names from `docker`, which must answer.
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

/// How far its namespace of `kind` reaches.
fn scope(row: &Row, kind: Kind) -> Scope {
    share(&row.sharing, kind).scope
}

/// Who else is in its namespace of `kind`.
fn with(row: &Row, kind: Kind) -> &[String] {
    &share(&row.sharing, kind).with
}
