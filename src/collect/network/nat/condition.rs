//! What a packet must be for a rule to act on it.

use std::net::IpAddr;

/// What is told of a packet apart from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// Its transport protocol.
    Protocol,
    /// Its destination address.
    Address,
    /// Its destination port.
    Port,
}

/// The conditions of a rule, or of all rules that lead to it: each one narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    /// IPv4 (2) or IPv6 (10).
    pub(super) family: Option<u8>,
    /// Number of the transport protocol.
    pub(super) protocol: Option<u8>,
    /// Destination address and how many of its bits count.
    pub(super) address: Option<(IpAddr, u8)>,
    /// First and last destination port.
    pub(super) ports: Option<(u16, u16)>,
    /// Fields with a condition that cannot be said in this form, such as a set of ports.
    vague: [bool; 3],
    /// Whether there are conditions on something else.
    pub(super) has_more: bool,
    /// Whether no packet can meet all of them.
    pub(super) contradicts: bool,
}

impl Conditions {
    /// Whether every packet meets them.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// It must be IPv4 (2) or IPv6 (10).
    pub(super) fn family(&mut self, number: u8) {
        self.contradicts |= self.family.is_some_and(|before| before != number);
        self.family = Some(number);
    }

    /// It must be of this transport protocol.
    pub(super) fn protocol(&mut self, number: u8) {
        self.contradicts |= self.protocol.is_some_and(|before| before != number);
        self.protocol = Some(number);
    }

    /// It must go to an address that begins with the first `bits` of this one.
    pub(super) fn address(&mut self, address: IpAddr, bits: u8) {
        let (narrow, wide) = match self.address {
            Some(before) if before.1 > bits => (before, (address, bits)),
            Some(before) => ((address, bits), before),
            None => ((address, bits), (address, 0)),
        };
        self.contradicts |= !begins(narrow.0, wide);
        self.address = Some(narrow);
    }

    /// It must go to a port from `first` to `last`.
    pub(super) fn ports(&mut self, first: u16, last: u16) {
        let (low, high) = self.ports.unwrap_or((0, u16::MAX));
        let (low, high) = (low.max(first), high.min(last));
        self.contradicts |= low > high;
        self.ports = Some((low, high));
    }

    /// There is a condition on a field that cannot be said in this form.
    pub(super) fn vague(&mut self, field: Field) {
        self.vague[field as usize] = true;
    }

    /// There is a condition of which nothing is known.
    pub(super) fn unknown(&mut self) {
        self.vague = [true; 3];
    }

    /// Both these and the others.
    pub(super) fn and(&self, others: &Self) -> Self {
        let mut both = self.clone();
        if let Some(number) = others.family {
            both.family(number);
        }
        if let Some(number) = others.protocol {
            both.protocol(number);
        }
        if let Some((address, bits)) = others.address {
            both.address(address, bits);
        }
        if let Some((first, last)) = others.ports {
            both.ports(first, last);
        }
        for (own, other) in both.vague.iter_mut().zip(others.vague) {
            *own |= other;
        }
        both.has_more |= others.has_more;
        both.contradicts |= others.contradicts;
        both
    }

    /// Whether what is known of each field is not wider than what is so. One that is known exactly stays true whatever
    /// else is asked of it.
    pub(super) fn are_clear(&self) -> bool {
        let [protocol, address, port] = self.vague;
        let one_port = self.ports.is_some_and(|(first, last)| first == last);
        let one_address = self
            .address
            .is_some_and(|(address, bits)| bits == length(address));
        (!protocol || self.protocol.is_some()) && (!address || one_address) && (!port || one_port)
    }

    /// Whether there is more to meet than family, protocol, address and ports.
    pub(super) fn ask_more(&self) -> bool {
        self.has_more || self.vague.contains(&true)
    }
}

/// Bits of an address.
pub(super) fn length(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Whether an address begins as a prefix does.
fn begins(address: IpAddr, (prefix, bits): (IpAddr, u8)) -> bool {
    let differing = match (address, prefix) {
        (IpAddr::V4(one), IpAddr::V4(other)) => u128::from(one.to_bits() ^ other.to_bits()) << 96,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
        _ => return bits == 0,
    };
    differing.leading_zeros() >= u32::from(bits)
}
