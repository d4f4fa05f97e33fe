//! `RTM_GETNEIGH`: neighbours, and the forwarding entries of bridges and vxlan interfaces.

use super::super::values::{BRIDGE, INET, INET6, ip, mac, u8, u16, u32, u32_at};
use super::super::wire::attributes_after;
use crate::collect::observation::{ForwardingRecord, NeighbourRecord};
use crate::model::{ForwardingEntry, Neighbour};

pub(super) const GET: u16 = libc::RTM_GETNEIGH;
/// `struct ndmsg`.
pub(super) const HEADER: usize = 12;

/// `NDA_*` of the kernel's neighbour.h.
const DESTINATION: u16 = 1;
const HARDWARE: u16 = 2;
const VLAN: u16 = 5;
const MASTER: u16 = 9;

/// `NUD_*`: state, a bit for each. A vxlan sets others besides "permanent", which counts then.
const NOARP: u16 = 0x40;
const PERMANENT: u16 = 0x80;
const STATES: [(u16, &str); 7] = [
    (PERMANENT, "permanent"),
    (0x01, "incomplete"),
    (0x02, "reachable"),
    (0x04, "stale"),
    (0x08, "delay"),
    (0x10, "probe"),
    (0x20, "failed"),
];

/// One neighbour; none where no address is asked for (multicast, loopback), which ip(8) leaves out too.
pub(super) fn decode(message: &[u8]) -> Option<NeighbourRecord> {
    let header = message.first_chunk::<HEADER>()?;
    let state = u16(&header[8..])?;
    if !matches!(header[0], INET | INET6) || state & NOARP != 0 {
        return None;
    }
    let (mut address, mut hardware) = (None, None);
    for (kind, value) in attributes_after(message, HEADER) {
        match kind {
            DESTINATION => address = ip(value),
            HARDWARE => hardware = mac(value),
            _ => {}
        }
    }
    Some(NeighbourRecord {
        index: u32_at(header, 4)?,
        neighbour: Neighbour {
            address: address?.to_string(),
            mac: hardware,
            interface: None,
            state: word(state).into(),
        },
    })
}

/// One forwarding entry of a bridge or vxlan; none for the addresses that every interface listens to by itself.
pub(super) fn decode_forwarding(message: &[u8]) -> Option<ForwardingRecord> {
    let header = message.first_chunk::<HEADER>()?;
    if u8(header)? != BRIDGE {
        return None;
    }
    let (mut hardware, mut bridge, mut vlan, mut destination) = (None, None, None, None);
    for (kind, value) in attributes_after(message, HEADER) {
        match kind {
            HARDWARE => hardware = mac(value),
            MASTER => bridge = u32(value),
            VLAN => vlan = u16(value),
            DESTINATION => destination = ip(value),
            _ => {}
        }
    }
    if bridge.is_none() && destination.is_none() {
        return None;
    }
    let state = u16(&header[8..])?;
    Some(ForwardingRecord {
        index: u32_at(header, 4)?,
        bridge,
        entry: ForwardingEntry {
            mac: hardware?,
            interface: None,
            bridge: None,
            state: if state & (NOARP | PERMANENT) == NOARP {
                "static".into()
            } else {
                word(state).into()
            },
            vlan,
            destination: destination.map(|address| address.to_string()),
        },
    })
}

fn word(state: u16) -> String {
    let known = STATES.iter().find(|(bit, _)| state & bit != 0);
    known.map_or_else(|| state.to_string(), |(_, word)| (*word).to_owned())
}
