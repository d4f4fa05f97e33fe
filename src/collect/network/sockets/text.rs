//! Words and addresses of sockets, as ss(8) writes them, in small letters.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use crate::collect::observation::SocketRecord;
use crate::model::Socket;

/// `TCP_ESTABLISHED` of the kernel, which it uses for sockets of every protocol.
pub(in crate::collect::network) const ESTABLISHED: u8 = 1;
/// `TCP_CLOSE`: neither listening nor connected.
pub(in crate::collect::network) const CLOSE: u8 = 7;
/// `TCP_LISTEN`.
pub(in crate::collect::network) const LISTEN: u8 = 10;

/// The state with this number in the kernel's `tcp_states.h`; a number that has no name yet speaks for itself.
pub(in crate::collect::network) fn state(number: u8) -> String {
    let name = match number {
        ESTABLISHED => "established",
        2 => "syn-sent",
        // The second is a connection in the making (`TCP_NEW_SYN_RECV`), which ss does not tell from the first.
        3 | 12 => "syn-recv",
        4 => "fin-wait-1",
        5 => "fin-wait-2",
        6 => "time-wait",
        CLOSE => "unconnected",
        8 => "close-wait",
        9 => "last-ack",
        LISTEN => "listen",
        11 => "closing",
        13 => "bound-inactive",
        other => return other.to_string(),
    };
    name.to_owned()
}

/// The name of a unix socket's type (`SOCK_STREAM`, `SOCK_DGRAM`, `SOCK_SEQPACKET`).
pub(in crate::collect::network) fn unix_protocol(kind: u16) -> String {
    match kind {
        1 => "unix".to_owned(),
        2 => "unix_dgram".to_owned(),
        5 => "unix_seqpacket".to_owned(),
        other => format!("unix_{other}"),
    }
}

/// What of internet sockets is in no file of `/proc`, as people call it.
pub(in crate::collect::network) const BOUND_TO: &str = "interfaces that sockets are bound to";

/// One side of an internet socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::collect::network) struct Endpoint {
    /// Address.
    pub(in crate::collect::network) address: IpAddr,
    /// Port; of a raw socket, its protocol number.
    pub(in crate::collect::network) port: u16,
}

impl Endpoint {
    /// `192.0.2.1:80` or `[2001:db8::1]:80`.
    pub(in crate::collect::network) fn text(self) -> String {
        SocketAddr::new(self.address, self.port).to_string()
    }

    /// Its text, unless it is nobody's: a socket without another side has zeros there.
    pub(in crate::collect::network) fn text_of_remote(self) -> Option<String> {
        (!self.address.is_unspecified()).then(|| self.text())
    }

    /// Whether it is every address of IPv6, and perhaps of IPv4.
    pub(in crate::collect::network) fn is_any_v6(self) -> bool {
        self.address == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
    }
}

/// An internet socket, as either route tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::collect::network) struct InetSocket {
    /// tcp, udp or raw.
    pub(in crate::collect::network) protocol: &'static str,
    /// Its state, by number.
    pub(in crate::collect::network) state: u8,
    /// Our side.
    pub(in crate::collect::network) local: Endpoint,
    /// The other side.
    pub(in crate::collect::network) remote: Endpoint,
    /// Whether it refuses IPv4, where that is told.
    pub(in crate::collect::network) v6_only: Option<bool>,
    /// Its user.
    pub(in crate::collect::network) uid: u32,
    /// Its inode, or 0.
    pub(in crate::collect::network) inode: u64,
    /// Index of the interface it is bound to, or 0.
    pub(in crate::collect::network) index: u32,
}

impl InetSocket {
    /// The state that those of `protocol` have which wait for others.
    pub(in crate::collect::network) fn waiting(protocol: &str) -> u8 {
        if protocol == "tcp" { LISTEN } else { CLOSE }
    }

    /// What it says, in words.
    pub(in crate::collect::network) fn record(self) -> SocketRecord {
        let mut remote = self.remote;
        if self.protocol == "raw" {
            remote.port = self.local.port;
        }
        SocketRecord {
            index: (self.index != 0).then_some(self.index),
            socket: Socket {
                local: Some(self.local.text()),
                remote: remote.text_of_remote(),
                v6_only: self.v6_only.filter(|_| self.local.is_any_v6()),
                inode: (self.inode != 0).then_some(self.inode),
                // One without an inode has no owner either, whatever the number says.
                uid: (self.inode != 0).then_some(self.uid),
                ..Socket::new(self.protocol.to_owned(), state(self.state))
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_word() {
        let words: Vec<_> = (1..=13).map(state).collect();
        assert!(words.iter().all(|word| word.parse::<u8>().is_err()));
        assert_eq!((state(LISTEN), state(99)), ("listen".into(), "99".into()));
    }

    #[test]
    fn endpoints_are_written_as_urls_have_them() {
        let at = |address: &str, port| Endpoint {
            address: address.parse().unwrap(),
            port,
        };
        assert_eq!(at("0.0.0.0", 80).text(), "0.0.0.0:80");
        assert_eq!(at("::", 80).text(), "[::]:80");
        assert_eq!(at("::", 0).text_of_remote(), None);
        assert_eq!(at("::1", 9).text_of_remote().as_deref(), Some("[::1]:9"));
        assert!(at("::", 80).is_any_v6() && !at("0.0.0.0", 80).is_any_v6());
    }

    #[test]
    fn types_of_unix_sockets_are_told_apart() {
        let all = [1, 2, 5, 3].map(unix_protocol);
        assert_eq!(all, ["unix", "unix_dgram", "unix_seqpacket", "unix_3"]);
    }
}
