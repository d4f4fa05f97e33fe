//! Every kind of interface that this kernel has, as `ip` describes it.

use super::compare::compare;
use super::{Networks as _, look, look_beside_ip};
use crate::support::netns::{Netns, veth};
use crate::support::require_root;

#[test]
fn everything_is_as_ip_says_it() {
    if !require_root() {
        return;
    }
    let (netns, other) = (Netns::new(), Netns::new());
    veth(
        (&netns, "eth0", 3, "10.4.0.1/24"),
        (&other, "eth0", 4, "10.4.0.2/24"),
    );
    for words in [
        "link add br0 type bridge stp_state 1",
        "link add mac0 link br0 type macvlan mode private",
        "link add vx0 type vxlan id 42 local 10.4.0.1 dstport 4789 dev eth0",
        "tuntap add mode tap name tap0",
        "tuntap add mode tun name tun0 user 1234",
        "link set eth0 alias uplink",
        "link property add dev eth0 altname a-much-longer-name-than-fifteen",
        "addr add 10.5.0.1 peer 10.5.0.2 dev tun0",
        "addr add fd00:4::1/64 dev eth0 nodad",
        "addr add 10.4.0.7/24 dev eth0 valid_lft 4000 preferred_lft 3000",
        "link set br0 up",
        "route add 10.9.0.0/16 via 10.4.0.2 metric 77",
        "route add blackhole 10.66.0.0/16",
        "route add unreachable 10.67.0.0/16 table 99",
        "route add fd00:9::/64 via fd00:4::2",
        "rule add from 10.4.0.0/24 lookup 99 priority 100",
        "rule add fwmark 7 iif eth0 lookup 99 priority 101",
        "neigh add 10.4.0.2 lladdr 02:00:00:00:00:02 dev eth0",
        "neigh add fd00:4::2 lladdr 02:00:00:00:00:02 dev eth0",
    ] {
        netns.ip(words);
    }
    let (seen, said) = look_beside_ip(&[netns.path(), other.path()]);
    for (netns, said) in [&netns, &other].into_iter().zip(&said) {
        compare(seen.network(netns.inode()), said);
    }
    let rule = seen.network(netns.inode()).rules.iter().flatten();
    let rule = rule.into_iter().find(|rule| rule.priority == 100).unwrap();
    assert_eq!(
        (rule.from.as_deref(), rule.table),
        (Some("10.4.0.0/24"), Some(99))
    );
    let eth0 = seen.interface(&netns, "eth0");
    let dynamic = eth0.addresses.iter().flatten();
    let dynamic = dynamic
        .into_iter()
        .find(|address| address.address == "10.4.0.7");
    let dynamic = dynamic.unwrap();
    assert!(
        dynamic.flags.iter().any(|flag| flag == "dynamic"),
        "{dynamic:?}"
    );
    assert!(
        dynamic
            .valid_seconds
            .is_some_and(|seconds| (3900..=4000).contains(&seconds))
    );
}

#[test]
fn which_packets_routes_are_for_and_what_becomes_of_those_of_others() {
    if !require_root() {
        return;
    }
    let (netns, other) = (Netns::new(), Netns::new());
    for (at, address) in [(3, "10.4.0"), (4, "10.5.0")] {
        let [here, there] = [1, 2].map(|end| format!("{address}.{end}/24"));
        let name = format!("eth{at}");
        veth((&netns, &name, at, &here), (&other, &name, at, &there));
    }
    for words in [
        "addr add fd00:4::1/64 dev eth3 nodad",
        "route add 10.68.0.0/16 tos 0x10 via 10.4.0.2",
        "-6 route add fd00:8::/64 from fd00:4::/64 via fd00:4::2",
        "rule add goto 101 priority 99",
        "rule add nop priority 101",
    ] {
        netns.ip(words);
    }
    for (switch, on) in [
        ("ipv4/conf/eth3/forwarding", false),
        ("ipv4/conf/eth4/forwarding", true),
        ("ipv4/conf/eth4/proxy_arp", true),
        ("ipv6/conf/all/forwarding", true),
        ("ipv6/conf/eth3/proxy_ndp", true),
    ] {
        netns.switch(switch, on);
    }
    let (seen, said) = look_beside_ip(&[netns.path()]);
    compare(seen.network(netns.inode()), &said[0]);
}

#[test]
fn several_ways_to_one_destination_are_all_told() {
    if !require_root() {
        return;
    }
    let (netns, other) = (Netns::new(), Netns::new());
    veth(
        (&netns, "e0", 3, "10.4.0.1/24"),
        (&other, "e0", 4, "10.4.0.2/24"),
    );
    veth(
        (&netns, "e1", 5, "10.5.0.1/24"),
        (&other, "e1", 6, "10.5.0.2/24"),
    );
    netns.ip("route add 10.9.0.0/16 nexthop via 10.4.0.2 weight 3 nexthop via 10.5.0.2 weight 1");
    let seen = look();
    let routes = seen.network(netns.inode()).routes.as_deref().unwrap();
    let route = routes
        .iter()
        .find(|route| route.destination == "10.9.0.0/16")
        .unwrap();
    let hops: Vec<_> = route
        .next_hops
        .iter()
        .map(|hop| (hop.gateway.as_deref(), hop.interface.as_deref(), hop.weight))
        .collect();
    assert_eq!(
        hops,
        [
            (Some("10.4.0.2"), Some("e0"), 3),
            (Some("10.5.0.2"), Some("e1"), 1)
        ]
    );
}

/// Counters are 64 bits wide and those of the kernel.
#[test]
fn counters_are_those_of_the_kernel() {
    if !require_root() {
        return;
    }
    let (a, b) = (Netns::new(), Netns::new());
    veth((&a, "e0", 3, "10.4.0.1/24"), (&b, "e0", 4, "10.4.0.2/24"));
    // Neighbour discovery goes on by itself: what was before and after holds what was in between.
    let bytes = |a: &Netns| {
        a.list("-s link show e0")[0]["stats64"]["tx"]["bytes"]
            .as_u64()
            .unwrap()
    };
    let before = bytes(&a);
    let counters = look().interface(&a, "e0").counters.unwrap();
    assert!((before..=bytes(&a)).contains(&counters.tx_bytes));
}
