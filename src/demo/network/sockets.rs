//! Who listens where.

use super::fabric::{Fabric, push};
use crate::collect::observation::SocketRecord;
use crate::demo::scene::hash;
use crate::model::{Inode, Socket};

impl Fabric {
    /// A socket that processes hold: its protocol and local address (`tcp 0.0.0.0:80`), followed by `v6only` or by the
    /// index of the interface that it is bound to.
    pub(in crate::demo) fn listen(&mut self, net: Inode, text: &str, uid: u32, pids: &[u32]) {
        let mut words = text.split(' ');
        let protocol = words.next().unwrap_or_default();
        let local = words.next().unwrap_or_default();
        let more = words.next();
        let is_stream = matches!(protocol, "tcp" | "unix" | "unix_seqpacket");
        let inode = inode(net, text);
        let socket = Socket {
            local: Some(local.to_owned()),
            v6_only: local.starts_with("[::]:").then(|| more == Some("v6only")),
            inode: Some(inode),
            uid: Some(uid),
            ..Socket::new(
                protocol.to_owned(),
                if is_stream { "listen" } else { "unconnected" }.to_owned(),
            )
        };
        let index = more.and_then(|more| more.parse().ok());
        push(&mut self.space(net).sockets, SocketRecord { index, socket });
        // What the kernel itself listens on is held by nobody.
        if !pids.is_empty() {
            self.holders.insert(inode, pids.to_vec());
        }
    }
}

/// A number that stays the same whatever else comes and goes.
fn inode(net: Inode, text: &str) -> u64 {
    hash(4, &format!("{net} {text}")) >> 36
}
