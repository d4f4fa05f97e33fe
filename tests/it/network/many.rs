//! Many namespaces, and some that change or go while they are looked at.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nslens::model::{Reason, Snapshot};

use super::{Networks as _, look};
use crate::support::netns::{Netns, unique, veth};
use crate::support::program::run;
use crate::support::{eventually, require_root};

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

/// Two hundred pairs that look alike but for their hardware addresses: each is asked for by name, not by trying all.
#[test]
fn pairs_that_look_alike_cost_a_few_questions_each() {
    if !require_root() {
        return;
    }
    let all: Vec<_> = (0..60).map(|_| Netns::new()).collect();
    for pair in all.chunks(2) {
        let ends = [(&pair[0], "10.1.0.1/24"), (&pair[1], "10.1.0.2/24")];
        let [left, right] = ends.map(|(netns, address)| (netns, "v0", 9, address));
        veth(left, right);
    }
    let trace = strace("openat", &["--only", "network", "--json"]);
    let opened = trace.matches("/ns/net\"").count() + trace.matches("/run/netns/").count();
    let namespaces = look().network.unwrap().len();
    assert!(
        opened < 5 * namespaces,
        "{opened} openings of {namespaces} namespaces"
    );
    // On a machine that is busy with other tests a question may go unanswered in time.
    eventually("every end", || {
        let seen = look();
        let is_found = |pair: &[Netns]| {
            let peer = seen.interface(&pair[0], "v0").peer.as_ref().unwrap();
            let found = peer.namespace?;
            assert_eq!(found, pair[1].inode());
            Some(())
        };
        all.chunks(2).try_for_each(is_found)
    });
}

/// A namespace that anyone may have filled with routes costs a part of them, and nothing of the others.
#[test]
fn a_namespace_full_of_routes_is_cut_and_no_other_suffers() {
    if !require_root() {
        return;
    }
    let (full, other) = (Netns::new(), Netns::new());
    let routes = (0_u32..140_000).map(|number| {
        let address = std::net::Ipv4Addr::from(0x0b00_0000 + number);
        format!("route add {address}/32 dev lo\n")
    });
    full.batch(&routes.collect::<Vec<_>>().concat());
    let seen = look();
    let routes = seen.network(full.inode()).routes.as_ref().unwrap().len();
    assert_eq!(routes, 128 * 1024);
    let what = format!("routes of net:[{}]", full.inode());
    let gap = seen.gaps.iter().find(|gap| gap.what == what).unwrap();
    assert_eq!(gap.reason, Reason::Truncated);
    assert_eq!(
        seen.network(full.inode())
            .interfaces
            .as_ref()
            .unwrap()
            .len(),
        1
    );
    assert!(seen.network(other.inode()).rules.is_some());
}

/// One whose name is covered by another mount cannot be entered, and is not left out for that.
#[test]
fn a_name_that_is_covered_is_a_gap() {
    if !require_root() {
        return;
    }
    let netns = Netns::new();
    let program = env!("CARGO_BIN_EXE_nslens");
    let script = format!(
        "mount -t tmpfs none /run/netns && exec {program} --snapshot --json --no-docker --only network"
    );
    let output = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", &script])
        .output()
        .unwrap();
    let seen: Snapshot = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(seen.network(netns.inode()).interfaces, None);
    assert!(
        seen.gaps
            .iter()
            .any(|gap| gap.what.starts_with("network of ")),
        "{:?}",
        seen.gaps
    );
}

/// Namespaces and links that come and go all the time never break a look, nor what it says of others.
#[test]
fn what_comes_and_goes_meanwhile_does_no_harm() {
    /// Stops the other thread, also where the test fails.
    struct Stop<'a>(&'a AtomicBool);

    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    if !require_root() {
        return;
    }
    let (stable, neighbour) = (Netns::new(), Netns::new());
    veth(
        (&stable, "stays", 77, "10.8.1.1/24"),
        (&neighbour, "stays", 77, "10.8.1.2/24"),
    );
    let stop = AtomicBool::new(false);
    let churn = |netns: &Netns| {
        while !stop.load(Ordering::Relaxed) {
            let gone = Netns::new();
            let there = &gone.name;
            netns.ip(&format!("link add x type veth peer name y netns {there}"));
            netns.ip("addr add 10.8.0.1/24 dev x");
            netns.ip("link set x up");
            netns.ip("link delete x");
        }
    };
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| churn(&stable));
        for _ in 0..25 {
            let seen = look();
            let network = seen.network(stable.inode());
            let interfaces = network.interfaces.iter().flatten();
            let lasting: Vec<_> = interfaces
                .map(|interface| interface.name.as_str())
                .filter(|name| *name != "x")
                .collect();
            assert_eq!(lasting, ["lo", "stays"]);
            let peer = seen.interface(&stable, "stays").peer.as_ref().unwrap();
            assert_eq!(peer.namespace, Some(neighbour.inode()));
        }
    });
}

/// A section left out costs no system call.
#[test]
fn nothing_is_asked_of_what_was_not_wanted() {
    if !require_root() {
        return;
    }
    let calls = |section: &str| {
        let text = strace("socket,setns", &["--json", "--only", section]);
        text.matches("NETLINK").count() + text.matches("setns(").count()
    };
    assert_eq!(calls("namespaces,processes,containers"), 0);
    assert!(calls("network") > 0);
    assert!(run(&["--snapshot", "--only", "network"]).status == Some(0));
}

/// The system calls `wanted` of a look at this host without engines.
fn strace(wanted: &str, options: &[&str]) -> String {
    let trace = Command::new("strace")
        .args(["-f", "-e", &format!("trace={wanted}")])
        .arg(env!("CARGO_BIN_EXE_nslens"))
        .args(["--snapshot", "--no-docker"])
        .args(options)
        .output()
        .unwrap();
    String::from_utf8_lossy(&trace.stderr).into_owned()
}
