//! Copying by OSC 52: the terminal is asked to take a text into the clipboard, also over ssh, tmux and screen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Longer texts are refused: terminals cut or ignore them without a word.
pub(super) const LONGEST: usize = 74_000;
/// screen takes no longer piece than this between its brackets.
const SCREEN_PIECE: usize = 252;

/// Whatever stands between us and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapper {
    /// Nothing.
    None,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// The bytes that ask for `text`; `None` where it is too long.
pub(super) fn sequence(text: &str, wrapper: Wrapper) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    Some(match wrapper {
        Wrapper::None => plain,
        // tmux answers the plain form itself (set-clipboard on) or passes the bracketed one on (allow-passthrough).
        Wrapper::Tmux => format!(
            "{plain}\x1bPtmux;{}\x1b\\",
            plain.replace('\x1b', "\x1b\x1b")
        ),
        Wrapper::Screen => pieces(&plain),
    })
}

/// The text in brackets that screen passes on, piece by piece. It is ASCII throughout.
fn pieces(plain: &str) -> String {
    let mut bracketed = String::new();
    let mut rest = plain;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.len().min(SCREEN_PIECE));
        bracketed.extend(["\x1bP", piece, "\x1b\\"]);
        rest = behind;
    }
    bracketed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrapper_gets_its_form() {
        let form = |wrapper| sequence("hi", wrapper).unwrap();
        assert_eq!(form(Wrapper::None), "\x1b]52;c;aGk=\x07");
        assert_eq!(
            form(Wrapper::Tmux),
            "\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\"
        );
        assert_eq!(form(Wrapper::Screen), "\x1bP\x1b]52;c;aGk=\x07\x1b\\");
        let long = sequence(&"x".repeat(300), Wrapper::Screen).unwrap();
        let pieces = long.matches("\x1bP").count();
        assert_eq!(pieces, 2);
        assert!(
            long.split("\x1b\\")
                .all(|piece| piece.len() <= SCREEN_PIECE + 2)
        );
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(sequence(&"x".repeat(LONGEST), Wrapper::None).is_some());
        assert!(sequence(&"x".repeat(LONGEST + 1), Wrapper::None).is_none());
    }
}
