//! The only code that touches the host.

pub mod engines;
pub mod observation;
pub mod proc;
