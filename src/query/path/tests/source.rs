//! Which source address a packet gets.

use super::*;

/// The source of the packets from `a` to `destination`, where `a` has the addresses `eth0` and `eth1`, separated by
/// spaces, and reaches it by `eth0`.
fn source(eth0: &str, eth1: &str, destination: &str) -> String {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth1", eth1), (HOST, "other", ""));
    let near = format!("fd99::2/64 {destination}/128");
    world.veth((A, "eth0", eth0), (B, "eth0", &near));
    world.route(A, &format!("{destination}/128 via fd99::2 dev eth0"));
    let road = world.road(A, B);
    let destination: IpAddr = destination.parse().unwrap();
    let mut trips = road.trips.iter();
    let trip = trips.find(|trip| trip.destination == destination).unwrap();
    let source = trip.there.ways[0].source;
    source.map_or_else(String::new, |source| source.to_string())
}

#[test]
fn by_the_rules_of_rfc_6724() {
    for (eth0, eth1, destination, expected) in [
        // The longest common prefix, but no longer than the network.
        ("fd00:a::1/64 fd00:b::1/64", "", "fd00:b:1::7", "fd00:b::1"),
        ("fd00:b::1/64 fd00:a::1/64", "", "fd00:b:1::7", "fd00:b::1"),
        ("fd00:a::1/16 fd00:b::1/16", "", "fd00:b:1::7", "fd00:a::1"),
        // The interface that it leaves by.
        ("fd00:a::1/64", "fd00:b::1/64", "fd00:b:1::7", "fd00:a::1"),
        // The same label: private addresses for private ones.
        ("2001:db8::1/64 fd00::1/64", "", "fd80::7", "fd00::1"),
        ("fd00::1/64 2001:db8::1/64", "", "2a00::7", "2001:db8::1"),
        ("2002:a::1/64 2001:db8::1/64", "", "2002:b::7", "2002:a::1"),
        // Wide enough.
        ("fec0::1/64 2001:db8::1/64", "", "fd80::7", "2001:db8::1"),
        ("2001:db8::1/64 fec0::1/64", "", "fec0:1::7", "fec0::1"),
    ] {
        assert_eq!(
            source(eth0, eth1, destination),
            expected,
            "{eth0} {destination}"
        );
    }
}

#[test]
fn one_that_is_deprecated_comes_last_and_a_temporary_one_first() {
    let mut world = World::new(&["a", "b"]);
    world.veth(
        (A, "eth0", "fd00::1/64 fd00::2/64"),
        (B, "eth0", "fd00::9/64"),
    );
    for route in world.ns(A).routes.iter_mut().flatten() {
        route.source = None;
    }
    for (flag, expected) in [("deprecated", "fd00::2"), ("temporary", "fd00::1")] {
        let mut addresses = world.interface(A, "eth0").addresses.iter_mut().flatten();
        addresses.next().unwrap().flags = vec![flag.into()];
        let source = world.road(A, B).trips[0].there.ways[0].source;
        assert_eq!(source.unwrap().to_string(), expected, "{flag}");
    }
    // A deprecated one is better than none.
    let addresses = world.interface(A, "eth0").addresses.as_mut().unwrap();
    addresses.truncate(1);
    addresses[0].flags = vec!["deprecated".into()];
    world.complete(A, B);
}
