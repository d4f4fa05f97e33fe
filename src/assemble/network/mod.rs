//! Network namespaces: numbers become names.

#![cfg_attr(
    not(test),
    expect(dead_code, reason = "the list of namespaces comes next")
)]

mod proxies;
mod sockets;
