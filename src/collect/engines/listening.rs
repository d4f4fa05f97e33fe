//! Where an engine listens: the unix sockets that its process holds, found without any configuration.
//!
//! A socket that only systemd holds, in the stead of a service that it would start, is held by no engine and so is not
//! found here. The path of a socket is resolved as its engine would, below its root and without leaving that; what is
//! connected to later is the file that was found here, whatever the path leads to by then.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rustix::fs::{
    FileType, Mode, OFlags, ResolveFlags, fstat, fstatfs, openat, openat2, readlinkat, stat,
};

use super::errands::Errands;
use super::failure::Failure;
use super::service::Service;
use crate::collect::error;
use crate::collect::proc::{ProcRoot, numbers, read_list, read_stat};

/// `__SO_ACCEPTCON` of the kernel's net.h.
const LISTENS: u32 = 0x0001_0000;
/// `FUSE_SUPER_MAGIC` of the kernel's magic.h.
const FUSE: u64 = 0x6573_5546;
/// No list of unix sockets is as long as this.
const LONGEST: usize = 16 * 1024 * 1024;
/// An engine opens its sockets when it starts, so they are among its first descriptors.
const DESCRIPTORS: usize = 4096;
/// So many sockets of one engine are looked at.
const SOCKETS: usize = 16;

/// A file, by device and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FileId(u64, u64);

impl FileId {
    /// The file at `path`, links followed.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let stat = stat(path).ok()?;
        Some(Self(stat.st_dev, stat.st_ino))
    }
}

/// The file of a socket, open only to be connected to.
#[derive(Clone, Debug)]
pub(super) struct SocketFile(Arc<OwnedFd>);

impl SocketFile {
    #[cfg(test)]
    pub(super) fn open_for_tests(path: &Path) -> Self {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        Self(Arc::new(
            rustix::fs::open(path, flags, Mode::empty()).unwrap(),
        ))
    }

    /// A path of our own that leads to it.
    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }
}

impl PartialEq for SocketFile {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SocketFile {}

/// An engine that listens.
#[derive(Debug)]
pub(super) struct Found {
    /// Its process.
    pub(super) service: Service,
    /// Where it takes questions, as a URL that leads there from here.
    pub(super) url: String,
    /// The same, open.
    pub(super) socket: SocketFile,
    /// All sockets that it listens at.
    pub(super) files: Vec<FileId>,
}

/// What came of looking for engines.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Engines that listen.
    pub(super) found: Vec<Found>,
    /// Those whose sockets could not be reached: where that would be, and why.
    pub(super) failed: Vec<(String, Failure)>,
    /// There is a dockerd whose descriptors may not be seen.
    pub(super) is_blind: bool,
}

/// Where `services` listen, as far as it is known at `deadline`.
pub(super) fn search(
    root: &Arc<ProcRoot>,
    services: &[Service],
    errands: &Errands,
    deadline: Instant,
) -> Search {
    let begun = services.iter().map(|service| {
        let (root, own) = (Arc::clone(root), service.clone());
        let errand = errands.begin(service.process.pid, move || look(&root, own));
        (service, errand)
    });
    let begun: Vec<_> = begun.collect();
    let mut search = Search::default();
    for (service, errand) in begun {
        match errand.and_then(|errand| errand.outcome(deadline)) {
            Some(Ok(found)) => search.found.extend(found),
            Some(Err(Trouble::Unseen)) => search.is_blind |= service.is_dockerd,
            Some(Err(Trouble::Unreached(url, failure))) => search.failed.push((url, failure)),
            None => {
                let url = place(root, service.process.pid, Path::new(""));
                search.failed.push((url, Failure::late(STUCK)));
            }
        }
    }
    search
}

const STUCK: &str = "looking for its socket did not come back";

/// Why an engine cannot be asked.
#[derive(Debug)]
enum Trouble {
    /// Its descriptors may not be seen.
    Unseen,
    /// Its socket cannot be reached.
    Unreached(String, Failure),
}

