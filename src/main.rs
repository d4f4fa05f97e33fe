//! The `nslens` program.

fn main() {}
