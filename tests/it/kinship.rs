//! Who owns a namespace and whose child it is, learned from how it was made and from `lsns`.

use std::process::Command;

use nslens::model::{Inode, Kind, Reason, Snapshot};
use serde_json::Value;

use crate::support::find::Find as _;
use crate::support::program::{command, finish, snapshot};
use crate::support::unshared::{Unshared, WAIT, inode_of};
use crate::support::{require, require_root};

/// Owner, parent and the owner's uid of the namespace of `kind` that `process` is in.
fn kin(
    seen: &Snapshot,
    process: &Unshared,
    kind: Kind,
) -> (Option<Inode>, Option<Inode>, Option<u32>) {
    let namespace = seen.namespace(process.inode(kind).0);
    (
        namespace.owner_user_ns,
        namespace.parent,
        namespace.owner_uid,
    )
}

#[test]
fn owners_and_parents_are_those_that_made_them() {
    if !require_root() {
        return;
    }
    let own = |kind: Kind| inode_of(std::process::id(), kind.name());
    let plain = Unshared::new(&["--net", "--pid", "--fork", "--kill-child"]);
    let user = Unshared::new(&["--user", "--map-root-user", "--uts"]);
    let inner = format!("unshare --user --map-root-user --net sh -c '{WAIT}'");
    let outer = [
        "--user",
        "--map-root-user",
        "--pid",
        "--fork",
        "--kill-child",
    ];
    let nested = Unshared::shell("unshare", &outer, &inner);
    let seen = snapshot(&["--no-docker"]);
    // The outer `unshare`, which waits for its child.
    let outer = inode_of(seen.process(nested.pid).ppid.unwrap(), "user");
    assert!(outer.is_some() && outer != own(Kind::User));
    let (host, ours) = (own(Kind::User), own(Kind::Pid));
    assert_eq!(kin(&seen, &plain, Kind::Net), (host, None, None));
    assert_eq!(kin(&seen, &plain, Kind::Pid), (host, ours, None));
    assert_eq!(kin(&seen, &user, Kind::User), (host, host, Some(0)));
    let its_own = Some(user.inode(Kind::User));
    assert_eq!(kin(&seen, &user, Kind::Uts), (its_own, None, None));
    assert_eq!(kin(&seen, &nested, Kind::User), (outer, outer, Some(0)));
    let inner = Some(nested.inode(Kind::User));
    assert_eq!(kin(&seen, &nested, Kind::Net), (inner, None, None));
    assert_eq!(kin(&seen, &nested, Kind::Pid), (outer, ours, None));
}

fn number(value: &Value) -> Option<Inode> {
    let number = u32::try_from(value.as_u64()?).unwrap();
    (number != 0).then_some(Inode(number))
}

fn lsns() -> Vec<Value> {
    let output = Command::new("lsns")
        .args(["--json", "-o", "NS,TYPE,ONS,PNS"])
        .output()
        .unwrap();
    let mut value: Value = serde_json::from_slice(&output.stdout).unwrap();
    value["namespaces"].as_array_mut().unwrap().split_off(0)
}

#[test]
fn lsns_says_the_same_of_every_namespace() {
    if !require_root() || !require(!lsns().is_empty(), "lsns with the columns ONS and PNS") {
        return;
    }
    let user = Unshared::new(&["--user", "--map-root-user", "--mount", "--ipc"]);
    // Other tests make namespaces too: what is there before and after was there when we looked.
    let before = lsns();
    let seen = snapshot(&["--no-docker"]);
    let mut compared = 0;
    for row in lsns().into_iter().filter(|row| before.contains(row)) {
        let mut ours = seen.namespaces.iter().flatten();
        let kind = row["type"].as_str().unwrap();
        let Some(ours) =
            ours.find(|ns| Some(ns.inode) == number(&row["ns"]) && ns.kind.name() == kind)
        else {
            // One without a process.
            continue;
        };
        assert_eq!(ours.owner_user_ns, number(&row["ons"]), "{row}");
        assert_eq!(ours.parent, number(&row["pns"]), "{row}");
        compared += u32::from(ours.owner_user_ns == Some(user.inode(Kind::User)));
    }
    assert_eq!(
        compared, 2,
        "mnt and ipc of the process in a user namespace"
    );
}

#[test]
fn the_user_who_made_a_user_namespace_is_its_owner() {
    if !require_root() {
        return;
    }
    let other = ["--reuid", "12345", "--clear-groups", "unshare", "--user"];
    let made = Unshared::shell("setpriv", &other, WAIT);
    let seen = snapshot(&["--no-docker"]);
    let namespace = seen.namespace(made.inode(Kind::User).0);
    assert_eq!(namespace.owner_uid, Some(12345));
}

#[test]
fn who_looks_from_a_nested_user_namespace_is_refused_what_is_above() {
    if !require_root() {
        return;
    }
    let inside = command(&["--snapshot", "--json", "--no-docker"]);
    let mut nested = Command::new("unshare");
    nested
        .args(["--user", "--map-root-user", "--net"])
        .arg(inside.get_program())
        .args(inside.get_args());
    let seen = finish(nested, b"").snapshot();
    let kind_of = |kind: Kind| seen.viewer.namespaces.inode(kind).unwrap();
    let own_user = kind_of(Kind::User);
    let user = seen.namespace(own_user.0);
    assert_eq!((user.owner_user_ns, user.parent), (None, None));
    let net = seen.namespace(kind_of(Kind::Net).0);
    assert_eq!(net.owner_user_ns, Some(own_user));
    let gaps = seen.gaps(Reason::Denied);
    let said = gaps
        .iter()
        .find(|gap| gap.what == "owners and parents of namespaces");
    // Its own user namespace, and those that it shares with the host: owned from above.
    assert!(said.is_some_and(|gap| gap.count >= 2), "{gaps:?}");
}

#[test]
fn the_fast_road_does_not_ask() {
    let seen = snapshot(&["--no-docker", "--only", "namespaces"]);
    let mut all = seen.namespaces.iter().flatten();
    assert!(all.all(|namespace| (namespace.owner_user_ns, namespace.parent) == (None, None)));
    assert!(
        !seen
            .gaps
            .iter()
            .any(|gap| gap.what.starts_with("owners and parents"))
    );
}
