//! `tcp`, `tcp6`, `udp`, `udp6`, `raw`, `raw6` and `unix`: sockets.

use std::ffi::CStr;

use super::file::{Text, decimal, fields, hex, lines, owned, words};
use crate::collect::network::sockets::text::{self, Endpoint, InetSocket, LISTEN};
use crate::collect::network::values::ip;
use crate::collect::network::{Depth, Part};
use crate::collect::observation::{Miss, SocketRecord};
use crate::model::Socket;

/// A file of sockets.
#[derive(Clone, Copy)]
pub(super) struct File {
    /// Its name.
    pub(super) name: &'static CStr,
    /// As the model calls the protocol.
    pub(super) protocol: &'static str,
    /// As people call a list of its sockets.
    pub(super) plural: &'static str,
}

/// All internet sockets; of each protocol IPv4 first.
pub(super) const INET: [File; 6] = [
    file(c"tcp", "tcp", "TCP sockets"),
    file(c"tcp6", "tcp", "TCP sockets"),
    file(c"udp", "udp", "UDP sockets"),
    file(c"udp6", "udp", "UDP sockets"),
    file(c"raw", "raw", "raw sockets"),
    file(c"raw6", "raw", "raw sockets"),
];

const fn file(name: &'static CStr, protocol: &'static str, plural: &'static str) -> File {
    File {
        name,
        protocol,
        plural,
    }
}

/// The wanted sockets of a file of internet sockets.
pub(super) fn inet(text: &Text, protocol: &'static str, depth: Depth) -> Part<InetSocket> {
    let mut part = text.rows(1, |line| inet_row(line, protocol));
    if depth == Depth::Bound {
        let waiting = InetSocket::waiting(protocol);
        part.list.retain(|socket| socket.state == waiting);
    }
    part
}

/// `sl local rem st tx:rx tr:when retrnsmt uid timeout inode …`.
fn inet_row(line: &[u8], protocol: &'static str) -> Option<InetSocket> {
    let mut fields = fields(line).skip(1);
    Some(InetSocket {
        protocol,
        local: endpoint(fields.next()?)?,
        remote: endpoint(fields.next()?)?,
        state: u8::try_from(hex(fields.next()?)?).ok()?,
        v6_only: None,
        uid: decimal(fields.nth(3)?)?,
        inode: decimal(fields.nth(1)?)?,
        index: 0,
    })
}

/// `0100007F:0050`: an address of either family, and the port.
fn endpoint(word: &[u8]) -> Option<Endpoint> {
    let colon = word.iter().position(|byte| *byte == b':')?;
    let (address, port) = (&word[..colon], &word[colon + 1..]);
    let address = match address.len() {
        8 => ip(&words::<4>(address)?),
        _ => ip(&words::<16>(address)?),
    };
    Some(Endpoint {
        address: address?,
        port: u16::try_from(hex(port)?).ok()?,
    })
}

/// `__SO_ACCEPTCON` among the flags: it listens.
const ACCEPTS: u32 = 0x1_0000;
/// `SS_CONNECTING`, of one that nobody has accepted yet, and `SS_CONNECTED`.
const CONNECTED: [u32; 2] = [2, 3];
/// `SOCK_DGRAM`.
const DATAGRAM: u16 = 2;

/// A unix socket of the file.
struct UnixRow {
    kind: u16,
    state: u8,
    inode: u64,
    name: Vec<u8>,
}

/// The wanted unix sockets. Names may hold newlines: what does not look like a socket is taken to be the rest of the
/// name before it. A name made to look like sockets, by whoever may bind one here, is not told from them.
pub(super) fn unix(text: &Text, depth: Depth) -> Part<SocketRecord> {
    let mut rows: Vec<UnixRow> = Vec::new();
    let mut miss = text.cut.then_some(Miss::Truncated);
    for line in lines(&text.bytes).skip(1) {
        match (unix_row(line), rows.last_mut()) {
            (Some(row), _) => rows.push(row),
            (None, Some(before)) => {
                before.name.push(b'\n');
                before.name.extend(line);
            }
            (None, None) => miss = Some(Miss::Malformed),
        }
    }
    let wanted = rows.iter().filter(|row| depth == Depth::All || row.waits());
    Part {
        list: wanted.map(UnixRow::record).collect(),
        miss,
    }
}

/// `Num: RefCount Protocol Flags Type St Inode Path`.
fn unix_row(line: &[u8]) -> Option<UnixRow> {
    let mut rest = line;
    let mut field = || {
        let start = rest.iter().position(|byte| *byte != b' ')?;
        let word = &rest[start..];
        let end = word.iter().position(|byte| *byte == b' ');
        let (word, behind) = word.split_at(end.unwrap_or(word.len()));
        rest = behind;
        Some(word)
    };
    field()?.strip_suffix(b":")?;
    let (_, _, flags) = (hex(field()?)?, hex(field()?)?, hex(field()?)?);
    let (kind, state, inode) = (hex(field()?)?, hex(field()?)?, decimal(field()?)?);
    Some(UnixRow {
        kind: u16::try_from(kind).ok()?,
        state: match state {
            _ if flags & ACCEPTS != 0 => LISTEN,
            state if CONNECTED.contains(&state) => text::ESTABLISHED,
            _ => text::CLOSE,
        },
        inode,
        // One space behind the inode; the name may begin with more.
        name: rest.get(1..).unwrap_or_default().to_vec(),
    })
}

impl UnixRow {
    /// Whether others can reach it: by listening, or as a datagram socket by its name.
    fn waits(&self) -> bool {
        let has_name = !self.name.is_empty();
        self.state == LISTEN || (self.kind == DATAGRAM && self.state == text::CLOSE && has_name)
    }

    fn record(&self) -> SocketRecord {
        SocketRecord {
            index: None,
            socket: Socket {
                local: (!self.name.is_empty()).then(|| owned(&self.name)),
                inode: (self.inode != 0).then_some(self.inode),
                ..Socket::new(text::unix_protocol(self.kind), text::state(self.state))
            },
        }
    }
}
