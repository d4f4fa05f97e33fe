//! Addresses: of IPv6 from `if_inet6`, of IPv4 by bringing the routing tables together.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::file::{fields, hex, plain_v6};
use super::interfaces::{LOOPBACK, hex_index};
use super::routes::Ipv4Route;
use super::trie::{Prefix, Trie};
use crate::collect::network::values::flags;
use crate::collect::observation::AddressRecord;
use crate::model::Address;

/// `IFA_F_PERMANENT`.
const PERMANENT: u32 = 0x80;
/// `IFA_F_*`, as ip(8) calls them.
const FLAGS: [(u32, &str); 8] = [
    (0x01, "temporary"),
    (0x40, "tentative"),
    (0x20, "deprecated"),
    (0x10, "home"),
    (0x02, "nodad"),
    (0x04, "optimistic"),
    (0x08, "dadfailed"),
    (PERMANENT, "permanent"),
];

/// An address of `if_inet6`, with the name of its interface.
pub(super) struct Ipv6Row {
    pub(super) name: Vec<u8>,
    pub(super) record: AddressRecord,
}

/// `address index length scope flags name`, all but the name hexadecimal. Lifetimes are not told.
pub(super) fn ipv6(line: &[u8]) -> Option<Ipv6Row> {
    let mut fields = fields(line);
    let address = Ipv6Addr::from(plain_v6(fields.next()?)?);
    let index = hex_index(fields.next()?)?;
    let prefix_len = u8::try_from(hex(fields.next()?)?).ok()?;
    let scope = match hex(fields.next()?)? {
        0x00 => "global".to_owned(),
        0x10 => "host".to_owned(),
        0x20 => "link".to_owned(),
        0x40 => "site".to_owned(),
        other => other.to_string(),
    };
    let bits = hex(fields.next()?)?;
    let mut words = flags(&FLAGS, bits);
    if bits & PERMANENT == 0 {
        words.push("dynamic".into());
    }
    let mut record = record(address.to_string(), prefix_len, index);
    (record.address.scope, record.address.flags) = (Some(scope.into()), words);
    Some(Ipv6Row {
        name: fields.next()?.to_vec(),
        record,
    })
}

fn record(address: String, prefix_len: u8, index: u32) -> AddressRecord {
    AddressRecord {
        index,
        address: Address {
            address,
            prefix_len,
            scope: None,
            flags: Vec::new(),
            peer: None,
            broadcast: None,
            valid_seconds: None,
            preferred_seconds: None,
        },
    }
}

/// The addresses of IPv4 of which interface and prefix are certain, and whether there are others.
///
/// No file says which interface has an address. But for the network of an address the kernel makes a route without a
/// router over its interface, and a broadcast address. Where just one own address lies in such a network, and just one
/// interface leads there, the address is what the route was made for.
pub(super) fn ipv4(trie: &Trie, routes: &[Ipv4Route]) -> (Vec<AddressRecord>, bool) {
    let homes = homes(trie, routes);
    let mut certain = Vec::new();
    for address in &trie.own {
        let around = homes.iter().filter(|home| home.prefix.contains(*address));
        let Some(home) = around.max_by_key(|home| home.prefix.length) else {
            continue;
        };
        let index = home.index.filter(|_| is_only(*address, home.prefix, trie));
        let record = |index| record(address.to_string(), home.prefix.length, index);
        certain.extend(index.map(record));
    }
    let all = certain.len() == trie.own.len();
    (certain, !all)
}

/// A network that some interface is in.
struct Home {
    prefix: Prefix,
    /// The interface, where it is known and the only one.
    index: Option<u32>,
}

fn homes(trie: &Trie, routes: &[Ipv4Route]) -> Vec<Home> {
    let loopback = trie.own_nets.iter().map(|prefix| Home {
        prefix: *prefix,
        index: Some(LOOPBACK),
    });
    let connected = routes.iter().filter(|route| {
        let entries = trie.main.get(&route.prefix);
        let entries = entries.into_iter().flatten();
        let mut entries = entries.filter(|entry| entry.kind == "unicast");
        route.gateway.is_none() && entries.any(|entry| entry.scope == "link")
    });
    let same = |a: &Ipv4Route, b: &Ipv4Route| a.prefix == b.prefix && a.index != b.index;
    let connected = connected.map(|route| Home {
        prefix: route.prefix,
        index: route
            .index
            .filter(|_| !routes.iter().any(|other| same(route, other))),
    });
    loopback.chain(connected).collect()
}

/// Whether the network must be that of this very address.
fn is_only(address: Ipv4Addr, prefix: Prefix, trie: &Trie) -> bool {
    let others = trie.own.iter().filter(|own| **own != address);
    let is_alone = !others.into_iter().any(|own| prefix.contains(*own));
    let is_made = prefix.length == 31 || trie.broadcasts.contains(&prefix.broadcast());
    is_alone && is_made && prefix.length < 32
}
