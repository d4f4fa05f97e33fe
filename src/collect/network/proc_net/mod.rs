//! The road without privilege: `/proc/PID/net` of a member, which any user may read, and which knows less.
//!
//! It tells interfaces with their counters, addresses, the main routing tables, neighbours of IPv4 and sockets. It does
//! not tell rules, forwarding, hardware addresses, other ends, and of an interface's state only whether it is up.

mod addresses;
mod file;
mod folder;
mod interfaces;
mod neighbours;
mod netlink;
mod packet;
mod routes;
mod sockets;
mod trie;

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::os::fd::BorrowedFd;

use super::part::Missing;
use super::sockets::text::{BOUND_TO, InetSocket};
use super::{Depth, Part};
use crate::collect::error::Failure;
use crate::collect::observation::{
    AddressRecord, LinkRecord, Miss, NeighbourRecord, NetnsRecord, Reading, RouteRecord,
    SocketRecord,
};
use crate::model::{Inode, NetworkSource};
use file::Text;
use folder::Folder;
use interfaces::{Igmp, Indexes};
use neighbours::Row;
use trie::Trie;

/// Packet sockets, as people call a list of them.
pub(super) const PACKET_SOCKETS: &str = "packet sockets";
/// Netlink sockets, as people call a list of them.
pub(super) const NETLINK_SOCKETS: &str = "netlink sockets";

/// What could be read of a namespace.
#[derive(Clone, Debug)]
pub(super) struct Read {
    /// The record; lists that this road does not have are denied.
    pub(super) record: NetnsRecord,
    /// What is not in the lists that there are.
    pub(super) missing: Vec<Missing>,
}

/// Reads the network namespace `inode` through a member, by way of its thread where the first one has ended. Gone where
/// it was not in that namespace all the while.
pub(super) fn read(
    root: BorrowedFd<'_>,
    (pid, thread): (u32, Option<u32>),
    inode: Inode,
    depth: Depth,
) -> Result<Read, Failure> {
    let folder = Folder::open(root, (pid, thread), inode)?;
    let seen = Seen::of(&folder);
    let record = NetnsRecord {
        pid: Some(pid),
        source: NetworkSource::Proc,
        sockets: Ok(all_sockets(&folder, depth)),
        routes: Ok(seen.routes(&folder)),
        addresses: Ok(seen.addresses(&folder)),
        neighbours: Ok(seen.neighbours(&folder)),
        links: seen.links,
        ..NetnsRecord::missed(inode, Miss::Denied)
    };
    let missing = folder.missing()?;
    Ok(Read { record, missing })
}

/// What several lists are made from.
struct Seen {
    links: Reading<Vec<LinkRecord>>,
    indexes: Indexes,
    ipv6: Vec<AddressRecord>,
    trie: Trie,
    ipv4_routes: Vec<routes::Ipv4Route>,
}

impl Seen {
    fn of(folder: &Folder) -> Self {
        let igmp = folder.text(c"igmp").map(|text| Igmp::of(&text));
        let Igmp { mut indexes, up } = igmp.unwrap_or_default();
        let rows = folder.part(c"if_inet6", "addresses", |text| {
            text.rows(0, addresses::ipv6)
        });
        let named = rows.iter();
        indexes.extend(named.map(|row| (row.name.clone(), row.record.index)));
        let links = links(folder, &up, &mut indexes);
        let trie = folder.text(c"fib_trie").map(|text| Trie::of(&text));
        let trie = trie.unwrap_or_else(|miss| {
            folder.miss("addresses", miss);
            Trie::default()
        });
        let ipv4_routes = folder.part(c"route", "routes", |text| {
            text.rows(1, |line| routes::ipv4(line, &indexes))
        });
        Self {
            links,
            indexes,
            ipv6: rows.into_iter().map(|row| row.record).collect(),
            trie,
            ipv4_routes,
        }
    }

    fn routes(&self, folder: &Folder) -> Vec<RouteRecord> {
        let ipv6 = folder.part(c"ipv6_route", "routes", |text| text.rows(0, routes::ipv6));
        let ipv6 = routes::ipv6_tables(&ipv6, &self.indexes);
        // Of IPv4 only the main table is shown, so others are missing in any case.
        folder.miss("routes of other tables", Miss::Denied);
        let ipv4 = self.ipv4_routes.iter();
        let ipv4 = ipv4.map(|route| route.record(&self.trie));
        let all: Vec<_> = ipv4.chain(ipv6).collect();
        // One next hop is shown, and nothing of whether there are more.
        if all.iter().any(|record| record.route.kind == "unicast") {
            folder.miss("further next hops of routes", Miss::Denied);
        }
        all
    }

