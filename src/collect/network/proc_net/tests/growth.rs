//! That time grows no faster than what is read.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::*;

/// Each own address in a network of its own.
fn connected(count: u32) -> (Trie, Vec<routes::Ipv4Route>) {
    let (mut trie, mut lines) = (String::from("Main:\n"), String::new());
    for at in 0..count {
        let network = 0x0a00_0000 + at * 4;
        let [first, own, last] = [0, 1, 3].map(|more| Ipv4Addr::from_bits(network + more));
        let leaves = [
            (first, "/30 link UNICAST"),
            (own, "/32 host LOCAL"),
            (last, "/32 link BROADCAST"),
        ];
        for (leaf, what) in leaves {
            writeln!(trie, "  |-- {leaf}\n     {what}").unwrap();
        }
        let [first, mask] = [first.octets(), [255, 255, 255, 252]].map(u32::from_ne_bytes);
        writeln!(
            lines,
            "eth0 {first:08X} 00000000 0001 0 0 0 {mask:08X} 0 0 0"
        )
        .unwrap();
    }
    let text = |text: String| Text {
        bytes: text.into(),
        cut: false,
    };
    let indexes = Indexes::from([(b"eth0".to_vec(), 4)]);
    let routes = text(lines).rows(0, |line| routes::ipv4(line, &indexes));
    (Trie::of(&text(trie)), routes.list)
}

/// What this thread has taken of a core's time: what else the machine does is not in it.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

#[test]
fn ten_times_the_routes_take_no_more_than_some_ten_times_as_long() {
    let best = |count: u32| {
        let (trie, routes) = connected(count);
        let once = || {
            let start = cpu_time();
            let (addresses, are_others) = addresses::ipv4(&trie, &routes);
            let took = cpu_time().saturating_sub(start);
            let expected = usize::try_from(count).unwrap();
            assert_eq!((addresses.len(), are_others), (expected, false));
            took
        };
        (0..5).map(|_| once()).min().unwrap()
    };
    let (few, many) = (best(600), best(6000));
    assert!(many < few * 40, "{few:?} and {many:?}");
}
