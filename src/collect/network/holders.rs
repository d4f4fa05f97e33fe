//! Who holds a socket, and who serves a tun or tap interface: what `/proc/PID/fd` leads to.
//!
//! A process costs four system calls (open, two of `getdents64`, close) and one `readlinkat` for each descriptor; one
//! that serves tun interfaces, an open, two reads and a close for each; one that holds anything wanted, three more,
//! which find out whether it is still the process that has been seen. Only the text of a link is read; what it leads to
//! is not touched. Needs the right to trace the process.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::thread;

use rustix::fs::{Mode, OFlags, RawDir, openat, readlinkat_raw};

use crate::collect::error::Failure;
use crate::collect::observation::{Miss, ProcessRecord};
use crate::collect::proc::read_stat;

/// Below this number of processes a second thread costs more than it gains.
const WORTH_A_THREAD: usize = 64;
/// Names of some 1,000 descriptors at once.
const ENTRIES: usize = 32 * 1024;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub(in crate::collect) struct Wanted {
    /// Sockets, by inode in sockfs.
    pub(in crate::collect) sockets: HashSet<u64>,
    /// Whether to look for tun and tap interfaces.
    pub(in crate::collect) tuns: bool,
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

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::collect) struct Held {
    /// Processes by the wanted sockets that they hold; pids in order.
    pub(in crate::collect) sockets: HashMap<u64, Vec<u32>>,
    /// Processes that serve tun and tap interfaces, and the names of these; in order.
    pub(in crate::collect) tuns: BTreeSet<(u32, String)>,
    /// Processes whose descriptors may not be seen.
    pub(in crate::collect) denied: u32,
    /// Processes whose descriptors could not be read for another reason.
    pub(in crate::collect) failed: u32,
}

/// Looks into processes. Threads that share no descriptors with their process are not looked into.
pub(in crate::collect) fn holders(
    root: BorrowedFd<'_>,
    processes: impl IntoIterator<Item = Suspect>,
    wanted: &Wanted,
) -> Held {
    let processes: Vec<_> = processes.into_iter().collect();
    if processes.len() < WORTH_A_THREAD {
        return search(root, &processes, wanted);
    }
    let (first, second) = processes.split_at(processes.len() / 2);
    thread::scope(|scope| {
        let other = scope.spawn(|| search(root, second, wanted));
        let mut held = search(root, first, wanted);
        match other.join() {
            Ok(other) => held.add(other),
            // Only a defect of ours ends it early; what it had is counted as not read.
            Err(_) => held.failed += u32::try_from(second.len()).unwrap_or(u32::MAX),
        }
        held
    })
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
    search.held.sort();
    search.held
}

impl Held {
    /// Takes in what another thread found.
    fn add(&mut self, other: Self) {
        for (inode, pids) in other.sockets {
            self.sockets.entry(inode).or_default().extend(pids);
        }
        self.tuns.extend(other.tuns);
        self.denied += other.denied;
        self.failed += other.failed;
        self.sort();
    }

    /// A process may hold a socket by several descriptors.
    fn sort(&mut self) {
        for pids in self.sockets.values_mut() {
            pids.sort_unstable();
            pids.dedup();
        }
    }
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
    /// A socket with this inode.
    Socket(u64),
    /// Perhaps `/dev/net/tun`, wherever that is mounted.
    Tun,
    /// Something else.
    Other,
}

impl Search<'_> {
    fn process(&mut self, suspect: Suspect) -> Result<(), Failure> {
        let pid = suspect.pid;
        let path = match suspect.thread {
            Some(tid) => format!("{pid}/task/{tid}/fd"),
            None => format!("{pid}/fd"),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat(self.root, path, flags, Mode::empty())?;
        let mut is_certain = false;
        let mut entries = RawDir::new(directory.as_fd(), &mut self.entries);
        let mut text = [0; 64];
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name();
            if !name.to_bytes()[0].is_ascii_digit() {
                continue;
            }
            let length = match readlinkat_raw(&directory, name, &mut text[..]) {
                Ok(length) => length,
                Err(errno) => match Failure::from(errno) {
                    // Closed meanwhile.
                    Failure::Missed(Miss::Absent) => continue,
                    failure => return Err(failure),
                },
            };
            let target = target(&text[..length]);
            if !self.wanted.has(target) {
                continue;
            }
            if !is_certain {
                suspect.is_still(directory.as_fd())?;
                is_certain = true;
            }
            match target {
                Target::Socket(inode) => self.held.sockets.entry(inode).or_default().push(pid),
                Target::Tun => {
                    let served = interface(directory.as_fd(), name);
                    self.held.tuns.extend(served.map(|name| (pid, name)));
                }
                Target::Other => {}
            }
        }
        Ok(())
    }
}

impl Wanted {
    fn has(&self, target: Target) -> bool {
        match target {
            Target::Socket(inode) => self.sockets.contains(&inode),
            Target::Tun => self.tuns,
            Target::Other => false,
        }
    }
}

impl Suspect {
    /// Whether the process whose open descriptors these are is the one that was seen; gone where it is not. From an
    /// open folder of `/proc` the way up never leads to another process.
    fn is_still(self, descriptors: BorrowedFd<'_>) -> Result<(), Failure> {
        let Some(start_ticks) = self.start_ticks else {
            return Ok(());
        };
        let path = match self.thread {
            Some(_) => c"../../../stat",
            None => c"../stat",
        };
        let stat = read_stat(descriptors, path)?;
        let is_it = stat.start_ticks == start_ticks;
        is_it.then_some(()).ok_or(Failure::Gone)
    }
}

/// What the text of a link says.
fn target(link: &[u8]) -> Target {
    if let Some(rest) = link.strip_prefix(b"socket:[") {
        let inode = rest.strip_suffix(b"]").and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            digits.parse().ok()
        });
        return inode.map_or(Target::Other, Target::Socket);
    }
    if link.starts_with(b"/") && link.ends_with(b"/tun") {
        return Target::Tun;
    }
    Target::Other
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
    use super::*;
    use std::fs::File;
    use std::io::Write as _;
    use std::net::TcpListener;
    use std::os::fd::{AsFd, OwnedFd};
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
            sockets: sockets.iter().copied().collect(),
            tuns: true,
        };
        holders(root.as_fd(), processes.iter().copied(), &wanted)
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
            (b"", Target::Other),
        ] {
            assert_eq!(target(link), expected, "{link:?}");
        }
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
        assert_eq!(
            held.sockets.get(&shared).map(Vec::as_slice),
            Some(&both[..])
        );
        assert_eq!(held.sockets.get(&own), None);
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
        assert_eq!(held, look(&[me], &[inode(&socket)]));
        assert_eq!(held.sockets[&inode(&socket)], [me.pid]);
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
                assert_eq!(held.sockets.contains_key(&inode(&socket)), is_it);
                assert_eq!((held.denied, held.failed), (0, 0));
            }
        }
    }

    #[test]
    fn a_process_may_be_looked_into_by_a_thread() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let me = by_thread(Some(started()));
        let held = look(&[me], &[inode(&socket)]);
        assert_eq!(held.sockets[&inode(&socket)], [me.pid]);
    }
}
