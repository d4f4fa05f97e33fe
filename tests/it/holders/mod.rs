//! Namespaces that no process shows: each kept alive in another way by the test, and missed by a look at all processes.

mod nested;
mod traces;

use std::fs::{self, File};
use std::net::UdpSocket;
use std::os::fd::{AsFd, AsRawFd as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use nslens::model::{Holder, Inode, Kind, Namespace, Snapshot};
use rustix::thread::{LinkNameSpaceType, gettid, move_into_link_name_space};

use crate::support::find::Find as _;
use crate::support::netns::Netns;
use crate::support::program::{snapshot, text_run};
use crate::support::unshared::{Unshared, WAIT, inode_of};
use crate::support::{eventually, require_root};

fn look() -> Snapshot {
    snapshot(&["--no-docker"])
}

fn look_deep() -> Snapshot {
    snapshot(&["--no-docker", "--deep"])
}

/// Whether a link of any process leads to the namespace, which is all that a look at processes sees.
fn shown_by_a_process(kind: Kind, inode: Inode) -> bool {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let mut pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.any(|pid| inode_of(pid, kind.name()) == Some(inode))
}

fn find(seen: &Snapshot, kind: Kind, inode: Inode) -> Option<&Namespace> {
    let mut all = seen.namespaces.iter().flatten();
    all.find(|one| (one.kind, one.inode) == (kind, inode))
}

/// The holders of a namespace, which no process shows, in `seen`. Without copies that are on their way out: programs that
/// other tests start have those of our descriptors at first, and look into namespaces by threads.
#[track_caller]
fn held(seen: &Snapshot, kind: Kind, inode: Inode) -> Vec<Holder> {
    assert!(!shown_by_a_process(kind, inode), "a process shows it");
    let found = find(seen, kind, inode);
    let found = found.unwrap_or_else(|| panic!("no {kind}:[{inode}]"));
    assert_eq!((found.process_count, found.leader_pid), (0, None));
    assert!(found.owner_user_ns.is_some() || kind == Kind::User);
    let lasts = |holder: &&Holder| match holder {
        Holder::Fd { pid: by, .. }
        | Holder::Socket { pid: by, .. }
        | Holder::Thread { pid: by, .. } => *by == pid(),
        _ => true,
    };
    found.holders.iter().filter(lasts).cloned().collect()
}

/// Looks until the namespace is not listed any more: a program that another test starts just now may still have a copy
/// of a descriptor.
fn until_gone(kind: Kind, inode: Inode, look: impl Fn() -> Snapshot) {
    eventually("the namespace to go away", || {
        let seen = look();
        find(&seen, kind, inode).is_none().then_some(())
    });
}

fn pid() -> u32 {
    std::process::id()
}

fn number(file: &impl AsFd) -> u32 {
    u32::try_from(file.as_fd().as_raw_fd()).unwrap()
}

fn inode(path: impl AsRef<Path>) -> Inode {
    Inode(u32::try_from(fs::metadata(path).unwrap().ino()).unwrap())
}

/// A namespace that a process has been in, opened before it ended.
fn open(flags: &[&str], kind: Kind) -> (File, Inode) {
    let process = Unshared::new(flags);
    let file = File::open(format!("/proc/{}/ns/{kind}", process.pid)).unwrap();
    (file, process.inode(kind))
}

/// A thread of ours in another network namespace, until dropped.
struct Elsewhere {
    tid: u32,
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Elsewhere {
    /// Goes into the namespace, and says so with what `first` makes there.
    fn new<T: Send + 'static>(
        namespace: File,
        first: impl FnOnce() -> T + Send + 'static,
    ) -> (Self, T) {
        let (stop, stopped): (_, Receiver<()>) = channel();
        let (say, said) = channel();
        let thread = thread::spawn(move || {
            let kind = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(namespace.as_fd(), kind).unwrap();
            drop(namespace);
            let tid = u32::try_from(gettid().as_raw_nonzero().get()).unwrap();
            say.send((tid, first())).unwrap();
            let _ = stopped.recv();
        });
        let (tid, made) = said.recv().unwrap();
        let thread = Some(thread);
        (Self { tid, stop, thread }, made)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.stop.send(());
        drop(self.thread.take().map(JoinHandle::join));
    }
}

#[test]
fn a_bind_mount_of_our_own_keeps_one_and_names_it() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    let inode = netns.inode();
    let ours = Holder::BindMount {
        path: format!("/run/netns/{}", netns.name),
        mnt_ns: inode_of(pid(), "mnt"),
    };
    for seen in [look(), snapshot(&["--no-docker", "--only", "namespaces"])] {
        let holders = find(&seen, Kind::Net, inode).unwrap();
        assert_eq!(holders.process_count, 0);
        assert_eq!(holders.name.as_deref(), Some(netns.name.as_str()));
        assert!(holders.holders.contains(&ours), "{:?}", holders.holders);
    }
    assert!(held(&look(), Kind::Net, inode).contains(&ours));
    drop(netns);
    until_gone(Kind::Net, inode, look);
}

