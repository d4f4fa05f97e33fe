//! `arp`: neighbours of IPv4. Those of IPv6 are in no file.

use std::net::Ipv4Addr;

use super::file::{fields, hex};
use super::interfaces::Indexes;
use crate::collect::observation::NeighbourRecord;
use crate::model::Neighbour;

/// `ATF_COM`: its hardware address is known.
const COMPLETE: u32 = 0x2;
/// `ATF_PERM`.
const PERMANENT: u32 = 0x4;
/// `ATF_PUBL`: not a neighbour, but an address that is answered for.
const PUBLISHED: u32 = 0x8;

/// A line of the file.
pub(super) enum Row {
    /// A neighbour.
    Known(NeighbourRecord),
    /// A neighbour on an interface whose index is not known.
    Homeless,
    /// Something else.
    Other,
}

/// `address type flags mac mask device`.
pub(super) fn row(line: &[u8], indexes: &Indexes) -> Option<Row> {
    let mut fields = fields(line);
    let address: Ipv4Addr = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let flags = hex(fields.nth(1)?.strip_prefix(b"0x")?)?;
    let mac = std::str::from_utf8(fields.next()?).ok()?;
    let device = fields.nth(1)?;
    if flags & PUBLISHED != 0 {
        return Some(Row::Other);
    }
    let Some(index) = indexes.get(device) else {
        return Some(Row::Homeless);
    };
    let state = match flags {
        flags if flags & PERMANENT != 0 => "permanent",
        flags if flags & COMPLETE != 0 => "complete",
        _ => "incomplete",
    };
    Some(Row::Known(NeighbourRecord {
        index: *index,
        neighbour: Neighbour {
            address: address.to_string(),
            mac: (flags & COMPLETE != 0).then(|| mac.to_owned()),
            interface: None,
            state: state.to_owned().into(),
        },
    }))
}
