//! Where a rule sends what it acts on.

use std::net::IpAddr;

use super::attribute::number;
use super::header::address;
use super::register::{Content, Registers};

/// `NF_NAT_RANGE_PROTO_RANDOM`, `_RANDOM_FULLY`, `_PROTO_OFFSET`: another port of the range than the old one.
const OTHER_PORT: u32 = 4 | 16 | 32;
/// `NF_NAT_RANGE_NETMAP`: the old address is kept in part.
const PREFIX: u32 = 64;
/// `NFT_NAT_DNAT`.
pub(super) const DESTINATION: u32 = 1;

/// A new destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The new address.
    pub(super) address: To,
    /// First and last of the new ports; `None` for the old one.
    pub(super) ports: Option<(u16, u16)>,
    /// Whether an old port within the new ones need not stay as it is.
    pub(super) moves_ports: bool,
    /// Whose rule it is.
    pub(super) source: &'static str,
}

/// A new address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// This host's, on the interface where it came in.
    Here,
    /// The old one.
    Same,
    /// This one.
    Address(IpAddr),
}

/// What the first and last address and port say, and the flags of netfilter that say how; none if there is a choice
/// of addresses.
pub(super) fn target(
    addresses: Option<(IpAddr, IpAddr)>,
    ports: Option<(u16, u16)>,
    flags: u32,
    source: &'static str,
) -> Option<Target> {
    let address = match addresses {
        None => To::Same,
        Some((first, last)) if first == last && flags & PREFIX == 0 => To::Address(first),
        Some(_) => return None,
    };
    Some(Target {
        address,
        ports,
        moves_ports: flags & OTHER_PORT != 0,
        source,
    })
}

/// The target of an expression `nat`; none if it does not lie in constants.
pub(super) fn nat(nat: &[u8], registers: &Registers) -> Option<Target> {
    let length = match number(nat, 2)? {
        2 => 4,
        10 => 16,
        // Both families: there is no address.
        _ => 0,
    };
    let read = |value: &[u8]| address(value.get(..length)?, length);
    let addresses = pair(nat, (3, 4), registers, read).ok()?;
    let ports = pair(nat, (5, 6), registers, port).ok()?;
    target(addresses, ports, number(nat, 7).unwrap_or(0), "nftables")
}

/// The target of an expression `redir`.
pub(super) fn redirect(redirect: &[u8], registers: &Registers) -> Option<Target> {
    let ports = pair(redirect, (1, 2), registers, port).ok()?;
    let flags = number(redirect, 3).unwrap_or(0);
    let target = target(None, ports, flags, "nftables")?;
    Some(Target {
        address: To::Here,
        ..target
    })
}

fn port(value: &[u8]) -> Option<u16> {
    Some(u16::from_be_bytes(*value.first_chunk()?))
}

/// It is not a constant: it comes out of a map or the packet.
struct NotConstant;

/// First and last of a range by the attributes that name their registers, if they are given.
fn pair<T: Copy>(
    bytes: &[u8],
    (first, last): (u16, u16),
    registers: &Registers,
    read: impl Fn(&[u8]) -> Option<T>,
) -> Result<Option<(T, T)>, NotConstant> {
    let constant = |register| match registers.get(register) {
        Content::Value(value) => read(&value).ok_or(NotConstant),
        _ => Err(NotConstant),
    };
    let Some(register) = number(bytes, first) else {
        return Ok(None);
    };
    let low = constant(register)?;
    let high = number(bytes, last).map_or(Ok(low), constant)?;
    Ok(Some((low, high)))
}
