//! `route` and `ipv6_route`: routing tables, without who made an entry.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::file::{decimal, fields, hex, owned, plain_v6, words};
use super::interfaces::Indexes;
use super::trie::{Entry, Prefix, Trie};
use crate::collect::observation::RouteRecord;
use crate::model::Route;

/// `RT_TABLE_MAIN`.
const MAIN: u32 = 254;
/// `RT_TABLE_LOCAL`.
const LOCAL_TABLE: u32 = 255;
/// `RTF_GATEWAY`.
const GATEWAY: u32 = 0x2;
/// `RTF_REJECT`.
const REJECT: u32 = 0x200;
/// `RTF_ANYCAST`.
const ANYCAST: u32 = 0x10_0000;
/// `RTF_LOCAL`.
const LOCAL: u32 = 0x8000_0000;
/// What cannot be told.
const UNKNOWN: &str = "unknown";

/// A route of the main table of IPv4. Of several next hops the file shows the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ipv4Route {
    pub(super) prefix: Prefix,
    pub(super) gateway: Option<Ipv4Addr>,
    /// Index of its interface, where that is known.
    pub(super) index: Option<u32>,
    /// Name of its interface; none of a route that leads nowhere.
    name: Option<Vec<u8>>,
    flags: u32,
    metric: u32,
}

/// `iface destination gateway flags refcnt use metric mask …`.
pub(super) fn ipv4(line: &[u8], indexes: &Indexes) -> Option<Ipv4Route> {
    let mut fields = fields(line);
    let name = fields.next()?;
    let destination = words(fields.next()?)?;
    let gateway = words::<4>(fields.next()?)?;
    let flags = hex(fields.next()?)?;
    let metric = decimal(fields.nth(2)?)?;
    let mask = u32::from_be_bytes(words(fields.next()?)?);
    let length = mask.leading_ones();
    Some(Ipv4Route {
        prefix: Prefix {
            address: Ipv4Addr::from(destination),
            length: u8::try_from(length).ok()?,
        },
        gateway: (flags & GATEWAY != 0).then(|| gateway.into()),
        index: indexes.get(name).copied(),
        name: (name != b"*").then(|| name.to_vec()),
        flags,
        metric,
    })
    .filter(|_| mask.count_ones() == length)
}

impl Ipv4Route {
    /// The record, with kind and scope from the trie where it has just one that fits.
    pub(super) fn record(&self, trie: &Trie) -> RouteRecord {
        let Prefix { address, length } = self.prefix;
        let mut entries = trie.main.get(&self.prefix).into_iter().flatten();
        let fitting: Vec<_> = entries.by_ref().filter(|entry| self.fits(entry)).collect();
        let (kind, scope) = match fitting[..] {
            [only] => (only.kind.as_str(), only.scope.as_str()),
            _ if self.name.is_some() => ("unicast", UNKNOWN),
            // Several that refuse, each in its own way.
            _ if self.flags & REJECT != 0 => ("unreachable", UNKNOWN),
            _ => ("blackhole", UNKNOWN),
        };
        let route = Route {
            kind: kind.to_owned().into(),
            scope: scope.to_owned().into(),
            ..route("inet", destination(&address.to_string(), length))
        };
        RouteRecord {
            route: Route {
                gateway: self.gateway.map(|gateway| gateway.to_string()),
                interface: self.name.as_deref().map(owned),
                metric: (self.metric != 0).then_some(self.metric),
                ..route
            },
            index: self.index,
            hop_indexes: Vec::new(),
        }
    }

    /// Whether an entry of the trie may be this route: those that lead somewhere have an interface, and flags tell
    /// some of the others apart.
    fn fits(&self, entry: &Entry) -> bool {
        let refuses = matches!(&*entry.kind, "unreachable" | "prohibit");
        let leads = !refuses && !matches!(&*entry.kind, "blackhole" | "throw");
        match self.name {
            Some(_) => leads,
            None => !leads && refuses == (self.flags & REJECT != 0),
        }
    }
}

fn destination(address: &str, length: u8) -> String {
    match length {
        0 => "default".to_owned(),
        length => format!("{address}/{length}"),
    }
}

