//! Roads between real network namespaces, held against packets: what is said of the road is what a packet finds, and the
//! route is that of `ip route get`.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::netns::{Netns, listed, veth};
use crate::support::program::run;

/// Three in a row, a - b - c, the middle one a router; a and c know the way.
pub(super) struct Chain {
    pub(super) a: Netns,
    pub(super) b: Netns,
    pub(super) c: Netns,
}

impl Chain {
    pub(super) fn new() -> Self {
        let (a, b, c) = (Netns::new(), Netns::new(), Netns::new());
        veth(
            (&a, "left", 7, "10.1.0.1/24"),
            (&b, "left", 7, "10.1.0.2/24"),
        );
        veth(
            (&b, "right", 8, "10.2.0.1/24"),
            (&c, "right", 8, "10.2.0.2/24"),
        );
        b.switch("ipv4/ip_forward", true);
        a.ip("route add 10.2.0.0/24 via 10.1.0.2");
        c.ip("route add default via 10.2.0.1");
        Self { a, b, c }
    }
}

/// Whether a command in a namespace succeeds.
fn inside(netns: &Netns, command: &[&str]) -> bool {
    let mut ip = Command::new("ip");
    ip.args(["netns", "exec", &netns.name]).args(command);
    let status = ip.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.unwrap().success()
}

/// Whether a packet gets from a namespace to an address, and another back.
pub(super) fn pings(netns: &Netns, address: &str, seconds: &str) -> bool {
    inside(
        netns,
        &["busybox", "ping", "-q", "-c", "1", "-W", seconds, address],
    )
}

/// What the program says of the road.
#[track_caller]
pub(super) fn road(from: &Netns, to: &Netns) -> Value {
    let ends = [from, to].map(|netns| format!("netns:{}", netns.name));
    run(&["path", "--no-docker", "--json", &ends[0], &ends[1]]).json()
}

/// The road is complete, packets find it so, and the first route is the one that the kernel takes.
#[track_caller]
pub(super) fn complete(from: &Netns, to: &Netns) {
    let road = road(from, to);
    assert_eq!(road["verdict"], "complete", "{road:#}");
    let address = road["best"].as_str().unwrap();
    assert!(pings(from, address, "20"), "{address}: {road:#}");
    let trip = &road["trips"][0];
    assert_eq!(trip["destination"], address);
    let way = &trip["there"]["ways"][0];
    let route = &listed(&from.get(address))[0];
    assert_eq!(way["hops"][0]["interface"], route["dev"]);
    assert_eq!(way["source"], route["prefsrc"]);
    let text = way["hops"][0]["text"].as_str().unwrap();
    match route["gateway"].as_str() {
        Some(gateway) => assert!(text.contains(&format!(" via {gateway} ")), "{text}"),
        None => assert!(!text.contains(" via "), "{text}"),
    }
}

impl Netns {
    /// What `ip route get` says.
    fn get(&self, address: &str) -> String {
        crate::support::netns::ip(&["-n", &self.name, "-j", "route", "get", address])
    }
}

/// It cannot be told, for this reason in this namespace.
#[track_caller]
pub(super) fn unknown(from: &Netns, to: &Netns, kind: &str, place: &Netns) {
    let road = road(from, to);
    assert_eq!(road["verdict"], "unknown", "{road:#}");
    assert_eq!(road["fault"]["kind"], kind, "{road:#}");
    assert_eq!(road["fault"]["namespace"], place.inode().0, "{road:#}");
}

/// The road is broken by a fault of this kind in this namespace, and no packet passes.
#[track_caller]
pub(super) fn broken(from: &Netns, to: &Netns, address: &str, kind: &str, place: &Netns) {
    let road = road(from, to);
    assert_eq!(road["verdict"], "broken", "{road:#}");
    assert_eq!(road["fault"]["kind"], kind, "{road:#}");
    assert_eq!(road["fault"]["namespace"], place.inode().0, "{road:#}");
    assert!(!pings(from, address, "1"), "{road:#}");
}