    fn addresses(&self, folder: &Folder) -> Vec<AddressRecord> {
        let (mut all, are_others) = addresses::ipv4(&self.trie, &self.ipv4_routes);
        if are_others {
            folder.miss("interfaces of IPv4 addresses", Miss::Denied);
        }
        if self.trie.malformed {
            folder.miss("addresses", Miss::Malformed);
        }
        all.extend_from_slice(&self.ipv6);
        all
    }

    fn neighbours(&self, folder: &Folder) -> Vec<NeighbourRecord> {
        let rows = folder.part(c"arp", "neighbours", |text| {
            text.rows(1, |line| neighbours::row(line, &self.indexes))
        });
        if !self.ipv6.is_empty() {
            folder.miss("IPv6 neighbours", Miss::Denied);
        }
        let known = rows.into_iter().filter_map(|row| match row {
            Row::Known(record) => Some(record),
            Row::Homeless => {
                folder.miss("neighbours", Miss::Denied);
                None
            }
            Row::Other => None,
        });
        known.collect()
    }
}

/// The interfaces whose index can be told. Finds the index of each.
fn links(
    folder: &Folder,
    up: &HashSet<Vec<u8>>,
    indexes: &mut Indexes,
) -> Reading<Vec<LinkRecord>> {
    let devices = interfaces::devices(folder)?;
    let devices = folder.take("interfaces", devices);
    interfaces::find_indexes(folder, &devices, indexes);
    let record = |device: &interfaces::Device| {
        let index = indexes.get(&device.name)?;
        let is_up = up.contains(&device.name);
        Some(interfaces::record(device, *index, is_up))
    };
    let links: Vec<_> = devices.iter().filter_map(record).collect();
    if links.len() < devices.len() {
        folder.miss("interfaces", Miss::Denied);
    }
    Ok(links)
}

fn all_sockets(folder: &Folder, depth: Depth) -> Vec<SocketRecord> {
    let mut all = Vec::new();
    for file in sockets::INET {
        let list = folder.part(file.name, file.plural, |text| {
            sockets::inet(text, file.protocol, depth)
        });
        all.extend(list.into_iter().map(InetSocket::record));
    }
    if !all.is_empty() {
        folder.miss(BOUND_TO, Miss::Denied);
    }
    let unix = folder.part(c"unix", "unix sockets", |text| sockets::unix(text, depth));
    all.extend(unix);
    all.extend(folder.part(c"packet", PACKET_SOCKETS, packet::packet));
    if depth == Depth::All {
        all.extend(folder.part(c"netlink", NETLINK_SOCKETS, netlink::netlink));
    }
    all
}

/// The sockets of one protocol and family in the network namespace of the current thread.
pub(super) fn own_sockets(
    root: BorrowedFd<'_>,
    protocol: &str,
    is_v6: bool,
    depth: Depth,
) -> Part<InetSocket> {
    let mut files = sockets::INET
        .iter()
        .filter(|file| file.protocol == protocol);
    let Some(file) = files.nth(usize::from(is_v6)) else {
        return Part::missed(Miss::Absent);
    };
    match own_file(root, file.name) {
        Ok(text) => sockets::inet(&text, file.protocol, depth),
        Err(miss) => Part::missed(miss),
    }
}

/// The unix sockets in the network namespace of the current thread.
pub(super) fn own_unix_sockets(root: BorrowedFd<'_>, depth: Depth) -> Part<SocketRecord> {
    match own_file(root, c"unix") {
        Ok(text) => sockets::unix(&text, depth),
        Err(miss) => Part::missed(miss),
    }
}

/// The packet sockets in the network namespace of the current thread. Where the kernel has no part for them now, there
/// are none, and no file of them.
pub(super) fn own_packet_sockets(root: BorrowedFd<'_>) -> Part<SocketRecord> {
    match own_file(root, c"packet") {
        Ok(text) => packet::packet(&text),
        Err(Miss::Absent) if own_file(root, c"dev").is_ok() => Part {
            list: Vec::new(),
            miss: None,
        },
        Err(miss) => Part::missed(miss),
    }
}

/// The netlink sockets in the network namespace of the current thread, but those of the kernel.
pub(super) fn own_netlink_sockets(root: BorrowedFd<'_>) -> Part<SocketRecord> {
    match own_file(root, c"netlink") {
        Ok(text) => netlink::netlink(&text),
        Err(miss) => Part::missed(miss),
    }
}

fn own_file(root: BorrowedFd<'_>, name: &CStr) -> Reading<Text> {
    let path = [c"thread-self/net/".to_bytes(), name.to_bytes()].concat();
    file::text(root, &CString::new(path).unwrap_or_default())
}

#[cfg(test)]
mod tests;
