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
use crate::collect::observation::{LinkRecord, Miss, NetnsRecord, Reading};

pub(super) use nsid::nsid_of;

/// `NETLINK_ROUTE`.
pub(super) const PROTOCOL: isize = libc::NETLINK_ROUTE as isize;

/// Reads the tables of the namespace that the line leads into.
pub(super) fn read(line: &mut Line<'_>, record: &mut NetnsRecord) {
    let missing = &mut record.missing;
    let mut whole = |line: &mut Line<'_>, what| {
        if line.take_cut() {
            missing.push((what, Miss::Truncated));
        }
    };
    record.links = line.dump(link::GET, &[0; link::HEADER], link::decode);
    whole(line, "interfaces");
    let switches = match &mut record.links {
        Ok(links) if may_lead_on(links) => netconf::read(line, links),
        _ => Ok(()),
    };
    whole(line, "switches of interfaces");
    record.addresses = line.dump(address::GET, &[0; address::HEADER], address::decode);
    whole(line, "addresses");
    record.routes = line.dump(route::GET, &[0; route::HEADER], route::decode);
    whole(line, "routes");
    record.neighbours = line.dump(neighbour::GET, &[0; neighbour::HEADER], neighbour::decode);
    whole(line, "neighbours");
    record.rules = line.dump(rule::GET, &[0; rule::HEADER], rule::decode);
    whole(line, "rules");
    record.forwarding = match &record.links {
        Ok(links) if links.iter().any(forwards) => {
            let mut header = [0; neighbour::HEADER];
            header[0] = BRIDGE;
            line.dump(neighbour::GET, &header, neighbour::decode_forwarding)
        }
        Ok(_) => Ok(Vec::new()),
        Err(miss) => Err(*miss),
    };
    whole(line, "forwarding entries");
    if let Err(miss) = switches {
        record.missing.push(("switches of interfaces", miss));
    }
    // A kernel without rules has none.
    if record.rules == Err(Miss::Absent) {
        record.rules = Ok(Vec::new());
    }
    record.unsteady = line.unsteady;
}

/// The interface with `index` in the namespace that the line's has `number` for; kernels before 4.15 do not tell.
pub(super) fn link_in(line: &mut Line<'_>, number: i32, index: u32) -> Reading<LinkRecord> {
    let mut body = [0; link::HEADER + 8];
    body[4..8].copy_from_slice(&index.to_ne_bytes());
    let attribute = &mut body[link::HEADER..];
    attribute[..2].copy_from_slice(&8_u16.to_ne_bytes());
    attribute[2..4].copy_from_slice(&link::TARGET_NETNSID.to_ne_bytes());
    attribute[4..].copy_from_slice(&number.to_ne_bytes());
    line.ask(link::GET, &body, link::decode)
}

/// Whether packets may come in by one interface and leave by another. Most namespaces of a container host are plugged
/// in once, and asking them costs as much as another of their tables.
pub(super) fn may_lead_on(links: &[LinkRecord]) -> bool {
    let is_real = |link: &&LinkRecord| link.interface.kind.as_deref() != Some("loopback");
    links.iter().filter(is_real).nth(1).is_some()
}

fn forwards(link: &LinkRecord) -> bool {
    matches!(link.interface.kind.as_deref(), Some("bridge" | "vxlan"))
}
