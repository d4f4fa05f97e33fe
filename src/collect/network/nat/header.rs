//! Bytes of packet headers, and the fields that they hold.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::condition::{Conditions, Field, length};

/// `NFT_PAYLOAD_NETWORK_HEADER` and `NFT_PAYLOAD_TRANSPORT_HEADER`.
const NETWORK: u32 = 1;
const TRANSPORT: u32 = 2;

/// Some bytes of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Which header.
    pub(super) base: u32,
    /// The first byte.
    pub(super) start: usize,
    /// The one behind the last.
    pub(super) end: usize,
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Is the same.
    Equal,
    /// Is from the first to the second.
    Within,
    /// Anything else.
    Other,
}

impl Span {
    /// The number of the transport protocol, which `nf_tables` finds by itself in any family.
    pub(super) const TRANSPORT_PROTOCOL: Self = Self::new(u32::MAX, 0, 1);
    const PROTOCOL: Self = Self::new(NETWORK, 9, 10);
    const ADDRESS: Self = Self::new(NETWORK, 16, 20);
    const PROTOCOL_6: Self = Self::new(NETWORK, 6, 7);
    const ADDRESS_6: Self = Self::new(NETWORK, 24, 40);
    const PORT: Self = Self::new(TRANSPORT, 2, 4);

    const fn new(base: u32, start: usize, end: usize) -> Self {
        Self { base, start, end }
    }

    /// Bytes of a header by their place and number.
    pub(super) fn at(base: u32, start: u32, length: u32) -> Option<Self> {
        let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
        Some(Self::new(base, start, start.checked_add(length)?))
    }

    /// How many.
    pub(super) fn len(self) -> usize {
        self.end - self.start
    }

    fn overlaps(self, other: Self) -> bool {
        self.base == other.base && self.start < other.end && other.start < self.end
    }

    fn contains(self, other: Self) -> bool {
        self.base == other.base && self.start <= other.start && other.end <= self.end
    }
}

/// Fields that may lie in a header; those of the network header depend on the family (2, 10, or unknown).
fn fields(family: u8) -> &'static [(Field, Span)] {
    const ALL: [(Field, Span); 6] = [
        (Field::Protocol, Span::PROTOCOL),
        (Field::Address, Span::ADDRESS),
        (Field::Protocol, Span::TRANSPORT_PROTOCOL),
        (Field::Port, Span::PORT),
        (Field::Protocol, Span::PROTOCOL_6),
        (Field::Address, Span::ADDRESS_6),
    ];
    match family {
        2 => &ALL[..4],
        10 => &ALL[2..],
        _ => &ALL[2..4],
    }
}

/// Adds the condition that the bytes of `span` compare so with `values`; only the first `bits` count, where told.
pub(super) fn compare(
    conditions: &mut Conditions,
    family: u8,
    (span, bits): (Span, Option<u8>),
    comparison: Comparison,
    values: (&[u8], &[u8]),
) {
    let mut rest = span.len();
    for (field, place) in fields(family) {
        if span.overlaps(*place) {
            rest -= span.end.min(place.end) - span.start.max(place.start);
            let known = match comparison {
                Comparison::Equal => equal(conditions, *field, (span, bits), *place, values.0),
                Comparison::Within if span == *place => within(conditions, *field, values),
                _ => None,
            };
            if known.is_none() {
                conditions.vague(*field);
            }
        }
    }
    if span.base == NETWORK && !matches!(family, 2 | 10) {
        conditions.vague(Field::Address);
        conditions.vague(Field::Protocol);
    }
    conditions.has_more |= rest > 0;
}

/// Adds that there is some condition on the bytes of `span`.
pub(super) fn doubt(conditions: &mut Conditions, family: u8, span: Span) {
    compare(
        conditions,
        family,
        (span, None),
        Comparison::Other,
        (&[], &[]),
    );
}

/// A field that is in the bytes, whole or, of an address, its beginning.
fn equal(
    conditions: &mut Conditions,
    field: Field,
    (span, bits): (Span, Option<u8>),
    place: Span,
    value: &[u8],
) -> Option<()> {
    let whole = span.contains(place);
    if field == Field::Address && span.start == place.start && (bits.is_some() || !whole) {
        let known = value.get(..span.end.min(place.end) - place.start)?;
        let loaded = u8::try_from(known.len() * 8).ok()?;
        conditions.address(
            address(known, place.len())?,
            bits.unwrap_or(loaded).min(loaded),
        );
        return Some(());
    }
    let from = place.start.checked_sub(span.start)?;
    let value = value.get(from..from + place.len())?;
    if !whole || bits.is_some() {
        return None;
    }
    match field {
        Field::Protocol => conditions.protocol(*value.first()?),
        Field::Port => {
            let port = u16::from_be_bytes(*value.first_chunk()?);
            conditions.ports(port, port);
        }
        Field::Address => {
            let address = address(value, place.len())?;
            conditions.address(address, length(address));
        }
    }
    Some(())
}

fn within(conditions: &mut Conditions, field: Field, values: (&[u8], &[u8])) -> Option<()> {
    let port = |bytes: &[u8]| Some(u16::from_be_bytes(*bytes.first_chunk()?));
    if field == Field::Port {
        conditions.ports(port(values.0)?, port(values.1)?);
        return Some(());
    }
    None
}

/// The address of `length` bytes that begins with these, and goes on with zeros.
pub(super) fn address(bytes: &[u8], length: usize) -> Option<IpAddr> {
    let mut whole = [0; 16];
    whole.get_mut(..bytes.len())?.copy_from_slice(bytes);
    match length {
        4 => Some(Ipv4Addr::from(*whole.first_chunk::<4>()?).into()),
        16 => Some(Ipv6Addr::from(whole).into()),
        _ => None,
    }
}

/// How many bits a mask begins with, if there is no other in it.
pub(super) fn leading_ones(mask: &[u8]) -> Option<u8> {
    let full = mask.iter().take_while(|byte| **byte == 0xff).count();
    let rest = mask.get(full..)?;
    let first = rest.first().copied().unwrap_or(0);
    let ones = first.leading_ones();
    let is_one_run = first.count_ones() == ones && rest.iter().skip(1).all(|byte| *byte == 0);
    let bits = u32::try_from(full * 8).ok()? + ones;
    is_one_run.then(|| u8::try_from(bits).ok()).flatten()
}
