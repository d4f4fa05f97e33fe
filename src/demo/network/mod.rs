//! The network of the example host: what is plugged into what, who listens where, how traffic grows.
//!
//! It is described beside the processes: whoever makes a place with a network namespace of its own plugs it in, and
//! whoever runs a program says on what it listens. What nobody plugs in has a loopback interface and nothing else.

mod docker;
mod fabric;
mod host;
mod lab;
mod link;
mod others;
mod route;
mod sockets;
mod traffic;

#[cfg(test)]
mod tests;

pub(super) use docker::{MONITORING, SHOP, bridges, fall_off_the_bridge, inner};
pub(super) use fabric::Fabric;
pub(super) use others::{machine, macvlan, pasta, pod};

/// Plugs in what is there before any container: the host's own interfaces, the bridges, and the laboratory.
pub(super) fn describe(fabric: &mut Fabric) {
    host::describe(fabric);
    docker::describe(fabric);
    others::describe(fabric);
    lab::describe(fabric);
}
