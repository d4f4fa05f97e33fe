//! The example host is one host, shows all there is to show, and changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use super::*;
use crate::model::{Container, EngineStatus, Holder, Inode, Kind, Process, Reason, Share};
use crate::query::{Cell, Loudness, Matrix, Row, RowId};

fn at(turn: u64) -> Snapshot {
    snapshot(turn, UNIX_EPOCH + Duration::from_secs(1_800_000_000))
}

fn processes(snapshot: &Snapshot) -> &[Process] {
    snapshot.processes.as_deref().unwrap()
}

fn containers(snapshot: &Snapshot) -> &[Container] {
    snapshot.containers.as_deref().unwrap()
}

fn named<'a>(snapshot: &'a Snapshot, name: &str) -> &'a Container {
    let mut found = containers(snapshot).iter().filter(|c| c.name == name);
    let first = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "two are called {name}");
    first
}

#[test]
fn the_same_turn_is_the_same_host() {
    for turn in [0, 13, 1_000_000, u64::MAX] {
        assert_eq!(at(turn), at(turn));
    }
    let mut later = snapshot(0, UNIX_EPOCH + Duration::from_secs(1_900_000_000));
    let now = at(0);
    assert_eq!(now.captured_at, "2027-01-15T08:00:00.000Z");
    assert_ne!(later.captured_at, now.captured_at);
    later.captured_at.clone_from(&now.captured_at);
    later.host.boot_time = now.host.boot_time;
    assert_eq!(later, now);
}

#[test]
fn every_look_of_a_cell_is_there_at_first() {
    let matrix = Matrix::of(&at(0));
    let looks: BTreeSet<_> = matrix
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|(_, cell)| look(cell)))
        .collect();
    let all = [
        "host", "loud", "not host", "notable", "private", "quiet", "shared", "unknown",
    ];
    assert_eq!(looks, all.into());
    assert_eq!(matrix.columns, Kind::ALL);
}

fn look(cell: &Cell) -> &'static str {
    match cell {
        Cell::Reference => "host",
        Cell::SameAsReference(Loudness::Loud) => "loud",
        Cell::SameAsReference(Loudness::Notable) => "notable",
        Cell::SameAsReference(Loudness::Quiet) => "quiet",
        Cell::Private => "private",
        Cell::Shared { .. } => "shared",
        Cell::Unknown { not_host: true } => "not host",
        Cell::Unknown { not_host: false } => "unknown",
    }
}

#[test]
fn what_people_come_to_see_is_there_at_first() {
    let seen = at(0);
    assert_eq!(seen.host.hostname.as_deref(), Some("demo"));
    assert!((90..=130).contains(&processes(&seen).len()));
    let backup = named(&seen, "backup-agent");
    assert_eq!(backup.drift, [Kind::Ipc]);
    assert_eq!(
        named(&seen, "legacy-report").state.as_deref(),
        Some("paused")
    );
    assert_eq!(named(&seen, "shop-api-1").differing_processes, 1);
    let engines: BTreeSet<_> = containers(&seen)
        .iter()
        .map(|c| c.engine.as_str())
        .collect();
    let all = ["containerd", "docker", "lxc", "nspawn", "podman"];
    assert_eq!(engines, all.into());
    let projects = containers(&seen)
        .iter()
        .filter_map(|c| c.project.as_deref());
    assert_eq!(
        projects.collect::<BTreeSet<_>>(),
        ["monitoring", "shop"].into()
    );
    let depth = processes(&seen).iter().map(|p| p.ns_pids.len()).max();
    assert_eq!(depth, Some(3));
    assert!(processes(&seen).iter().any(|p| p.command_truncated));
    let namespaces = seen.namespaces.iter().flatten();
    let holders: BTreeSet<_> = namespaces
        .flat_map(|namespace| &namespace.holders)
        .map(|holder| match holder {
            Holder::Process { .. } => "process",
            Holder::Thread { .. } => "thread",
            Holder::ForChildren { .. } => "for children",
            Holder::BindMount { .. } => "bind mount",
            Holder::Child { .. } => "child",
            Holder::Fd { .. } | Holder::Socket { .. } => "what only --deep finds",
        })
        .collect();
    let all = ["bind mount", "child", "for children", "process", "thread"];
    assert_eq!(holders, all.into());
    let reasons: BTreeSet<_> = seen.gaps.iter().map(|gap| gap.reason).collect();
    assert_eq!(
        reasons,
        [Reason::Denied, Reason::Timeout, Reason::Truncated].into()
    );
}

#[test]
fn no_turn_contradicts_itself() {
    for turn in (0..50).chain([1_000_000, u64::MAX]) {
        let seen = at(turn);
        let contradictions: Vec<_> = seen
            .gaps
            .iter()
            .filter(|gap| matches!(gap.reason, Reason::Malformed | Reason::Unsupported))
            .collect();
        assert!(contradictions.is_empty(), "turn {turn}: {contradictions:?}");
        check_processes(&seen);
        check_shares(&seen);
        check_namespaces(&seen);
    }
}

