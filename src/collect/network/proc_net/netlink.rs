//! `netlink`: netlink sockets, by which processes speak with the kernel (netlink(7)).

use super::file::{Text, decimal, fields};
use crate::collect::network::Part;
use crate::collect::network::sockets::text::{CLOSE, state};
use crate::collect::observation::SocketRecord;
use crate::model::Socket;

/// The netlink sockets of the file, without the kernel's own, which every namespace has.
pub(super) fn netlink(text: &Text) -> Part<SocketRecord> {
    let mut part = text.rows(1, row);
    part.list.retain(|(port, _)| *port != 0);
    part.map(|(_, record)| record)
}

/// `sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode`, where `Pid` is a number that is often the pid of who opened it,
/// and of the kernel's own 0. Gives it back with the socket.
fn row(line: &[u8]) -> Option<(u32, SocketRecord)> {
    let mut fields = fields(line).skip(1);
    let (protocol, port): (u16, u32) = (decimal(fields.next()?)?, decimal(fields.next()?)?);
    let inode: u64 = decimal(fields.nth(6)?)?;
    let socket = Socket {
        local: Some(format!("{}:{port}", family(protocol))),
        inode: (inode != 0).then_some(inode),
        ..Socket::new("netlink", state(CLOSE))
    };
    Some((
        port,
        SocketRecord {
            index: None,
            socket,
        },
    ))
}

/// The part of the kernel that it speaks with (`NETLINK_*` of the kernel's `netlink.h`), as ss(8) calls it.
fn family(number: u16) -> String {
    let name = match number {
        0 => "rtnl",
        2 => "usersock",
        3 => "fw",
        4 => "tcpdiag",
        5 => "nflog",
        6 => "xfrm",
        7 => "selinux",
        8 => "iscsi",
        9 => "audit",
        10 => "fiblookup",
        11 => "connector",
        12 => "nft",
        15 => "uevent",
        16 => "genl",
        18 => "scsi-trans",
        20 => "rdma",
        21 => "crypto",
        other => return other.to_string(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts::NETLINK;
    use super::*;

    #[test]
    fn the_kernels_own_are_left_out() {
        let text = Text {
            bytes: NETLINK.into(),
            cut: false,
        };
        let part = netlink(&text);
        assert_eq!(part.miss, None);
        let shape = |record: SocketRecord| (record.socket.local.unwrap(), record.socket.inode);
        let shapes: Vec<_> = part.list.into_iter().map(shape).collect();
        let expected = [("rtnl:655", 601), ("uevent:4294963200", 603), ("99:7", 604)];
        let expected = expected.map(|(local, inode)| (local.to_owned(), Some(inode)));
        assert_eq!(shapes, expected);
    }
}
