//! The signs in the cells: a letter carries the meaning, its style repeats it.
//!
//! ```text
//! H! host's, exposed   H host's, notable   h host's, usual   A2 shared by 2   · its own   ? unknown
//! ```

use std::borrow::Cow;

use ratatui::style::Style;

use super::theme::Look;
use crate::query::{Cell, Loudness};

/// What stands in `cell`, and how.
pub(super) fn sign(cell: &Cell, look: &Look, sees_host: bool) -> (Cow<'static, str>, Style) {
    match cell {
        Cell::Reference | Cell::SameAsReference(_) if !sees_host => ("o".into(), look.dim),
        Cell::Reference => ("H".into(), look.dim),
        Cell::SameAsReference(Loudness::Quiet) => ("h".into(), look.dim),
        Cell::SameAsReference(Loudness::Notable) => ("H".into(), look.notable),
        Cell::SameAsReference(Loudness::Loud) => ("H!".into(), look.loud),
        Cell::Private => (look.dot().into(), look.dim),
        Cell::Shared { letter, rows } => (format!("{letter}{rows}").into(), look.letter(letter)),
        Cell::Unknown { .. } => ("?".into(), look.notable),
    }
}

/// Every sign that can occur, with its meaning: in a word or two, and in full.
pub(super) fn signs(sees_host: bool) -> Vec<(Cell, &'static str, &'static str)> {
    use Loudness::{Loud, Notable, Quiet};
    let same = Cell::SameAsReference;
    let shared = Cell::Shared {
        letter: "A".to_owned(),
        rows: 2,
    };
    let mut signs = if sees_host {
        vec![
            (
                same(Loud),
                "host's: exposed",
                "the host's namespace, in a container: not isolated",
            ),
            (
                same(Notable),
                "host's: notable",
                "the host's namespace, in a container: worth knowing",
            ),
            (
                same(Quiet),
                "host's: usual",
                "the host's namespace, as usual",
            ),
        ]
    } else {
        vec![(
            same(Quiet),
            "ours",
            "the namespace that we are in ourselves; the host is not seen",
        )]
    };
    signs.extend([
        (
            shared,
            "shared by 2",
            "shared by 2 rows; the same letter in a column is the same namespace",
        ),
        (
            Cell::Private,
            "its own",
            "its own: nobody else that we see is in it",
        ),
        (
            Cell::Unknown { not_host: false },
            "unknown",
            "could not be learned; the details say why",
        ),
    ]);
    signs
}
