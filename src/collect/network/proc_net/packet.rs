//! `packet`: packet sockets, which see what passes an interface (packet(7)).

use super::file::{Text, decimal, fields, hex, owned};
use crate::collect::network::Part;
use crate::collect::network::sockets::text::{CLOSE, state};
use crate::collect::observation::SocketRecord;
use crate::model::Socket;

/// What stands for the interface of a socket whose interface is gone, so that it sees nothing any more.
const GONE: &str = "(gone)";

/// The packet sockets of the file.
pub(super) fn packet(text: &Text) -> Part<SocketRecord> {
    text.rows(1, row)
}

/// `sk RefCnt Type Proto Iface R Rmem User Inode`.
fn row(line: &[u8]) -> Option<SocketRecord> {
    let mut fields = fields(line).skip(3);
    let protocol = protocol(hex(fields.next()?)?);
    let word = fields.next()?;
    let index: Option<u32> = decimal(word);
    let interface = match (index, word) {
        (Some(0), _) => "*".to_owned(),
        (Some(_), name) => format!("if{}", owned(name)),
        (None, b"-1") => GONE.to_owned(),
        (None, _) => return None,
    };
    let (uid, inode): (u32, u64) = (decimal(fields.nth(2)?)?, decimal(fields.next()?)?);
    Some(SocketRecord {
        index: index.filter(|index| *index != 0),
        socket: Socket {
            local: Some(format!("{protocol}:{interface}")),
            inode: (inode != 0).then_some(inode),
            uid: Some(uid),
            ..Socket::new("packet", state(CLOSE))
        },
    })
}

/// The protocol that it sees (`ETH_P_*` of the kernel's `if_ether.h`), as ss(8) calls it; 0 is none.
fn protocol(number: u32) -> String {
    let name = match number {
        0x0001 => "802_3",
        0x0003 => "*",
        0x0004 => "802_2",
        0x0800 => "ip",
        0x0806 => "arp",
        0x8100 => "802.1Q",
        0x86dd => "ipv6",
        0x8863 => "ppp_disc",
        0x8864 => "ppp_ses",
        0x88cc => "LLDP",
        other => return format!("[{other}]"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts::PACKET;
    use super::*;

    #[test]
    fn what_it_sees_and_where_is_its_address() {
        let text = Text {
            bytes: PACKET.into(),
            cut: false,
        };
        let part = packet(&text);
        assert_eq!(part.miss, None);
        let shape = |record: SocketRecord| {
            let socket = record.socket;
            (record.index, socket.local.unwrap(), socket.inode.unwrap())
        };
        let shapes: Vec<_> = part.list.into_iter().map(shape).collect();
        let expected = [
            (Some(4), "*:if4", 501),
            (None, "ip:*", 502),
            (None, "*:(gone)", 503),
            (Some(12), "[34958]:if12", 504),
        ];
        let expected = expected.map(|(index, local, inode)| (index, local.to_owned(), inode));
        assert_eq!(shapes, expected);
    }
}
