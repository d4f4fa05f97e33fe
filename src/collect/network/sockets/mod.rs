//! The sockets of a network namespace by `sock_diag`, which tells them to any user who is in it.
//!
//! For an answer the kernel would load modules of its own (`tcp_diag`, `raw_diag`, …), as it does for ss(8). What is not
//! loaded is not asked: those sockets are read from `/proc`, which does not know the interface that one is bound to, and
//! whether one of IPv6 takes IPv4 too. The first is told as missing, the second is unknown of each socket.
//!
//! Packet and netlink sockets always come from `/proc`, which knows as much of them and needs no module.

mod inet;
pub(super) mod text;
mod unix;

use std::cell::Cell;
use std::os::fd::BorrowedFd;

use super::kernel_module::{Presence, presence};
use super::proc_net::{NETLINK_SOCKETS, PACKET_SOCKETS};
use super::wire::{Buffer, Line};
use super::{Depth, Missing, Part, proc_net};
use crate::collect::observation::{Miss, Reading, SocketRecord};
use inet::Protocol;
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use text::{BOUND_TO, InetSocket};

/// `SOCK_DIAG_BY_FAMILY`, and of the messages of its answer.
const BY_FAMILY: u16 = 20;

/// Which kinds of sockets can be asked for without a module being loaded for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Askable {
    inet: [bool; 3],
    unix: bool,
}

impl Askable {
    /// What is there now.
    pub(super) fn now() -> Self {
        let there = |name| matches!(presence(name), Presence::Here | Presence::Fixed);
        let both = there("inet_diag");
        Self {
            inet: ["tcp_diag", "udp_diag", "raw_diag"].map(|name| both && there(name)),
            unix: there("unix_diag"),
        }
    }
}

/// The sockets of one namespace.
#[derive(Clone, Debug, Default)]
pub(super) struct Sockets {
    /// Those that could be read.
    pub(super) list: Vec<SocketRecord>,
    /// Kinds of sockets of which none or not all could be read, and what is not known of those in the list.
    pub(super) missing: Vec<Missing>,
    /// Whether something changed during a dump each time it was tried.
    pub(super) unsteady: bool,
}

/// Reads the sockets of the network namespace that the current thread is in. `root` is the proc mount, `buffer` room
/// for answers.
pub(super) fn dump(
    root: BorrowedFd<'_>,
    askable: Askable,
    depth: Depth,
    buffer: &mut Buffer,
) -> Reading<Sockets> {
    let mut sockets = Sockets::default();
    // While there is none of our own.
    sockets.take_links(root, depth);
    let mut line = Line::open(NETLINK_SOCK_DIAG, buffer)?;
    for (both, is_askable) in [inet::TCP, inet::UDP, inet::RAW].iter().zip(askable.inet) {
        for protocol in both {
            let mut part = Part::missed(Miss::Absent);
            if is_askable {
                part = of_protocol(&mut line, *protocol, depth);
            }
            if part.miss == Some(Miss::Absent) {
                part = proc_net::own_sockets(root, protocol.name, protocol.is_v6(), depth);
                sockets.miss((!part.list.is_empty()).then_some((BOUND_TO, Miss::Absent)));
            }
            sockets.take(protocol.plural, part.map(InetSocket::record));
        }
    }
    let part = if askable.unix {
        let part = ask(&mut line, &unix::request(depth), unix::decode);
        Part {
            list: unix::records(&part.list, depth),
            miss: part.miss,
        }
    } else {
        proc_net::own_unix_sockets(root, depth)
    };
    sockets.take("unix sockets", part);
    sockets.unsteady = line.unsteady;
    Ok(sockets)
}

fn of_protocol(line: &mut Line<'_>, protocol: Protocol, depth: Depth) -> Part<InetSocket> {
    let decode = |message: &[u8]| protocol.decode(message);
    ask(line, &protocol.request(depth), decode)
}

/// Asks for a list, and notices messages that make no sense.
fn ask<T>(line: &mut Line<'_>, body: &[u8], decode: impl Fn(&[u8]) -> Option<T>) -> Part<T> {
    let miss = Cell::new(None);
    let list = line.dump(BY_FAMILY, body, |message| {
        let value = decode(message);
        if value.is_none() {
            miss.set(Some(Miss::Malformed));
        }
        value
    });
    let is_cut = line.take_cut();
    match list {
        Ok(list) => Part {
            list,
            miss: is_cut.then_some(Miss::Truncated).or(miss.get()),
        },
        Err(miss) => Part::missed(miss),
    }
}

impl Sockets {
    /// Those of which the files of `/proc` know all that is told.
    fn take_links(&mut self, root: BorrowedFd<'_>, depth: Depth) {
        self.take(PACKET_SOCKETS, proc_net::own_packet_sockets(root));
        if depth == Depth::All {
            self.take(NETLINK_SOCKETS, proc_net::own_netlink_sockets(root));
        }
    }

    fn take(&mut self, plural: &'static str, mut part: Part<SocketRecord>) {
        self.list.append(&mut part.list);
        self.miss(part.miss.map(|miss| (plural, miss)));
    }

    /// Both families of a protocol count as one.
    fn miss(&mut self, missing: Option<Missing>) {
        let is_new = |missing: &Missing| !self.missing.contains(missing);
        let missing: Option<Missing> = missing.filter(is_new);
        self.missing.extend(missing);
    }
}

#[cfg(test)]
mod tests;
