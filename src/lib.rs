//! nslens: who shares which Linux namespace with whom, and what shares with the host.

pub mod assemble;
pub mod cli;
pub mod collect;
pub mod model;
pub mod query;
pub mod report;
pub mod run;
pub mod tui;
