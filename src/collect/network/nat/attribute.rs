//! What attributes hold.

use super::super::wire::attributes;

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
