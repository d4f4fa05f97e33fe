//! Sandboxes that have no cgroup of their own.

use nslens::model::{GroupKind, Kind};

use super::*;
use crate::support::unshared::{Unshared, WAIT, inode_of};

#[test]
fn what_bubblewrap_isolates_is_called_after_what_runs_in_it() {
    if !has(&["bwrap"]) {
        return;
    }
    let mut bwrap = Command::new("bwrap");
    bwrap.args([
        "--unshare-user",
        "--unshare-net",
        "--unshare-uts",
        "--ro-bind",
        "/",
        "/",
    ]);
    bwrap.args(["--unshare-pid", "--dev", "/dev"]);
    // The proc mount stays the host's, so that the shell can tell its pid there.
    let inside = Unshared::command({
        bwrap.args(["sh", "-c", WAIT]);
        bwrap
    });
    check(&inside, "cat (bwrap)");
}

#[test]
fn what_unshare_isolates_by_hand_is_a_sandbox() {
    if !require_root() {
        return;
    }
    let inside = Unshared::new(&["--net", "--pid", "--fork", "--kill-child"]);
    check(&inside, "cat (unshare)");
}

#[track_caller]
fn check(inside: &Unshared, name: &str) {
    let seen = eventually("the shell to become cat", || {
        let seen = look();
        let comm = seen.process(inside.pid).comm.clone();
        (comm.as_deref() == Some("cat")).then_some(seen)
    });
    let id = seen.process(inside.pid).group.clone().unwrap();
    let group = seen.groups.iter().flatten().find(|group| group.id == id);
    let group = group.unwrap();
    assert_eq!((group.kind, &*group.name), (GroupKind::Sandbox, name));
    let net = group.sharing.get(Kind::Net).unwrap().inode;
    assert_eq!(net, inode_of(inside.pid, "net"));
}
