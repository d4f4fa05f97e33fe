//! The words of a printed line, read back by real shells.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::process::Command;

use nslens::model::Kind;

use super::print::{enter, line, same, shell, target};
use crate::support::program::finish;
use crate::support::require_root;

/// Words of all bytes and of what shells care for, the same at each run.
fn words(seed: u64) -> Vec<OsString> {
    const SIGNS: &[u8] = b"'\"\\$`!*?[]{}()<>|&;#~=%^ \t\n\r\x1b\x07-";
    const TEXTS: [&str; 6] = ["\u{202e}", "ö", "\u{9b}", "\\n", "$(id)", "''"];
    let mut state = seed;
    let mut next = move |below: u64| {
        // Numerical Recipes' constants; the upper bits are the better ones.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    let mut word = move || {
        let mut word = Vec::new();
        for _ in 0..next(12) {
            match next(4) {
                0 => word.push(SIGNS[usize::try_from(next(SIGNS.len() as u64)).unwrap()]),
                1 => word.push(u8::try_from(1 + next(255)).unwrap()),
                2 => word.extend(TEXTS[usize::try_from(next(6)).unwrap()].bytes()),
                _ => word.push(b'a'),
            }
        }
        OsString::from_vec(word)
    };
    (0..300).map(|_| word()).collect()
}

#[test]
fn shells_read_every_word_back_as_it_was() {
    if !require_root() {
        return;
    }
    let target = target(&[Kind::Net]);
    let pid = OsString::from(target.pid.to_string());
    let shells = ["sh", "bash", "busybox"];
    for seed in 1..=3 {
        let words = words(seed);
        let expected: Vec<u8> = words
            .iter()
            .flat_map(|word| [word.as_bytes(), b"\0"].concat())
            .collect();
        let printf = ["--", "printf", r"%s\0"].map(OsString::from);
        let whole = [vec![pid.clone()], printf.to_vec(), words].concat();
        let line = line(&whole);
        assert_eq!(enter(false, &whole).ended(0).stdout, expected);
        for name in shells {
            let run = match name {
                "busybox" => {
                    let mut command = Command::new(name);
                    command.args(["sh", "-c", &line]);
                    finish(command, b"")
                }
                name => shell(name, &line),
            };
            assert_eq!(run.ended(0).stdout, expected, "{name}");
        }
    }
}

#[test]
fn with_ascii_no_other_character_is_printed() {
    if !require_root() {
        return;
    }
    let target = target(&[Kind::Net]);
    let words = ["--ascii", &target.pid.to_string(), "--", "echo", "größe"];
    assert!(line(&words).is_ascii());
    assert_eq!(same(&words), "größe\n".as_bytes());
}