/// Where a path of the process leads, from here.
fn place(root: &ProcRoot, pid: u32, path: &Path) -> String {
    format!(
        "unix://{}/{pid}/root{}",
        root.path().display(),
        path.display()
    )
}

/// The place where an engine listens; `None` where it does not, or has ended.
fn look(root: &ProcRoot, service: Service) -> Result<Option<Found>, Trouble> {
    let pid = service.process.pid;
    let Some(directory) = open_process(root, &service) else {
        return Ok(None);
    };
    let held = match sockets(directory.as_fd()) {
        Ok(held) => held,
        Err(error::Failure::Gone) => return Ok(None),
        Err(error::Failure::Missed(_)) => return Err(Trouble::Unseen),
    };
    let paths = paths(directory.as_fd(), &held);
    let Some(first) = paths.iter().find(|path| answers(path)) else {
        return Ok(None);
    };
    let url = |path: &Path| {
        if service.has_our_mounts {
            format!("unix://{}", path.display())
        } else {
            place(root, pid, path)
        }
    };
    match reach(directory.as_fd(), &service, &paths) {
        Ok(Reached {
            path,
            socket,
            files,
        }) => Ok(Some(Found {
            url: url(path),
            service,
            socket,
            files,
        })),
        Err(error) => {
            let failure = Failure::io("reach its socket", &error).not_absent();
            Err(Trouble::Unreached(url(first), failure))
        }
    }
}

/// The folder of the process in `/proc`, where that is still the same one. It never leads to another.
fn open_process(root: &ProcRoot, service: &Service) -> Option<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let path = service.process.pid.to_string();
    let directory = openat(root, path, flags, Mode::empty()).ok()?;
    let stat = read_stat(directory.as_fd(), c"stat").ok()?;
    (stat.start_ticks == service.start_ticks).then_some(directory)
}

/// The sockets that a process holds, by inode.
fn sockets(directory: BorrowedFd<'_>) -> Result<Vec<u64>, error::Failure> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = openat(directory, "fd", flags, Mode::empty())?;
    let all = numbers(folder.as_fd())?.into_iter().take(DESCRIPTORS);
    let links = all.filter_map(|number| readlinkat(&folder, number.to_string(), Vec::new()).ok());
    Ok(links.filter_map(|link| inode(link.to_bytes())).collect())
}

/// The number in `socket:[number]`.
fn inode(link: &[u8]) -> Option<u64> {
    let digits = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The paths at which `held` sockets listen, the likeliest for an engine first. A socket that was handed over may be of
/// the network namespace of process 1.
fn paths(directory: BorrowedFd<'_>, held: &[u64]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for list in [c"net/unix", c"../1/net/unix"] {
        let text = read_list(directory, list, LONGEST).unwrap_or_default();
        let all = text.split(|byte| *byte == b'\n').filter_map(listener);
        let own = all.filter(|(inode, _)| held.contains(inode));
        paths.extend(own.map(|(_, path)| path.to_owned()));
    }
    paths.sort_by_key(|path| (is_unusual(path), path.as_os_str().len(), path.clone()));
    paths.dedup();
    paths.truncate(SOCKETS);
    paths
}

/// Inode and absolute path of a socket that listens, from a line of `/proc/net/unix`.
fn listener(line: &[u8]) -> Option<(u64, &Path)> {
    let mut rest = line;
    let mut word = || {
        let start = rest.iter().position(|byte| *byte != b' ')?;
        let behind = &rest[start..];
        let end = behind.iter().position(|byte| *byte == b' ')?;
        rest = &behind[end..];
        std::str::from_utf8(&behind[..end]).ok()
    };
    let (_, _, _, flags) = (word()?, word()?, word()?, word()?);
    let (_, _, inode) = (word()?, word()?, word()?);
    let flags = u32::from_str_radix(flags, 16).ok()?;
    // One space behind the inode; what begins with `@` is in no file system.
    let path = rest.get(1..).filter(|path| path.starts_with(b"/"))?;
    let path = Path::new(OsStr::from_bytes(path));
    (flags & LISTENS != 0).then_some((inode.parse().ok()?, path))
}

