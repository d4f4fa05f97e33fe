//! Tables and chains of `nf_tables`.

use super::attribute::{attribute, number, text};

/// `NFT_TABLE_F_DORMANT`.
const DORMANT: u32 = 1;
/// `NF_INET_PRE_ROUTING`: what arrives, before it is known where it goes.
const PREROUTING: u32 = 0;

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
pub(super) fn table(family: u8, bytes: &[u8]) -> Option<Table> {
    Some(Table {
        family,
        name: text(bytes, 1)?,
        is_dormant: number(bytes, 2).is_some_and(|flags| flags & DORMANT != 0),
    })
}

/// Decodes a chain.
pub(super) fn chain(family: u8, bytes: &[u8]) -> Option<Chain> {
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
