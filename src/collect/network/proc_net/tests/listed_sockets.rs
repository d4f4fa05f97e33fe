//! Sockets, of every file that lists some.

use super::*;

#[test]
fn sockets_are_those_that_wait_or_all() {
    let seen = look(mount().path(), 7, Depth::Bound);
    let shape = |socket: &Socket| {
        let Socket {
            protocol,
            state,
            local,
            remote,
            inode,
            uid,
            ..
        } = socket;
        format!("{protocol} {state} {local:?} {remote:?} {inode:?} {uid:?}")
    };
    let list = |seen: Read| -> Vec<_> {
        let sockets = seen.record.sockets.unwrap();
        sockets.iter().map(|record| shape(&record.socket)).collect()
    };
    assert_eq!(
        list(seen),
        [
            "tcp listen Some(\"0.0.0.0:2024\") None Some(639) Some(7)",
            "unix listen Some(\"/run/a b.sock\") None Some(2001) None",
            "unix_dgram unconnected Some(\"@log\") None Some(2002) None",
            "packet unconnected Some(\"*:if4\") None Some(501) Some(0)",
            "packet unconnected Some(\"ip:*\") None Some(502) Some(1000)",
            "packet unconnected Some(\"*:(gone)\") None Some(503) Some(0)",
            "packet unconnected Some(\"[34958]:if12\") None Some(504) Some(7)",
        ]
    );
    let all = list(look(mount().path(), 7, Depth::All));
    assert_eq!(all.len(), 14);
    assert_eq!(
        all[11],
        "netlink unconnected Some(\"rtnl:655\") None Some(601) None"
    );
    assert_eq!(
        all[1],
        "tcp time-wait Some(\"10.5.0.2:48796\") Some(\"192.0.2.9:80\") None None"
    );
    assert_eq!(
        all[5],
        "unix_seqpacket unconnected Some(\"/run/two\\nlines\") None Some(2003) None"
    );
}

#[test]
fn raw_sockets_of_our_own_come_from_our_own_file() {
    let root = File::open("/proc").unwrap();
    for is_v6 in [false, true] {
        let part = own_sockets(root.as_fd(), "raw", is_v6, Depth::All);
        assert_eq!(part.miss, None);
    }
    let nowhere = tempfile::tempdir().unwrap();
    let root = File::open(nowhere.path()).unwrap();
    let part = own_sockets(root.as_fd(), "raw", false, Depth::All);
    assert_eq!(part.miss, Some(Miss::Absent));
    assert_eq!(own_packet_sockets(root.as_fd()).miss, Some(Miss::Absent));
    assert!(text(root.as_fd(), c"dev").is_err());
}

#[test]
fn a_kernel_that_has_no_packet_sockets_now_has_no_file_of_them() {
    let mount = tempfile::tempdir().unwrap();
    let net = mount.path().join("thread-self/net");
    fs::create_dir_all(&net).unwrap();
    let root = File::open(mount.path()).unwrap();
    fs::write(net.join("dev"), DEV).unwrap();
    let part = own_packet_sockets(root.as_fd());
    assert_eq!((part.list.len(), part.miss), (0, None));
    fs::write(net.join("packet"), PACKET).unwrap();
    assert_eq!(own_packet_sockets(root.as_fd()).list.len(), 4);
}
