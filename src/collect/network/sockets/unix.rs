//! Unix sockets: `unix_diag_req` and `unix_diag_msg` of the kernel's `unix_diag.h`.

use std::collections::HashMap;

use super::text::{self, CLOSE, LISTEN};
use crate::collect::network::Depth;
use crate::collect::network::values::{u32, u32_at};
use crate::collect::network::wire::attributes;
use crate::collect::observation::SocketRecord;
use crate::model::Socket;

/// `AF_UNIX`.
const UNIX: u8 = 1;
/// `SOCK_DGRAM`.
const DATAGRAM: u8 = 2;
/// `UDIAG_SHOW_NAME`.
const SHOW_NAME: u32 = 0x01;
/// `UDIAG_SHOW_PEER`.
const SHOW_PEER: u32 = 0x04;
/// `UDIAG_SHOW_UID`, which kernels before 5.3 ignore.
const SHOW_UID: u32 = 0x40;

/// The body of a request for all sockets, or for those that wait.
pub(super) fn request(depth: Depth) -> [u8; 24] {
    let (states, show) = match depth {
        // Datagram sockets that wait are those that are not connected.
        Depth::Bound => (1 << LISTEN | 1 << CLOSE, SHOW_NAME | SHOW_UID),
        Depth::All => (u32::MAX, SHOW_NAME | SHOW_PEER | SHOW_UID),
    };
    let mut body = [0; 24];
    body[0] = UNIX;
    body[4..8].copy_from_slice(&u32::to_ne_bytes(states));
    body[12..16].copy_from_slice(&u32::to_ne_bytes(show));
    body
}

/// A unix socket as the kernel describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UnixSocket {
    kind: u8,
    state: u8,
    inode: u32,
    /// Text of its name, if it has one.
    name: Option<String>,
    peer: Option<u32>,
    uid: Option<u32>,
}

/// `struct unix_diag_msg`.
const HEADER: usize = 16;
/// `UNIX_DIAG_NAME`.
const NAME: u16 = 0;
/// `UNIX_DIAG_PEER`.
const PEER: u16 = 2;
/// `UNIX_DIAG_UID`.
const UID: u16 = 7;

/// A socket of a message; `None` where it makes no sense.
pub(super) fn decode(message: &[u8]) -> Option<UnixSocket> {
    let (head, rest) = message.split_at_checked(HEADER)?;
    let mut socket = UnixSocket {
        kind: head[1],
        state: head[2],
        inode: u32_at(head, 4)?,
        ..UnixSocket::default()
    };
    for (kind, value) in attributes(rest) {
        match kind {
            NAME => socket.name = name(value),
            PEER => socket.peer = u32(value),
            UID => socket.uid = u32(value),
            _ => {}
        }
    }
    Some(socket)
}

/// A name as people write it. One that begins with NUL is abstract, and may hold more of them.
fn name(bytes: &[u8]) -> Option<String> {
    match bytes {
        [] => None,
        [0, ..] => Some(String::from_utf8_lossy(bytes).replace('\0', "@")),
        path => {
            let end = path.iter().position(|byte| *byte == 0);
            let path = String::from_utf8_lossy(&path[..end.unwrap_or(path.len())]);
            // The same file, but not to be taken for an abstract name.
            let prefix = if path.starts_with('@') { "./" } else { "" };
            Some(format!("{prefix}{path}"))
        }
    }
}

/// The records of the sockets that are wanted of those that were dumped.
pub(super) fn records(sockets: &[UnixSocket], depth: Depth) -> Vec<SocketRecord> {
    let names: HashMap<u32, &str> = match depth {
        Depth::Bound => HashMap::new(),
        Depth::All => sockets
            .iter()
            .filter_map(|socket| Some((socket.inode, socket.name.as_deref()?)))
            .collect(),
    };
    let wanted = sockets.iter().filter(|socket| match depth {
        Depth::Bound => socket.waits(),
        Depth::All => true,
    });
    wanted.map(|socket| socket.record(&names)).collect()
}

