//! Network namespaces: what is plugged into what.

#[cfg_attr(
    not(test),
    expect(dead_code, reason = "used once the interfaces are assembled")
)]
mod bridges;
