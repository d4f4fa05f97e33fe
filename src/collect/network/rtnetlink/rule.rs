//! `RTM_GETRULE`: rules that choose a routing table.

use super::super::values::{family, ip, text, u32, u32_at, word};
use super::super::wire::attributes_after;
use crate::model::Rule;

pub(super) const GET: u16 = libc::RTM_GETRULE;
/// `struct fib_rule_hdr`.
pub(super) const HEADER: usize = 12;

/// `FRA_*` of the kernel's `fib_rules.h`.
const DESTINATION: u16 = 1;
const SOURCE: u16 = 2;
const IN_NAME: u16 = 3;
const GOTO: u16 = 4;
const PRIORITY: u16 = 6;
const MARK: u16 = 10;
/// Present in every rule, and without effect where all bits are set.
const SUPPRESS_PREFIX: u16 = 14;
const TABLE: u16 = 15;
const MARK_MASK: u16 = 16;
const OUT_NAME: u16 = 17;
/// What says nothing of which packets it is for: flow, padding, protocol.
const NO_CONDITION: [u16; 3] = [11, 18, 21];

const TO_TABLE: u8 = 1;
const TO_RULE: u8 = 2;
/// The table of a rule that leaves it to the interface (l3mdev, of a vrf).
const NO_TABLE: u32 = 0;
const ACTIONS: [(u8, &str); 6] = [
    (TO_TABLE, "lookup"),
    (TO_RULE, "goto"),
    (3, "nop"),
    (6, "blackhole"),
    (7, "unreachable"),
    (8, "prohibit"),
];
const INVERTED: u32 = 0x2;

/// One rule; none of other families.
pub(super) fn decode(message: &[u8]) -> Option<Rule> {
    let header = message.first_chunk::<HEADER>()?;
    let [number, to_length, from_length, tos, table, _, _, action, ..] = *header;
    let mut rule = Rule {
        family: family(number)?,
        priority: 0,
        from: None,
        to: None,
        in_interface: None,
        out_interface: None,
        mark: None,
        action: word(&ACTIONS, action),
        table: (action == TO_TABLE).then_some(u32::from(table)),
        goto: None,
        has_more: tos != 0 || u32_at(header, 8)? & INVERTED != 0,
    };
    for (kind, value) in attributes_after(message, HEADER) {
        match kind {
            DESTINATION => rule.to = prefix(value, to_length),
            SOURCE => rule.from = prefix(value, from_length),
            IN_NAME => rule.in_interface = Some(text(value)),
            OUT_NAME => rule.out_interface = Some(text(value)),
            GOTO => rule.goto = u32(value).filter(|_| action == TO_RULE),
            PRIORITY => rule.priority = u32(value)?,
            MARK => rule.mark = u32(value),
            TABLE if action == TO_TABLE => rule.table = u32(value),
            SUPPRESS_PREFIX | MARK_MASK => rule.has_more |= u32(value) != Some(u32::MAX),
            TABLE => {}
            other => rule.has_more |= !NO_CONDITION.contains(&other),
        }
    }
    rule.table = rule.table.filter(|table| *table != NO_TABLE);
    Some(rule)
}

fn prefix(address: &[u8], length: u8) -> Option<String> {
    Some(format!("{}/{length}", ip(address)?))
}
