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
mod tests {
    use super::super::WORTH_A_THREAD;
    use super::*;
    use std::fs::File;
    use std::io::Write as _;
    use std::net::TcpListener;
    use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
    use std::os::unix::fs::MetadataExt as _;
    use std::process::{Command, Stdio};

    fn inode(socket: &impl AsFd) -> u64 {
        let file = File::from(socket.as_fd().try_clone_to_owned().unwrap());
        file.metadata().unwrap().ino()
    }

    const fn suspect(pid: u32) -> Suspect {
        Suspect {
            pid,
            thread: None,
            start_ticks: None,
        }
    }

    /// When this process started, as another parser says.
    fn started() -> u64 {
        let me = procfs::process::Process::myself().unwrap();
        me.stat().unwrap().starttime
    }

    fn look(processes: &[Suspect], sockets: &[u64]) -> Held {
        let root = File::open("/proc").unwrap();
        let wanted = Wanted {
            sockets: Sockets::These(sockets.iter().copied().collect()),
            tuns: true,
            namespaces: None,
        };
        holders(root.as_fd(), processes.iter().copied(), &wanted)
    }

    fn pids(held: &Held, socket: u64) -> Option<Vec<u32>> {
        held.holders().remove(&socket)
    }

    #[test]
    fn links_are_told_apart() {
        for (link, expected) in [
            (&b"socket:[4242]"[..], Target::Socket(4242)),
            (b"socket:[]", Target::Other),
            (b"socket:[1", Target::Other),
            (b"/dev/net/tun", Target::Tun),
            (b"/dev/tun", Target::Tun),
            (b"anon_inode:[eventfd]/tun", Target::Other),
            (b"pipe:[7]", Target::Other),
            (b"net:[7]", Target::Namespace(Kind::Net, Inode(7))),
            (b"/net:[7]", Target::Other),
            (b"/run/netns/a b", Target::Mounted),
            (b"/run/netns/c", Target::Other),
            (b"/", Target::Mounted),
            (b"", Target::Other),
        ] {
            let wanted = Wanted {
                sockets: Sockets::All,
                tuns: true,
                namespaces: Some(HashSet::from([b"/run/netns/a b"[..].into()])),
            };
            assert_eq!(wanted.target(link), expected, "{link:?}");
        }
    }

    #[test]
    fn what_is_not_wanted_is_nothing() {
        let wanted = Wanted::default();
        for link in [&b"socket:[7]"[..], b"/dev/net/tun", b"net:[7]", b"/"] {
            assert_eq!(wanted.target(link), Target::Other, "{link:?}");
        }
    }

    #[test]
    fn an_open_namespace_is_found_and_root_is_none() {
        let root = File::open("/proc").unwrap();
        let open = [
            File::open("/proc/self/ns/uts").unwrap(),
            File::open("/").unwrap(),
        ];
        let number = u32::try_from(open[0].metadata().unwrap().ino()).unwrap();
        let wanted = Wanted {
            namespaces: Some(HashSet::new()),
            ..Wanted::default()
        };
        let held = holders(root.as_fd(), [suspect(std::process::id())], &wanted);
        let fd = u32::try_from(open[0].as_raw_fd()).unwrap();
        let record = HolderRecord {
            kind: Kind::Uts,
            inode: Inode(number),
            by: HeldBy::Fd {
                pid: std::process::id(),
                fd,
            },
        };
        assert!(held.namespaces.contains(&record), "{:?}", held.namespaces);
        let fd = u32::try_from(open[1].as_raw_fd()).unwrap();
        let is_root =
            |one: &HolderRecord| matches!(one.by, HeldBy::Fd { fd: own, .. } if own == fd);
        assert!(!held.namespaces.iter().any(is_root));
    }

    #[test]
    fn the_interface_of_a_tun_is_a_line_of_its_own() {
        let text = b"pos:\t0\nflags:\t02100002\niff:\ttap7\n";
        assert_eq!(interface_name(text).as_deref(), Some("tap7"));
        assert_eq!(interface_name(b"pos:\t0\niff:\t\n"), None);
        assert_eq!(interface_name(b"pos:\t0\nxiff:\ta\n"), None);
    }

    #[test]
    fn a_socket_has_all_its_holders_and_only_wanted_ones_are_kept() {
        let (shared, own) = (
            TcpListener::bind("127.0.0.1:0").unwrap(),
            TcpListener::bind("127.0.0.1:0").unwrap(),
        );
        let again = shared.try_clone().unwrap();
        // Its stdout is our socket; it ends when its stdin does.
        let stdout = OwnedFd::from(again.try_clone().unwrap());
        let mut child = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(stdout)
            .spawn()
            .unwrap();
        let me = std::process::id();
        let (shared, own) = (inode(&shared), inode(&own));
        let mut both = [me, child.id()];
        both.sort_unstable();
        let suspects = [me, child.id(), u32::MAX].map(suspect);
        let held = look(&suspects, &[shared]);
        assert_eq!(pids(&held, shared).as_deref(), Some(&both[..]));
        assert_eq!(pids(&held, own), None);
        assert_eq!((held.denied, held.failed), (0, 0));
        child.stdin.take().unwrap().flush().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn two_threads_find_what_one_finds() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let me = suspect(std::process::id());
        let many: Vec<_> = std::iter::repeat_n(me, WORTH_A_THREAD).collect();
        let held = look(&many, &[inode(&socket)]);
        assert_eq!(held.holders(), look(&[me], &[inode(&socket)]).holders());
        assert_eq!(pids(&held, inode(&socket)), Some(vec![me.pid]));
    }

    fn by_thread(start_ticks: Option<u64>) -> Suspect {
        let tid = rustix::thread::gettid().as_raw_nonzero().get();
        Suspect {
            thread: u32::try_from(tid).ok(),
            start_ticks,
            ..suspect(std::process::id())
        }
    }

    #[test]
    fn another_process_with_the_same_number_holds_nothing() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let started = started();
        for (start_ticks, is_it) in [(started, true), (started - 1, false), (started + 1, false)] {
            let start_ticks = Some(start_ticks);
            let me = suspect(std::process::id());
            let me = Suspect { start_ticks, ..me };
            for suspect in [me, by_thread(start_ticks)] {
                let held = look(&[suspect], &[inode(&socket)]);
                assert_eq!(pids(&held, inode(&socket)).is_some(), is_it);
                assert_eq!((held.denied, held.failed), (0, 0));
            }
        }
    }

    #[test]
    fn a_process_may_be_looked_into_by_a_thread() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let me = by_thread(Some(started()));
        let held = look(&[me], &[inode(&socket)]);
        assert_eq!(pids(&held, inode(&socket)), Some(vec![me.pid]));
    }
}
