//! Who listens at an engine's socket, which tells where the engine's bridges are.

use std::fs;
use std::path::PathBuf;

use tokio::net::unix::UCred;

use crate::collect::observation::Listener;
use crate::model::Inode;

/// The process at the other end of a connection; `None` where it is in a pid namespace that we cannot see into.
pub(super) fn listener(peer: &UCred) -> Option<Listener> {
    let pid = peer.pid().filter(|pid| *pid > 0)?;
    let directory = PathBuf::from(format!("/proc/{pid}"));
    let name = fs::read(directory.join("comm")).ok();
    let net = fs::read_link(directory.join("ns/net")).ok();
    Some(Listener {
        uid: peer.uid(),
        name: name.map(|name| String::from_utf8_lossy(name.trim_ascii_end()).into_owned()),
        net: net.and_then(|net| inode(net.to_str()?)),
    })
}

/// The number in `net:[number]`.
fn inode(link: &str) -> Option<Inode> {
    let number = link.strip_prefix("net:[")?.strip_suffix(']')?;
    Some(Inode(number.parse().ok()?))
}
