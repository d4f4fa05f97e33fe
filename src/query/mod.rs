//! Questions about a snapshot: pure functions that the reports and the terminal interface share.

mod filter;
mod forest;
mod id;
mod letter;
mod matrix;
mod members;
mod signature;
mod topology;
mod wiring;

pub use filter::{Completion, Filter, FilterError, Hits, LinkHits, complete};
pub use forest::{Branch, forest};
pub use id::Id;
pub use matrix::{Cell, Loudness, Matrix, Row, RowId};
pub use members::{Members, members};
pub use signature::{Signatures, mask};
pub use topology::Topology;
pub use wiring::{Tenant, Wiring};
