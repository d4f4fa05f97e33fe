//! What values are compared with: text, numbers, addresses.

// Addresses alone, without the sockets of the standard library.
use core::net::IpAddr;

use regex::Regex;

/// What a text is compared with.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// Is part of it, whatever the case; folded already.
    Part(String),
    /// Matches it.
    Regex(Regex),
}

impl Pattern {
    /// A pattern that is part of a text, whatever the case.
    pub(super) fn part(text: &str) -> Self {
        Self::Part(folded(text))
    }

    /// Whether it matches `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Part(part) if text.is_ascii() => has_part(text.as_bytes(), part.as_bytes()),
            Self::Part(part) => folded(text).contains(part),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// Whether it matches `text`, if there is one.
    pub(super) fn matches_some(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| self.matches(text))
    }

    /// Whether the id `id` begins with it. Regular expressions are not for ids: hex digits would match far too much.
    pub(super) fn begins(&self, id: &str) -> bool {
        match self {
            Self::Part(part) => folded(id).starts_with(part),
            Self::Regex(_) => false,
        }
    }
}

/// Lower case, each character by itself, so that part of a text folds as it does within the text.
fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Whether ASCII `text` holds the folded `part`; without a copy, since texts are many.
fn has_part(text: &[u8], part: &[u8]) -> bool {
    let Some((first, rest)) = part.split_first() else {
        return true;
    };
    let Some(last) = text.len().checked_sub(part.len()) else {
        return false;
    };
    let upper = first.to_ascii_uppercase();
    let begins = |at: usize| text[at + 1..=at + rest.len()].eq_ignore_ascii_case(rest);
    let mut starts = text[..=last].iter().enumerate();
    starts.any(|(at, byte)| (byte == first || *byte == upper) && begins(at))
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// `:` or `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// A number, and how others are compared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    /// How.
    pub(super) order: Order,
    /// With what.
    pub(super) limit: u32,
}

impl Bound {
    /// Exactly `number`.
    pub(super) const fn equal(number: u32) -> Self {
        Self {
            order: Order::Equal,
            limit: number,
        }
    }

    /// Whether `number` is within it.
    pub(super) const fn holds(self, number: u32) -> bool {
        match self.order {
            Order::Equal => number == self.limit,
            Order::Less => number < self.limit,
            Order::AtMost => number <= self.limit,
            Order::More => number > self.limit,
            Order::AtLeast => number >= self.limit,
        }
    }

    /// Whether any of the numbers from `first` to `last` is within it.
    pub(super) const fn holds_between(self, first: u32, last: u32) -> bool {
        match self.order {
            Order::Equal => first <= self.limit && self.limit <= last,
            Order::Less | Order::AtMost => self.holds(first),
            Order::More | Order::AtLeast => self.holds(last),
        }
    }

    /// Whether `number` is known and within it.
    pub(super) fn holds_some(self, number: Option<u32>) -> bool {
        number.is_some_and(|number| self.holds(number))
    }
}

/// An address, or all that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    bits: u128,
    width: u32,
    prefix: u32,
}

impl Range {
    /// Reads `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').unzip();
        let (bits, width) = bits(address.unwrap_or(text))?;
        let prefix = prefix.map_or(Some(width), |prefix| prefix.parse().ok())?;
        (prefix <= width).then_some(Self {
            bits,
            width,
            prefix,
        })
    }

    /// Whether `address` is in it.
    pub(super) fn holds(self, address: &str) -> bool {
        bits(address).is_some_and(|(bits, width)| {
            let differing = (bits ^ self.bits).checked_shr(width - self.prefix.min(width));
            width == self.width && differing.unwrap_or(0) == 0
        })
    }
}

/// An address as a number, and its bits.
fn bits(address: &str) -> Option<(u128, u32)> {
    Some(match address.parse().ok()? {
        IpAddr::V4(address) => (u32::from(address).into(), 32),
        IpAddr::V6(address) => (address.into(), 128),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_in_any_script() {
        for (part, text, matches) in [
            ("WEB", "shop-web-1", true),
            ("web", "SHOP-WEB", true),
            ("web", "we", false),
            ("webb", "shop-web", false),
            ("größe", "GRÖSSE", false),
            ("grösse", "GRÖSSE", true),
            ("GRÖ", "größe", true),
            ("σα", "ΣΑΣ", true),
            ("ΑΣ", "σας", false),
            ("\u{212a}ube", "kubelet", true),
            ("ö", "plain", false),
            ("1", "", false),
        ] {
            assert_eq!(Pattern::part(part).matches(text), matches, "{part} {text}");
        }
    }

    #[test]
    fn addresses_are_in_their_ranges() {
        for (range, address, holds) in [
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("172.17.0.2", "172.17.0.2", true),
            ("172.17.0.2", "172.17.0.3", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "fd00::1", true),
            ("fd00::/8", "fd12:3::1", true),
            ("fd00::/8", "fe80::1", false),
            ("fd00::1", "fd00:0:0::1", true),
            ("fd00::/8", "10.0.0.1", false),
            ("10.0.0.0/8", "no address", false),
        ] {
            let parsed = Range::parse(range).unwrap();
            assert_eq!(parsed.holds(address), holds, "{range} {address}");
        }
        for wrong in [
            "",
            "10",
            "10.0.0.0/33",
            "10.0.0.0/",
            "::/129",
            "a/8",
            "1.2.3.4/8/8",
        ] {
            assert_eq!(Range::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_compared() {
        for (order, held) in [
            (Order::Equal, [false, true, false]),
            (Order::Less, [true, false, false]),
            (Order::AtMost, [true, true, false]),
            (Order::More, [false, false, true]),
            (Order::AtLeast, [false, true, true]),
        ] {
            let bound = Bound { order, limit: 5 };
            assert_eq!([4, 5, 6].map(|number| bound.holds(number)), held);
        }
    }
}
