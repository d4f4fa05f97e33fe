//! Open descriptors: what `/proc/PID/fd` leads to. Who holds a socket, who serves a tun or tap interface, and who has a
//! namespace open.
//!
//! A process costs four system calls (open, two of `getdents64`, close) and one `readlinkat` for each descriptor; one
//! that serves tun interfaces, an open, two reads and a close for each; one that holds anything wanted, three more,
//! which find out whether it is still the process that has been seen. Only the text of a link is read; what it leads to
//! is touched in one case: a namespace that was opened where it is mounted shows as that path, and as `/` once that mount
//! is gone. Needs the right to trace the process.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{Mode, OFlags, RawDir, openat, readlinkat_raw};

use super::{in_two, way};
use crate::collect::error::Failure;
use crate::collect::nsfs;
use crate::collect::observation::{HeldBy, HolderRecord, Miss, ProcessRecord};
use crate::collect::proc::{named, read_stat};
use crate::model::{Inode, Kind};

/// Names of some 1,000 descriptors at once.
const ENTRIES: usize = 32 * 1024;
/// Longer than any path that matters here; what is longer is cut.
const LINK: usize = 512;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub(in crate::collect) struct Wanted {
    /// Which sockets.
    pub(in crate::collect) sockets: Sockets,
    /// Whether to look for tun and tap interfaces.
    pub(in crate::collect) tuns: bool,
    /// Whether to look for namespaces: the paths where there are any mounted.
    pub(in crate::collect) namespaces: Option<HashSet<Box<[u8]>>>,
}

/// Which sockets to look for.
#[derive(Clone, Debug)]
pub(in crate::collect) enum Sockets {
    /// These, by number in sockfs.
    These(HashSet<u64>),
    /// All.
    All,
}

impl Default for Sockets {
    fn default() -> Self {
        Self::These(HashSet::new())
    }
}

/// A process to look into.
#[derive(Clone, Copy, Debug)]
pub(in crate::collect) struct Suspect {
    /// Its number.
    pid: u32,
    /// The thread to go by where the first one of the process has ended.
    thread: Option<u32>,
    /// When it started, in clock ticks after boot: another process with its number is not it. `None` where that was not
    /// read.
    start_ticks: Option<u64>,
}

impl From<&ProcessRecord> for Suspect {
    fn from(record: &ProcessRecord) -> Self {
        let facts = record.facts.as_ref();
        let stat = facts.and_then(|facts| facts.stat.as_ref().ok());
        Self {
            pid: record.pid,
            thread: record.thread,
            start_ticks: stat.map(|stat| stat.start_ticks),
        }
    }
}

/// A socket that a process has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::collect) struct OpenSocket {
    /// Its number in sockfs.
    pub(in crate::collect) socket: u64,
    /// The process.
    pub(in crate::collect) pid: u32,
    /// The descriptor.
    pub(in crate::collect) fd: u32,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::collect) struct Held {
    /// The wanted sockets, by socket, process and descriptor; in order.
    pub(in crate::collect) sockets: Vec<OpenSocket>,
    /// Processes that serve tun and tap interfaces, and the names of these; in order.
    pub(in crate::collect) tuns: BTreeSet<(u32, String)>,
    /// Namespaces that are open.
    pub(in crate::collect) namespaces: Vec<HolderRecord>,
    /// Processes whose descriptors may not be seen.
    pub(in crate::collect) denied: u32,
    /// Processes whose descriptors could not be read for another reason.
    pub(in crate::collect) failed: u32,
}

impl Held {
    /// Processes by the sockets that they hold; pids in order.
    pub(in crate::collect) fn holders(&self) -> HashMap<u64, Vec<u32>> {
        let mut holders: HashMap<u64, Vec<u32>> = HashMap::new();
        for open in &self.sockets {
            let pids = holders.entry(open.socket).or_default();
            // A process may hold a socket by several descriptors.
            if pids.last() != Some(&open.pid) {
                pids.push(open.pid);
            }
        }
        holders
    }

    /// Takes in what another thread found.
    fn add(&mut self, other: Self) {
        self.sockets.extend(other.sockets);
        self.tuns.extend(other.tuns);
        self.namespaces.extend(other.namespaces);
        self.denied += other.denied;
        self.failed += other.failed;
    }
}

/// Looks into processes. Threads that share no descriptors with their process are not looked into.
pub(in crate::collect) fn holders(
    root: BorrowedFd<'_>,
    processes: impl IntoIterator<Item = Suspect>,
    wanted: &Wanted,
) -> Held {
    let processes: Vec<_> = processes.into_iter().collect();
    let found = in_two(&processes, |processes| {
        vec![search(root, processes, wanted)]
    });
    let mut held = Held::default();
    for found in found {
        held.add(found);
    }
    held.sockets.sort_unstable();
    held
}

fn search(root: BorrowedFd<'_>, processes: &[Suspect], wanted: &Wanted) -> Held {
    let mut search = Search {
        root,
        wanted,
        held: Held::default(),
        entries: vec![MaybeUninit::uninit(); ENTRIES],
    };
    for process in processes {
        match search.process(*process) {
            Ok(()) | Err(Failure::Gone | Failure::Missed(Miss::Absent)) => {}
            Err(Failure::Missed(Miss::Denied)) => search.held.denied += 1,
            Err(Failure::Missed(_)) => search.held.failed += 1,
        }
    }
    search.held
}

/// A search in progress.
struct Search<'a> {
    root: BorrowedFd<'a>,
    wanted: &'a Wanted,
    held: Held,
    entries: Vec<MaybeUninit<u8>>,
}

