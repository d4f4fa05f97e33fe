//! Two namespaces that somebody made with `ip netns` to try a router: nobody runs in them.

use super::fabric::{Fabric, host};
use super::link::Nic;
use super::route::Way;
use super::traffic::Traffic;
use crate::demo::place::Place;
use crate::model::{Inode, Kind};

/// Since when the laboratory is there.
const SINCE: u32 = 52_400;

pub(super) fn describe(fabric: &mut Fabric) {
    let router = named(fabric, 0, "lab-router");
    let client = named(fabric, 1, "lab-client");
    let uplink = Nic::new(35, "lab0").address("10.99.0.1/24");
    let west = Nic::new(3, "west").address("10.99.0.2/24");
    fabric.veth((host(), uplink), (router, west), Traffic::of("west"), SINCE);
    // Both ends have the same index.
    let east = Nic::new(2, "east").address("10.99.1.1/24");
    let eth0 = Nic::new(2, "eth0").mac("5e:10:99:01:00:02");
    let eth0 = eth0.address("10.99.1.2/24");
    fabric.veth((router, east), (client, eth0), Traffic::of("east"), SINCE);
    for (net, way) in [
        (host(), Way::new("10.99.1.0/24", 35).via("10.99.0.2")),
        (router, Way::new("default", 3).via("10.99.0.1")),
        (client, Way::new("default", 2).via("10.99.1.1")),
    ] {
        fabric.route(net, way);
    }
}

/// A namespace without a process, mounted under `/run/netns`.
fn named(fabric: &mut Fabric, at: u32, name: &str) -> Inode {
    let net = Place::host("/").isolated(SINCE + at, &[Kind::Net]).net();
    fabric.name(net, name);
    net
}
