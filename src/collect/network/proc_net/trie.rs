//! `fib_trie`: the routing tables of IPv4 with kind and scope of each entry, but without interfaces.

use std::collections::{BTreeSet, HashMap};
use std::net::Ipv4Addr;

use super::file::{Text, decimal, fields, lines};

/// A network of IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Prefix {
    /// Its first address.
    pub(super) address: Ipv4Addr,
    /// Bits of it.
    pub(super) length: u8,
}

impl Prefix {
    /// The network of this length that an address lies in.
    pub(super) fn around(address: Ipv4Addr, length: u8) -> Self {
        let whole = Self { address, length };
        let first = address.to_bits() & whole.mask();
        Self {
            address: Ipv4Addr::from_bits(first),
            length,
        }
    }

    /// Its last address.
    pub(super) fn broadcast(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address.to_bits() | !self.mask())
    }

    fn mask(self) -> u32 {
        u32::MAX
            .checked_shl(32 - u32::from(self.length))
            .unwrap_or(0)
    }
}

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trie {
    /// Addresses that are this host's own.
    pub(super) own: BTreeSet<Ipv4Addr>,
    /// Networks that are this host's own as a whole, such as 127.0.0.0/8.
    pub(super) own_nets: BTreeSet<Prefix>,
    /// Broadcast addresses, which the kernel makes for the network of an address.
    pub(super) broadcasts: BTreeSet<Ipv4Addr>,
    /// Kinds and scopes of the routes of the main table, in small letters as ip(8) has them.
    pub(super) main: HashMap<Prefix, BTreeSet<Entry>>,
    /// Whether lines made no sense.
    pub(super) malformed: bool,
}

/// Kind and scope of a route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// unicast, blackhole, …
    pub(super) kind: String,
    /// global, link, …
    pub(super) scope: String,
}

impl Trie {
    /// Parses the file: tables by name, in each the nodes (`+--`), the leaves (`|--`), and what is known of a leaf.
    pub(super) fn of(text: &Text) -> Self {
        let mut trie = Self::default();
        let (mut is_main, mut leaf) = (false, None);
        for line in lines(&text.bytes) {
            let mut words = fields(line);
            match (line[0], words.next().unwrap_or_default()) {
                (b' ', b"+--") => {}
                (b' ', b"|--") => leaf = words.next().and_then(ipv4),
                (b' ', [b'/', length @ ..]) => {
                    let entry = entry(length, words.next(), words.next(), leaf);
                    match entry {
                        Some((prefix, entry)) => trie.take(prefix, entry, is_main),
                        None => trie.malformed = true,
                    }
                }
                (b' ', _) => trie.malformed = true,
                (_, table) => is_main = table == b"Main:",
            }
        }
        trie
    }

    fn take(&mut self, prefix: Prefix, entry: Entry, is_main: bool) {
        // Where there are no rules, the tables main and local are one, and shown twice.
        match &*entry.kind {
            "local" if prefix.length == 32 => drop(self.own.insert(prefix.address)),
            "local" => drop(self.own_nets.insert(prefix)),
            "broadcast" => drop(self.broadcasts.insert(prefix.address)),
            _ if is_main => drop(self.main.entry(prefix).or_default().insert(entry)),
            _ => {}
        }
    }
}

/// `/24 link UNICAST` below its leaf.
fn entry(
    length: &[u8],
    scope: Option<&[u8]>,
    kind: Option<&[u8]>,
    leaf: Option<Ipv4Addr>,
) -> Option<(Prefix, Entry)> {
    let prefix = Prefix {
        address: leaf?,
        length: decimal(length).filter(|length| *length <= 32)?,
    };
    let word = |bytes| Some(std::str::from_utf8(bytes).ok()?.to_ascii_lowercase());
    let scope = match scope? {
        b"universe" => "global".to_owned(),
        other => word(other)?,
    };
    let kind = word(kind?)?;
    Some((prefix, Entry { kind, scope }))
}

fn ipv4(word: &[u8]) -> Option<Ipv4Addr> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
