//! Raw records of what keeps namespaces alive besides the processes in them.

use super::{Links, Miss};
use crate::model::{Inode, Kind};

/// What was found to keep namespaces alive besides the processes in them.
#[derive(Clone, Debug, Default)]
pub struct HoldersRecord {
    /// One for each namespace and holder, in no order.
    pub found: Vec<HolderRecord>,
    /// Mount namespaces that the kernel knows of and no process is in.
    pub mount_namespaces: Vec<Inode>,
    /// Threads that are in another namespace than their process; none where they were not looked for.
    pub threads: Vec<ThreadRecord>,
    /// What could not be looked into, by the name that people have for it, and how often.
    pub missed: Vec<(&'static str, Miss, u32)>,
}

/// Something that keeps a namespace alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderRecord {
    /// Kind of the namespace.
    pub kind: Kind,
    /// Its number.
    pub inode: Inode,
    /// What keeps it.
    pub by: HeldBy,
}

/// What keeps a namespace alive, and how it is reached by that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldBy {
    /// A bind mount.
    BindMount {
        /// Where it is mounted, raw, as those in the mount namespace see it.
        path: Box<[u8]>,
        /// The mount namespace; `None` where its number could not be read.
        mnt_ns: Option<Inode>,
        /// Whose list of mounts shows it; `None` where no process is in the mount namespace, and the kernel was asked.
        through: Option<Through>,
    },
    /// An open descriptor of the namespace itself.
    Fd {
        /// The process.
        pid: u32,
        /// The descriptor.
        fd: u32,
    },
    /// A socket made in the namespace, held from outside of it.
    Socket {
        /// The process.
        pid: u32,
        /// The descriptor.
        fd: u32,
        /// Its number in sockfs.
        socket: u64,
    },
    /// A thread that is in it, or whose next child process will be, while its process is not.
    Thread {
        /// The process.
        pid: u32,
        /// The thread.
        tid: u32,
        /// The link below its `ns` that leads there.
        link: &'static str,
    },
}

/// Whose list of mounts shows a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// Our own.
    Ourselves,
    /// That of a process in the mount namespace.
    Process {
        /// The process.
        pid: u32,
        /// The thread to go by where its first one has ended.
        thread: Option<u32>,
    },
}

/// A thread that is in another namespace than its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadRecord {
    /// The process.
    pub pid: u32,
    /// The thread.
    pub tid: u32,
    /// Its links, of the kinds in which threads of one process can differ.
    pub links: Links,
}