/// Pids are unique, parents and containers exist, and nobody is older than his parent.
fn check_processes(seen: &Snapshot) {
    let by_pid: BTreeMap<_, _> = processes(seen).iter().map(|p| (p.pid, p)).collect();
    assert_eq!(by_pid.len(), processes(seen).len(), "a pid is there twice");
    let ids: BTreeSet<_> = containers(seen).iter().map(|c| &c.id).collect();
    for process in processes(seen) {
        let ppid = process.ppid.unwrap();
        if let Some(parent) = by_pid.get(&ppid) {
            assert!(parent.start_ticks <= process.start_ticks, "{process:?}");
        } else {
            assert!([1, 2].contains(&process.pid), "no parent: {process:?}");
        }
        assert!(process.container.iter().all(|id| ids.contains(id)));
    }
    for container in containers(seen) {
        let members = processes(seen)
            .iter()
            .filter(|p| p.container.as_ref() == Some(&container.id));
        assert_eq!(members.count(), container.process_count as usize);
    }
}

/// Whoever shares is shared with in return.
fn check_shares(seen: &Snapshot) {
    let groups = seen.groups.iter().flatten().map(|g| (&g.id, &g.sharing));
    let rows = containers(seen).iter().map(|c| (&c.id, &c.sharing));
    let rows: BTreeMap<_, _> = rows.chain(groups).collect();
    let share = |id: &String, kind| -> &Share { rows[id].get(kind).unwrap() };
    for (id, sharing) in &rows {
        for (kind, own) in sharing.iter() {
            for other in &own.with {
                assert!(share(other, kind).with.contains(id), "{kind} of {id}");
                assert_eq!(share(other, kind).inode, own.inode);
            }
        }
    }
}

fn check_namespaces(seen: &Snapshot) {
    let mut members: BTreeMap<(Kind, Inode), u32> = BTreeMap::new();
    for (kind, inode) in processes(seen).iter().flat_map(|p| p.namespaces.iter()) {
        if let Some(inode) = inode {
            *members.entry((kind, *inode)).or_default() += 1;
        }
    }
    let mut inodes = BTreeSet::new();
    for namespace in seen.namespaces.as_deref().unwrap() {
        assert!(inodes.insert(namespace.inode), "{namespace:?}");
        let count = members.remove(&(namespace.kind, namespace.inode));
        assert_eq!(count.unwrap_or(0), namespace.process_count, "{namespace:?}");
        assert!(!namespace.holders.is_empty());
        let initial = namespace.inode == namespace.kind.initial().0;
        assert_eq!(namespace.initial, Some(initial));
    }
    assert!(members.is_empty(), "{members:?}");
}

#[test]
fn rows_come_and_go_and_a_cell_changes() {
    let rows: Vec<HashMap<RowId, Row>> = (0..40)
        .map(|turn| {
            let rows = Matrix::of(&at(turn)).rows.into_iter();
            rows.map(|row| (row.id.clone(), row)).collect()
        })
        .collect();
    let (mut came, mut went, mut changed) = (0, 0, BTreeSet::new());
    for pair in rows.windows(2) {
        let [old, new] = pair else { unreachable!() };
        came += new.keys().filter(|id| !old.contains_key(id)).count();
        went += old.keys().filter(|id| !new.contains_key(id)).count();
        let differ = |row: &&Row| old.get(&row.id).is_some_and(|old| old.cells != row.cells);
        changed.extend(new.values().filter(differ).map(|row| row.name.clone()));
    }
    assert!(came > 2 && went > 2, "{came} came, {went} went");
    let both = ["shop-sidecar-1", "shop-web-1"].map(str::to_owned);
    assert_eq!(changed, both.into());
}

#[test]
fn the_sidecar_stays_behind_when_web_restarts() {
    let net = |turn, name| named(&at(turn), name).sharing.get(Kind::Net).unwrap().inode;
    let drift = |turn| named(&at(turn), "shop-sidecar-1").drift.clone();
    assert_eq!(
        (drift(9), drift(10), drift(16)),
        (vec![], vec![Kind::Net], vec![])
    );
    assert_eq!(net(10, "shop-sidecar-1"), net(9, "shop-web-1"));
    assert_ne!(net(10, "shop-web-1"), net(9, "shop-web-1"));
    assert_eq!(net(16, "shop-sidecar-1"), net(10, "shop-web-1"));
    let id = |turn| named(&at(turn), "shop-web-1").id.clone();
    assert_eq!(id(9), id(10), "a restart keeps the id");
}

#[test]
fn workers_and_jobs_come_and_go() {
    let workers: Vec<_> = (0..9)
        .map(|turn| named(&at(turn), "shop-api-1").process_count)
        .collect();
    assert_eq!(workers, [3, 3, 4, 4, 3, 3, 3, 4, 4]);
    let jobs: Vec<_> = (0..12)
        .map(|turn| {
            let seen = at(turn);
            let mut jobs = containers(&seen).iter().map(|c| c.name.as_str());
            jobs.find(|name| name.starts_with("invoice"))
                .map(str::to_owned)
        })
        .collect();
    let first = Some("invoice-export-3".to_owned());
    assert_eq!(
        jobs[2..8],
        [
            None,
            first.clone(),
            first.clone(),
            first.clone(),
            first,
            None
        ]
    );
    assert_eq!(jobs[11].as_deref(), Some("invoice-export-11"));
}

#[test]
fn podman_answers_now_and_then() {
    let status = |turn| {
        let seen = at(turn);
        let mut engines = seen.engines.iter();
        engines
            .find(|engine| engine.kind == "podman")
            .unwrap()
            .status
    };
    assert_eq!(status(5), EngineStatus::Timeout);
    assert_eq!(status(6), EngineStatus::Ok);
    assert_eq!(named(&at(6), "notebook").engine, "podman");
    assert_eq!(status(9), EngineStatus::Timeout);
}
