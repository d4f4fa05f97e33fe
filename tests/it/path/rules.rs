//! Rules that lead to other rules, routes that are not for every packet, and the source that packets get.

use super::rig::{Chain, broken, complete, pings, road};
use crate::support::netns::Netns;
use crate::support::require_root;

#[test]
fn rules_that_lead_past_others() {
    if !require_root() {
        return;
    }
    let chain = Chain::new();
    let (a, c) = (&chain.a, &chain.c);
    a.ip("rule add blackhole priority 200");
    broken(a, c, "10.2.0.2", "route-refuses", a);
    a.ip("rule add goto 300 priority 100");
    broken(a, c, "10.2.0.2", "route-refuses", a);
    a.ip("rule add nop priority 300");
    complete(a, c);
    a.ip("rule del priority 100");
    a.ip("rule add from 192.0.2.0/24 goto 300 priority 100");
    broken(a, c, "10.2.0.2", "route-refuses", a);
}

#[test]
fn routes_for_a_type_of_service() {
    if !require_root() {
        return;
    }
    let chain = Chain::new();
    let (a, c) = (&chain.a, &chain.c);
    a.ip("route add 10.2.0.2/32 tos 0x10 via 10.1.0.99");
    complete(a, c);
    a.ip("route add 10.2.0.2/32 via 10.1.0.99");
    broken(a, c, "10.2.0.2", "gateway-missing", a);
}

/// Two that are plugged into each other, with addresses and routes.
fn pair(here: &[&str], there: &[&str]) -> (Netns, Netns) {
    let (a, b) = (Netns::new(), Netns::new());
    let peer = &b.name;
    a.ip(&format!("link add e type veth peer name e netns {peer}"));
    for (netns, addresses) in [(&a, here), (&b, there)] {
        for address in addresses {
            netns.ip(&format!("addr add {address} dev e nodad"));
        }
        netns.ip("link set e up");
    }
    (a, b)
}

#[test]
fn of_two_prefixes_the_nearer_one_is_the_source() {
    if !require_root() {
        return;
    }
    for addresses in [
        ["fd00:a::1/64", "fd00:b::1/64"],
        ["fd00:b::1/64", "fd00:a::1/64"],
    ] {
        let (a, b) = pair(&addresses, &["fd00:b:1::7/64"]);
        a.ip("-6 route add fd00:b:1::/64 dev e");
        b.ip("-6 route add fd00:b::/64 dev e");
        complete(&a, &b);
        b.ip("-6 route del fd00:b::/64 dev e");
        b.ip("-6 route add fd00:a::/64 dev e");
        broken(&a, &b, "fd00:b:1::7", "no-route", &b);
    }
}

#[test]
fn routes_for_a_source() {
    if !require_root() {
        return;
    }
    let (a, b) = pair(&["fd00::1/64"], &["fd01::2/64"]);
    b.ip("-6 route add fd00::/64 dev e");
    a.ip("-6 route add fd01::/64 from fd00::/64 dev e");
    // What `ip route get` does not find, which asks without a source.
    let road = road(&a, &b);
    assert_eq!(road["verdict"], "complete", "{road:#}");
    assert!(pings(&a, "fd01::2", "20"));
    a.ip("-6 route add unreachable fd01::/64 from fd00::1/128");
    broken(&a, &b, "fd01::2", "route-refuses", &a);
}
