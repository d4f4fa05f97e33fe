//! Questions to `nf_tables`, and its tables and chains.
//!
//! Messages begin with netfilter's own header (`struct nfgenmsg`): family, version, a number that is not used.

use super::attribute::{attribute, number, text};

/// Types of questions: `NFT_MSG_GETTABLE`, `_GETCHAIN`, `_GETRULE`, behind the number of `nf_tables`.
pub(super) const TABLES: u16 = 0x0a01;
pub(super) const CHAINS: u16 = 0x0a04;
pub(super) const RULES: u16 = 0x0a07;

/// `NFT_TABLE_F_DORMANT`.
const DORMANT: u32 = 1;
/// `NF_INET_PRE_ROUTING`: what arrives, before it is known where it goes.
const PREROUTING: u32 = 0;

/// The body of a question about all families.
pub(super) const ALL: [u8; 4] = [0; 4];

/// Names that fit into a question; the kernel takes longer ones, and whoever has one gets the rules of all tables.
const SHORT: usize = 64;

/// The body of a question about the rules of a table, or at least of its family.
pub(super) fn about(table: &Table) -> Vec<u8> {
    let mut body = vec![table.family, 0, 0, 0];
    let length = 4 + table.name.len() + 1;
    if let (true, Ok(length)) = (table.name.len() <= SHORT, u16::try_from(length)) {
        body.extend(length.to_ne_bytes());
        body.extend(1u16.to_ne_bytes());
        body.extend(table.name.as_bytes());
        body.resize(4 + usize::from(length).next_multiple_of(4), 0);
    }
    body
}

/// Family and attributes of a message.
pub(super) fn split(message: &[u8]) -> Option<(u8, &[u8])> {
    Some((*message.first()?, message.get(4..)?))
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// ip (2), ip6 (10), inet (1), …
    pub(super) family: u8,
    /// Its name, which is its own in its family.
    pub(super) name: String,
    /// Whether it is switched off.
    pub(super) is_dormant: bool,
}

/// A chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// Family of its table.
    pub(super) family: u8,
    /// Its table.
    pub(super) table: String,
    /// Its name.
    pub(super) name: String,
    /// Of one that translates what arrives, its place among those that do: the lowest is asked first.
    pub(super) entrance: Option<i32>,
    /// Whether it sees packets of a hook, and not only those that a rule sends to it.
    pub(super) is_base: bool,
    /// How many rules are in it, and how many lead to it.
    pub(super) uses: usize,
}

impl Chain {
    /// Whether it is a chain of this table.
    pub(super) fn is_in(&self, table: &Table) -> bool {
        self.family == table.family && self.table == table.name
    }

    /// Whether what arrives can come to it, if `rules` are in it.
    pub(super) fn is_reachable(&self, rules: usize) -> bool {
        if self.is_base {
            self.entrance.is_some()
        } else {
            self.uses > rules
        }
    }
}

/// Decodes a table.
pub(super) fn table(message: &[u8]) -> Option<Table> {
    let (family, bytes) = split(message)?;
    Some(Table {
        family,
        name: text(bytes, 1)?,
        is_dormant: number(bytes, 2).is_some_and(|flags| flags & DORMANT != 0),
    })
}

/// Decodes a chain.
pub(super) fn chain(message: &[u8]) -> Option<Chain> {
    let (family, bytes) = split(message)?;
    Some(Chain {
        family,
        table: text(bytes, 1)?,
        name: text(bytes, 3)?,
        entrance: entrance(bytes),
        is_base: attribute(bytes, 4).is_some(),
        uses: usize::try_from(number(bytes, 6)?).ok()?,
    })
}

fn entrance(bytes: &[u8]) -> Option<i32> {
    let hook = attribute(bytes, 4)?;
    let translates = text(bytes, 7)? == "nat" && number(hook, 1)? == PREROUTING;
    let priority = number(hook, 2)?.cast_signed();
    translates.then_some(priority)
}
