//! Whole answers of the kernel.

use netlink_packet_core::NetlinkBuffer;

use super::super::super::wire::buffer;
use super::*;

/// Rules of iptables, as Docker writes them and others, and of ip6tables.
const IPTABLES: &str = include_str!("iptables.hex");
/// Rules of nft of many forms.
const NFTABLES: &str = include_str!("nftables.hex");

/// What was recorded, part by part; of netlink the tables, the chains, then the rules of each table that is asked for them.
pub(super) fn parts(recording: &str) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    for line in recording.lines() {
        if line.chars().all(|char| char.is_ascii_hexdigit()) {
            let part: &mut Vec<u8> = parts.last_mut().unwrap();
            let pairs = line.as_bytes().chunks(2);
            part.extend(
                pairs.map(|pair| {
                    u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()
                }),
            );
        } else {
            parts.push(Vec::new());
        }
    }
    parts
}

/// Decodes the messages of a list.
fn list<T>(datagram: &[u8], decode: impl Fn(&[u8]) -> Option<T>) -> Vec<T> {
    let (mut rest, mut list) = (datagram, Vec::new());
    while let Ok(message) = NetlinkBuffer::new_checked(rest) {
        list.extend(decode(message.payload()));
        let length = (message.length() as usize).next_multiple_of(4);
        rest = rest.get(length..).unwrap_or_default();
    }
    list
}

/// What would be found, had the kernel answered this.
fn found(parts: &[Vec<u8>]) -> PortForwards {
    let (tables, chains) = (
        list(&parts[0], message::table),
        list(&parts[1], message::chain),
    );
    let mut found = PortForwards::default();
    for (table, rules) in active(&tables, &chains).zip(&parts[2..]) {
        let rules = list(rules, |message| rule(table, message));
        found.add(table, &chains, rules);
    }
    found
}

#[test]
fn rules_of_iptables_are_read() {
    let found = found(&parts(IPTABLES));
    let expected = [
        "tcp any 8080 -> 172.18.0.2:80 + iptables",
        "udp 127.0.0.1 5353 -> 172.18.0.2:53 + iptables",
        "tcp any 9000-9010 -> here:9100 + iptables",
        "sctp any 77 -> 172.18.0.2 + iptables",
        "tcp fd00::1 8443 -> fd00::2:443 iptables",
    ];
    assert_eq!(lines(&found.list), expected);
    assert_eq!(found.unread, 1, "a match on several ports");
}

#[test]
fn rules_of_nft_are_read_and_what_cannot_be_is_counted() {
    let found = found(&parts(NFTABLES));
    let expected = [
        "tcp any 80 -> 10.0.0.2:8080 nftables",
        "tcp 203.0.113.5 443 -> 10.0.0.3 nftables",
        "udp 203.0.113.0/24 53 -> 10.0.0.4 nftables",
        "udp 203.0.0.0/20 54 -> 10.0.0.4 nftables",
        "any 203.0.113.9 any -> 10.0.0.9 nftables",
        "tcp any 8000-8010 -> 10.0.0.5 + nftables",
        "tcp any 8100-8110 -> 10.0.0.5 nftables",
        "tcp any 22 -> here:2222 nftables",
        "tcp 2001:db8::1 80 -> 2001:db8::2:80 nftables",
        "tcp 2001:db8::/64 81 -> 2001:db8::2 nftables",
        // tcp dport != 200 tcp dport 201
        "tcp any 201 -> 10.0.0.7 + nftables",
        "tcp 10.1.1.2 300 -> 10.0.0.8 + nftables",
        "tcp any 301 -> 10.0.0.8 + nftables",
        "tcp any 500-510 -> 10.0.0.8 + nftables",
        "tcp any 600 -> 10.0.0.8 + nftables",
        "tcp 10.2.2.2 602 -> 10.2.2.2:6002 nftables",
        // By a jump, behind a map that may have led it elsewhere.
        "tcp 10.3.3.3 700 -> 10.0.0.8:7 + nftables",
        "tcp any 900 -> 10.0.0.8 + nftables",
        "udp any 60000-65535 -> 10.0.0.8 + nftables",
        "tcp any 1000 -> 10.0.0.10 + nftables",
        "tcp any 2 -> 10.0.0.1 nftables",
        "sctp any any -> 10.0.0.1 nftables",
    ];
    assert_eq!(lines(&found.list), expected);
    // A range of other ports, a set, all ports but one, an address out of a map, one out of several, a set of addresses
    // and ports, another port of each address, another port by chance, and a chain to which only a map leads.
    assert_eq!(found.unread, 9);
}

#[test]
fn what_is_cut_off_or_garbled_is_no_harm() {
    for recording in [IPTABLES, NFTABLES] {
        let parts = parts(recording);
        for (at, part) in parts.iter().enumerate() {
            let mut broken = parts.clone();
            for length in (0..part.len()).step_by(97) {
                broken[at] = part[..length].to_vec();
                drop(found(&broken));
            }
            let mut number: usize = 1;
            for _ in 0..200 {
                number = number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                broken[at].clone_from(part);
                let place = (number >> 33) % part.len();
                broken[at][place] ^= u8::try_from((number >> 24) & 0xff).unwrap();
                drop(found(&broken));
            }
        }
    }
}

#[test]
fn this_kernel_answers() {
    let answer = port_forwards(presence(), &mut buffer(&std::sync::Arc::default()));
    let may_be_refused = matches!(answer, Err(Miss::Denied | Miss::NotAsked));
    assert!(answer.is_ok() || may_be_refused, "{answer:?}");
}
