//! TCP, UDP and raw sockets: `inet_diag_req_v2` and `inet_diag_msg` of the kernel's `inet_diag.h`.

use super::text::{Endpoint, InetSocket};
use crate::collect::network::Depth;
use crate::collect::network::values::{INET, INET6, ip, u16_be, u32_at};
use crate::collect::network::wire::attributes;

/// A protocol of one family.
#[derive(Clone, Copy, Debug)]
pub(super) struct Protocol {
    /// As the model calls it.
    pub(super) name: &'static str,
    /// As people call a list of them.
    pub(super) plural: &'static str,
    /// `IPPROTO_*`.
    number: u8,
    /// `AF_*`.
    family: u8,
}

/// TCP in IPv4 and IPv6.
pub(super) const TCP: [Protocol; 2] = both("tcp", "TCP sockets", 6);
/// UDP in IPv4 and IPv6.
pub(super) const UDP: [Protocol; 2] = both("udp", "UDP sockets", 17);
/// Raw sockets of every protocol, in IPv4 and IPv6 (`IPPROTO_RAW`).
pub(super) const RAW: [Protocol; 2] = both("raw", "raw sockets", 255);

const fn both(name: &'static str, plural: &'static str, number: u8) -> [Protocol; 2] {
    let v4 = Protocol {
        name,
        plural,
        number,
        family: INET,
    };
    [
        v4,
        Protocol {
            family: INET6,
            ..v4
        },
    ]
}

/// All states; the highest is only known to newer kernels, and names TCP sockets that are bound and no more.
const ALL_STATES: u32 = (1 << 14) - 1;

impl Protocol {
    /// The body of a request for all sockets, or for those that wait. TCP sockets that are bound and no more are not
    /// among these: for them the kernel goes through all ports and connections of the host, which takes a hundred times
    /// as long as those that listen.
    pub(super) fn request(self, depth: Depth) -> [u8; 56] {
        let states = match depth {
            Depth::Bound => 1 << InetSocket::waiting(self.name),
            Depth::All => ALL_STATES,
        };
        // Behind the states are ports, addresses and a cookie: none of them limits a dump.
        let mut body = [0; 56];
        (body[0], body[1]) = (self.family, self.number);
        body[4..8].copy_from_slice(&u32::to_ne_bytes(states));
        body
    }

    /// Whether it is of IPv6.
    pub(super) const fn is_v6(self) -> bool {
        self.family == INET6
    }

    /// A socket of a message; `None` where it makes no sense.
    pub(super) fn decode(self, message: &[u8]) -> Option<InetSocket> {
        let (head, rest) = message.split_at_checked(HEADER)?;
        Some(InetSocket {
            protocol: self.name,
            state: head[1],
            local: endpoint(head, 4, 8)?,
            remote: endpoint(head, 6, 24)?,
            v6_only: v6_only(rest),
            uid: u32_at(head, 64)?,
            inode: u32_at(head, 68)?.into(),
            index: u32_at(head, 40)?,
        })
    }
}

/// `struct inet_diag_msg`.
const HEADER: usize = 72;

/// The side of a socket whose port and address are at these places.
fn endpoint(head: &[u8], port: usize, address: usize) -> Option<Endpoint> {
    let length = match head[0] {
        INET => 4,
        INET6 => 16,
        _ => return None,
    };
    Some(Endpoint {
        port: u16_be(head.get(port..)?)?,
        address: ip(head.get(address..)?.get(..length)?)?,
    })
}

/// `INET_DIAG_SKV6ONLY`.
const SKV6ONLY: u16 = 11;

/// Whether it refuses IPv4; `None` where that is not said.
fn v6_only(rest: &[u8]) -> Option<bool> {
    let (_, value) = attributes(rest).find(|(kind, _)| *kind == SKV6ONLY)?;
    value.first().map(|byte| *byte != 0)
}

#[cfg(test)]
mod tests {
    use super::super::text::LISTEN;
    use super::*;
    use crate::collect::network::noise::Noise;