fn route(family: &str, destination: String) -> Route {
    Route {
        family: family.to_owned().into(),
        kind: String::new().into(),
        destination,
        from: None,
        tos: None,
        gateway: None,
        interface: None,
        table: MAIN,
        metric: None,
        protocol: UNKNOWN.to_owned().into(),
        scope: UNKNOWN.to_owned().into(),
        source: None,
        next_hops: Vec::new(),
        flags: Vec::new(),
    }
}

/// A line of `ipv6_route`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ipv6Route {
    destination: Ipv6Addr,
    length: u8,
    /// The source that it is for, and the bits of it that count; 0 for any.
    source: Ipv6Addr,
    source_length: u8,
    gateway: Option<Ipv6Addr>,
    metric: u32,
    flags: u32,
    name: Vec<u8>,
}

/// `destination length source length gateway metric refcnt use flags iface`, all but the last hexadecimal.
pub(super) fn ipv6(line: &[u8]) -> Option<Ipv6Route> {
    let mut fields = fields(line);
    let destination = plain_v6(fields.next()?)?.into();
    let length = u8::try_from(hex(fields.next()?)?).ok()?;
    let source = plain_v6(fields.next()?)?.into();
    let source_length = u8::try_from(hex(fields.next()?)?).ok()?;
    let gateway = Ipv6Addr::from(plain_v6(fields.next()?)?);
    let metric = hex(fields.next()?)?;
    Some(Ipv6Route {
        destination,
        length,
        source,
        source_length,
        gateway: (!gateway.is_unspecified()).then_some(gateway),
        metric,
        flags: hex(fields.nth(2)?)?,
        name: fields.next()?.to_vec(),
    })
}

impl Ipv6Route {
    /// The entry that the kernel puts where a table has no default route.
    fn is_null(&self) -> bool {
        self.length == 0 && self.flags & REJECT != 0 && self.metric == u32::MAX
    }

    /// Whether it ends its table: entries come before what they are a part of, so the default route comes last.
    fn is_last(&self) -> bool {
        self.length == 0 && self.source_length == 0
    }

    fn record(&self, table: u32, indexes: &Indexes) -> RouteRecord {
        let kind = match self.flags {
            flags if flags & REJECT != 0 => "unreachable",
            flags if flags & LOCAL != 0 => "local",
            flags if flags & ANYCAST != 0 => "anycast",
            _ if table == LOCAL_TABLE && self.destination.is_multicast() => "multicast",
            _ => "unicast",
        };
        let destination = destination(&self.destination.to_string(), self.length);
        RouteRecord {
            route: Route {
                kind: kind.to_owned().into(),
                from: (self.source_length > 0)
                    .then(|| format!("{}/{}", self.source, self.source_length)),
                gateway: self.gateway.map(|gateway| gateway.to_string()),
                interface: Some(owned(&self.name)),
                table,
                metric: (self.metric != 0).then_some(self.metric),
                scope: "global".into(),
                ..route("inet6", destination)
            },
            index: indexes.get(&self.name).copied(),
            hop_indexes: Vec::new(),
        }
    }
}

/// The routes of the tables main and local of IPv6.
///
/// The file does not name the tables, but shows them by their numbers modulo 256, so that these two come last.
/// Routes that refuse are called unreachable, since it does not tell them from prohibit and blackhole.
pub(super) fn ipv6_tables(rows: &[Ipv6Route], indexes: &Indexes) -> Vec<RouteRecord> {
    let tables: Vec<_> = rows
        .chunk_by(|a, b| !a.is_last() || (b.is_last() && !a.is_null() && !b.is_null()))
        .collect();
    let (main, local) = match &tables[..] {
        // A kernel with one table for all, or with nothing in it.
        [] => (&[][..], &[][..]),
        [only] => (*only, &[][..]),
        [.., main, local] => (*main, *local),
    };
    let named = main.iter().map(|row| (row, MAIN));
    let named = named.chain(local.iter().map(|row| (row, LOCAL_TABLE)));
    let kept = named.filter(|(row, _)| !row.is_null() && row.source_length == 0);
    let records = kept.map(|(row, table)| row.record(table, indexes));
    records.collect()
}
