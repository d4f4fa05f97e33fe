//! Sockets of this very process, in the namespace that the test runs in.

use std::fs::File;
use std::io::{self, BufRead as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};

use super::*;
use crate::collect::network::wire;
use crate::model::Socket;

fn look(depth: Depth) -> Sockets {
    let all = Askable {
        inet: [true; 3],
        unix: true,
    };
    look_by(all, depth)
}

fn look_by(askable: Askable, depth: Depth) -> Sockets {
    let proc = File::open("/proc").unwrap();
    dump(
        proc.as_fd(),
        askable,
        depth,
        &mut wire::buffer(&std::sync::Arc::default()),
    )
    .unwrap()
}

/// The number of a socket in sockfs, found by another way.
fn inode(socket: &impl std::os::fd::AsFd) -> u64 {
    let file = File::from(socket.as_fd().try_clone_to_owned().unwrap());
    file.metadata().unwrap().ino()
}

fn find(sockets: &Sockets, inode: u64) -> Option<&Socket> {
    let mut all = sockets.list.iter().map(|record| &record.socket);
    all.find(|socket| socket.inode == Some(inode))
}

/// Protocol, state, local and remote.
fn shape(socket: &Socket) -> (&str, &str, Option<&str>, Option<&str>) {
    let local = socket.local.as_deref();
    (
        &socket.protocol,
        &socket.state,
        local,
        socket.remote.as_deref(),
    )
}

#[test]
fn those_that_wait_are_found() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let name = format!("nslens-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let unix = UnixListener::bind_addr(&address).unwrap();
    let nothing = Askable {
        inet: [false; 3],
        unix: false,
    };
    let from_proc = look_by(nothing, Depth::Bound);
    let seen = look(Depth::Bound);
    assert!(!seen.unsteady);
    let (tcp_at, udp_at) = (tcp.local_addr().unwrap(), udp.local_addr().unwrap());
    let expected = [
        (inode(&tcp), "tcp", "listen", tcp_at.to_string()),
        (inode(&udp), "udp", "unconnected", udp_at.to_string()),
        (inode(&unix), "unix", "listen", format!("@{name}")),
    ];
    for (inode, protocol, state, local) in expected {
        let socket = find(&seen, inode).unwrap();
        assert_eq!(shape(socket), (protocol, state, Some(&*local), None));
        let same = find(&from_proc, inode).unwrap();
        assert_eq!(shape(same), shape(socket), "where nothing may be asked");
        assert_eq!(socket.uid, Some(rustix::process::geteuid().as_raw()));
    }
}

#[test]
fn version_6_tells_whether_it_takes_version_4() {
    let Ok(both) = TcpListener::bind("[::]:0") else {
        return;
    };
    let seen = look(Depth::Bound);
    let socket = find(&seen, inode(&both)).unwrap();
    let port = both.local_addr().unwrap().port();
    assert_eq!(socket.local, Some(format!("[::]:{port}")));
    let default = std::fs::read_to_string("/proc/sys/net/ipv6/bindv6only").unwrap();
    assert_eq!(socket.v6_only, Some(default.trim() == "1"));
}

#[test]
fn connections_are_found_only_where_all_are_wanted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (near, far) = UnixStream::pair().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let log = UnixDatagram::bind(directory.path().join("log")).unwrap();
    let bound = look(Depth::Bound);
    assert_eq!(find(&bound, inode(&client)), None);
    assert_eq!(find(&bound, inode(&near)), None);
    assert!(find(&bound, inode(&log)).is_some());
    let all = look(Depth::All);
    let (local, remote) = (client.local_addr().unwrap(), client.peer_addr().unwrap());
    let (local, remote) = (local.to_string(), remote.to_string());
    let expected = ("tcp", "established", Some(&*local), Some(&*remote));
    assert_eq!(shape(find(&all, inode(&client)).unwrap()), expected);
    let far = find(&all, inode(&far)).unwrap();
    assert_eq!(shape(far), ("unix", "established", None, None));
}

#[test]
fn what_the_files_of_proc_do_not_know_is_said_once() {
    let keep = (
        TcpListener::bind("127.0.0.1:0"),
        UdpSocket::bind("127.0.0.1:0"),
    );
    assert!(keep.0.is_ok() && keep.1.is_ok());
    let told = |inet: [bool; 3]| {
        let askable = Askable { inet, unix: true };
        let missing = look_by(askable, Depth::Bound).missing;
        missing.iter().filter(|(what, _)| *what == BOUND_TO).count()
    };
    assert_eq!(told([false; 3]), 1);
    // Raw sockets, of which a kernel may know no more, are not ours.
    let root = File::open("/proc").unwrap();
    let raw =
        [false, true].map(|is_v6| proc_net::own_sockets(root.as_fd(), "raw", is_v6, Depth::Bound));
    if raw.iter().all(|part| part.list.is_empty()) {
        assert_eq!(told([true; 3]), 0);
    }
}

/// Any user may look; what a kernel lacks is said.
#[test]
fn nothing_is_missing_but_what_the_kernel_lacks() {
    for (_, miss) in look(Depth::All).missing {
        assert_eq!(miss, Miss::Absent);
    }
}

#[test]
fn agrees_with_the_files_of_proc() {
    let keep = (0..50).map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let keep: Vec<_> = keep.collect();
    let seen = look(Depth::Bound);
    let file = io::BufReader::new(File::open("/proc/thread-self/net/tcp").unwrap());
    let listening = file.lines().map(Result::unwrap).filter_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        (fields[3] == "0A").then(|| fields[9].parse().unwrap())
    });
    let listening: Vec<u64> = listening.collect();
    for socket in &keep {
        assert!(listening.contains(&inode(socket)));
        assert!(find(&seen, inode(socket)).is_some());
    }
}
