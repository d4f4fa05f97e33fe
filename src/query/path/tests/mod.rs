//! Roads in made-up worlds.

mod endless;
mod faults;
mod good;
mod next;
mod riders;
mod rules;
mod source;
mod unknown;
mod world;

use super::*;
use world::{HOST, World};

const A: u32 = 2;
const B: u32 = 3;
const C: u32 = 4;

impl World {
    fn road(&self, from: u32, to: u32) -> Road {
        road(&self.snapshot(), Inode(from), Inode(to))
    }

    /// The kind and the interface of what keeps `from` from `to`; the verdict has to agree.
    #[track_caller]
    fn fault(&self, from: u32, to: u32) -> (FaultKind, Option<String>) {
        let road = self.road(from, to);
        let fault = road.fault().unwrap_or_else(|| panic!("{road:#?}")).clone();
        assert_eq!(road.verdict(), fault.kind.verdict(), "{road:#?}");
        assert!(road.headline().contains(&fault.sentence));
        (fault.kind, fault.interface)
    }

    /// The way of the best trip, which has to be complete in both directions; the hops in words.
    #[track_caller]
    fn complete(&self, from: u32, to: u32) -> Vec<String> {
        let road = self.road(from, to);
        assert_eq!(road.verdict(), Verdict::Complete, "{road:#?}");
        assert_eq!(road.fault(), None);
        texts(&road.best().unwrap().there.ways[0])
    }
}

fn texts(way: &Way) -> Vec<String> {
    way.hops.iter().map(|hop| hop.text.clone()).collect()
}

/// The address of each trip.
fn destinations(road: &Road) -> Vec<String> {
    let trips = road.trips.iter();
    trips.map(|trip| trip.destination.to_string()).collect()
}

/// Two containers on one bridge of the host, as Docker makes them: a is 172.18.0.2, b is 172.18.0.3.
fn bridged() -> World {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "172.18.0.2/16"), (HOST, "va", ""));
    world.veth((B, "eth0", "172.18.0.3/16"), (HOST, "vb", ""));
    world.bridge(HOST, "br-1", "172.18.0.1/16", &["va", "vb"]);
    world.interface(HOST, "br-1").network = Some("shop".to_owned());
    world.route(A, "default via 172.18.0.1 dev eth0");
    world.route(B, "default via 172.18.0.1 dev eth0");
    world
}

/// Two containers on two bridges: a is 172.18.0.2, b is 172.19.0.2.
fn apart() -> World {
    let mut world = World::new(&["a", "b"]);
    world.veth((A, "eth0", "172.18.0.2/16"), (HOST, "va", ""));
    world.veth((B, "eth0", "172.19.0.2/16"), (HOST, "vb", ""));
    world.bridge(HOST, "br-1", "172.18.0.1/16", &["va"]);
    world.bridge(HOST, "br-2", "172.19.0.1/16", &["vb"]);
    world.route(A, "default via 172.18.0.1 dev eth0");
    world.route(B, "default via 172.19.0.1 dev eth0");
    world
}

/// Three named namespaces in a row: a 10.1.0.1 - 10.1.0.2 b 10.2.0.1 - 10.2.0.2 c, with routes.
fn chain() -> World {
    let mut world = World::new(&["a", "b", "c"]);
    world.veth((A, "left", "10.1.0.1/24"), (B, "left", "10.1.0.2/24"));
    world.veth((B, "right", "10.2.0.1/24"), (C, "right", "10.2.0.2/24"));
    world.route(A, "10.2.0.0/24 via 10.1.0.2 dev left");
    world.route(C, "default via 10.2.0.1 dev right");
    world
}
