//! `nslens enter`, into real processes.

mod streams;
mod support;
mod terminal;
