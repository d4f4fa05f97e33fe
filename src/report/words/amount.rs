//! Amounts for people: three digits and a unit.

/// An amount of bytes for people: three digits and a unit of a thousand.
pub(crate) fn bytes(count: u64) -> String {
    amount(count, &["B", "kB", "MB", "GB", "TB", "PB", "EB"])
}

/// A number of packets for people.
pub(crate) fn packets(count: u64) -> String {
    amount(count, &["", "k", "M", "G", "T", "P", "E"])
        .trim_end()
        .to_owned()
}

fn amount(count: u64, units: &[&str]) -> String {
    let mut units = units.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    // Tenths, rounded down, so that 999,999 does not become 1000 k.
    let mut tenths = u128::from(count) * 10;
    for next in units {
        if tenths < 10_000 {
            break;
        }
        tenths /= 1000;
        unit = next;
    }
    if tenths < 100 && u128::from(count) * 10 != tenths {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", tenths / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        for (count, words) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (12_345, "12 kB"),
            (999_999, "999 kB"),
            (1_234_567, "1.2 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(bytes(count), words);
        }
        assert_eq!(packets(12), "12");
        assert_eq!(packets(1200), "1.2 k");
    }
}
