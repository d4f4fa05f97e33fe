//! The proc file system.
