//! Questions about a snapshot: pure functions that the reports and the terminal interface share.

mod filter;
mod forest;
mod id;
mod letter;
mod matrix;
mod members;
mod path;
mod signature;
mod target;
mod topology;
mod wiring;

pub use filter::{Completion, Filter, FilterError, Hits, LinkHits, complete};
pub use forest::{Branch, forest};
pub use id::Id;
pub use matrix::{Cell, Loudness, Matrix, Row, RowId};
pub use members::{Members, members};
pub use path::{
    Fault, FaultKind, Hop, HopKind, Leg, Road, Stop, Trip, Verdict, Way, road, road_between,
};
pub use signature::{Signatures, mask};
pub use target::{Target, TargetError, namespace_link, target};
pub use topology::Topology;
pub use wiring::{Tenant, Wiring};
