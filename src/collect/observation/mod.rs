//! Raw records, exactly as read; `assemble` gives them their meaning.

mod holders;
mod network;
mod runtime;

pub use holders::{HeldBy, HolderRecord, HoldersRecord, ThreadRecord, Through};
pub use network::{
    AddressRecord, ForwardingRecord, LinkRecord, NeighbourRecord, NetnsRecord, NetworkRecord,
    RouteRecord, SocketRecord,
};
pub use runtime::{InitRecord, RuntimeRecord, Runtimes, SourceMiss};

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::model::{
    Declared, Engine, Gap, Inode, Kind, Mount, Network, PerKind, PublishedPort, Sections,
};

/// Why one thing could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// It is not there: the kernel lacks it, or the process has left it.
    Absent,
    /// Permission was refused.
    Denied,
    /// It was read and makes no sense.
    Malformed,
    /// It was longer than what is read of it.
    Truncated,
    /// Reading did not come back.
    TimedOut,
    /// Reading failed in another way.
    Failed,
    /// It was not asked for.
    NotAsked,
}

/// One thing read, or why not.
pub type Reading<T> = Result<T, Miss>;

/// The namespace links of a process or thread, each with a result of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Links {
    /// One per kind, in the order of [`Kind::ALL`].
    pub own: [Reading<Inode>; 8],
    /// `pid_for_children`.
    pub pid_for_children: Reading<Inode>,
    /// `time_for_children`.
    pub time_for_children: Reading<Inode>,
}

impl Links {
    /// All links missed for the same reason.
    #[must_use]
    pub const fn missed(miss: Miss) -> Self {
        Self {
            own: [Err(miss); 8],
            pid_for_children: Err(miss),
            time_for_children: Err(miss),
        }
    }

    /// The link of `kind`.
    pub const fn get(&self, kind: Kind) -> Reading<Inode> {
        self.own[kind as usize]
    }

    /// The namespaces that could be read.
    #[must_use]
    pub fn known(&self) -> PerKind<Inode> {
        PerKind::from_fn(|kind| self.get(kind).ok())
    }
}

/// What one pass over a host read.
#[derive(Clone, Debug)]
pub struct Observation {
    /// When the pass began.
    pub captured_at: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// What was asked for.
    pub sections: Sections,
    /// Facts about the host as a whole.
    pub host: HostRecord,
    /// Facts about ourselves.
    pub viewer: ViewerRecord,
    /// Processes, by pid.
    pub processes: Vec<ProcessRecord>,
    /// What namespaces themselves say; none where they were not asked.
    pub kinships: HashMap<(Kind, Inode), Kinship>,
    /// What keeps namespaces alive besides the processes in them.
    pub holders: HoldersRecord,
    /// The namespaces that the kernel listed before the pass and after it, by their [`Kinship::id`]; `None` where it does not
    /// list them, or may not list all of them to us.
    pub listed: Option<Vec<u64>>,
    /// What engines left in files and arguments about their containers.
    pub runtimes: Runtimes,
    /// Engines that were asked.
    pub engines: Vec<EngineRecord>,
    /// Network namespaces; `None` where they were not asked for.
    pub network: Option<NetworkRecord>,
    /// What could not be read, other than what the records themselves say.
    pub gaps: Vec<Gap>,
}

/// Facts about the host as a whole.
#[derive(Clone, Debug, Default)]
pub struct HostRecord {
    /// `sys/kernel/hostname`: the name in our own uts namespace.
    pub hostname: Option<String>,
    /// `sys/kernel/osrelease`.
    pub kernel: Option<String>,
    /// `sys/kernel/random/boot_id`.
    pub boot_id: Option<String>,
    /// `btime` of `stat`.
    pub boot_time: Option<u64>,
    /// Clock ticks per second.
    pub clock_ticks: u64,
    /// `2/ns`, where process 2 is a kernel thread without a parent: kthreadd, which is in the host's namespaces.
    pub kthreadd: Option<Links>,
}

/// Facts about ourselves.
#[derive(Clone, Copy, Debug)]
pub struct ViewerRecord {
    /// Our pid in our own pid namespace.
    pub pid: u32,
    /// Our effective user id.
    pub uid: u32,
    /// `self/ns`.
    pub links: Links,
}

/// What was read of one process.
#[derive(Clone, Debug)]
pub struct ProcessRecord {
    /// Its pid in the proc mount.
    pub pid: u32,
    /// Its namespaces; those of a live thread where the leader has ended.
    pub links: Links,
    /// The thread whose links those are, where it is not the leader.
    pub thread: Option<u32>,
    /// The rest; `None` where only links were asked for.
    pub facts: Option<Box<Facts>>,
}