/// Mounts a network and a uts namespace below a tmpfs that nobody else sees, under names with spaces.
fn hidden_mounts(folder: &Path) -> Unshared {
    let script = format!(
        "set -e; mount -t tmpfs none \"$PWD\"; cd \"$PWD\"; mkdir 'a b'; \
         for one in net uts; do touch \"a b/$one\"; unshare --$one=\"a b/$one\" true; done; {WAIT}"
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", &script]);
    command.current_dir(folder);
    Unshared::command(command)
}

#[test]
fn a_bind_mount_in_a_private_mount_namespace_keeps_one() {
    if !require_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = hidden_mounts(folder.path());
    let path = |kind: Kind| format!("{}/a b/{kind}", folder.path().display());
    let number = |kind: Kind| inode(format!("/proc/{}/root{}", place.pid, path(kind)));
    let both = [Kind::Net, Kind::Uts].map(|kind| (kind, number(kind)));
    let seen = look();
    for (kind, inode) in both {
        let mount = Holder::BindMount {
            path: path(kind),
            mnt_ns: Some(place.inode(Kind::Mnt)),
        };
        assert_eq!(held(&seen, kind, inode), [mount]);
        // It is none of those that `ip netns` knows.
        assert_eq!(seen.namespace(inode.0).name, None);
    }
    let net = number(Kind::Net);
    let mut networks = seen.network.iter().flatten();
    let network = networks.find(|one| one.namespace == net).unwrap();
    let links = network.interfaces.as_ref().unwrap();
    assert_eq!(links[0].name, "lo");
    drop(place);
    for (kind, inode) in both {
        until_gone(kind, inode, look);
    }
}

#[test]
fn a_descriptor_keeps_one() {
    if !require_root() {
        return;
    }
    let (file, inode) = open(&["--net"], Kind::Net);
    let seen = look_deep();
    let fd = Holder::Fd {
        pid: pid(),
        fd: number(&file),
    };
    assert_eq!(held(&seen, Kind::Net, inode), [fd]);
    let mut networks = seen.network.iter().flatten();
    let network = networks.find(|one| one.namespace == inode).unwrap();
    assert!(network.interfaces.is_some());
    assert!(
        find(&look(), Kind::Net, inode).is_none(),
        "only where asked"
    );
    drop(file);
    until_gone(Kind::Net, inode, look_deep);
}

/// As a program leaks it that has opened `/run/netns/x`: it shows as that path, and as `/` when the name is gone.
#[test]
fn a_descriptor_of_a_name_keeps_one_when_the_name_is_gone() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    let inode = netns.inode();
    let path = format!("/run/netns/{}", netns.name);
    let file = File::open(&path).unwrap();
    let fd = Holder::Fd {
        pid: pid(),
        fd: number(&file),
    };
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    assert_eq!(fs::read_link(&link).unwrap(), Path::new(&path));
    assert!(held(&look_deep(), Kind::Net, inode).contains(&fd));
    drop(netns);
    let seen = eventually("the name to be gone everywhere", || {
        let seen = look_deep();
        let holders = held(&seen, Kind::Net, inode);
        (holders.len() == 1).then_some(seen)
    });
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("/"));
    assert_eq!(held(&seen, Kind::Net, inode), [fd]);
    drop(file);
    until_gone(Kind::Net, inode, look_deep);
}

#[test]
fn a_socket_keeps_one() {
    if !require_root() {
        return;
    }
    let (namespace, inode) = open(&["--net"], Kind::Net);
    let bind = || UdpSocket::bind("0.0.0.0:0").unwrap();
    let (thread, socket) = Elsewhere::new(namespace, bind);
    drop(thread);
    let seen = look_deep();
    let holder = Holder::Socket {
        pid: pid(),
        fd: number(&socket),
    };
    assert_eq!(held(&seen, Kind::Net, inode), [holder]);
    let mut networks = seen.network.iter().flatten();
    let network = networks.find(|one| one.namespace == inode).unwrap();
    let sockets = network.sockets.as_ref().unwrap();
    let port = socket.local_addr().unwrap().port();
    let pids = sockets.iter().find_map(|one| {
        let local = one.local.as_deref().unwrap_or_default();
        let is_it = local.ends_with(&format!(":{port}"));
        is_it.then_some(one.pids.as_deref())
    });
    assert_eq!(pids, Some(Some(&[pid()][..])));
    drop(socket);
    until_gone(Kind::Net, inode, look_deep);
}

