//! Where the mode that an engine declares and the kernel disagree.

use nslens::model::Kind;
use serde_json::{Value, json};

use crate::support::fake_engine::FakeEngine;
use crate::support::fake_proc::{FakeProc, FakeProcess, host_inode, id};
use crate::support::find::Find as _;
use crate::support::program::snapshot;

/// The kinds that drift where an engine declares `mode` for a container that has its own ipc, mnt, net, pid and uts
/// but for the host's `kinds`.
fn drift(mode: &Value, kinds: &[(&'static str, Kind)]) -> Vec<Kind> {
    let fake = FakeProc::new();
    let mut process = FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000);
    for (name, kind) in kinds {
        process = process.ns(name, host_inode(*kind));
    }
    fake.add(&process);
    fake.add(&FakeProcess::new(60).in_docker(&id('b'), 4_026_541_000));
    let engine = FakeEngine::declaring(&[
        (&id('a'), 50, "web", mode.clone()),
        (&id('b'), 60, "db", ordinary()),
    ]);
    let path = fake.path().to_str().unwrap();
    let seen = snapshot(&[
        "--proc",
        path,
        "--docker",
        &engine.url(),
        "--engine-timeout",
        "5",
    ]);
    let row = seen.container(&id('a'));
    assert_eq!(row.name_source, "engine");
    row.drift.clone()
}

fn ordinary() -> Value {
    json!({
        "NetworkMode": "bridge", "PidMode": "", "IpcMode": "private", "UTSMode": "", "UsernsMode": "",
        "CgroupnsMode": "host"
    })
}

#[test]
fn agreement_is_no_drift() {
    assert_eq!(drift(&ordinary(), &[]), []);
    let mut mode = ordinary();
    mode["NetworkMode"] = "host".into();
    mode["PidMode"] = "host".into();
    assert_eq!(drift(&mode, &[("net", Kind::Net), ("pid", Kind::Pid)]), []);
}

#[test]
fn the_hosts_against_the_declared_is_drift() {
    let found = drift(&ordinary(), &[("net", Kind::Net), ("ipc", Kind::Ipc)]);
    assert_eq!(found, [Kind::Ipc, Kind::Net]);
}

#[test]
fn its_own_against_the_declared_host_is_drift() {
    let mut mode = ordinary();
    mode["NetworkMode"] = "host".into();
    mode["UTSMode"] = "host".into();
    assert_eq!(drift(&mode, &[]), [Kind::Net, Kind::Uts]);
}

#[test]
fn not_being_where_the_other_container_is_is_drift() {
    let mut mode = ordinary();
    mode["NetworkMode"] = format!("container:{}", id('b')).into();
    assert_eq!(drift(&mode, &[]), [Kind::Net]);
}
