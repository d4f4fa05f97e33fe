//! Where something waits for others, and what is sent elsewhere.

use super::{Holders, nobody};
use crate::model::{
    Inode, NetworkNamespace, NetworkSource, PortForward, PublishedPort, Snapshot, Socket,
};

/// Port forwards, as gaps call them.
pub(crate) const PORT_FORWARDS: &str = "port forwards";
/// Sockets, as gaps call them.
pub(crate) const SOCKETS: &str = "sockets";

/// Where a socket is bound.
pub(crate) fn local(socket: &Socket) -> String {
    let local = socket.local.as_deref().unwrap_or("(no name)");
    // The name of a packet socket's is in its address.
    let interface = socket.interface.as_ref();
    let interface = interface.filter(|_| socket.protocol != "packet");
    let interface = interface.map(|interface| format!(" on {interface}"));
    let inet = (socket.v6_only == Some(false)).then_some(" and IPv4");
    format!(
        "{local}{}{}",
        interface.unwrap_or_default(),
        inet.unwrap_or_default()
    )
}

/// A port of the host, and to which port of the container `name` it leads.
pub(crate) fn published(name: &str, port: &PublishedPort) -> [String; 2] {
    [
        with_port(&port.host_address, port.host_port),
        format!("port {} of {name}", port.container_port),
    ]
}

/// For which address and port a rule of the firewall in the namespace `own` waits, and where it sends to.
pub(crate) fn forward(holders: &Holders<'_>, forward: &PortForward, own: Inode) -> [String; 2] {
    let address = forward.address.as_deref().unwrap_or("any address");
    let port = match (forward.port, forward.last_port) {
        (None, _) => "any port".to_owned(),
        (Some(port), None) => format!("port {port}"),
        (Some(first), Some(last)) => format!("ports {first}-{last}"),
    };
    let to = match (&forward.to_address, forward.to_port) {
        (Some(address), port) => {
            let text = port.map_or_else(|| address.clone(), |port| with_port(address, port));
            let home = holders.home(address, own);
            let home = home.map(|home| format!(" ({home})")).unwrap_or_default();
            format!("{text}{home}")
        }
        (None, Some(port)) => format!("port {port} here"),
        (None, None) => "here".to_owned(),
    };
    let more = if forward.has_more {
        ", on more conditions"
    } else {
        ""
    };
    [
        format!("{address} {port}"),
        format!("{to}, {}{more}", forward.source),
    ]
}

fn with_port(address: &str, port: u16) -> String {
    if address.contains(':') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}

/// Why sockets or port forwards of a namespace are not known, by their name among the gaps; `None` where nothing tells.
pub(crate) fn why_unknown(
    snapshot: &Snapshot,
    space: &NetworkNamespace,
    what: &str,
) -> Option<String> {
    let is_entered = space.source == NetworkSource::Netlink;
    if is_entered && space.leader_pid.is_none() {
        let nobody = nobody(snapshot);
        return Some(format!(
            "not asked for, since {nobody} is in it (--deep asks)"
        ));
    }
    let of_it = format!("{what} of net:[{}]", space.namespace);
    let of_many = format!("{what} of network namespaces");
    let all_of_it = format!("network of net:[{}]", space.namespace);
    let mut gaps = snapshot.gaps.iter();
    let gap = gaps.find(|gap| [&of_it, &of_many, &all_of_it].contains(&&gap.what));
    match gap {
        Some(gap) => Some(format!("not known: {}", gap.reason.name())),
        None if is_entered && what == PORT_FORWARDS => {
            Some("not asked for, since asking could load a module into the kernel".to_owned())
        }
        None => None,
    }
}
