//! A made-up host for the tests of the views: a compose project, a pod, an exposed exporter, units, a sandbox.

use std::collections::BTreeMap;

use crate::model::samples;
use crate::model::{
    Container, Engine, EngineStatus, Gap, Group, GroupKind, Host, Inode, Kind, Namespace, PerKind,
    Process, Reason, Scope, Share, Snapshot, Viewer,
};

/// Inode of the host's namespace of `kind`.
fn host(kind: Kind) -> Inode {
    kind.initial().0
}

/// Describes namespaces by a word per kind in [`Kind::ALL`]'s order: `h` the host's, `.` own, `?` unknown, `!` unknown
/// but not the host's, a digit shared with every row that has the same digit there.
fn sharing(row: u32, words: &str) -> PerKind<Share> {
    let mut letters = words.split(' ');
    PerKind::from_fn(|kind| {
        let letter = letters.next()?.chars().next()?;
        let base = 4_026_532_000 + kind as u32 * 100;
        let (scope, inode) = match letter {
            'h' => (Scope::Host, Some(host(kind))),
            '.' => (Scope::Private, Some(Inode(base + row))),
            '?' | '!' => (Scope::Unknown, None),
            digit => (Scope::Shared, Some(Inode(base + 90 + digit.to_digit(10)?))),
        };
        let with = if scope == Scope::Shared {
            vec!["other".to_owned()]
        } else {
            Vec::new()
        };
        Some(Share {
            inode,
            scope,
            with,
            not_host: letter == '!',
        })
    })
}

/// A container; `row` makes its ids unique.
pub(super) fn container(row: u32, name: &str, words: &str) -> Container {
    Container {
        pod_name: None,
        pod_namespace: None,
        nested_in: None,
        id: format!("{row:04x}").repeat(16),
        name: name.to_owned(),
        engine: "docker".to_owned(),
        name_source: "engine".to_owned(),
        image: Some("example/image:1.2".to_owned()),
        state: Some("running".to_owned()),
        init_pid: Some(2000 + row * 10),
        project: None,
        service: None,
        pod: None,
        labels: BTreeMap::new(),
        process_count: 2,
        cgroup: None,
        sharing: sharing(row, words),
        declared: None,
        differing_processes: 0,
        drift: Vec::new(),
        networks: Vec::new(),
        ports: Vec::new(),
        mounts: Vec::new(),
    }
}

fn group(row: u32, name: &str, kind: GroupKind, words: &str) -> Group {
    Group {
        id: format!("group:{row}"),
        kind,
        name: name.to_owned(),
        leader_pid: 600 + row,
        process_count: 1,
        sharing: sharing(row, words),
    }
}

fn containers() -> Vec<Container> {
    let mut all = vec![
        container(1, "node-exporter", "h . . h h h h h"),
        container(2, "backup-agent", ". 1 . . . h . ."),
        container(3, "mystery", "? ? ? ? ! ? ! ?"),
        container(4, "shop-web-1", ". . . 1 . h h ."),
        container(5, "shop-sidecar-1", ". . . 1 . h h ."),
        container(
            6,
            "shop-database-with-a-very-long-name-1",
            ". 1 . . . h h .",
        ),
        container(7, "pause", ". 2 . 2 . h h 1"),
        container(8, "api", ". 2 . 2 . h h 1"),
    ];
    for container in &mut all[3..6] {
        container.project = Some("shop".to_owned());
    }
    for container in &mut all[6..] {
        container.pod = Some("pod-7d9f".to_owned());
        container.engine = "containerd".to_owned();
    }
    all[1].state = Some("paused".to_owned());
    all[1].drift = vec![Kind::Ipc];
    all
}

fn groups() -> Vec<Group> {
    vec![
        group(
            21,
            "systemd-resolved.service",
            GroupKind::Unit,
            "h h . h h h h h",
        ),
        group(22, "chrome", GroupKind::Sandbox, "h h h . . h . h"),
        group(23, "vpn", GroupKind::Named, "h h h . h h h h"),
    ]
}

