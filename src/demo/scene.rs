//! The example host while it is being described.

use std::collections::{HashMap, HashSet};

use super::network::Fabric;
use super::place::Place;
use super::turn::{self, Turn};
use crate::collect::observation::{
    Cmdline, EngineContainer, Facts, Kinship, Miss, NetworkRecord, ProcessRecord, Stat, Status,
};
use crate::model::{Inode, Kind};

/// A process: its pid and its parent's where it lives (0: the parent outside), effective user id, command line.
pub(super) type Line<'a> = (u32, u32, u32, &'a str);

/// Command lines are read so far.
const LONGEST_COMMAND: usize = 4096;
/// Names of processes are so long.
const LONGEST_NAME: usize = 15;
/// `PF_KTHREAD` of the kernel's sched.h.
const KERNEL_THREAD: u32 = 0x0020_0000;

/// What has been described so far.
#[derive(Debug)]
pub(super) struct Scene {
    processes: Vec<ProcessRecord>,
    docker: Vec<EngineContainer>,
    /// Kin of the namespaces that processes are in.
    pub(super) kinships: HashMap<(Kind, Inode), Kinship>,
    /// What the network namespaces hold.
    pub(super) fabric: Fabric,
}

impl Scene {
    /// Nothing has been described yet.
    pub(super) fn new(turn: Turn) -> Self {
        Self {
            processes: Vec::new(),
            docker: Vec::new(),
            kinships: HashMap::new(),
            fabric: Fabric::new(turn),
        }
    }

