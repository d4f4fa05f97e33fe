//! A second opinion: what `lsns` of util-linux lists.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Instant;

use nslens::model::Kind;
use serde_json::Value;

use crate::support::program::json_run;
use crate::support::unshared::Unshared;
use crate::support::{PATIENCE, require, require_root};

/// Kind, processes and leader by inode.
type Listing = BTreeMap<u64, (String, u64, u64)>;

/// What `lsns` lists; namespaces without a process it can find only by other ways, and those are left out.
fn lsns() -> Listing {
    let output = Command::new("lsns")
        .args(["--json", "-o", "NS,TYPE,NPROCS,PID"])
        .output()
        .unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = value["namespaces"].as_array().unwrap().iter().map(|row| {
        let number = |key: &str| row[key].as_u64().unwrap_or_default();
        let kind = row["type"].as_str().unwrap().to_owned();
        (number("ns"), (kind, number("nprocs"), number("pid")))
    });
    rows.filter(|(_, (_, processes, _))| *processes > 0)
        .collect()
}

/// What the program lists.
fn ours() -> Listing {
    let value = json_run(&["--only", "namespaces", "--no-docker"]).json();
    let rows = value["namespaces"].as_array().unwrap().iter().map(|row| {
        let kind = row["kind"].as_str().unwrap().to_owned();
        let count = row["process_count"].as_u64().unwrap();
        let leader = row["leader_pid"].as_u64().unwrap_or_default();
        (row["inode"].as_u64().unwrap(), (kind, count, leader))
    });
    rows.filter(|(_, (_, processes, _))| *processes > 0)
        .collect()
}

/// Processes come and go with every command, other tests' too. So a namespace that `lsns` lists equally before and
/// after we look must be as we list it, and must be so in one try of many.
#[test]
fn lsns_lists_the_same() {
    let there = Command::new("lsns").arg("--version").output().is_ok();
    if !require_root() || !require(there, "lsns") {
        return;
    }
    let made = [
        Unshared::new(&["--net", "--uts"]),
        Unshared::new(&["--pid", "--fork", "--kill-child"]),
        Unshared::new(&["--user", "--map-root-user", "--mount", "--cgroup", "--ipc"]),
    ];
    let own = [
        (&made[0], Kind::Net),
        (&made[0], Kind::Uts),
        (&made[1], Kind::Pid),
        (&made[2], Kind::Ipc),
        (&made[2], Kind::User),
        (&made[2], Kind::Mnt),
        (&made[2], Kind::Cgroup),
    ];
    let start = Instant::now();
    loop {
        let (before, ours, after) = (lsns(), ours(), lsns());
        for (process, kind) in own {
            let row = (kind.name().to_owned(), 1, u64::from(process.pid));
            let inode = u64::from(process.inode(kind).0);
            assert_eq!(before.get(&inode), Some(&row));
            assert_eq!(ours.get(&inode), Some(&row));
        }
        let same = before.keys().eq(after.keys()) && before.keys().eq(ours.keys());
        let differ: Vec<_> = before
            .iter()
            .filter(|(inode, row)| after.get(inode) == Some(row) && ours.get(inode) != Some(row))
            .map(|(inode, row)| (inode, row, ours.get(inode)))
            .collect();
        if same && differ.is_empty() {
            return;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "lsns and ours differ: {differ:?}, or in the list:\n{:?}\n{:?}",
            before.keys(),
            ours.keys()
        );
    }
}
