//! Into the namespaces of another process.

mod line;

pub use line::nsenter_line;
