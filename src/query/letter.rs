//! Letters that stand for what has a long number.

/// A, B, …, Z, AA, AB, … without H, which means the host's.
pub(super) fn letter(mut number: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGIJKLMNOPQRSTUVWXYZ";
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(ALPHABET[number % ALPHABET.len()]));
        match (number / ALPHABET.len()).checked_sub(1) {
            Some(rest) => number = rest,
            None => return letters.into_iter().rev().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z_and_leave_out_h() {
        let some: Vec<_> = [0, 6, 7, 24, 25, 26, 649, 650].map(letter).into();
        assert_eq!(some, ["A", "G", "I", "Z", "AA", "AB", "ZZ", "AAA"]);
    }
}
