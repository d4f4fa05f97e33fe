//! Entries of a table of `ip_tables` or `ip6_tables`, as they lie one behind the other in it.
//!
//! An entry is `struct ipt_entry` or `ip6t_entry`: what the header of a packet must be, then matches, then a target. Chains
//! have no names in it that matter: they begin where a jump leads, and end with an entry that every packet leaves.

use std::collections::HashSet;

use super::condition::{Conditions, Field};
use super::header::{address, leading_ones};
use super::rule::{Action, Rule};
use super::walk::Chains;
use super::xtables;

/// `struct xt_entry_match` and `xt_entry_target`: length, name, revision.
const HEAD: usize = 32;

/// Bits of what is inverted: the destination address and the protocol.
const NOT_ADDRESS: u8 = 0x10;
const NOT_PROTOCOL: u8 = 0x40;

/// `-NF_REPEAT - 1`: the verdict with which a chain is left.
const RETURN: i32 = -5;

/// Where things are in an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// 2 or 10.
    family: u8,
    /// Bytes of an address. Four stand at the beginning: source, destination, the mask of each.
    address: usize,
    /// Number of the protocol, two bytes; the interfaces and their masks lie between the addresses and it.
    protocol: usize,
    /// Flags, then what is inverted.
    flags: usize,
    /// The flag of a jump that does not come back.
    goto: u8,
    /// Flags of conditions on something else than the protocol.
    more: u8,
    /// Where the target begins, and how long the entry is.
    offsets: usize,
    /// The matches.
    matches: usize,
}

impl Layout {
    /// `struct ipt_entry`.
    pub(super) const IP: Self = Self {
        family: 2,
        address: 4,
        protocol: 80,
        flags: 82,
        goto: 2,
        more: 1,
        offsets: 88,
        matches: after_counters(96),
    };

    /// `struct ip6t_entry`.
    pub(super) const IP6: Self = Self {
        family: 10,
        address: 16,
        protocol: 128,
        flags: 131,
        goto: 4,
        more: 2,
        offsets: 140,
        matches: after_counters(148),
    };
}

/// The place behind two counters that do not begin before `at`.
const fn after_counters(at: usize) -> usize {
    at.next_multiple_of(align_of::<u64>()) + 16
}

/// The rules of a table by their chain, which is called by the place where it begins; one begins at `entrance`. None if
/// the entries do not fill the table.
pub(super) fn chains(bytes: &[u8], layout: Layout, entrance: usize) -> Option<Chains> {
    let entries = entries(bytes, layout)?;
    let mut starts = HashSet::from([entrance.to_string()]);
    for entry in &entries {
        if let Action::Jump(chain) | Action::Goto(chain) = &entry.action {
            starts.insert(chain.clone());
        }
    }
    let (mut chains, mut chain) = (Chains::new(), String::new());
    let mut push = |chain: &str, conditions, action| {
        let rules = chains.entry(chain.to_owned()).or_default();
        rules.push(Rule {
            chain: chain.to_owned(),
            conditions,
            action,
        });
    };
    for entry in entries {
        if let Some(next) = starts.take(&entry.at.to_string()) {
            // What no entry stopped would run on into the next chain.
            push(&chain, Conditions::default(), Action::Goto(next.clone()));
            chain = next;
        }
        push(&chain, entry.conditions, entry.action);
    }
    Some(chains)
}

/// An entry.
struct Entry {
    /// Where it begins in the table.
    at: usize,
    /// What a packet must be.
    conditions: Conditions,
    /// What is done then.
    action: Action,
}

fn entries(bytes: &[u8], layout: Layout) -> Option<Vec<Entry>> {
    let (mut at, mut entries) = (0, Vec::new());
    while at < bytes.len() {
        let rest = &bytes[at..];
        let target = half(rest, layout.offsets)?;
        let length = half(rest, layout.offsets + 2)?;
        if target < layout.matches || length < target + HEAD {
            return None;
        }
        let (matches, target) = rest.get(..length)?.split_at_checked(target)?;
        entries.push(Entry {
            at,
            conditions: conditions(matches, layout)?,
            action: action(target, matches, at + length, layout)?,
        });
        at += length;
    }
    Some(entries)
}