/// Whether a socket does not bear the usual name; those that do come first.
fn is_unusual(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    !matches!(name, b"docker.sock" | b"podman.sock")
}

/// Whether the API may be spoken there: dockerd listens for its networks and its metrics, too.
fn answers(path: &Path) -> bool {
    let is_other = |name: &OsStr| name == "libnetwork" || name == "metrics.sock";
    !path.iter().any(is_other)
}

/// Sockets of an engine that were opened.
struct Reached<'a> {
    /// Where it is asked.
    path: &'a Path,
    /// The same, open.
    socket: SocketFile,
    /// All of them.
    files: Vec<FileId>,
}

/// Opens the sockets at `paths`, and takes the first that may be asked; the first error where there is none.
fn reach<'a>(
    directory: BorrowedFd<'_>,
    service: &Service,
    paths: &'a [PathBuf],
) -> io::Result<Reached<'a>> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = openat(directory, "root", flags, Mode::empty())?;
    let (mut files, mut chosen, mut trouble) = (Vec::new(), None, None);
    for path in paths {
        match open(root.as_fd(), path, service.has_our_mounts) {
            Ok((socket, file)) => {
                files.push(file);
                if chosen.is_none() && answers(path) {
                    chosen = Some((path.as_path(), SocketFile(Arc::new(socket))));
                }
            }
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    match (chosen, trouble) {
        (Some((path, socket)), _) => Ok(Reached {
            path,
            socket,
            files,
        }),
        (None, Some(error)) => Err(error),
        (None, None) => Err(io::ErrorKind::NotFound.into()),
    }
}

fn open(root: BorrowedFd<'_>, path: &Path, is_ours: bool) -> io::Result<(OwnedFd, FileId)> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let file = openat2(root, path, flags, Mode::empty(), resolve)?;
    // Connecting to it later must not wait for whoever serves the file system.
    if !is_ours && u64::try_from(fstatfs(&file)?.f_type) == Ok(FUSE) {
        return Err(io::Error::other("it lies on a FUSE file system"));
    }
    let stat = fstat(&file)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Socket {
        return Err(io::Error::other("the path does not lead to a socket"));
    }
    Ok((file, FileId(stat.st_dev, stat.st_ino)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::{UnixListener, UnixStream};

    use crate::collect::observation::EngineProcess;

    #[test]
    fn lines_of_listening_sockets_with_a_path_are_told_apart() {
        let line =
            "000000000f9b2b1c: 00000002 00000000 00010000 0001 01 7110787 /run/my docker.sock";
        let path = Path::new("/run/my docker.sock");
        assert_eq!(listener(line.as_bytes()), Some((7_110_787, path)));
        for other in [
            "000000000f9b2b1c: 00000002 00000000 00000000 0001 01 7110787 /run/docker.sock",
            "000000000f9b2b1c: 00000002 00000000 00010000 0001 01 7110787 @/run/docker.sock/",
            "000000000f9b2b1c: 00000002 00000000 00010000 0001 01 7110787",
            "Num       RefCount Protocol Flags    Type St Inode Path",
            "",
        ] {
            assert_eq!(listener(other.as_bytes()), None, "{other}");
        }
        assert_eq!(inode(b"socket:[12]"), Some(12));
        assert_eq!(inode(b"pipe:[12]"), None);
    }

    #[test]
    fn the_sockets_of_networks_and_metrics_are_not_asked() {
        for (path, is_asked) in [
            ("/run/docker.sock", true),
            ("/srv/engine", true),
            ("/run/docker/libnetwork/1.sock", false),
            ("/run/docker/metrics.sock", false),
        ] {
            assert_eq!(answers(Path::new(path)), is_asked, "{path}");
        }
        assert!(is_unusual(Path::new("/a")) && !is_unusual(Path::new("/a/docker.sock")));
    }

    /// This process, as an engine that was found.
    fn ourselves(has_our_mounts: bool) -> Service {
        let directory = openat(rustix::fs::CWD, "/proc/self", OFlags::PATH, Mode::empty()).unwrap();
        let process = EngineProcess {
            pid: std::process::id(),
            depth: 0,
            cgroup: None,
        };
        Service {
            process,
            is_dockerd: true,
            start_ticks: read_stat(directory.as_fd(), c"stat").unwrap().start_ticks,
            has_our_mounts,
        }
    }

    fn proc_root() -> Arc<ProcRoot> {
        Arc::new(ProcRoot::open(Path::new("/proc")).unwrap())
    }

    /// Looks at this process, which other tests let listen too: finds the socket at `path` by itself.
    fn socket_of(service: &Service, path: &Path) -> (SocketFile, Vec<FileId>) {
        let root = proc_root();
        let directory = open_process(&root, service).unwrap();
        let held = sockets(directory.as_fd()).unwrap();
        let paths = paths(directory.as_fd(), &held);
        assert!(paths.contains(&path.to_owned()), "{paths:?}");
        let paths = [path.to_owned()];
        let reached = reach(directory.as_fd(), service, &paths).unwrap();
        (reached.socket, reached.files)
    }

    #[test]
    fn a_socket_that_a_process_listens_at_is_found_and_reached() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&path).unwrap();
        for has_our_mounts in [true, false] {
            let (socket, files) = socket_of(&ourselves(has_our_mounts), &path);
            assert_eq!(files, [FileId::of(&path).unwrap()]);
            // Whatever the path leads to by now.
            let moved = folder.path().join("elsewhere");
            std::fs::rename(&path, &moved).unwrap();
            UnixStream::connect(socket.path()).unwrap();
            listener.accept().unwrap();
            std::fs::rename(&moved, &path).unwrap();
        }
    }

    #[test]
    fn a_path_in_anothers_mounts_is_told_from_here() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        let _listener = UnixListener::bind(&path).unwrap();
        let (own, root) = (ourselves(false), proc_root());
        let found = look(&root, own).unwrap().unwrap();
        let begin = format!("unix:///proc/{}/root/", std::process::id());
        assert!(found.url.starts_with(&begin), "{}", found.url);
        let found = look(&root, ourselves(true)).unwrap().unwrap();
        assert!(!found.url.starts_with(&begin), "{}", found.url);
    }

    #[test]
    fn who_has_ended_or_may_not_be_seen_is_no_engine() {
        let gone = Service {
            start_ticks: 1,
            ..ourselves(true)
        };
        assert!(look(&proc_root(), gone).unwrap().is_none());
    }

    #[test]
    fn what_a_path_leads_to_must_be_a_socket_below_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let inside = openat(rustix::fs::CWD, folder.path(), OFlags::PATH, Mode::empty()).unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().join("docker.sock");
        let _listener = UnixListener::bind(&target).unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join("out")).unwrap();
        let magic = format!("/proc/self/fd/{}", inside.as_raw_fd());
        std::os::unix::fs::symlink(magic, folder.path().join("magic")).unwrap();
        for name in ["file", "out", "magic", "none"] {
            let opened = open(inside.as_fd(), Path::new(name), true);
            assert!(opened.is_err(), "{name}");
        }
    }

    #[test]
    fn one_that_does_not_come_back_is_told() {
        let (errands, service) = (Errands::default(), ourselves(true));
        let (_release, held) = std::sync::mpsc::channel::<()>();
        let _stuck = errands.begin(service.process.pid, move || held.recv());
        let search = search(&proc_root(), &[service], &errands, Instant::now());
        let (url, failure) = &search.failed[0];
        assert_eq!(*url, format!("unix:///proc/{}/root", std::process::id()));
        assert_eq!(failure.detail, STUCK);
    }
}
