//! Other ends: of veths across namespaces, of what rides on an interface elsewhere, and of what cannot be seen.

use std::process::Command;

use nslens::model::{End, Inode, Kind, Snapshot};

use super::{Networks as _, look};
use crate::support::netns::{Netns, unique, veth};
use crate::support::require_root;
use crate::support::unshared::{Unshared, WAIT, inode_of};

fn end(inode: Inode, index: u32, name: &str) -> End {
    End {
        namespace: Some(inode),
        index: Some(index),
        name: Some(name.to_owned()),
    }
}

#[track_caller]
fn peer(seen: &Snapshot, netns: &Netns, name: &str) -> End {
    seen.interface(netns, name).peer.clone().unwrap()
}

/// A chain a - b - c whose veths have the same index at both ends, so that the kernel has nothing to tell them by.
#[test]
fn a_chain_with_equal_indexes_is_followed() {
    if !require_root() {
        return;
    }
    let (a, b, c) = (Netns::new(), Netns::new(), Netns::new());
    veth(
        (&a, "right", 7, "10.1.0.1/24"),
        (&b, "left", 7, "10.1.0.2/24"),
    );
    veth(
        (&b, "right", 8, "10.2.0.1/24"),
        (&c, "left", 8, "10.2.0.2/24"),
    );
    let seen = look();
    assert_eq!(peer(&seen, &a, "right"), end(b.inode(), 7, "left"));
    assert_eq!(peer(&seen, &b, "left"), end(a.inode(), 7, "right"));
    assert_eq!(peer(&seen, &b, "right"), end(c.inode(), 8, "left"));
    assert_eq!(peer(&seen, &c, "left"), end(b.inode(), 8, "right"));
    assert_eq!(
        seen.network(b.inode()).name.as_deref(),
        Some(b.name.as_str())
    );
    assert_eq!(seen.network(b.inode()).leader_pid, None);
}

/// Many pairs with the same indexes between many namespaces: only the kernel can tell which is whose.
#[test]
fn pairs_that_look_alike_are_told_apart() {
    if !require_root() {
        return;
    }
    let all: Vec<_> = (0..6).map(|_| Netns::new()).collect();
    for pair in all.chunks(2) {
        veth(
            (&pair[0], "e", 9, "10.1.0.1/24"),
            (&pair[1], "f", 9, "10.1.0.2/24"),
        );
    }
    let seen = look();
    for pair in all.chunks(2) {
        assert_eq!(peer(&seen, &pair[0], "e"), end(pair[1].inode(), 9, "f"));
        assert_eq!(peer(&seen, &pair[1], "f"), end(pair[0].inode(), 9, "e"));
    }
}

#[test]
fn both_ends_may_lie_in_one_namespace() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    netns.ip("link add one index 5 type veth peer name two index 6");
    let seen = look();
    assert_eq!(peer(&seen, &netns, "one"), end(netns.inode(), 6, "two"));
    assert_eq!(peer(&seen, &netns, "two"), end(netns.inode(), 5, "one"));
}

#[test]
fn a_macvlan_tells_what_it_rides_on_in_another_namespace() {
    if !require_root() {
        return;
    }
    let (below, above) = (Netns::new(), Netns::new());
    below.ip("link add br0 index 11 type bridge");
    below.ip("link set br0 up");
    let there = &above.name;
    below.ip(&format!(
        "link add link br0 name mac0 netns {there} type macvlan mode bridge"
    ));
    let seen = look();
    let mac0 = seen.interface(&above, "mac0");
    assert_eq!(mac0.link, Some(end(below.inode(), 11, "br0")));
    assert_eq!(mac0.peer, None);
    assert_eq!(seen.interface(&below, "br0").link, None);
}

/// The other end is in the mount-less, process-less namespace that only a descriptor of another process keeps alive.
#[test]
fn an_end_that_cannot_be_seen_is_said_to_be_somewhere() {
    if !require_root() {
        return;
    }
    let seen_one = Netns::new();
    let hidden = Unshared::shell("unshare", &["--net"], WAIT);
    let inode = hidden.inode(Kind::Net);
    let pid = hidden.pid;
    seen_one.ip(&format!(
        "link add e index 7 type veth peer name f index 9 netns {pid}"
    ));
    let seen = look();
    assert_eq!(peer(&seen, &seen_one, "e"), end(inode, 9, "f"));
    // Now its only process moves away and keeps it by a descriptor alone.
    let keeper = Command::new("sh")
        .args(["-c", "exec 9<$0; kill -KILL $1; exec sleep 60"])
        .args([format!("/proc/{pid}/ns/net"), pid.to_string()])
        .spawn();
    let mut keeper = keeper.unwrap();
    crate::support::eventually("the process to end", || {
        inode_of(pid, "net").is_none().then_some(())
    });
    let seen = look();
    let last = peer(&seen, &seen_one, "e");
    keeper.kill().unwrap();
    keeper.wait().unwrap();
    let unseen = End {
        namespace: None,
        index: Some(9),
        name: None,
    };
    assert_eq!(last, unseen);
    assert!(
        seen.network
            .iter()
            .flatten()
            .all(|network| network.namespace != inode)
    );
}

/// What a bridge has plugged in, from the container's side to the host's.
#[test]
fn a_port_of_a_bridge_names_its_bridge() {
    if !require_root() {
        return;
    }
    let (host, guest) = (Netns::new(), Netns::new());
    host.ip("link add br0 index 21 type bridge");
    host.ip("link set br0 up");
    veth(
        (&host, "port", 22, "10.3.0.9/24"),
        (&guest, "eth0", 2, "10.3.0.2/24"),
    );
    host.ip("link set port master br0");
    let seen = look();
    let eth0 = seen.interface(&guest, "eth0");
    assert_eq!(eth0.peer, Some(end(host.inode(), 22, "port")));
    let port = seen.interface(&host, "port");
    assert_eq!(port.master, Some(21));
    assert!(port.port.as_ref().unwrap().state.is_some());
    let mac = eth0.mac.as_deref().unwrap();
    let forwarding = seen.network(host.inode()).forwarding.as_deref().unwrap();
    assert!(
        forwarding
            .iter()
            .all(|entry| entry.bridge.as_deref() == Some("br0")),
        "{forwarding:?}"
    );
    assert!(forwarding.iter().any(|entry| entry.mac != mac));
}

/// Names are bytes: only a slash, a space and a colon are refused by the kernel.
#[test]
fn hostile_names_stay_what_they_are() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    let name = "\u{1b}[31m\"]};";
    netns.ip(&format!(
        "link add {name} type veth peer name {}",
        unique("p").get(..8).unwrap()
    ));
    let seen = look();
    assert_eq!(seen.interface(&netns, name).kind.as_deref(), Some("veth"));
}