/// What a packet must be by the header and the matches of an entry.
fn conditions(entry: &[u8], layout: Layout) -> Option<Conditions> {
    let mut conditions = header(entry, layout)?;
    let mut rest = entry.get(layout.matches..)?;
    while !rest.is_empty() {
        let (name, _, info) = part(rest)?;
        xtables::condition(&name, info, &mut conditions);
        rest = rest.get(HEAD + info.len()..)?;
    }
    Some(conditions)
}

/// What a target does, in an entry with this header that is followed by one at `next`.
fn action(target: &[u8], header: &[u8], next: usize, layout: Layout) -> Option<Action> {
    let (name, revision, info) = part(target)?;
    match name.as_str() {
        "" => verdict(info, header.get(layout.flags)? & layout.goto != 0, next),
        "ERROR" => Some(Action::Stop),
        _ => Some(xtables::action(&name, revision, info, layout.family).unwrap_or_default()),
    }
}

/// What the header of a packet must be.
fn header(entry: &[u8], layout: Layout) -> Option<Conditions> {
    let mut conditions = Conditions::default();
    let length = layout.address;
    let (addresses, rest) = entry.split_at_checked(4 * length)?;
    let inverted = *entry.get(layout.flags + 1)?;
    let (to, mask) = (&addresses[length..2 * length], &addresses[3 * length..]);
    match leading_ones(mask) {
        Some(0) if inverted & NOT_ADDRESS == 0 => {}
        Some(bits) if inverted & NOT_ADDRESS == 0 => {
            conditions.address(address(to, length)?, bits);
        }
        _ => conditions.vague(Field::Address),
    }
    match half(entry, layout.protocol)? {
        0 => {}
        number => match u8::try_from(number) {
            Ok(number) if inverted & NOT_PROTOCOL == 0 => conditions.protocol(number),
            _ => conditions.vague(Field::Protocol),
        },
    }
    let from = &addresses[2 * length..3 * length];
    // Two names of 16 bytes, the mask of each.
    let interfaces = rest.get(32..64)?;
    let mut others = from.iter().chain(interfaces);
    conditions.has_more = others.any(|byte| *byte != 0)
        || entry.get(layout.flags)? & layout.more != 0
        || inverted & !(NOT_ADDRESS | NOT_PROTOCOL) != 0;
    Some(conditions)
}

/// Name, revision and contents of the match or target that `bytes` begin with.
fn part(bytes: &[u8]) -> Option<(String, u32, &[u8])> {
    let length = half(bytes, 0)?;
    let name = bytes.get(2..HEAD - 1)?.split(|byte| *byte == 0).next()?;
    let name = String::from_utf8_lossy(name).into_owned();
    let revision = u32::from(*bytes.get(HEAD - 1)?);
    Some((name, revision, bytes.get(HEAD..length)?))
}

/// What the target without a name does: it goes to another place in the table, or has a verdict.
fn verdict(info: &[u8], is_goto: bool, next: usize) -> Option<Action> {
    let verdict = i32::from_ne_bytes(*info.first_chunk()?);
    let Ok(place) = usize::try_from(verdict) else {
        let leaves = verdict == RETURN;
        return Some(if leaves { Action::Return } else { Action::Stop });
    };
    Some(match place {
        _ if place == next => Action::Nothing,
        _ if is_goto => Action::Goto(place.to_string()),
        _ => Action::Jump(place.to_string()),
    })
}

/// Two bytes in the order of the machine.
fn half(bytes: &[u8], at: usize) -> Option<usize> {
    let half = u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?);
    Some(usize::from(half))
}
