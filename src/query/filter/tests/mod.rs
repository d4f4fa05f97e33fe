//! Tests of the language, over a made-up host.

mod completion;
mod evaluation;
mod fuzz;
mod network;
mod parsing;

use std::collections::BTreeMap;

use super::{Filter, FilterError};
use crate::model::Relation;
use crate::model::samples;
use crate::model::{
    Container, Group, GroupKind, Holder, Inode, Kind, Namespace, Network, PerKind, Process, Scope,
    Share, Snapshot,
};

fn filter(text: &str) -> Filter {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> FilterError {
    let parsed = text.parse::<Filter>();
    parsed.expect_err(&format!("{text} is no filter"))
}

/// Kinds of this kernel.
const KINDS: [Kind; 3] = [Kind::Net, Kind::User, Kind::Uts];

/// The inodes 1, 2 and 3 are the host's; 0 is unknown.
const HOST: [u32; 3] = [1, 2, 3];

fn inodes(numbers: [u32; 3]) -> PerKind<Option<Inode>> {
    let mut table = PerKind::default();
    for (kind, number) in KINDS.into_iter().zip(numbers) {
        table.set(kind, (number != 0).then_some(Inode(number)));
    }
    table
}

/// Net 200 is shared by two; every other that is not the host's is private.
fn sharing(numbers: [u32; 3]) -> PerKind<Share> {
    let mut table = PerKind::default();
    for (kind, number) in KINDS.into_iter().zip(numbers) {
        let scope = match number {
            0 => Scope::Unknown,
            200 => Scope::Shared,
            host if HOST.contains(&host) => Scope::Host,
            _ => Scope::Private,
        };
        let share = Share {
            inode: (number != 0).then_some(Inode(number)),
            scope,
            with: Vec::new(),
            not_host: false,
        };
        table.set(kind, share);
    }
    table
}

fn process(pid: u32, uid: u32, command: &str, numbers: [u32; 3], row: Option<&str>) -> Process {
    Process {
        relation: (pid == 61).then_some(Relation::Entered),
        threads_elsewhere: Vec::new(),
        pid,
        ppid: Some(1),
        start_ticks: None,
        uid: Some(uid),
        comm: command.split(' ').next().map(ToOwned::to_owned),
        command: Some(command.to_owned()),
        command_truncated: false,
        state: Some('S'),
        kernel_thread: Some(false),
        ns_pids: vec![pid],
        namespaces: inodes(numbers),
        container: row.map(id),
        group: (pid == 80).then(|| "group:300".to_owned()),
        unit: None,
        cgroup: None,
    }
}

/// A full id that begins with `digits`.
fn id(digits: &str) -> String {
    format!("{digits:0<64}")
}

fn container(name: &str, digits: &str, init_pid: u32, numbers: [u32; 3]) -> Container {
    Container {
        pod_name: None,
        pod_namespace: None,
        nested_in: None,
        id: id(digits),
        name: name.to_owned(),
        engine: "docker".to_owned(),
        name_source: "engine".to_owned(),
        image: None,
        state: None,
        init_pid: Some(init_pid),
        project: None,
        service: None,
        pod: None,
        labels: BTreeMap::new(),
        process_count: 1,
        cgroup: None,
        sharing: sharing(numbers),
        declared: None,
        differing_processes: 0,
        drift: Vec::new(),
        networks: Vec::new(),
        ports: Vec::new(),
        mounts: Vec::new(),
    }
}

fn network(address: &str) -> Network {
    Network {
        name: "bridge".to_owned(),
        driver: None,
        address: Some(address.to_owned()),
        prefix_len: Some(16),
        gateway: None,
        mac: None,
    }
}

fn containers() -> Vec<Container> {
    let mut web = container("Web Front", "7c1a26", 50, [100, 2, 101]);
    web.image = Some("nginx:1.25".to_owned());
    web.project = Some("shop".to_owned());
    web.process_count = 2;
    web.networks = vec![network("172.17.0.2")];
    let labels = [("tier", "front office"), ("bare", "")];
    web.labels = labels.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let mut db = container("db", "d6759a", 60, [200, 2, 102]);
    db.image = Some("registry.example.com:5000/postgres".to_owned());
    db.networks = vec![network("10.1.2.3")];
    let mut side = container("side", "51de", 61, [200, 2, 3]);
    side.engine = "containerd".to_owned();
    side.pod = Some("pod-7d9f".to_owned());
    let mystery = container("mystery", "eeee", 70, [0, 0, 103]);
    vec![web, db, mystery, side]
}

fn group() -> Group {
    Group {
        id: "group:300".to_owned(),
        kind: GroupKind::Unit,
        name: "systemd-resolved.service".to_owned(),
        leader_pid: 80,
        process_count: 1,
        sharing: sharing([300, 2, 3]),
    }
}

fn namespace(kind: Kind, inode: u32, process_count: u32, containers: &[&str]) -> Namespace {
    Namespace {
        id: None,
        name: None,
        inode: Inode(inode),
        kind,
        initial: Some(HOST.contains(&inode)),
        process_count,
        leader_pid: None,
        containers: Some(containers.iter().map(|digits| id(digits)).collect()),
        owner_user_ns: None,
        parent: None,
        owner_uid: None,
        holders: Vec::<Holder>::new(),
    }
}

fn snapshot() -> Snapshot {
    let mut plain = samples::snapshot(inodes(HOST));
    plain.host.process_count = Some(2);
    Snapshot {
        namespaces: Some(vec![
            namespace(Kind::Net, 1, 2, &[]),
            namespace(Kind::User, 2, 6, &["7c1a26", "d6759a", "51de"]),
            namespace(Kind::Uts, 3, 4, &["51de"]),
            namespace(Kind::Net, 100, 2, &["7c1a26"]),
            namespace(Kind::Uts, 101, 2, &["7c1a26"]),
            namespace(Kind::Net, 200, 2, &["d6759a", "51de"]),
            namespace(Kind::Net, 300, 1, &[]),
        ]),
        processes: Some(vec![
            process(1, 0, "systemd --system", HOST, None),
            process(50, 0, "nginx: master", [100, 2, 101], Some("7c1a26")),
            process(51, 33, "nginx: worker", [100, 2, 101], Some("7c1a26")),
            process(60, 70, "postgres -D größe", [200, 2, 102], Some("d6759a")),
            process(61, 0, "proxy", [200, 2, 3], Some("51de")),
            process(70, 0, "what", [0, 0, 103], Some("eeee")),
            process(80, 101, "resolved", [300, 2, 3], None),
            process(90, 1000, "sshd: port 100", HOST, None),
        ]),
        containers: Some(containers()),
        groups: Some(vec![group()]),
        ..plain
    }
}
