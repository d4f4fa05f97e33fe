//! Integration tests: the program as its users see it, on made-up and on real hosts.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail tests"
)]

mod cli;
mod configuration;
mod demo;
mod docker;
mod drift;
mod engines_down;
mod enter;
mod enter_screen;
mod fake_proc;
mod filter;
mod graph;
#[cfg(target_arch = "x86_64")]
mod guest;
mod holders;
mod hostile;
mod hygiene;
mod interface;
mod json_schema;
mod kinship;
mod layers;
mod live;
mod lsns;
mod namespaces;
mod network;
mod path;
mod podman;
mod readme;
mod reference;
mod runtimes;
mod sockets;
mod support;
mod terminal;
mod unprivileged;