#[test]
fn a_socket_from_outside_is_told_where_there_are_processes_too() {
    if !require_root() {
        return;
    }
    let process = Unshared::new(&["--net"]);
    let namespace = File::open(format!("/proc/{}/ns/net", process.pid)).unwrap();
    let bind = || UdpSocket::bind("0.0.0.0:0").unwrap();
    let (thread, socket) = Elsewhere::new(namespace, bind);
    drop(thread);
    let seen = look_deep();
    let found = seen.namespace(process.inode(Kind::Net).0);
    let both = [
        Holder::Process { pid: process.pid },
        Holder::Socket {
            pid: pid(),
            fd: number(&socket),
        },
    ];
    assert_eq!(found.holders, both);
}

#[test]
fn a_thread_keeps_one() {
    if !require_root() {
        return;
    }
    let (namespace, inode) = open(&["--net"], Kind::Net);
    let (thread, ()) = Elsewhere::new(namespace, || ());
    let seen = look_deep();
    let (tid, me) = (thread.tid, pid());
    assert_eq!(
        held(&seen, Kind::Net, inode),
        [Holder::Thread { pid: me, tid }]
    );
    let elsewhere = &seen.process(me).threads_elsewhere;
    let found = elsewhere.iter().find(|one| one.tid == tid).unwrap();
    let kinds: Vec<_> = found.namespaces.iter().collect();
    assert_eq!(kinds, [(Kind::Net, &inode)]);
    assert!(look().process(me).threads_elsewhere.is_empty());
    drop(thread);
    until_gone(Kind::Net, inode, look_deep);
}

#[test]
fn a_filter_lists_those_without_a_process() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    let name = format!("net:[{}]", netns.inode());
    let seen = snapshot(&["--no-docker", "--filter", "procs=0"]);
    let mut all = seen.namespaces.iter().flatten();
    assert!(all.all(|one| one.process_count == 0));
    assert!(find(&seen, Kind::Net, netns.inode()).is_some());
    for filter in ["procs=0", "procs=0 kind:net", &netns.name] {
        let run = text_run(&["--no-docker", "--filter", filter]).ended(0);
        let (_, list) = run.text().split_once("Namespaces with no process").unwrap();
        let (_, row) = list.split_once(&name).unwrap();
        let row = row.split("  net:[").next().unwrap();
        assert!(row.trim_start().starts_with(&netns.name), "{row}");
        let path = format!("bind mount /run/netns/{} in mnt:[", netns.name);
        let line = row.lines().find(|line| line.contains(&path));
        let line = line.unwrap_or_else(|| panic!("{filter}:\n{}", run.text()));
        assert!(line.ends_with(", until it is unmounted"), "{line}");
    }
    let run = text_run(&["--no-docker", "--filter", "procs>0"]).ended(0);
    assert!(
        !run.text().contains("Namespaces with no process"),
        "{}",
        run.text()
    );
}

/// What lsns lists without a process, where it is one that looks for such.
fn lsns() -> Vec<(Kind, Inode)> {
    let output = Command::new("lsns")
        .args(["--json", "-o", "NS,TYPE,NPROCS"])
        .output()
        .unwrap();
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = value["namespaces"].as_array().unwrap().iter();
    let rows = rows.filter(|row| row["nprocs"].as_u64() == Some(0));
    rows.map(|row| {
        let inode = u32::try_from(row["ns"].as_u64().unwrap()).unwrap();
        (row["type"].as_str().unwrap().parse().unwrap(), Inode(inode))
    })
    .collect()
}

/// util-linux looks at bind mounts since 2.39, at descriptors and sockets since 2.41; older ones list none of them.
#[test]
fn whatever_lsns_finds_without_a_process_is_found() {
    if !require_root() || Command::new("lsns").arg("--version").output().is_err() {
        return;
    }
    let _named = Netns::new();
    let (_file, _) = open(&["--net"], Kind::Net);
    let before = lsns();
    let seen = look_deep();
    let after = lsns();
    for (kind, inode) in before.into_iter().filter(|one| after.contains(one)) {
        assert!(find(&seen, kind, inode).is_some(), "{kind}:[{inode}]");
    }
}
