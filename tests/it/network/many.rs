//! Many namespaces, and some that change or go while they are looked at.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Networks as _, look};
use crate::support::netns::{Netns, unique, veth};
use crate::support::program::run;
use crate::support::require_root;

#[test]
fn two_hundred_namespaces_find_all_their_ends() {
    if !require_root() {
        return;
    }
    let hub = Netns::new();
    let spokes: Vec<_> = (0..200)
        .map(|number: u32| {
            let spoke = Netns::named(&unique("s"));
            let (name, index) = (format!("to{number}"), 1000 + number);
            let address = format!("10.7.{number}.1/24");
            let there = format!("10.7.{number}.2/24");
            veth((&hub, &name, index, &address), (&spoke, "eth0", 2, &there));
            spoke
        })
        .collect();
    let seen = look();
    for (number, spoke) in (0_u32..).zip(&spokes) {
        let peer = seen.interface(spoke, "eth0").peer.as_ref().unwrap();
        assert_eq!(peer.namespace, Some(hub.inode()));
        assert_eq!(peer.index, Some(1000 + number));
        let back = seen
            .interface(&hub, &format!("to{number}"))
            .peer
            .as_ref()
            .unwrap();
        assert_eq!(back.namespace, Some(spoke.inode()));
        assert_eq!(back.name.as_deref(), Some("eth0"));
    }
}

/// Namespaces and links that come and go all the time never break a look or make it say what is not there.
#[test]
fn what_comes_and_goes_meanwhile_does_no_harm() {
    if !require_root() {
        return;
    }
    let stable = Netns::new();
    let stop = AtomicBool::new(false);
    let churn = |netns: &Netns| {
        while !stop.load(Ordering::Relaxed) {
            let gone = Netns::new();
            let there = &gone.name;
            netns.ip(&format!("link add x type veth peer name y netns {there}"));
            netns.ip("addr add 10.8.0.1/24 dev x");
            netns.ip("link set x up");
            netns.ip("link delete x");
            drop(gone);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| churn(&stable));
        for _ in 0..25 {
            let seen = look();
            let network = seen.network(stable.inode());
            let names: Vec<_> = network
                .interfaces
                .iter()
                .flatten()
                .map(|i| &i.name)
                .collect();
            assert_eq!(names[0], "lo", "{names:?}");
        }
        stop.store(true, Ordering::Relaxed);
    });
}

/// A section left out costs no system call.
#[test]
fn nothing_is_asked_of_what_was_not_wanted() {
    if !require_root() {
        return;
    }
    let calls = |section: &str| {
        let trace = std::process::Command::new("strace")
            .args(["-f", "-e", "trace=socket,setns"])
            .arg(env!("CARGO_BIN_EXE_nslens"))
            .args(["--snapshot", "--no-docker", "--json", "--only", section])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&trace.stderr).into_owned();
        text.matches("NETLINK").count() + text.matches("setns(").count()
    };
    assert_eq!(calls("namespaces,processes,containers"), 0);
    assert!(calls("network") > 0);
    assert!(run(&["--snapshot", "--only", "network"]).status == Some(0));
}
