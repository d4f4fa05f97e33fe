//! A namespace, and what keeps it alive.

use serde::{Deserialize, Serialize};

use super::{Inode, Kind};

/// One namespace of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Namespace {
    /// Inode number in nsfs.
    pub inode: Inode,
    /// Its kind.
    pub kind: Kind,
    /// The kernel's number for it, which is never used again; `None` before Linux 6.18, and where it was not asked.
    #[serde(default)]
    pub id: Option<u64>,
    /// Its name under `/run/netns`.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether it is the host's own; `None` where the host's is not known.
    pub initial: Option<bool>,
    /// The user namespace that owns it; `None` for the initial user namespace, and where it is not known.
    pub owner_user_ns: Option<Inode>,
    /// Of a pid or user namespace, the one it was made in; `None` as for the owner.
    pub parent: Option<Inode>,
    /// Of a user namespace, the user that made it, in the reader's user namespace.
    pub owner_uid: Option<u32>,
    /// How many processes are members.
    pub process_count: u32,
    /// The lowest member pid; `None` without a process.
    pub leader_pid: Option<u32>,
    /// Ids of the containers that have a member in it; `None` where containers were not collected.
    pub containers: Option<Vec<String>>,
    /// Why it is alive: everything that was found to keep it, of its processes one.
    pub holders: Vec<Holder>,
}

/// Something that keeps a namespace alive. The order is that of every output: who is in it comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Holder {
    /// A member process; one is named, there may be more.
    Process {
        /// The lowest member pid.
        pid: u32,
    },
    /// A thread that is a member, or whose next child will be, while its process is not; or one whose process lives on
    /// though its first thread has ended.
    Thread {
        /// The process.
        pid: u32,
        /// The thread that is a member.
        tid: u32,
    },
    /// `pid_for_children` or `time_for_children` of a process: its next child will be a member.
    ForChildren {
        /// The process whose children will be members.
        pid: u32,
    },
    /// An open file descriptor.
    Fd {
        /// The process that has it open.
        pid: u32,
        /// The descriptor.
        fd: u32,
    },
    /// A socket that was made in the network namespace, held from outside of it.
    Socket {
        /// The process that holds it.
        pid: u32,
        /// The descriptor.
        fd: u32,
    },
    /// A bind mount.
    BindMount {
        /// The mount namespace that it is mounted in; `None` where that is not known.
        mnt_ns: Option<Inode>,
        /// Where it is mounted, as seen in that mount namespace.
        path: String,
    },
    /// A namespace below it: a pid or user namespace that was made in it, or one of any kind that the user namespace owns.
    Child {
        /// Its kind.
        kind: Kind,
        /// Its number.
        inode: Inode,
    },
}