/// The files of one process.
#[derive(Clone, Debug)]
pub struct Facts {
    /// `stat`.
    pub stat: Reading<Stat>,
    /// `status`.
    pub status: Reading<Status>,
    /// `cgroup`, whole; equal files share one allocation.
    pub cgroup: Reading<Arc<[u8]>>,
    /// `cmdline`.
    pub cmdline: Reading<Cmdline>,
    /// Whether `uid_map` is other than the identity; asked only where the user namespace is denied.
    pub maps_uids: Reading<bool>,
}

/// `/proc/PID/stat`, the parts that are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Name, raw.
    pub comm: Box<[u8]>,
    /// State letter.
    pub state: u8,
    /// Parent.
    pub ppid: u32,
    /// `PF_*` flags of the kernel.
    pub flags: u32,
    /// Threads, including a leader that has ended.
    pub threads: u32,
    /// Start time in clock ticks after boot.
    pub start_ticks: u64,
}

impl Stat {
    /// `PF_KTHREAD` of the kernel's sched.h.
    const KERNEL_THREAD: u32 = 0x0020_0000;

    /// Whether it is a thread of the kernel.
    #[must_use]
    pub const fn is_kernel_thread(&self) -> bool {
        self.flags & Self::KERNEL_THREAD != 0
    }
}

/// `/proc/PID/status`, the parts that are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Effective user id.
    pub uid: u32,
    /// `NSpid`: the pid in each pid namespace, from the proc mount's inwards.
    pub ns_pids: Box<[u32]>,
}

/// `/proc/PID/cmdline`, at most 4 KiB of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cmdline {
    /// Raw bytes, arguments ended by NUL.
    pub bytes: Box<[u8]>,
    /// There was more.
    pub truncated: bool,
}

/// What a namespace says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinship {
    /// The number that no other namespace ever has. Absent before Linux 6.18.
    pub id: Reading<u64>,
    /// The user namespace that owns it. Denied where there is none above, and where we are not in it or above it.
    pub owner: Reading<Inode>,
    /// The namespace it was made in; only pid and user namespaces have one. Denied as the owner is.
    pub parent: Reading<Inode>,
    /// The user that made it, in the reader's user namespace; only user namespaces tell.
    pub owner_uid: Reading<u32>,
}

/// An engine's answer.
#[derive(Clone, Debug)]
pub struct EngineRecord {
    /// The engine and how it answered.
    pub engine: Engine,
    /// Whether it runs on this host, so that its pids mean ours.
    pub local: bool,
    /// Whether it was asked in this very pass; an older answer knows names, but its pids may be another's by now.
    pub current: bool,
    /// Who listens at its socket; `None` where that was not learned, as over TCP.
    pub listener: Option<Listener>,
    /// Its running and paused containers.
    pub containers: Vec<EngineContainer>,
    /// Names of its networks by the bridges that carry them.
    pub bridges: BTreeMap<String, String>,
    /// Of its networks that are on a bridge whose name it does not tell: the addresses of the bridge.
    pub gateways: Vec<Gateway>,
    /// What of the answer is missing.
    pub gaps: Vec<Gap>,
}

/// The address that the bridge of a network bears, to be the gateway of those who are on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Name of the network.
    pub network: String,
    /// The address.
    pub address: IpAddr,
    /// Bits of the network's prefix; `None` where that was not told.
    pub prefix_len: Option<u8>,
}

/// The process that listens at an engine's socket, as the kernel tells it: the engine, or systemd in its stead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its effective user id.
    pub uid: u32,
    /// Its name (`comm`); `None` where it could not be read.
    pub name: Option<String>,
    /// Its network namespace; `None` where it could not be read.
    pub net: Option<Inode>,
}

/// A container as its engine describes it.
#[derive(Clone, Debug, Default)]
pub struct EngineContainer {
    /// Full id.
    pub id: String,
    /// Name without the leading slash.
    pub name: String,
    /// Image.
    pub image: Option<String>,
    /// running, paused, …
    pub state: Option<String>,
    /// Pid of its first process on the engine's host; `None` where it was not inspected.
    pub init_pid: Option<u32>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Declared modes; `None` where it was not inspected.
    pub declared: Option<Declared>,
    /// Networks.
    pub networks: Vec<Network>,
    /// Ports published on the host.
    pub ports: Vec<PublishedPort>,
    /// Mounts.
    pub mounts: Vec<Mount>,
}
