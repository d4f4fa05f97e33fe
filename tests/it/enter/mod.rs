//! `nslens enter`: into real namespaces, with nsenter as the second opinion.

mod tools;
