//! Matches and targets of `x_tables`, in which iptables writes rules into `nf_tables`.
//!
//! They are the structures of the kernel's headers as they lie in memory: numbers in the order of the machine, addresses
//! and the ports of targets in that of the network.

use std::net::IpAddr;

use super::condition::{Conditions, Field};
use super::header::address;
use super::rule::Action;
use super::target::{Target, To, target};

/// `NF_NAT_RANGE_MAP_IPS` and `NF_NAT_RANGE_PROTO_SPECIFIED`: there is an address, there are ports.
const ADDRESS: u32 = 1;
const PORTS: u32 = 2;

/// Any port.
const ANY: (u16, u16) = (0, u16::MAX);

/// Matches that ask neither for the protocol nor for the destination's address or port, or for an address only by
/// what kind of address it is.
const ASIDE: [&str; 24] = [
    "addrtype",
    "cgroup",
    "connlimit",
    "connmark",
    "cpu",
    "devgroup",
    "dscp",
    "helper",
    "hl",
    "length",
    "limit",
    "mac",
    "mark",
    "owner",
    "physdev",
    "pkttype",
    "quota",
    "realm",
    "recent",
    "state",
    "statistic",
    "time",
    "tos",
    "ttl",
];

/// Adds the conditions of a match.
pub(super) fn condition(name: &str, info: &[u8], conditions: &mut Conditions) {
    let known = match name {
        "comment" => Some(()),
        "tcp" => ports(info, conditions, 6, 11),
        "udp" => ports(info, conditions, 17, 8),
        "sctp" => sctp(info, conditions),
        "multiport" => {
            conditions.vague(Field::Port);
            Some(())
        }
        "conntrack" => conntrack(info, conditions),
        _ if ASIDE.contains(&name) => {
            conditions.has_more = true;
            Some(())
        }
        _ => None,
    };
    if known.is_none() {
        conditions.unknown();
    }
}

/// A match of tcp or udp: source ports, destination ports, of tcp options and flags; then, at `flags_at`, which of them
/// are inverted (source ports 1, destination ports 2).
fn ports(info: &[u8], conditions: &mut Conditions, protocol: u8, flags_at: usize) -> Option<()> {
    let (from, to) = (range(info, 0)?, range(info, 4)?);
    let inverted = *info.get(flags_at)?;
    conditions.protocol(protocol);
    if inverted & 2 != 0 {
        conditions.vague(Field::Port);
    } else if to != ANY {
        conditions.ports(to.0, to.1);
    }
    let others = info.get(8..flags_at)?.iter().any(|byte| *byte != 0);
    conditions.has_more |= from != ANY || others || inverted & !2 != 0;
    Some(())
}

/// A match of sctp, whose flags tell which of its parts count (source ports 1, destination ports 2, chunks 4).
fn sctp(info: &[u8], conditions: &mut Conditions) -> Option<()> {
    let (to, flags, inverted) = (range(info, 0)?, word(info, 284)?, word(info, 288)?);
    conditions.protocol(132);
    if flags & inverted & 2 != 0 {
        conditions.vague(Field::Port);
    } else if flags & 2 != 0 {
        conditions.ports(to.0, to.1);
    }
    conditions.has_more |= flags & !2 != 0;
    Some(())
}

/// A match of the state of a connection, if it does not ask where the connection went: protocol, original address or
/// port.
fn conntrack(info: &[u8], conditions: &mut Conditions) -> Option<()> {
    const DESTINATION: u16 = 1 << 1 | 1 << 3 | 1 << 9;
    let asked = u16::from_ne_bytes(*info.get(146..)?.first_chunk()?);
    conditions.has_more = true;
    (asked & DESTINATION == 0).then_some(())
}

/// What a target does; none for one that does not decide where a packet goes.
pub(super) fn action(name: &str, revision: u32, info: &[u8], family: u8) -> Option<Action> {
    let target = match (name, revision, family) {
        ("DNAT", 0, 2) => short(info),
        ("DNAT", 1 | 2, 2 | 10) => long(info, family),
        ("REDIRECT", 0, 2) => short(info).map(here),
        ("REDIRECT", 0, 10) => long(info, family).map(here),
        ("DNAT" | "REDIRECT" | "NETMAP" | "TPROXY" | "DNPT", _, _) => None,
        _ => return None,
    };
    Some(target.map_or(Action::Unread, Action::Forward))
}

fn here(target: Target) -> Target {
    Target {
        address: To::Here,
        ..target
    }
}

/// `struct nf_nat_ipv4_multi_range_compat`: how many, which is one; flags, addresses, ports.
fn short(info: &[u8]) -> Option<Target> {
    if word(info, 0)? != 1 {
        return None;
    }
    new(info, 4, 4, 4)
}

/// `struct nf_nat_range` and `nf_nat_range2`: flags, addresses, ports.
fn long(info: &[u8], family: u8) -> Option<Target> {
    new(info, 0, 16, if family == 2 { 4 } else { 16 })
}

/// A target whose flags are at `flags_at`, with room for addresses of `room` bytes, of which `length` count.
fn new(info: &[u8], flags_at: usize, room: usize, length: usize) -> Option<Target> {
    let flags = word(info, flags_at)?;
    let at = flags_at + 4;
    let read = |at: usize| -> Option<IpAddr> { address(info.get(at..at + length)?, length) };
    let addresses = (read(at)?, read(at + room)?);
    let ports_at = at + 2 * room;
    let port = |at: usize| Some(u16::from_be_bytes(*info.get(at..)?.first_chunk()?));
    let ports = (port(ports_at)?, port(ports_at + 2)?);
    target(
        (flags & ADDRESS != 0).then_some(addresses),
        (flags & PORTS != 0).then_some(ports),
        flags,
        "iptables",
    )
}

/// First and last port, in the order of the machine.
fn range(info: &[u8], at: usize) -> Option<(u16, u16)> {
    let half = |at: usize| Some(u16::from_ne_bytes(*info.get(at..)?.first_chunk()?));
    Some((half(at)?, half(at + 2)?))
}

fn word(info: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*info.get(at..)?.first_chunk()?))
}
