//! Structures of `x_tables`.

use super::super::condition::Conditions;
use super::super::rule::Action;
use super::super::target::To;
use super::super::xtables::{action, condition};

fn halves(numbers: &[u16]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_ne_bytes())
        .collect()
}

/// Protocol, ports, whether they are clear, and whether there is more.
type Told = (Option<u8>, Option<(u16, u16)>, bool, bool);

fn told(name: &str, info: &[u8]) -> Told {
    let mut conditions = Conditions::default();
    condition(name, info, &mut conditions);
    let (clear, more) = (conditions.are_clear(), conditions.ask_more());
    (conditions.protocol, conditions.ports, clear, more)
}

#[test]
fn ports_are_matched() {
    let tcp = |ports: &[u16; 4], rest: [u8; 4]| [halves(ports), rest.to_vec()].concat();
    let udp = |ports: &[u16; 4], inverted: u8| [halves(ports), vec![inverted, 0]].concat();
    let any = u16::MAX;
    let cases: [(&str, Vec<u8>, Told); 9] = [
        (
            "tcp",
            tcp(&[0, any, 80, 80], [0; 4]),
            (Some(6), Some((80, 80)), true, false),
        ),
        (
            "tcp",
            tcp(&[0, any, 80, 90], [0; 4]),
            (Some(6), Some((80, 90)), true, false),
        ),
        (
            "tcp",
            tcp(&[5, 5, 80, 80], [0; 4]),
            (Some(6), Some((80, 80)), true, true),
        ),
        (
            "tcp",
            tcp(&[0, any, 80, 80], [0, 0, 0, 2]),
            (Some(6), None, false, true),
        ),
        (
            "tcp",
            tcp(&[0, any, 0, any], [0, 2, 2, 0]),
            (Some(6), None, true, true),
        ),
        (
            "udp",
            udp(&[0, any, 53, 53], 0),
            (Some(17), Some((53, 53)), true, false),
        ),
        (
            "udp",
            udp(&[0, any, 53, 53], 2),
            (Some(17), None, false, true),
        ),
        ("comment", vec![0; 256], (None, None, true, false)),
        ("addrtype", vec![0; 8], (None, None, true, true)),
    ];
    for (name, info, expected) in cases {
        assert_eq!(told(name, &info), expected, "{name} {info:?}");
    }
}

#[test]
fn what_is_unknown_or_cut_off_may_match_anything() {
    for (name, length) in [
        ("conntrack", 147),
        ("set", 8),
        ("", 0),
        ("tcp", 11),
        ("udp", 8),
        ("sctp", 291),
    ] {
        let (_, ports, clear, more) = told(name, &vec![0; length]);
        assert_eq!((ports, clear, more), (None, false, true), "{name}");
    }
}

#[test]
fn the_state_of_a_connection_is_aside_and_where_it_went_is_not() {
    for (asked, clear) in [
        (1u16, true),
        (1 << 6, true),
        (1 << 9, false),
        (1 << 3, false),
        (3, false),
    ] {
        let mut info = vec![0; 160];
        info[146..148].copy_from_slice(&asked.to_ne_bytes());
        assert_eq!(
            told("conntrack", &info),
            (None, None, clear, true),
            "{asked}"
        );
    }
    assert_eq!(told("multiport", &[0; 64]), (None, None, false, true));
}

/// `struct nf_nat_range2`: flags, first and last address in 16 bytes each, first, last and base port.
fn range(flags: u32, first: &[u8], last: &[u8], ports: [u16; 3]) -> Vec<u8> {
    let mut info = flags.to_ne_bytes().to_vec();
    for address in [first, last] {
        info.extend(address);
        info.resize(info.len() + 16 - address.len(), 0);
    }
    info.extend(ports.into_iter().flat_map(u16::to_be_bytes));
    info
}

fn told_of(action: Option<Action>) -> String {
    match action {
        Some(Action::Forward(target)) => {
            let address = match target.address {
                To::Here => "here".to_owned(),
                To::Same => "same".to_owned(),
                To::Address(address) => address.to_string(),
            };
            format!("{address} {:?} {}", target.ports, target.source)
        }
        other => format!("{other:?}"),
    }
}

/// `struct nf_nat_ipv4_multi_range_compat` with so many parts, the first to port 80 of 10.0.0.1.
fn short(count: u32) -> Vec<u8> {
    let (flags, address) = (3u32.to_ne_bytes(), [10, 0, 0, 1]);
    let port = 80u16.to_be_bytes();
    [
        &count.to_ne_bytes()[..],
        &flags,
        &address,
        &address,
        &port,
        &port,
    ]
    .concat()
}

const A: [u8; 4] = [10, 0, 0, 1];
const SIX: [u8; 16] = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

#[test]
fn destinations_are_read() {
    for ((name, revision, family), info, expected) in [
        (
            ("DNAT", 2, 2),
            range(3, &A, &A, [80, 80, 0]),
            "10.0.0.1 Some((80, 80)) iptables",
        ),
        (
            ("DNAT", 2, 2),
            range(1, &A, &A, [0; 3]),
            "10.0.0.1 None iptables",
        ),
        (
            ("DNAT", 2, 2),
            range(2, &[], &[], [80, 81, 0]),
            "same Some((80, 81)) iptables",
        ),
        (
            ("DNAT", 2, 10),
            range(1, &SIX, &SIX, [0; 3]),
            "fd00::1 None iptables",
        ),
        (
            ("DNAT", 1, 10),
            range(3, &SIX, &SIX, [9, 9, 0]),
            "fd00::1 Some((9, 9)) iptables",
        ),
        (("DNAT", 0, 2), short(1), "10.0.0.1 Some((80, 80)) iptables"),
        (("REDIRECT", 0, 2), short(1), "here Some((80, 80)) iptables"),
        (
            ("REDIRECT", 0, 10),
            range(2, &[], &[], [8, 8, 0]),
            "here Some((8, 8)) iptables",
        ),
        (("MARK", 2, 2), vec![0; 8], "None"),
    ] {
        assert_eq!(
            told_of(action(name, revision, &info, family)),
            expected,
            "{name} {revision}"
        );
    }
}

#[test]
fn destinations_that_are_several_or_unknown_are_unread() {
    for ((name, revision, family), info) in [
        (("DNAT", 2, 2), range(1, &A, &[10, 0, 0, 2], [0; 3])),
        (("DNAT", 0, 2), short(2)),
        (("DNAT", 9, 2), range(1, &A, &A, [0; 3])),
        (("DNAT", 2, 2), vec![0; 39]),
        (("NETMAP", 0, 2), short(1)),
    ] {
        let told = told_of(action(name, revision, &info, family));
        assert_eq!(told, "Some(Unread)", "{name} {revision}");
    }
}
