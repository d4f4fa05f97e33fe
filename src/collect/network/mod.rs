//! Network namespaces: what their interfaces, routes and sockets are, and who holds these.

#![expect(dead_code, reason = "the pass over the namespaces comes next")]

mod holders;
#[cfg(test)]
mod noise;
mod part;
mod proc_net;
mod sockets;
mod values;
mod wire;

use part::{Missing, Part};

/// Which sockets are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Those that wait for others: listening, or bound without another side.
    Bound,
    /// All.
    All,
}
