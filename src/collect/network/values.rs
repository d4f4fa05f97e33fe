//! Values inside messages: numbers, addresses, texts.

use crate::model::Word;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `AF_INET`, `AF_INET6` and `AF_BRIDGE` as they stand in messages.
pub(super) const INET: u8 = 2;
pub(super) const INET6: u8 = 10;
pub(super) const BRIDGE: u8 = 7;

/// The byte at the beginning of `bytes`.
pub(super) fn u8(bytes: &[u8]) -> Option<u8> {
    bytes.first().copied()
}

/// The number at the beginning of `bytes`, in the byte order of this machine.
pub(super) fn u16(bytes: &[u8]) -> Option<u16> {
    bytes
        .first_chunk()
        .map(|number| u16::from_ne_bytes(*number))
}

/// The number at the beginning of `bytes`, in the byte order of the network.
pub(super) fn u16_be(bytes: &[u8]) -> Option<u16> {
    bytes
        .first_chunk()
        .map(|number| u16::from_be_bytes(*number))
}

/// The number at the beginning of `bytes`, in the byte order of this machine.
pub(super) fn u32(bytes: &[u8]) -> Option<u32> {
    bytes
        .first_chunk()
        .map(|number| u32::from_ne_bytes(*number))
}

/// The number at `place` of `bytes`, in the byte order of this machine.
pub(super) fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    u32(bytes.get(place..)?)
}

/// As [`u32`], with its sign.
pub(super) fn i32(bytes: &[u8]) -> Option<i32> {
    bytes
        .first_chunk()
        .map(|number| i32::from_ne_bytes(*number))
}

/// The number at `place` of `bytes`, in the byte order of this machine.
pub(super) fn u64_at(bytes: &[u8], place: usize) -> Option<u64> {
    let number = bytes.get(place..)?.first_chunk();
    number.map(|number| u64::from_ne_bytes(*number))
}

/// A text that ends with NUL.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned()
}

/// An address of either family, told by its length.
pub(super) fn ip(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).into());
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(Ipv6Addr::from(sixteen).into())
}

/// A hardware address as ip(8) shows it: bytes with colons, or, as tunnels have, an address of IPv4 or IPv6.
pub(super) fn mac(bytes: &[u8]) -> Option<String> {
    match bytes.len() {
        0 => None,
        4 | 16 => ip(bytes).map(|address| address.to_string()),
        length => {
            let mut text = String::with_capacity(length * 3);
            for (at, byte) in bytes.iter().enumerate() {
                let colon = if at == 0 { "" } else { ":" };
                // Writing to a string cannot fail.
                let _ = write!(text, "{colon}{byte:02x}");
            }
            Some(text)
        }
    }
}

/// inet or inet6.
pub(super) const fn family(number: u8) -> Option<Word> {
    match number {
        INET => Some(Word::Borrowed("inet")),
        INET6 => Some(Word::Borrowed("inet6")),
        _ => None,
    }
}

/// The word for a number, or the number.
pub(super) fn word(words: &[(u8, &'static str)], number: u8) -> Word {
    let found = words.iter().find(|(known, _)| *known == number);
    found.map_or_else(
        || number.to_string().into(),
        |(_, word)| Word::Borrowed(word),
    )
}

/// The words of the bits that are set, in the order of `words`.
pub(super) fn flags(words: &[(u32, &'static str)], bits: u32) -> Vec<Word> {
    let set = words.iter().filter(|(bit, _)| bits & bit != 0);
    set.map(|(_, word)| Word::Borrowed(word)).collect()
}

/// `RT_SCOPE_*` of the kernel's rtnetlink.h.
pub(super) const SCOPES: [(u8, &str); 5] = [
    (0, "global"),
    (200, "site"),
    (253, "link"),
    (254, "host"),
    (255, "nowhere"),
];
