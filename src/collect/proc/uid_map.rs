//! `/proc/PID/uid_map`: which users of a user namespace are which users of the reader's.

use super::root::decimal;

/// Whether the map is other than the identity over all ids: then the process is in a user namespace of its own.
/// An identity proves nothing, since a nested namespace may be given one.
pub(super) fn maps_uids(text: &[u8]) -> Option<bool> {
    let line = text.split(|byte| *byte == b'\n').next()?;
    let mut words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let mut number = || words.next().and_then(decimal::<u32>);
    if text.is_empty() {
        // A namespace whose map has not been written yet.
        return Some(true);
    }
    Some((number()?, number()?, number()?) != (0, 0, u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_full_identity_is_none() {
        assert_eq!(
            maps_uids(b"         0          0 4294967295\n"),
            Some(false)
        );
        assert_eq!(maps_uids(b"         0     100000      65536\n"), Some(true));
        assert_eq!(maps_uids(b"0 0 1000\n1000 5000 10\n"), Some(true));
        assert_eq!(maps_uids(b""), Some(true));
        assert_eq!(maps_uids(b"zero\n"), None);
    }
}