/// What a descriptor is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// A socket with this number.
    Socket(u64),
    /// Perhaps `/dev/net/tun`, wherever that is mounted.
    Tun,
    /// A namespace.
    Namespace(Kind, Inode),
    /// Perhaps a namespace that was opened where it is or was mounted.
    Mounted,
    /// Something else.
    Other,
}

impl Search<'_> {
    fn process(&mut self, suspect: Suspect) -> Result<(), Failure> {
        let pid = suspect.pid;
        let (path, stat) = match suspect.thread {
            Some(tid) => (format!("{pid}/task/{tid}/fd"), c"../../../stat"),
            None => (format!("{pid}/fd"), c"../stat"),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat(self.root, path, flags, Mode::empty())?;
        let directory = directory.as_fd();
        let mut is_certain = false;
        let mut entries = RawDir::new(directory, &mut self.entries);
        let mut text = [0; LINK];
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let Some(fd) = number(entry.file_name()) else {
                continue;
            };
            let length = match readlinkat_raw(directory, entry.file_name(), &mut text[..]) {
                Ok(length) => length,
                Err(errno) => match Failure::from(errno) {
                    // Closed meanwhile.
                    Failure::Missed(Miss::Absent) => continue,
                    failure => return Err(failure),
                },
            };
            let target = self.wanted.target(&text[..length]);
            if target == Target::Other {
                continue;
            }
            if !is_certain {
                suspect.is_still(directory, stat)?;
                is_certain = true;
            }
            let link = (directory, entry.file_name());
            self.held.note((pid, fd), target, self.root, link);
        }
        Ok(())
    }
}

impl Held {
    /// Notes what the descriptor `fd` of the process `pid` is; its link is in an open directory.
    fn note(
        &mut self,
        (pid, fd): (u32, u32),
        target: Target,
        root: BorrowedFd<'_>,
        (directory, name): (BorrowedFd<'_>, &CStr),
    ) {
        let mut open = |kind, inode| {
            let by = HeldBy::Fd { pid, fd };
            self.namespaces.push(HolderRecord { kind, inode, by });
        };
        match target {
            Target::Socket(socket) => self.sockets.push(OpenSocket { socket, pid, fd }),
            Target::Tun => {
                let served = interface(directory, name);
                self.tuns.extend(served.map(|name| (pid, name)));
            }
            Target::Namespace(kind, inode) => open(kind, inode),
            Target::Mounted => {
                // Most that are called so are something else.
                if let Ok((namespace, inode)) = way::behind(root, directory, name)
                    && let Some(kind) = nsfs::kind(&namespace)
                {
                    open(kind, inode);
                }
            }
            Target::Other => {}
        }
    }
}

impl Wanted {
    /// What the text of a link says, as far as it is wanted.
    fn target(&self, link: &[u8]) -> Target {
        if let Some(rest) = link.strip_prefix(b"socket:[") {
            return self.socket(rest).map_or(Target::Other, Target::Socket);
        }
        if self.tuns && link.starts_with(b"/") && link.ends_with(b"/tun") {
            return Target::Tun;
        }
        match &self.namespaces {
            Some(paths) if link.starts_with(b"/") => {
                let may_be = link == b"/" || paths.contains(link);
                if may_be {
                    Target::Mounted
                } else {
                    Target::Other
                }
            }
            Some(_) => {
                let namespace = named(link);
                namespace.map_or(Target::Other, |(kind, inode)| {
                    Target::Namespace(kind, inode)
                })
            }
            None => Target::Other,
        }
    }

    fn socket(&self, rest: &[u8]) -> Option<u64> {
        let digits = std::str::from_utf8(rest.strip_suffix(b"]")?).ok()?;
        let socket = digits.parse().ok()?;
        let is_wanted = match &self.sockets {
            Sockets::These(these) => these.contains(&socket),
            Sockets::All => true,
        };
        is_wanted.then_some(socket)
    }
}

/// The number that a name is.
fn number(name: &CStr) -> Option<u32> {
    name.to_str().ok()?.parse().ok()
}

impl Suspect {
    /// Whether the process below whose folder this one lies is the one that was seen; gone where it is not. From an open
    /// folder of `/proc` the way up, `stat`, never leads to another process.
    pub(super) fn is_still(self, folder: BorrowedFd<'_>, stat: &CStr) -> Result<(), Failure> {
        let Some(start_ticks) = self.start_ticks else {
            return Ok(());
        };
        let stat = read_stat(folder, stat)?;
        let is_it = stat.start_ticks == start_ticks;
        is_it.then_some(()).ok_or(Failure::Gone)
    }
}

/// The interface that the descriptor `number` serves; `None` where it serves none, or is nothing of that kind.
fn interface(descriptors: BorrowedFd<'_>, number: &CStr) -> Option<String> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let path = CString::new([b"../fdinfo/", number.to_bytes()].concat()).ok()?;
    let file = openat(descriptors, &path, flags, Mode::empty()).ok()?;
    let mut text = [0; 1024];
    let mut length = 0;
    while let Ok(got @ 1..) = rustix::io::read(&file, &mut text[length..]) {
        length += got;
    }
    interface_name(&text[..length])
}

/// The line `iff:` of a `fdinfo`.
fn interface_name(fdinfo: &[u8]) -> Option<String> {
    let mut lines = fdinfo.split(|byte| *byte == b'\n');
    let name = lines.find_map(|line| line.strip_prefix(b"iff:"))?;
    let name = name.trim_ascii();
    (!name.is_empty()).then(|| String::from_utf8_lossy(name).into_owned())
}

#[cfg(test)]
#[path = "descriptors_tests.rs"]
mod tests;