impl UnixSocket {
    /// Whether others can reach it: by listening, or as a datagram socket by its name.
    fn waits(&self) -> bool {
        self.state == LISTEN || (self.kind == DATAGRAM && self.name.is_some())
    }

    fn record(&self, names: &HashMap<u32, &str>) -> SocketRecord {
        let peer = self.peer.and_then(|peer| names.get(&peer));
        SocketRecord {
            index: None,
            socket: Socket {
                local: self.name.clone(),
                remote: peer.map(|name| (*name).to_owned()),
                inode: (self.inode != 0).then_some(self.inode.into()),
                uid: self.uid,
                ..Socket::new(
                    text::unix_protocol(self.kind.into()),
                    text::state(self.state),
                )
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::network::noise::Noise;

    fn message(kind: u8, state: u8, inode: u32, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![UNIX, kind, state, 0];
        bytes.extend(inode.to_ne_bytes());
        bytes.resize(16, 0);
        for (kind, value) in attributes {
            bytes.extend(u16::try_from(4 + value.len()).unwrap().to_ne_bytes());
            bytes.extend(kind.to_ne_bytes());
            bytes.extend(*value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    fn read(messages: &[Vec<u8>], depth: Depth) -> Vec<Socket> {
        let sockets: Vec<_> = messages.iter().filter_map(|bytes| decode(bytes)).collect();
        let records = records(&sockets, depth);
        records.into_iter().map(|record| record.socket).collect()
    }

    #[test]
    fn names_are_paths_or_abstract() {
        for (bytes, text) in [
            (&b""[..], None),
            (b"/run/x.sock\0", Some("/run/x.sock")),
            (b"/run/x.sock", Some("/run/x.sock")),
            (b"\0app\0x", Some("@app@x")),
            (b"@file\0", Some("./@file")),
            (b"/a\xff\0", Some("/a\u{fffd}")),
        ] {
            assert_eq!(name(bytes).as_deref(), text, "{bytes:?}");
        }
    }

    #[test]
    fn those_that_wait_have_listened_or_are_reachable_by_name() {
        let all = [
            message(1, 10, 1, &[(0, b"/run/a\0"), (7, &7_u32.to_ne_bytes())]),
            message(1, 7, 2, &[(0, b"/run/bound-only\0")]),
            message(2, 7, 3, &[(0, b"\0log")]),
            message(2, 7, 4, &[]),
        ];
        let waiting = read(&all, Depth::Bound);
        let seen: Vec<_> = waiting
            .iter()
            .map(|socket| (&*socket.protocol, &*socket.state, socket.local.as_deref()))
            .collect();
        let expected = [
            ("unix", "listen", Some("/run/a")),
            ("unix_dgram", "unconnected", Some("@log")),
        ];
        assert_eq!(seen, expected);
        assert_eq!((waiting[0].inode, waiting[0].uid), (Some(1), Some(7)));
        assert_eq!(read(&all, Depth::All).len(), 4);
    }

    #[test]
    fn the_other_side_is_named_where_it_has_a_name() {
        let all = [
            message(1, 1, 1, &[(0, b"/run/a\0"), (2, &2_u32.to_ne_bytes())]),
            message(1, 1, 2, &[(2, &1_u32.to_ne_bytes())]),
            message(1, 1, 3, &[(2, &9_u32.to_ne_bytes())]),
        ];
        let remotes = read(&all, Depth::All)
            .into_iter()
            .map(|socket| socket.remote);
        let remotes: Vec<_> = remotes.collect();
        assert_eq!(remotes, [None, Some("/run/a".to_owned()), None]);
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let whole = message(1, 10, 1, &[(0, b"/run/a\0")]);
        for length in 0..whole.len() {
            // Without its attributes it is one without a name.
            let socket = decode(&whole[..length]);
            assert_eq!(socket.is_some(), length >= HEADER, "{length}");
        }
    }

    #[test]
    fn noise_is_survived() {
        let mut noise = Noise::default();
        for _ in 0..20_000 {
            let mut bytes = message(1, 10, 1, &[]);
            bytes.extend(noise.bytes(60));
            let _ = decode(&bytes);
            let _ = decode(&noise.bytes(30));
        }
    }
}