    /// A message about `[::]:8080` listening, inode 4242, uid 1000, bound to interface 3, IPv6 only.
    fn message() -> Vec<u8> {
        let mut bytes = vec![0; 72];
        (bytes[0], bytes[1]) = (INET6, LISTEN);
        bytes[4..6].copy_from_slice(&8080_u16.to_be_bytes());
        bytes[40..44].copy_from_slice(&3_u32.to_ne_bytes());
        bytes[64..68].copy_from_slice(&1000_u32.to_ne_bytes());
        bytes[68..72].copy_from_slice(&4242_u32.to_ne_bytes());
        bytes.extend(attribute(8, &[0]));
        bytes.extend(attribute(SKV6ONLY, &[1]));
        bytes
    }

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(4 + value.len()).unwrap();
        let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn a_listener_is_decoded() {
        let record = TCP[1].decode(&message()).unwrap().record();
        assert_eq!(record.index, Some(3));
        let socket = record.socket;
        assert_eq!((&*socket.protocol, &*socket.state), ("tcp", "listen"));
        assert_eq!(
            (socket.local.as_deref(), socket.remote),
            (Some("[::]:8080"), None)
        );
        let rest = (socket.v6_only, socket.inode, socket.uid);
        assert_eq!(rest, (Some(true), Some(4242), Some(1000)));
    }

    #[test]
    fn a_connection_has_two_sides_and_one_that_is_closing_no_inode() {
        let mut bytes = message();
        (bytes[0], bytes[1]) = (INET, 6);
        bytes[6..8].copy_from_slice(&443_u16.to_be_bytes());
        bytes[8..12].copy_from_slice(&[10, 0, 0, 2]);
        bytes[24..28].copy_from_slice(&[192, 0, 2, 9]);
        bytes[68..72].fill(0);
        let socket = TCP[0].decode(&bytes).unwrap().record().socket;
        assert_eq!(socket.local.as_deref(), Some("10.0.0.2:8080"));
        assert_eq!(socket.remote.as_deref(), Some("192.0.2.9:443"));
        assert_eq!((&*socket.state, socket.v6_only), ("time-wait", None));
        assert_eq!((socket.inode, socket.uid), (None, None));
    }

    #[test]
    fn the_port_of_a_raw_socket_is_its_protocol_on_both_sides() {
        let mut bytes = message();
        (bytes[0], bytes[1]) = (INET, 1);
        bytes[4..6].copy_from_slice(&1_u16.to_be_bytes());
        bytes[24..28].copy_from_slice(&[192, 0, 2, 9]);
        let socket = RAW[0].decode(&bytes).unwrap().record().socket;
        assert_eq!(socket.local.as_deref(), Some("0.0.0.0:1"));
        assert_eq!(socket.remote.as_deref(), Some("192.0.2.9:1"));
    }

    #[test]
    fn what_is_cut_short_or_of_another_family_is_refused() {
        let whole = message();
        for length in 0..72 {
            assert!(TCP[0].decode(&whole[..length]).is_none(), "{length}");
        }
        // Attributes say little; a socket is one without them too.
        for length in 72..whole.len() {
            assert!(TCP[0].decode(&whole[..length]).is_some(), "{length}");
        }
        let mut other = message();
        other[0] = 1;
        assert!(TCP[0].decode(&other).is_none());
    }

    #[test]
    fn noise_is_survived() {
        let mut noise = Noise::default();
        for _ in 0..20_000 {
            let mut bytes = message();
            bytes.extend(noise.bytes(40));
            bytes.drain(..noise.below(bytes.len()));
            let _ = TCP[1].decode(&bytes);
            let _ = TCP[1].decode(&[&message()[..72], &noise.bytes(60)].concat());
        }
    }

    #[test]
    fn those_that_wait_are_asked_for_by_their_state() {
        let states = |protocol: Protocol, depth| {
            let body = protocol.request(depth);
            u32::from_ne_bytes(*body[4..].first_chunk().unwrap())
        };
        assert_eq!(states(TCP[0], Depth::Bound), 1 << 10);
        assert_eq!(states(UDP[1], Depth::Bound), 1 << 7);
        assert_eq!(states(RAW[1], Depth::All), 0x3fff);
        assert_eq!(UDP[1].request(Depth::All)[..2], [10, 17]);
    }
}
