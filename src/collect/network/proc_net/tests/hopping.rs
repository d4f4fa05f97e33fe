//! A thread that goes from one namespace into the other and back, as fast as it can, while it is read.

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rustix::thread::{LinkNameSpaceType, gettid, move_into_link_name_space};

use super::*;

/// So many readings: without a check more than every tenth holds something of the other namespace.
const READINGS: usize = 300;

/// A network namespace, and a process in it that ends with its stdin.
struct Place {
    process: Child,
    namespace: File,
    inode: Inode,
}

impl Place {
    fn new() -> Self {
        let mut process = Command::new("unshare")
            .args(["--net", "sh", "-c", "echo; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = String::new();
        let stdout = process.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut told).unwrap();
        assert_eq!(told, "\n");
        let path = format!("/proc/{}/ns/net", process.id());
        let link = fs::read_link(&path).unwrap();
        let digits = link
            .to_str()
            .unwrap()
            .trim_matches(|c| !char::is_numeric(c));
        Self {
            namespace: File::open(path).unwrap(),
            inode: Inode(digits.parse().unwrap()),
            process,
        }
    }

    fn enter(&self) {
        let network = Some(LinkNameSpaceType::Network);
        move_into_link_name_space(self.namespace.as_fd(), network).unwrap();
    }

    /// Sockets of three kinds in it, by which it can be told from the other one.
    fn mark(&self, port: u16) -> [OwnedFd; 3] {
        self.enter();
        let name = SocketAddr::from_abstract_name(port.to_string()).unwrap();
        [
            TcpListener::bind(("0.0.0.0", port)).unwrap().into(),
            UdpSocket::bind(("0.0.0.0", port)).unwrap().into(),
            UnixListener::bind_addr(&name).unwrap().into(),
        ]
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Tells its number, and then goes to and fro until it is told to end.
fn hop(here: &Place, there: &Place, ready: &Sender<u32>, end: &AtomicBool) {
    let kept = [here.mark(4001), there.mark(4002)];
    here.enter();
    let tid = gettid().as_raw_nonzero().get();
    ready.send(tid.try_into().unwrap()).unwrap();
    while !end.load(Ordering::Relaxed) {
        there.enter();
        here.enter();
    }
    drop(kept);
}

/// What tells the namespaces apart.
fn marks(read: Read) -> Vec<Option<String>> {
    let sockets = read.record.sockets.unwrap();
    let locals = sockets.into_iter().map(|record| record.socket.local);
    locals.collect()
}

fn expected(port: u16) -> Vec<Option<String>> {
    let [inet, unix] = [format!("0.0.0.0:{port}"), format!("@{port}")];
    vec![Some(inet.clone()), Some(inet), Some(unix)]
}

#[test]
fn nothing_of_another_namespace_is_shown_for_this_one() {
    if !rustix::process::geteuid().is_root() {
        assert!(
            std::env::var_os("NSLENS_TEST_REQUIRE").is_none(),
            "needs root"
        );
        return;
    }
    let (here, there) = (Arc::new(Place::new()), Arc::new(Place::new()));
    let (ready, told) = channel();
    let end = Arc::new(AtomicBool::new(false));
    let (from, to, stop) = (Arc::clone(&here), Arc::clone(&there), Arc::clone(&end));
    let hopper = thread::spawn(move || hop(&from, &to, &ready, &stop));
    let way = (std::process::id(), Some(told.recv().unwrap()));
    let root = File::open("/proc").unwrap();
    let look = |way, place: &Place| read(root.as_fd(), way, place.inode, Depth::Bound);
    let wrong = (0..READINGS).filter(|_| {
        let read = look(way, &here);
        read.is_ok_and(|read| marks(read) != expected(4001))
    });
    let wrong = wrong.count();
    // Those who stay are read as ever.
    for (place, port) in [(&here, 4001), (&there, 4002)] {
        let stays = (place.process.id(), None);
        assert_eq!(marks(look(stays, place).unwrap()), expected(port));
    }
    end.store(true, Ordering::Relaxed);
    hopper.join().unwrap();
    assert_eq!(wrong, 0, "of {READINGS}");
}
