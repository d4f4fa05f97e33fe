//! Whole tables of `ip_tables` and `ip6_tables`, and broken ones.

use super::super::entry::{Layout, chains};
use super::recorded::parts;
use super::*;

/// Both tables, with rules as Docker writes them and others.
const RECORDED: &str = include_str!("ip_tables.hex");

/// What would be found, had the kernel given these tables; none for one that makes no sense.
fn found(tables: &[Vec<u8>]) -> Option<PortForwards> {
    let mut found = PortForwards::default();
    for (table, layout) in tables.iter().zip([Layout::IP, Layout::IP6]) {
        found.follow(&["0"], &chains(table, layout, 0)?);
    }
    Some(found)
}

#[test]
fn tables_are_read() {
    let found = found(&parts(RECORDED)).unwrap();
    let expected = [
        "tcp any 8080 -> 172.18.0.2:80 + iptables",
        "udp 127.0.0.1 5353 -> 172.18.0.2:53 + iptables",
        "tcp any 9000-9010 -> here:9100 + iptables",
        "sctp 203.0.113.0/24 77 -> 172.18.0.4 iptables",
        // The same chain, gone to with another address; of one rule both addresses cannot be.
        "tcp 203.0.113.9 8080 -> 172.18.0.2:80 + iptables",
        "tcp 203.0.113.9 9000-9010 -> here:9100 + iptables",
        "tcp fd00::1 8443 -> fd00::2:443 iptables",
        "tcp any 22 -> here:2222 + iptables",
    ];
    assert_eq!(lines(&found.list), expected);
    assert_eq!(
        found.unread, 2,
        "all addresses but some, all protocols but one"
    );
}

/// An entry of `ip_tables` without conditions, that does `verdict`.
fn entry(verdict: i32) -> Vec<u8> {
    let mut entry = vec![0; 112];
    entry[88..90].copy_from_slice(&112u16.to_ne_bytes());
    entry[90..92].copy_from_slice(&152u16.to_ne_bytes());
    entry.extend(40u16.to_ne_bytes());
    entry.resize(112 + 32, 0);
    entry.extend(verdict.to_ne_bytes());
    entry.resize(152, 0);
    entry
}

/// Another one, that gives all of tcp this address.
fn forwarding(last: u8) -> Vec<u8> {
    let mut entry = entry(0);
    entry[80..82].copy_from_slice(&6u16.to_ne_bytes());
    entry[114..118].copy_from_slice(b"DNAT");
    entry.resize(144, 0);
    for number in [1u32, 1] {
        entry.extend(number.to_ne_bytes());
    }
    entry.extend([10, 0, 0, last, 10, 0, 0, last, 0, 0, 0, 0]);
    entry.resize(168, 0);
    entry[90..92].copy_from_slice(&168u16.to_ne_bytes());
    entry[112..114].copy_from_slice(&56u16.to_ne_bytes());
    entry
}

/// What comes to the first entry of a table, by the last number of its new address; how many are unread.
fn walk(entries: &[Vec<u8>]) -> Option<(Vec<String>, u32)> {
    let found = found(&[entries.concat()])?;
    let last = |forward: &PortForward| {
        let address = forward.to_address.as_deref();
        address.unwrap().rsplit('.').next().unwrap().to_owned()
    };
    Some((found.list.iter().map(last).collect(), found.unread))
}

#[test]
fn jumps_lead_on_and_what_is_not_stopped_runs_on() {
    const ACCEPT: i32 = -2;
    const RETURN: i32 = -5;
    let goto = |place| {
        let mut entry = entry(place);
        entry[82] = 2;
        entry
    };
    let told = |entries: &[Vec<u8>]| walk(entries).unwrap().0.join(" ");
    // There, and back again; an entry that only leads to the next one is none.
    let chain = [
        entry(152),
        entry(152 * 3 + 168),
        forwarding(1),
        entry(ACCEPT),
    ];
    let table = [&chain[..], &[entry(RETURN), forwarding(9)]].concat();
    assert_eq!(told(&table), "1");
    // One goes away for good.
    let table = [goto(152), forwarding(9), forwarding(2), entry(ACCEPT)];
    assert_eq!(told(&table), "9 2");
    let table = [goto(152 + 168), forwarding(9), forwarding(2), entry(ACCEPT)];
    assert_eq!(told(&table), "2");
    // Two come to the same entries in two ways.
    let table = [
        entry(152 * 2 + 168),
        forwarding(1),
        entry(RETURN),
        forwarding(2),
        entry(RETURN),
    ];
    assert_eq!(told(&table), "2 1");
    let table = [entry(152 + 168), forwarding(1), forwarding(2)];
    assert_eq!(told(&table), "2 1");
    assert_eq!(told(&[entry(ACCEPT), forwarding(9)]), "");
    // A circle, which the kernel refuses.
    assert!(walk(&[entry(ACCEPT), entry(0)]).is_some());
    let (list, unread) = walk(&[goto(152), goto(0)]).unwrap();
    assert!(list.is_empty() && unread > 0);
}

#[test]
fn what_does_not_fill_the_table_makes_no_sense() {
    assert!(walk(&[]).is_some());
    let broken = |at: usize, value: u16| {
        let mut entry = forwarding(1);
        entry[at..at + 2].copy_from_slice(&value.to_ne_bytes());
        entry
    };
    for (at, value) in [
        (88, 0),
        (88, 111),
        (88, 120),
        (88, u16::MAX),
        (90, 0),
        (90, 143),
        (90, 160),
        (90, 169),
        (112, 0),
        (112, 31),
        (112, 57),
    ] {
        assert!(walk(&[broken(at, value)]).is_none(), "{value} at {at}");
    }
    let mut short = entry(-5);
    short[112..114].copy_from_slice(&35u16.to_ne_bytes());
    assert!(walk(&[short]).is_none(), "a verdict that is cut off");
    assert!(walk(&[forwarding(1), vec![0; 4]]).is_none());
}

#[test]
fn what_is_garbled_is_no_harm() {
    let parts = parts(RECORDED);
    let mut understood = 0;
    let mut number: usize = 1;
    for (at, part) in parts.iter().enumerate() {
        let mut broken = parts.clone();
        for length in 0..part.len() {
            broken[at] = part[..length].to_vec();
            understood += usize::from(found(&broken).is_some());
        }
        for round in 0..4000 {
            broken[at].clone_from(part);
            for _ in 0..=round % 4 {
                number = number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let place = (number >> 33) % part.len();
                broken[at][place] ^= u8::try_from((number >> 24) & 0xff).unwrap();
            }
            understood += usize::from(found(&broken).is_some());
        }
    }
    assert!(understood > 100, "nearly none came through the first check");
}

#[test]
fn where_the_newer_rules_are_unknown_the_older_ones_are_told_with_a_gap() {
    let older = found(&parts(RECORDED)).unwrap();
    let none = PortForwards::default;
    assert_eq!(both(Err(Miss::Absent), none()), Err(Miss::Absent));
    assert_eq!(both(Ok(older.clone()), none()).as_ref(), Ok(&older));
    assert_eq!(both(Ok(none()), older.clone()).as_ref(), Ok(&older));
    let alone = both(Err(Miss::Absent), older.clone()).unwrap();
    assert_eq!(alone.list, older.list);
    assert_eq!(alone.missing, [("NAT rules of nftables", Miss::Absent)]);
}
