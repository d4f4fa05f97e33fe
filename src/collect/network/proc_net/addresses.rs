//! Addresses: of IPv6 from `if_inet6`, of IPv4 by bringing the routing tables together.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
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
    let homes = Homes::of(trie, routes);
    let mut certain = Vec::new();
    for address in &trie.own {
        let Some((prefix, index)) = homes.around(*address) else {
            continue;
        };
        let index = index.filter(|_| is_only(prefix, trie));
        let record = |index| record(address.to_string(), prefix.length, index);
        certain.extend(index.map(record));
    }
    let all = certain.len() == trie.own.len();
    (certain, !all)
}

/// The networks that interfaces are in.
#[derive(Default)]
struct Homes {
    /// The interface of each, where it is known and the only one.
    interfaces: HashMap<Prefix, Option<u32>>,
    /// The lengths that there are, longest first.
    lengths: BTreeSet<Reverse<u8>>,
}

impl Homes {
    fn of(trie: &Trie, routes: &[Ipv4Route]) -> Self {
        let mut homes = Self::default();
        for prefix in &trie.own_nets {
            homes.add(*prefix, Some(LOOPBACK));
        }
        for route in routes.iter().filter(|route| is_connected(route, trie)) {
            homes.add(route.prefix, route.index);
        }
        homes
    }

    fn add(&mut self, prefix: Prefix, index: Option<u32>) {
        let network = Prefix::around(prefix.address, prefix.length);
        let known = self.interfaces.entry(network).or_insert(index);
        *known = known.filter(|known| Some(*known) == index);
        self.lengths.insert(Reverse(prefix.length));
    }

    /// The smallest network that an address lies in, and its interface.
    fn around(&self, address: Ipv4Addr) -> Option<(Prefix, Option<u32>)> {
        let lengths = self.lengths.iter();
        let networks = lengths.map(|Reverse(length)| Prefix::around(address, *length));
        let find = |network| Some((network, *self.interfaces.get(&network)?));
        networks.into_iter().find_map(find)
    }
}

/// Whether a route leads to what is directly at its interface.
fn is_connected(route: &Ipv4Route, trie: &Trie) -> bool {
    let entries = trie.main.get(&route.prefix).into_iter().flatten();
    let mut entries = entries.filter(|entry| entry.kind == "unicast");
    route.gateway.is_none() && entries.any(|entry| entry.scope == "link")
}

/// Whether the network must be that of the one own address that lies in it.
fn is_only(network: Prefix, trie: &Trie) -> bool {
    let own = trie.own.range(network.address..=network.broadcast());
    let is_alone = own.take(2).count() == 1;
    let is_made = network.length == 31 || trie.broadcasts.contains(&network.broadcast());
    is_alone && is_made && network.length < 32
}
