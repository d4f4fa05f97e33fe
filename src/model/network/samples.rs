//! Parts of made-up networks and a host for them, for the tests of all modules: each as plain as can be, to be changed as
//! a test needs.

use super::{
    Address, Counters, End, Interface, NetworkNamespace, NetworkSource, Route, Rule, Socket, Word,
};
use crate::model::{Host, Inode, PerKind, SCHEMA, Snapshot, Viewer};

/// An interface that is up, plugged in, and has no address; `kind` may be empty.
pub(crate) fn interface(index: u32, name: &str, kind: &str) -> Interface {
    Interface {
        kind: Some(kind.to_owned().into()).filter(|kind: &Word| !kind.is_empty()),
        state: Some("up".into()),
        flags: ["BROADCAST", "UP", "LOWER_UP"].map(Word::Borrowed).into(),
        mtu: Some(1500),
        mac: Some(format!("02:42:ac:12:00:{index:02x}")),
        addresses: Some(Vec::new()),
        counters: Some(Counters::default()),
        ..Interface::named(index, name.to_owned())
    }
}

/// The loopback interface.
pub(crate) fn lo() -> Interface {
    let mut lo = interface(1, "lo", "loopback");
    lo.addresses = Some(vec![address("127.0.0.1", 8)]);
    lo.flags.push("LOOPBACK".into());
    lo.state = Some("unknown".into());
    lo
}

/// An address for ever, of one link where it begins so.
pub(crate) fn address(text: &str, prefix_len: u8) -> Address {
    let is_local = text.starts_with("fe80");
    Address {
        address: text.to_owned(),
        prefix_len,
        scope: Some(if is_local { "link" } else { "global" }.into()),
        flags: vec!["permanent".into()],
        peer: None,
        broadcast: None,
        valid_seconds: None,
        preferred_seconds: None,
    }
}

/// An end of which the index is known, and the namespace perhaps.
pub(crate) fn end(namespace: impl Into<Option<Inode>>, index: u32) -> End {
    End {
        namespace: namespace.into(),
        index: Some(index),
        name: None,
    }
}

/// A namespace of which all is known, with nothing but interfaces in it.
pub(crate) fn space(namespace: Inode, interfaces: Vec<Interface>) -> NetworkNamespace {
    NetworkNamespace {
        namespace,
        name: None,
        leader_pid: Some(namespace.0 / 10),
        containers: Some(Vec::new()),
        source: NetworkSource::Netlink,
        interfaces: Some(interfaces),
        routes: Some(Vec::new()),
        rules: Some(Vec::new()),
        neighbours: Some(Vec::new()),
        forwarding: Some(Vec::new()),
        sockets: Some(Vec::new()),
        port_forwards: Some(Vec::new()),
    }
}

/// A namespace that could not be read.
pub(crate) fn unread(namespace: Inode) -> NetworkNamespace {
    NetworkNamespace {
        source: NetworkSource::None,
        interfaces: None,
        routes: None,
        rules: None,
        neighbours: None,
        forwarding: None,
        sockets: None,
        port_forwards: None,
        ..space(namespace, Vec::new())
    }
}

/// A socket that waits for others.
pub(crate) fn socket(protocol: &str, local: &str, pids: Option<&[u32]>) -> Socket {
    let state = if protocol == "tcp" {
        "listen"
    } else {
        "unconnected"
    };
    Socket {
        local: Some(local.to_owned()),
        pids: pids.map(<[u32]>::to_vec),
        ..Socket::new(protocol.to_owned(), state)
    }
}

/// A route of the main table.
pub(crate) fn route(destination: &str, gateway: Option<&str>, interface: &str) -> Route {
    Route {
        family: "inet".into(),
        kind: "unicast".into(),
        destination: destination.to_owned(),
        gateway: gateway.map(str::to_owned),
        interface: Some(interface.to_owned()),
        table: 254,
        metric: None,
        protocol: "boot".into(),
        scope: "global".into(),
        source: None,
        from: None,
        tos: None,
        next_hops: Vec::new(),
        flags: Vec::new(),
    }
}

/// A rule that asks a table for all packets.
pub(crate) fn rule(priority: u32, table: u32) -> Rule {
    Rule {
        family: "inet".into(),
        priority,
        from: None,
        to: None,
        in_interface: None,
        out_interface: None,
        mark: None,
        action: "lookup".into(),
        table: Some(table),
        goto: None,
        has_more: false,
    }
}

/// A host with these namespaces, seen by root, of which nothing else was asked.
pub(crate) fn snapshot(namespaces: PerKind<Option<Inode>>) -> Snapshot {
    Snapshot {
        schema: SCHEMA.to_owned(),
        captured_at: "2026-11-23T18:00:00.123Z".to_owned(),
        duration_ms: 12,
        filter: None,
        host: Host {
            unlisted_namespaces: None,
            hostname: Some("alpha".to_owned()),
            kernel: None,
            boot_id: None,
            boot_time: None,
            clock_ticks: 100,
            process_count: None,
            unknown_process_count: None,
            namespaces,
            pid_namespace_is_initial: true,
        },
        viewer: Viewer {
            pid: 1,
            uid: 0,
            namespaces,
            denied_processes: 0,
        },
        engines: Vec::new(),
        namespaces: None,
        processes: None,
        containers: None,
        groups: None,
        network: None,
        gaps: Vec::new(),
    }
}
