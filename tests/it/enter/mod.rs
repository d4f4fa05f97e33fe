//! Into namespaces, with util-linux as second opinion.

mod print;