/// The processes of a row: its first process and one child.
fn processes(
    init: u32,
    sharing: &PerKind<Share>,
    id: Option<&str>,
    group: Option<&str>,
) -> [Process; 2] {
    [0, 1].map(|child| Process {
        relation: None,
        threads_elsewhere: Vec::new(),
        pid: init + child,
        ppid: Some(if child == 0 { 1 } else { init }),
        start_ticks: Some(360_000 + u64::from(init)),
        uid: Some(child * 33),
        comm: Some("httpd".to_owned()),
        command: Some(format!(
            "/usr/sbin/httpd -f /etc/httpd/{init}.conf -DFOREGROUND"
        )),
        command_truncated: false,
        state: Some('S'),
        kernel_thread: Some(false),
        ns_pids: vec![init + child],
        namespaces: PerKind::from_fn(|kind| sharing.get(kind).map(|share| share.inode)),
        container: id.map(ToOwned::to_owned),
        group: group.map(ToOwned::to_owned),
        unit: None,
        cgroup: None,
    })
}

/// The example host.
pub(super) fn snapshot() -> Snapshot {
    let containers = containers();
    let groups = groups();
    let mut all: Vec<Process> = processes(1, &sharing(0, "h h h h h h h h"), None, None).into();
    for container in &containers {
        let init = container.init_pid.unwrap_or(0);
        all.extend(processes(
            init,
            &container.sharing,
            Some(&container.id),
            None,
        ));
    }
    for group in &groups {
        all.extend(processes(
            group.leader_pid,
            &group.sharing,
            None,
            Some(&group.id),
        ));
    }
    let namespaces = PerKind::from_fn(|kind| Some(Some(host(kind))));
    let plain = samples::snapshot(namespaces);
    Snapshot {
        host: Host {
            unlisted_namespaces: None,
            hostname: Some("db01".to_owned()),
            kernel: Some("6.18.44".to_owned()),
            boot_time: Some(1_795_449_600),
            unknown_process_count: Some(0),
            process_count: Some(201),
            ..plain.host
        },
        viewer: Viewer {
            pid: 77,
            ..plain.viewer
        },
        engines: vec![
            engine("docker", EngineStatus::Ok, Some("20.10.24")),
            engine("podman", EngineStatus::Timeout, None),
        ],
        namespaces: Some(namespaces_of(&all)),
        processes: Some(all),
        containers: Some(containers),
        groups: Some(groups),
        gaps: vec![
            gap("namespaces of pid 2030", 2),
            gap("command line of pid 1", 1),
        ],
        ..plain
    }
}

fn engine(kind: &str, status: EngineStatus, version: Option<&str>) -> Engine {
    Engine {
        kind: kind.to_owned(),
        endpoint: format!("unix:///run/{kind}.sock"),
        status,
        version: version.map(ToOwned::to_owned),
        api_version: None,
        detail: None,
        answer_age_ms: 0,
    }
}

/// The namespaces that the processes are in, owned by the host's user namespace.
fn namespaces_of(processes: &[Process]) -> Vec<Namespace> {
    let mut found: BTreeMap<(Kind, Inode), Namespace> = BTreeMap::new();
    for process in processes {
        for (kind, inode) in process.namespaces.iter() {
            let Some(inode) = *inode else { continue };
            let namespace = found
                .entry((kind, inode))
                .or_insert_with(|| namespace(kind, inode));
            namespace.process_count += 1;
            namespace.leader_pid.get_or_insert(process.pid);
            let containers = namespace.containers.get_or_insert_default();
            if let Some(id) = process
                .container
                .as_ref()
                .filter(|id| !containers.contains(id))
            {
                containers.push(id.clone());
            }
        }
    }
    found.into_values().collect()
}

fn namespace(kind: Kind, inode: Inode) -> Namespace {
    let is_initial = inode == host(kind);
    let is_top = is_initial && kind == Kind::User;
    let nests = matches!(kind, Kind::Pid | Kind::User);
    Namespace {
        id: None,
        name: None,
        inode,
        kind,
        initial: Some(is_initial),
        owner_user_ns: (!is_top).then(|| host(Kind::User)),
        parent: (nests && !is_initial).then(|| host(kind)),
        owner_uid: (kind == Kind::User).then_some(0),
        process_count: 0,
        leader_pid: None,
        containers: Some(Vec::new()),
        holders: Vec::new(),
    }
}

fn gap(what: &str, count: u32) -> Gap {
    Gap {
        what: what.to_owned(),
        reason: Reason::Denied,
        count,
    }
}
