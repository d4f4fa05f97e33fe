//! `RTM_GETNETCONF`: switches of the IP stack of a namespace and of each interface.

use std::collections::HashMap;

use super::super::values::{INET, INET6, i32};
use super::super::wire::{Line, attributes_after};
use crate::collect::observation::{LinkRecord, Miss, Reading};
use crate::model::Switches;

/// `RTM_GETNETCONF` of the kernel's rtnetlink.h.
const GET: u16 = 82;
/// `struct netconfmsg`, padded.
const HEADER: usize = 4;

/// `NETCONFA_*` of the kernel's netconf.h.
const INDEX: u16 = 1;
const FORWARDING: u16 = 2;
const PROXY: u16 = 5;
/// Since Linux 6.17, of IPv6.
const FORCE_FORWARDING: u16 = 9;

/// `NETCONFA_IFINDEX_ALL`: what holds for all interfaces.
const ALL: i32 = -1;

/// The switches of one interface, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Netconf {
    /// Index of the interface.
    pub(super) index: i32,
    pub(super) forwarding: bool,
    pub(super) force_forwarding: bool,
    pub(super) proxy: bool,
}

/// Reads the switches of both families into `links`.
pub(super) fn read(line: &mut Line<'_>, links: &mut [LinkRecord]) -> Reading<()> {
    let ipv4 = dump(line, INET)?;
    let ipv6 = dump(line, INET6)?;
    for link in links {
        let interface = &mut link.interface;
        interface.ipv4 = ipv4.of(interface.index, |own, all| Switches {
            forwarding: own.forwarding,
            proxy: own.proxy || all.proxy,
        });
        interface.ipv6 = ipv6.of(interface.index, |own, all| Switches {
            forwarding: all.forwarding || own.force_forwarding,
            proxy: own.proxy || all.proxy,
        });
    }
    Ok(())
}

/// A kernel without one of the families has no switches of it.
fn dump(line: &mut Line<'_>, family: u8) -> Reading<Table> {
    let mut header = [0; HEADER];
    header[0] = family;
    match line.dump(GET, &header, decode) {
        Err(Miss::Absent) => Ok(Table::default()),
        read => Ok(Table(read?.iter().map(|one| (one.index, *one)).collect())),
    }
}

/// Switches by index.
#[derive(Default)]
struct Table(HashMap<i32, Netconf>);

impl Table {
    fn of(&self, index: u32, both: impl Fn(Netconf, Netconf) -> Switches) -> Option<Switches> {
        let own = self.0.get(&i32::try_from(index).ok()?)?;
        Some(both(*own, *self.0.get(&ALL)?))
    }
}

/// The switches of one interface, or of all; none without those that every kernel tells.
pub(super) fn decode(message: &[u8]) -> Option<Netconf> {
    let mut found = Netconf::default();
    let (mut index, mut forwarding) = (None, None);
    for (kind, value) in attributes_after(message, HEADER) {
        let is_on = i32(value).is_some_and(|number| number > 0);
        match kind {
            INDEX => index = i32(value),
            FORWARDING => forwarding = Some(is_on),
            FORCE_FORWARDING => found.force_forwarding = is_on,
            PROXY => found.proxy = is_on,
            _ => {}
        }
    }
    Some(Netconf {
        index: index?,
        forwarding: forwarding?,
        ..found
    })
}
