//! Into namespaces.

mod confined;
