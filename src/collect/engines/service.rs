//! Engines that run on this host: processes that bear an engine's name and may be believed.

use std::sync::Arc;

use crate::collect::observation::{EngineProcess, Facts, ProcessRecord};
use crate::model::{Inode, Kind};

/// Names (`comm`) of programs that speak Docker's API. Podman does so only while it serves (`podman system service`),
/// which its sockets tell.
const NAMES: [&[u8]; 2] = [b"dockerd", b"podman"];

/// So many processes are looked into; hosts have a handful.
const MOST: usize = 64;

/// A process that is taken for an engine.
#[derive(Clone, Debug)]
pub(in crate::collect) struct Service {
    /// What is known of it.
    pub(super) process: EngineProcess,
    /// Whether it is dockerd.
    pub(super) is_dockerd: bool,
    /// When it started, in clock ticks after boot: another process with its number is not it.
    pub(super) start_ticks: u64,
    /// Whether it is in our own mount namespace, so that its paths mean ours.
    pub(super) has_our_mounts: bool,
}

/// The engines among `processes` that may be believed: root's and those of our own `uid`. `mounts` is our own mount
/// namespace.
pub(in crate::collect) fn services(
    processes: &[ProcessRecord],
    uid: u32,
    mounts: Option<Inode>,
) -> Vec<Service> {
    let service = |record: &ProcessRecord| service(record, record.facts.as_deref()?, uid, mounts);
    processes.iter().filter_map(service).take(MOST).collect()
}

fn service(
    record: &ProcessRecord,
    facts: &Facts,
    uid: u32,
    mounts: Option<Inode>,
) -> Option<Service> {
    let (stat, status) = (facts.stat.as_ref().ok()?, facts.status.as_ref().ok()?);
    let is_believed = status.uid == 0 || status.uid == uid;
    (is_believed && NAMES.contains(&&*stat.comm)).then_some(())?;
    Some(Service {
        process: EngineProcess {
            pid: record.pid,
            depth: status.ns_pids.len().saturating_sub(1),
            cgroup: facts.cgroup.as_ref().ok().map(Arc::clone),
        },
        is_dockerd: *stat.comm == *NAMES[0],
        start_ticks: stat.start_ticks,
        has_our_mounts: mounts.is_some() && record.links.get(Kind::Mnt).ok() == mounts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::observation::{Cmdline, Links, Miss, Stat, Status};

    fn process(pid: u32, comm: &[u8], uid: u32, ns_pids: &[u32]) -> ProcessRecord {
        let facts = Facts {
            stat: Ok(Stat {
                comm: comm.into(),
                state: b'S',
                ppid: 1,
                flags: 0,
                threads: 1,
                start_ticks: 7,
            }),
            status: Ok(Status {
                uid,
                ns_pids: ns_pids.into(),
            }),
            cgroup: Ok(Arc::from(&b"0::/\n"[..])),
            cmdline: Ok(Cmdline::default()),
            maps_uids: Err(Miss::NotAsked),
        };
        let mut links = Links::missed(Miss::Denied);
        links.own[Kind::Mnt as usize] = Ok(Inode(pid));
        ProcessRecord {
            pid,
            links,
            thread: None,
            facts: Some(Box::new(facts)),
        }
    }

    #[test]
    fn engines_are_roots_or_our_own() {
        let all = [
            process(1, b"systemd", 0, &[1]),
            process(2, b"dockerd", 0, &[2]),
            process(3, b"dockerd", 1000, &[3]),
            process(4, b"dockerd", 1001, &[4]),
            process(5, b"podman", 0, &[5, 1]),
            process(6, b"dockerd-rootles", 0, &[6]),
        ];
        let found = services(&all, 1000, Some(Inode(2)));
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.process.pid, one.process.depth, one.has_our_mounts))
            .collect();
        assert_eq!(told, [(2, 0, true), (3, 0, false), (5, 1, false)]);
        let unknown = services(&all, 0, None);
        assert!(unknown.iter().all(|one| !one.has_our_mounts));
    }
}
