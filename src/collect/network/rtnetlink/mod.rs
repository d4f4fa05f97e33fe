//! rtnetlink: interfaces, addresses, routes, rules, neighbours and switches of the IP stack. One file for each message.
//!
//! Decoders take the bytes of one message and give what it says; `None` where it is none of ours or too short. They
//! read attributes by number, so that what a kernel adds changes nothing.

mod address;
mod details;
mod link;
mod neighbour;
mod netconf;
mod nsid;
mod route;
mod rule;

#[cfg(test)]
mod tests;

use super::values::BRIDGE;
use super::wire::Line;
use crate::collect::observation::{LinkRecord, Miss, NetnsRecord};

pub(super) use nsid::nsid_of;

/// `NETLINK_ROUTE`.
pub(super) const PROTOCOL: isize = libc::NETLINK_ROUTE as isize;

/// Reads the tables of the namespace that the line leads into.
pub(super) fn read(line: &mut Line<'_>, record: &mut NetnsRecord) {
    record.links = line.dump(link::GET, &[0; link::HEADER], link::decode);
    if let Ok(links) = &mut record.links
        && may_lead_on(links)
        && let Err(miss) = netconf::read(line, links)
    {
        record.missing.push(("switches of interfaces", miss));
    }
    record.addresses = line.dump(address::GET, &[0; address::HEADER], address::decode);
    record.routes = line.dump(route::GET, &[0; route::HEADER], route::decode);
    record.neighbours = line.dump(neighbour::GET, &[0; neighbour::HEADER], neighbour::decode);
    record.rules = line.dump(rule::GET, &[0; rule::HEADER], rule::decode);
    record.forwarding = match &record.links {
        Ok(links) if links.iter().any(forwards) => {
            let mut header = [0; neighbour::HEADER];
            header[0] = BRIDGE;
            line.dump(neighbour::GET, &header, neighbour::decode_forwarding)
        }
        Ok(_) => Ok(Vec::new()),
        Err(miss) => Err(*miss),
    };
    // A kernel without rules has none.
    if record.rules == Err(Miss::Absent) {
        record.rules = Ok(Vec::new());
    }
    record.unsteady = line.unsteady;
}

/// Whether packets may come in by one interface and leave by another. Most namespaces of a container host are plugged
/// in once, and asking them costs as much as another of their tables.
fn may_lead_on(links: &[LinkRecord]) -> bool {
    let is_real = |link: &&LinkRecord| link.interface.kind.as_deref() != Some("loopback");
    links.iter().filter(is_real).nth(1).is_some()
}

fn forwards(link: &LinkRecord) -> bool {
    matches!(link.interface.kind.as_deref(), Some("bridge" | "vxlan"))
}
