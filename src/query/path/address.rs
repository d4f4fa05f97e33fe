//! Addresses and prefixes, read from the texts of a snapshot.

use core::net::IpAddr;

use crate::model::{Address, Interface, NetworkNamespace, Switches, Word};

/// A range of addresses of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    bits: u128,
    /// Bits of an address of this family.
    width: u32,
    /// Bits of the network part.
    pub(super) length: u32,
}

impl Prefix {
    /// The network of `length` bits that `address` is in.
    pub(super) fn of(address: IpAddr, length: u8) -> Self {
        let (bits, width) = bits(address);
        let length = u32::from(length).min(width);
        Self {
            bits,
            width,
            length,
        }
    }

    /// `10.0.0.0/8`, `10.0.0.1`, or `default` of a family (`inet`, `inet6`).
    pub(super) fn parse(text: &str, family: &str) -> Option<Self> {
        if text == "default" {
            let width = if family == "inet6" { 128 } else { 32 };
            return Some(Self {
                bits: 0,
                width,
                length: 0,
            });
        }
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, length.parse().ok()?),
            None => (text, u8::MAX),
        };
        Some(Self::of(address.parse().ok()?, length))
    }

    /// Whether `address` is in it.
    pub(super) fn holds(self, address: IpAddr) -> bool {
        let (bits, width) = bits(address);
        let differing = (bits ^ self.bits).checked_shr(self.width - self.length);
        width == self.width && differing.unwrap_or(0) == 0
    }
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

/// Whether `family` (inet, inet6) is that of `address`.
pub(super) fn is_family(family: &str, address: IpAddr) -> bool {
    family == if address.is_ipv4() { "inet" } else { "inet6" }
}

/// An address of an interface, read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    pub(super) interface: &'a Interface,
    pub(super) address: IpAddr,
    pub(super) prefix: Prefix,
    /// As the snapshot has it.
    pub(super) given: &'a Address,
}

impl Own<'_> {
    /// Whether others can use it: not of the loopback, not only on one link, not found to be another's already.
    pub(super) fn is_usable(&self) -> bool {
        let refused = |flag: &Word| flag == "tentative" || flag == "dadfailed";
        let optimistic = self.given.flags.iter().any(|flag| flag == "optimistic");
        !self.address.is_loopback()
            && !is_link_local(self.address)
            && (optimistic || !self.given.flags.iter().any(refused))
    }

    /// Whether a packet may get it as its source without being asked.
    pub(super) fn is_preferred(&self) -> bool {
        let second = |flag: &Word| flag == "secondary" || flag == "deprecated";
        self.is_usable() && !self.given.flags.iter().any(second)
    }
}

const fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

impl Interface {
    /// What is done with packets to `destination` that come in by it; `None` where that was not read.
    pub(super) const fn switches(&self, destination: IpAddr) -> Option<Switches> {
        match destination {
            IpAddr::V4(_) => self.ipv4,
            IpAddr::V6(_) => self.ipv6,
        }
    }
}

/// The addresses of one interface.
pub(super) fn of_interface(interface: &Interface) -> impl Iterator<Item = Own<'_>> {
    let given = interface.addresses.iter().flatten();
    given.filter_map(move |given| {
        let address = given.address.parse().ok()?;
        Some(Own {
            interface,
            address,
            prefix: Prefix::of(address, given.prefix_len),
            given,
        })
    })
}

/// All addresses of a namespace.
pub(super) fn of_namespace(ns: &NetworkNamespace) -> impl Iterator<Item = Own<'_>> {
    ns.interfaces.iter().flatten().flat_map(of_interface)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_holds_its_own_family_only() {
        for (prefix, family, address, held) in [
            ("10.0.0.0/8", "inet", "10.1.2.3", true),
            ("10.0.0.0/8", "inet", "11.0.0.1", false),
            ("10.0.0.1", "inet", "10.0.0.1", true),
            ("10.0.0.1", "inet", "10.0.0.2", false),
            ("default", "inet", "192.0.2.1", true),
            ("default", "inet", "fd00::1", false),
            ("default", "inet6", "fd00::1", true),
            ("fd00::/64", "inet6", "fd00::1:2", true),
            ("fd00::/64", "inet6", "fd00:0:0:1::2", false),
            ("::/0", "inet6", "10.0.0.1", false),
        ] {
            let prefix = Prefix::parse(prefix, family).unwrap();
            assert_eq!(prefix.holds(address.parse().unwrap()), held, "{address}");
        }
        for text in ["", "x", "10.0.0.0/x", "10.0.0/8"] {
            assert_eq!(Prefix::parse(text, "inet"), None, "{text}");
        }
    }
}
