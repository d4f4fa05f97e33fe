//! `nslens enter`, with nsenter(1), docker(1) and the kernel as second opinions.

mod command;
mod files;
mod identity;
pub(crate) mod kinds;
pub(crate) mod orders;
mod targets;
mod tools;
