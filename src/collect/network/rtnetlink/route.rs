//! `RTM_GETROUTE`: routes of all tables.

use std::net::IpAddr;

use super::super::values::{INET, SCOPES, family, flags, ip, u16, u32, u32_at, word};
use super::super::wire::{attributes, attributes_after};
use crate::collect::observation::RouteRecord;
use crate::model::{NextHop, Route};

pub(super) const GET: u16 = libc::RTM_GETROUTE;
/// `struct rtmsg`.
pub(super) const HEADER: usize = 12;

/// `RTM_F_CLONED`: an entry of a cache.
const CLONED: u32 = 0x200;
/// `struct rtnexthop`.
const HOP_HEADER: usize = 8;

const KINDS: [(u8, &str); 11] = [
    (1, "unicast"),
    (2, "local"),
    (3, "broadcast"),
    (4, "anycast"),
    (5, "multicast"),
    (6, "blackhole"),
    (7, "unreachable"),
    (8, "prohibit"),
    (9, "throw"),
    (10, "nat"),
    (11, "xresolve"),
];

const PROTOCOLS: [(u8, &str); 20] = [
    (0, "none"),
    (1, "redirect"),
    (2, "kernel"),
    (3, "boot"),
    (4, "static"),
    (8, "gated"),
    (9, "ra"),
    (10, "mrt"),
    (11, "zebra"),
    (12, "bird"),
    (13, "dnrouted"),
    (14, "xorp"),
    (15, "ntk"),
    (16, "dhcp"),
    (18, "keepalived"),
    (42, "babel"),
    (186, "bgp"),
    (187, "isis"),
    (188, "ospf"),
    (189, "rip"),
];

/// `RTNH_F_*` of the kernel's rtnetlink.h.
const FLAGS: [(u32, &str); 6] = [
    (0x1, "dead"),
    (0x4, "onlink"),
    (0x2, "pervasive"),
    (0x8, "offload"),
    (0x10, "linkdown"),
    (0x20, "unresolved"),
];

/// One route; none of other families, such as multicast routing.
pub(super) fn decode(message: &[u8]) -> Option<RouteRecord> {
    let header = message.first_chunk::<HEADER>()?;
    let [
        number,
        length,
        from_length,
        tos,
        table,
        protocol,
        scope,
        kind,
        ..,
    ] = *header;
    let family = family(number)?;
    let bits = u32_at(header, 8)?;
    if bits & CLONED != 0 {
        return None;
    }
    let mut found = Found::default();
    for (kind, value) in attributes_after(message, HEADER) {
        found.take(kind, value);
    }
    let (hop_indexes, next_hops) = found.hops.into_iter().unzip();
    Some(RouteRecord {
        index: found.index,
        hop_indexes,
        route: Route {
            family,
            kind: word(&KINDS, kind),
            destination: destination(number, found.destination, length),
            from: prefix(found.from, from_length),
            // IPv6 takes no notice of it.
            tos: Some(tos).filter(|tos| *tos != 0 && number == INET),
            gateway: found.gateway.map(|gateway| gateway.to_string()),
            interface: None,
            table: found.table.unwrap_or(u32::from(table)),
            metric: found.metric.filter(|metric| *metric != 0),
            protocol: word(&PROTOCOLS, protocol),
            scope: word(&SCOPES, scope),
            source: found.source.map(|source| source.to_string()),
            next_hops,
            flags: flags(&FLAGS, bits),
        },
    })
}

/// The attributes of a route.
#[derive(Default)]
struct Found {
    destination: Option<IpAddr>,
    from: Option<IpAddr>,
    gateway: Option<IpAddr>,
    index: Option<u32>,
    metric: Option<u32>,
    source: Option<IpAddr>,
    table: Option<u32>,
    hops: Vec<(u32, NextHop)>,
}

impl Found {
    fn take(&mut self, kind: u16, value: &[u8]) {
        match kind {
            libc::RTA_DST => self.destination = ip(value),
            libc::RTA_SRC => self.from = ip(value),
            libc::RTA_GATEWAY => self.gateway = ip(value),
            libc::RTA_VIA => self.gateway = via(value),
            libc::RTA_OIF => self.index = u32(value),
            libc::RTA_PRIORITY => self.metric = u32(value),
            libc::RTA_PREFSRC => self.source = ip(value),
            libc::RTA_TABLE => self.table = u32(value),
            libc::RTA_MULTIPATH => self.hops = hops(value),
            _ => {}
        }
    }
}

/// `struct rtvia`: a router of the other family.
fn via(value: &[u8]) -> Option<IpAddr> {
    ip(value.get(2..)?)
}

/// An address with the length of its prefix; `None` for one that holds all.
fn prefix(address: Option<IpAddr>, length: u8) -> Option<String> {
    let address = address.filter(|_| length > 0)?;
    Some(format!("{address}/{length}"))
}

/// An address with the length of its prefix, or `default`.
fn destination(family: u8, address: Option<IpAddr>, length: u8) -> String {
    match address {
        Some(address) => format!("{address}/{length}"),
        None if length == 0 => "default".to_owned(),
        None if family == super::super::values::INET6 => format!("::/{length}"),
        None => format!("0.0.0.0/{length}"),
    }
}

/// `RTA_MULTIPATH`: next hops, each with a length of its own.
fn hops(mut rest: &[u8]) -> Vec<(u32, NextHop)> {
    let mut hops = Vec::new();
    while let Some(length) = u16(rest).map(usize::from) {
        let Some(hop) = rest.get(..length).filter(|hop| hop.len() >= HOP_HEADER) else {
            break;
        };
        hops.extend(one_hop(hop));
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    hops
}

fn one_hop(hop: &[u8]) -> Option<(u32, NextHop)> {
    let mut gateway = None;
    for (kind, value) in attributes(hop.get(HOP_HEADER..)?) {
        match kind {
            libc::RTA_GATEWAY => gateway = ip(value),
            libc::RTA_VIA => gateway = via(value),
            _ => {}
        }
    }
    let hop = (
        u32_at(hop, 4)?,
        NextHop {
            gateway: gateway.map(|gateway| gateway.to_string()),
            interface: None,
            weight: u32::from(*hop.get(3)?) + 1,
        },
    );
    Some(hop)
}
