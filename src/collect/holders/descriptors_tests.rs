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
    let is_root = |one: &HolderRecord| matches!(one.by, HeldBy::Fd { fd: own, .. } if own == fd);
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
