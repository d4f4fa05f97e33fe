//! Questions about a snapshot: pure functions that the reports and the terminal interface share.

mod matrix;
mod members;

pub use matrix::{Cell, Loudness, Matrix, Row, RowId};
pub use members::{Members, members};
