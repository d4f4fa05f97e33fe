//! Ports that an engine publishes: from the list of containers, or inspected.

use bollard::models::{PortBinding, PortMap, PortSummary};

use super::container::filled;
use crate::model::PublishedPort;

/// Every address of the host, which Podman says with an empty string.
const ANY: &str = "0.0.0.0";

/// The published ones of the ports in the list of containers.
pub(super) fn listed(ports: Option<Vec<PortSummary>>) -> Vec<PublishedPort> {
    let ports = ports.unwrap_or_default().into_iter();
    in_order(ports.filter_map(|port| {
        let protocol = filled(port.typ.map(|kind| kind.to_string()));
        Some(PublishedPort {
            protocol: protocol.unwrap_or_else(|| "tcp".to_owned()),
            container_port: port.private_port,
            host_address: address(port.ip),
            host_port: port.public_port.filter(|port| *port != 0)?,
        })
    }))
}

/// The bindings of an inspected container.
pub(super) fn inspected(ports: Option<PortMap>) -> Vec<PublishedPort> {
    let ports = ports.unwrap_or_default().into_iter();
    in_order(ports.flat_map(|(port, bindings)| {
        let bindings = bindings.unwrap_or_default().into_iter();
        bindings.filter_map(move |binding| bound(&port, binding))
    }))
}

/// A binding of `port`, such as `80/tcp`; none without a port on the host, as where the container does not run.
fn bound(port: &str, binding: PortBinding) -> Option<PublishedPort> {
    let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    let host_port: u16 = binding.host_port?.parse().ok()?;
    Some(PublishedPort {
        protocol: protocol.to_owned(),
        container_port: number.parse().ok()?,
        host_address: address(binding.host_ip),
        host_port: Some(host_port).filter(|port| *port != 0)?,
    })
}

fn address(address: Option<String>) -> String {
    filled(address).unwrap_or_else(|| ANY.to_owned())
}

fn in_order(ports: impl Iterator<Item = PublishedPort>) -> Vec<PublishedPort> {
    let mut ports: Vec<_> = ports.collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(ip: Option<&str>, port: Option<&str>) -> PortBinding {
        PortBinding {
            host_ip: ip.map(str::to_owned),
            host_port: port.map(str::to_owned),
        }
    }

    #[test]
    fn a_binding_needs_a_port_on_both_sides() {
        for (port, binding, expected) in [
            (
                "80/tcp",
                binding(Some("127.0.0.1"), Some("8080")),
                Some(("tcp", 80, "127.0.0.1", 8080)),
            ),
            (
                "53/udp",
                binding(Some("::"), Some("53")),
                Some(("udp", 53, "::", 53)),
            ),
            (
                "53/udp",
                binding(Some(""), Some("53")),
                Some(("udp", 53, "0.0.0.0", 53)),
            ),
            (
                "80",
                binding(None, Some("80")),
                Some(("tcp", 80, "0.0.0.0", 80)),
            ),
            ("80/tcp", binding(Some("::"), None), None),
            ("80/tcp", binding(Some("::"), Some("")), None),
            ("80/tcp", binding(Some("::"), Some("0")), None),
            ("80/tcp", binding(Some("::"), Some("65536")), None),
            ("x/tcp", binding(Some("::"), Some("80")), None),
        ] {
            let bound = bound(port, binding);
            let seen = bound.as_ref().map(|port| {
                let (inside, outside) = (port.container_port, port.host_port);
                (
                    port.protocol.as_str(),
                    inside,
                    port.host_address.as_str(),
                    outside,
                )
            });
            assert_eq!(seen, expected, "{port}");
        }
    }
}
