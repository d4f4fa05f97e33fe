//! Conditions that meet, and ways through chains.

use std::net::IpAddr;

use super::super::condition::{Conditions, Field};
use super::super::rule::Action;
use super::super::target::{Target, To, target};
use super::*;

fn at(address: &str) -> IpAddr {
    address.parse().unwrap()
}

fn port(first: u16, last: u16) -> Conditions {
    let mut conditions = Conditions::default();
    conditions.ports(first, last);
    conditions
}

#[test]
fn conditions_narrow_each_other() {
    let both = port(1, 100).and(&port(50, 200));
    assert_eq!((both.ports, both.contradicts), (Some((50, 100)), false));
    assert!(port(1, 2).and(&port(3, 4)).contradicts);
    let mut tcp = Conditions::default();
    tcp.protocol(6);
    let mut udp = Conditions::default();
    udp.protocol(17);
    assert!(tcp.and(&udp).contradicts);
    assert!(!tcp.and(&tcp).contradicts);
    for (one, other, expected) in [
        (("10.0.0.0", 8), ("10.1.0.0", 16), Some(("10.1.0.0", 16))),
        (("10.1.2.3", 32), ("10.1.0.0", 16), Some(("10.1.2.3", 32))),
        (("10.1.2.3", 32), ("10.2.0.0", 16), None),
        (("fd00::1", 128), ("fd00::", 8), Some(("fd00::1", 128))),
        (("fd00::1", 128), ("10.0.0.0", 8), None),
    ] {
        let mut conditions = Conditions::default();
        conditions.address(at(one.0), one.1);
        conditions.address(at(other.0), other.1);
        let seen = conditions.address.filter(|_| !conditions.contradicts);
        assert_eq!(seen, expected.map(|(address, bits)| (at(address), bits)));
    }
}

#[test]
fn a_vague_field_is_clear_only_where_it_is_known_exactly() {
    for (field, known, is_clear) in [
        (Field::Port, port(80, 80), true),
        (Field::Port, port(80, 81), false),
        (Field::Port, Conditions::default(), false),
        (Field::Address, port(80, 80), false),
    ] {
        let mut conditions = known;
        assert!(conditions.are_clear() && !conditions.ask_more());
        conditions.vague(field);
        assert_eq!(conditions.are_clear(), is_clear);
        assert!(conditions.ask_more());
    }
}

fn forward(address: &str) -> Action {
    Action::Forward(target(Some((at(address), at(address))), None, 0, "nftables").unwrap())
}

/// Walks from `a` through rules, each told by its chain, its port (0 for any) and what it does.
fn walk(rules: &[(&str, u16, Action)]) -> (Vec<String>, u32) {
    let mut chains = Chains::new();
    for (chain, number, action) in rules {
        let conditions = match number {
            0 => Conditions::default(),
            number => port(*number, *number),
        };
        chains.entry((*chain).to_owned()).or_default().push(Rule {
            chain: (*chain).to_owned(),
            conditions,
            action: action.clone(),
        });
    }
    let (list, unread) = forwards(&["a"], &chains);
    (lines(&list), unread)
}

#[test]
fn conditions_on_the_way_count() {
    let jump = Action::Jump("b".to_owned());
    let (list, unread) = walk(&[
        ("a", 80, jump),
        ("a", 81, forward("10.0.0.1")),
        ("b", 90, forward("10.0.0.2")),
        ("b", 0, forward("10.0.0.3")),
        ("b", 0, forward("10.0.0.4")),
    ]);
    let expected = [
        "any any 80 -> 10.0.0.3 nftables",
        "any any 81 -> 10.0.0.1 nftables",
    ];
    assert_eq!(
        (list.as_slice(), unread),
        (&expected.map(str::to_owned)[..], 0)
    );
}

#[test]
fn what_leaves_before_is_told() {
    let expected = ["any any 81 -> 10.0.0.1 + nftables"].map(str::to_owned);
    for leaving in [Action::Return, Action::Stop, Action::Goto("b".to_owned())] {
        let list = walk(&[
            ("a", 80, leaving.clone()),
            ("a", 81, forward("10.0.0.1")),
            ("a", 0, leaving.clone()),
            ("a", 82, forward("10.0.0.1")),
        ]);
        assert_eq!(list, (expected.to_vec(), 0), "{leaving:?}");
    }
    let accepted = walk(&[
        ("a", 0, Action::Jump("b".to_owned())),
        ("a", 81, forward("10.0.0.1")),
        ("b", 80, Action::Stop),
    ]);
    assert_eq!(accepted, (expected.to_vec(), 0));
}

#[test]
fn chains_behind_maps_are_counted() {
    let hidden = [("b", 0, forward("10.0.0.1")), ("b", 0, Action::Unread)];
    assert_eq!(walk(&hidden), (Vec::new(), 0));
    let mut led = hidden.to_vec();
    led.push(("a", 80, Action::Choose));
    assert_eq!(walk(&led), (Vec::new(), 2));
}

#[test]
fn a_circle_ends() {
    let jump = |chain: &str| Action::Jump(chain.to_owned());
    let (list, unread) = walk(&[
        ("a", 0, jump("b")),
        ("b", 0, jump("a")),
        ("b", 0, jump("a")),
    ]);
    assert!(list.is_empty() && unread > 0);
}

#[test]
fn ports_that_are_chosen_are_not_told() {
    let keeps = Target {
        address: To::Here,
        ports: Some((80, 90)),
        moves_ports: false,
        source: "iptables",
    };
    let moves = Target {
        moves_ports: true,
        ..keeps
    };
    let other = Target {
        ports: Some((80, 91)),
        ..keeps
    };
    for (target, expected) in [(keeps, (1, 0)), (moves, (0, 1)), (other, (0, 1))] {
        let rule = Rule {
            chain: "a".to_owned(),
            conditions: port(80, 90),
            action: Action::Forward(target),
        };
        let (list, unread) = forwards(&["a"], &Chains::from([("a".to_owned(), vec![rule])]));
        assert_eq!((list.len(), unread), expected, "{target:?}");
    }
}
