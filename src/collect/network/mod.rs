//! Network namespaces, read from inside by netlink.

mod kernel_module;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "called by the reader of a namespace")
)]
mod nat;