    /// Processes in a place.
    pub(super) fn run(&mut self, place: &Place, lines: &[Line<'_>]) {
        for (pid, parent, uid, command) in lines {
            let mut bytes = command.as_bytes().to_vec();
            bytes.push(0);
            let truncated = bytes.len() > LONGEST_COMMAND;
            bytes.truncate(LONGEST_COMMAND);
            let cmdline = Cmdline {
                bytes: bytes.into(),
                truncated,
            };
            let stat = Stat {
                comm: name(command).into(),
                state: b'S',
                ppid: place.outside(*parent),
                flags: 0,
                threads: 1,
                start_ticks: turn::started(place.outside(*pid)),
            };
            self.put(place, place.outside(*pid), *uid, stat, cmdline);
        }
    }

    /// Threads of the kernel, which have no command line; workers of its queues are idle.
    pub(super) fn kernel(&mut self, place: &Place, threads: &[(u32, &str)]) {
        for (pid, name) in threads {
            let is_worker = name.starts_with("kworker") || name.starts_with("rcu");
            let stat = Stat {
                comm: name.as_bytes().into(),
                state: if is_worker { b'I' } else { b'S' },
                ppid: place.parent,
                flags: KERNEL_THREAD,
                threads: 1,
                start_ticks: turn::started(*pid),
            };
            self.put(place, *pid, 0, stat, Cmdline::default());
        }
    }

    fn put(&mut self, place: &Place, pid: u32, uid: u32, stat: Stat, cmdline: Cmdline) {
        let facts = Facts {
            stat: Ok(stat),
            status: Ok(Status {
                uid,
                ns_pids: place.ns_pids(pid),
            }),
            cgroup: Ok(place.cgroup_file()),
            cmdline: Ok(cmdline),
            maps_uids: Err(Miss::NotAsked),
        };
        let places = place.kinships.iter();
        self.kinships
            .extend(places.map(|(namespace, kin)| (*namespace, *kin)));
        self.processes.push(ProcessRecord {
            pid,
            links: place.links,
            thread: None,
            facts: Some(Box::new(facts)),
        });
    }

    /// Sockets that all of these processes of a place listen on; see [`Fabric::listen`].
    pub(super) fn listen(&mut self, place: &Place, pids: &[u32], sockets: &[&str]) {
        let pids: Vec<_> = pids.iter().map(|pid| place.outside(*pid)).collect();
        let mut records = self.processes.iter();
        let first = records.find(|record| pids.first() == Some(&record.pid));
        let status = first.and_then(|record| record.facts.as_ref()?.status.as_ref().ok());
        let uid = status.map_or(0, |status| status.uid);
        for socket in sockets {
            self.fabric.listen(place.net(), socket, uid, &pids);
        }
    }

    /// A container that Docker tells of.
    pub(super) fn tell(&mut self, container: EngineContainer) {
        self.docker.push(container);
    }

    /// The process with the host's pid `pid` is in this state.
    pub(super) fn state(&mut self, pid: u32, state: u8) {
        self.stat(pid, |stat| stat.state = state);
    }

    /// Its first thread has ended; its others, of which `thread` is one, have not.
    pub(super) fn leader_ended(&mut self, pid: u32, thread: u32) {
        self.stat(pid, |stat| {
            stat.state = b'Z';
            stat.threads = 12;
        });
        self.change(pid, |record| record.thread = Some(thread));
    }

    /// It has ended, and what is left of it may not be read; its ids are mapped.
    pub(super) fn ended_and_denied(&mut self, pid: u32) {
        self.state(pid, b'Z');
        self.change(pid, |record| {
            for (kind, link) in Kind::ALL.into_iter().zip(&mut record.links.own) {
                let stays = matches!(kind, Kind::Pid | Kind::User);
                *link = Err(if stays { Miss::Denied } else { Miss::Absent });
            }
            record.links.pid_for_children = Err(Miss::Denied);
            record.links.time_for_children = Err(Miss::Absent);
            if let Some(facts) = &mut record.facts {
                facts.maps_uids = Ok(true);
                facts.cmdline = Ok(Cmdline::default());
            }
        });
    }

    /// It waits for a disk that does not answer, and with it whoever reads its command line.
    pub(super) fn stuck(&mut self, pid: u32) {
        self.state(pid, b'D');
        self.change(pid, |record| {
            if let Some(facts) = &mut record.facts {
                facts.cmdline = Err(Miss::TimedOut);
            }
        });
    }

    fn stat(&mut self, pid: u32, change: impl FnOnce(&mut Stat)) {
        self.change(pid, |record| {
            let stat = record.facts.as_mut().map(|facts| facts.stat.as_mut());
            if let Some(Ok(stat)) = stat {
                change(stat);
            }
        });
    }

    fn change(&mut self, pid: u32, change: impl FnOnce(&mut ProcessRecord)) {
        let mut records = self.processes.iter_mut();
        if let Some(record) = records.find(|record| record.pid == pid) {
            change(record);
        }
    }

    /// Kin of the namespaces that processes show or that are mounted: nobody could ask the others.
    pub(super) fn kin(&mut self) -> HashMap<(Kind, Inode), Kinship> {
        let records = self.processes.iter();
        let shown = records.flat_map(|record| {
            let links = &record.links;
            let children = [
                (Kind::Pid, links.pid_for_children),
                (Kind::Time, links.time_for_children),
            ];
            let own = Kind::ALL.map(|kind| (kind, links.get(kind)));
            own.into_iter().chain(children)
        });
        let shown = shown.filter_map(|(kind, link)| Some((kind, link.ok()?)));
        let mounted = self.fabric.mounts.iter();
        let mounted = mounted.map(|(inode, _)| (Kind::Net, *inode));
        let seen: HashSet<_> = shown.chain(mounted).collect();
        let mut kinships = std::mem::take(&mut self.kinships);
        kinships.retain(|key, _| seen.contains(key));
        kinships
    }

    /// The processes by pid, what Docker tells, and the network.
    pub(super) fn finish(mut self) -> (Vec<ProcessRecord>, Vec<EngineContainer>, NetworkRecord) {
        self.processes.sort_by_key(|record| record.pid);
        self.docker.sort_by(|a, b| a.id.cmp(&b.id));
        let network = self.fabric.finish(&self.processes);
        (self.processes, self.docker, network)
    }
}

/// The name that the kernel gives to a program that is started like this.
fn name(command: &str) -> &[u8] {
    let program = command.split(' ').next().unwrap_or_default();
    let program = program.trim_end_matches(':').trim_start_matches('-');
    let name = program.rsplit('/').next().unwrap_or(program).as_bytes();
    &name[..name.len().min(LONGEST_NAME)]
}

/// Sixty-four hexadecimal digits, as ids of containers are, that belong to `name`.
pub(super) fn id(name: &str) -> String {
    let [a, b, c, d] = [0, 1, 2, 3].map(|part| hash(part, name));
    format!("{a:016x}{b:016x}{c:016x}{d:016x}")
}

/// FNV-1a, the same in every release of every compiler.
pub(super) fn hash(first: u8, text: &str) -> u64 {
    std::iter::once(first)
        .chain(text.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
