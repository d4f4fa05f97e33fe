//! `RTM_GETADDR`: addresses of interfaces.

use super::super::values::{SCOPES, flags, ip, u8, u32, u32_at, word};
use super::super::wire::attributes_after;
use crate::collect::observation::AddressRecord;
use crate::model::Address;

pub(super) const GET: u16 = libc::RTM_GETADDR;
/// `struct ifaddrmsg`.
pub(super) const HEADER: usize = 8;

/// `IFA_*` of the kernel's `if_addr.h`.
const ADDRESS: u16 = 1;
const LOCAL: u16 = 2;
const BROADCAST: u16 = 4;
const CACHEINFO: u16 = 6;
const FLAGS: u16 = 8;

const PERMANENT: u32 = 0x80;
const SECONDARY: u32 = 0x01;
const WORDS: [(u32, &str); 12] = [
    (SECONDARY, "secondary"),
    (0x40, "tentative"),
    (0x20, "deprecated"),
    (0x10, "home"),
    (0x02, "nodad"),
    (0x04, "optimistic"),
    (0x08, "dadfailed"),
    (PERMANENT, "permanent"),
    (0x100, "mngtmpaddr"),
    (0x200, "noprefixroute"),
    (0x400, "autojoin"),
    (0x800, "stable-privacy"),
];

/// One address.
pub(super) fn decode(message: &[u8]) -> Option<AddressRecord> {
    let header = message.first_chunk::<HEADER>()?;
    let (mut address, mut local, mut broadcast) = (None, None, None);
    let (mut bits, mut lifetimes) = (u32::from(header[2]), (None, None));
    for (kind, value) in attributes_after(message, HEADER) {
        match kind {
            ADDRESS => address = ip(value),
            LOCAL => local = ip(value),
            BROADCAST => broadcast = ip(value),
            FLAGS => bits = u32(value)?,
            CACHEINFO => lifetimes = (lasts(value, 0), lasts(value, 4)),
            _ => {}
        }
    }
    let own = local.or(address)?;
    let mut words = flags(&WORDS, bits);
    if own.is_ipv6() && bits & SECONDARY != 0 {
        // The same bit: a privacy address.
        words[0] = "temporary".into();
    }
    if bits & PERMANENT == 0 {
        words.push("dynamic".into());
    }
    Some(AddressRecord {
        index: u32_at(header, 4)?,
        address: Address {
            address: own.to_string(),
            prefix_len: u8(&header[1..])?,
            scope: Some(word(&SCOPES, header[3])),
            flags: words,
            peer: address
                .filter(|peer| *peer != own)
                .map(|peer| peer.to_string()),
            broadcast: broadcast.map(|address| address.to_string()),
            preferred_seconds: lifetimes.0,
            valid_seconds: lifetimes.1,
        },
    })
}

/// A lifetime of `struct ifa_cacheinfo`; all bits set is for ever.
fn lasts(cacheinfo: &[u8], place: usize) -> Option<u32> {
    u32_at(cacheinfo, place).filter(|seconds| *seconds != u32::MAX)
}
