//! Netlink attributes: a length, a type, a value, padding to four bytes.

/// Bits of the type that are not its number: nested, and in network byte order.
const FLAGS: u16 = 0xc000;

/// The attributes in `bytes`, up to the first that does not fit.
pub(super) fn attributes(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = usize::from(u16::from_ne_bytes(*rest.first_chunk()?));
        let kind = u16::from_ne_bytes(*rest.get(2..)?.first_chunk()?);
        let value = rest.get(4..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind & !FLAGS, value))
    })
}

/// The value of the first attribute of a type.
pub(super) fn attribute(bytes: &[u8], kind: u16) -> Option<&[u8]> {
    attributes(bytes)
        .find(|(found, _)| *found == kind)
        .map(|(_, value)| value)
}

/// The number in the first attribute of a type; netfilter sends numbers in network byte order.
pub(super) fn number(bytes: &[u8], kind: u16) -> Option<u32> {
    let value = attribute(bytes, kind)?;
    Some(u32::from_be_bytes(*value.first_chunk()?))
}

/// The text in the first attribute of a type, which a NUL ends.
pub(super) fn text(bytes: &[u8], kind: u16) -> Option<String> {
    let value = attribute(bytes, kind)?;
    let value = value.split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// Appends an attribute that holds a text.
pub(super) fn push_text(message: &mut Vec<u8>, kind: u16, text: &str) {
    let length = u16::try_from(4 + text.len() + 1).unwrap_or(u16::MAX);
    message.extend(length.to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(text.as_bytes());
    message.push(0);
    message.resize(message.len().next_multiple_of(4), 0);
}
