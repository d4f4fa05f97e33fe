//! What the list of networks tells: their drivers, and the bridges that carry them.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use bollard::models::{IpamConfig, Network};

use super::container::filled;
use crate::collect::observation::Gateway;

/// The option that names the bridge of a network.
const BRIDGE_NAME: &str = "com.docker.network.bridge.name";

/// Digits of a network's id in the name of the bridge that Docker makes for it.
const ID_IN_NAME: usize = 12;

/// What is known of the networks of an engine.
#[derive(Debug, Default)]
pub(super) struct Networks {
    /// The driver of each network by its name.
    pub(super) drivers: HashMap<String, String>,
    /// The name of each network by the interface that carries it.
    pub(super) bridges: BTreeMap<String, String>,
    /// Of networks on a bridge that is not told: the addresses of the bridge.
    pub(super) gateways: Vec<Gateway>,
}

impl Networks {
    /// Reads the list that an engine of this kind gave.
    pub(super) fn of(list: Vec<Network>, kind: &str) -> Self {
        let mut networks = Self::default();
        for network in list {
            let bridge = bridge(&network, kind);
            let Some(name) = name(&network, kind) else {
                continue;
            };
            if let Some(bridge) = bridge {
                networks.bridges.insert(bridge, name.clone());
            } else if network.driver.as_deref() == Some("bridge") {
                networks.gateways.extend(gateways(&network, &name));
            }
            if let Some(driver) = filled(network.driver) {
                networks.drivers.insert(name, driver);
            }
        }
        networks
    }
}

/// The network that every engine begins with, which Podman by this interface calls so too.
const DEFAULT: &str = "bridge";

/// The name that a network goes by. No network of Podman may be called `bridge`: it is the default one, which everywhere
/// else is called `podman`, unless the configuration calls it otherwise.
fn name(network: &Network, kind: &str) -> Option<String> {
    let name = network.name.clone()?;
    let is_default = kind == "podman" && name == DEFAULT;
    Some(if is_default { kind.to_owned() } else { name })
}

/// The addresses of the bridge of the network `name`.
fn gateways(network: &Network, name: &str) -> Vec<Gateway> {
    let ranges = network.ipam.as_ref().and_then(|ipam| ipam.config.as_ref());
    let gateway = |range: &IpamConfig| {
        Some(Gateway {
            network: name.to_owned(),
            address: range.gateway.as_ref()?.parse().ok()?,
            prefix_len: range.subnet.as_deref().and_then(prefix_len),
        })
    };
    ranges.into_iter().flatten().filter_map(gateway).collect()
}

/// The bits of a prefix such as `10.89.0.0/24`.
fn prefix_len(subnet: &str) -> Option<u8> {
    let (address, bits) = subnet.split_once('/')?;
    address.parse::<IpAddr>().ok()?;
    bits.parse().ok()
}

/// The bridge that carries a network: as its option says, else as Docker makes it from the id. Podman counts its
/// bridges and does not tell their names by this interface.
fn bridge(network: &Network, kind: &str) -> Option<String> {
    if network.driver.as_deref() != Some("bridge") {
        return None;
    }
    let options = network.options.as_ref();
    let named = options.and_then(|options| options.get(BRIDGE_NAME).cloned());
    // Its bridge is not named by the id.
    let is_default = network.name.as_deref() == Some(DEFAULT);
    filled(named).or_else(|| {
        let id = network.id.as_deref()?.get(..ID_IN_NAME)?;
        (kind == "docker" && !is_default).then(|| format!("br-{id}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::Ipam;

    fn network(name: &str, driver: &str, option: Option<&str>) -> Network {
        Network {
            name: Some(name.to_owned()),
            id: Some("0123456789abcdef".to_owned()),
            driver: Some(driver.to_owned()),
            options: option
                .map(|bridge| HashMap::from([(BRIDGE_NAME.to_owned(), bridge.to_owned())])),
            ..Network::default()
        }
    }

    #[test]
    fn a_bridge_is_named_by_its_option_or_by_the_id() {
        for (network, kind, expected) in [
            (
                network("x", "bridge", None),
                "docker",
                Some("br-0123456789ab"),
            ),
            (
                network("x", "bridge", Some("")),
                "docker",
                Some("br-0123456789ab"),
            ),
            (
                network("x", "bridge", Some("shop0")),
                "docker",
                Some("shop0"),
            ),
            (
                network("bridge", "bridge", Some("docker0")),
                "docker",
                Some("docker0"),
            ),
            (network("bridge", "bridge", None), "docker", None),
            (network("x", "macvlan", Some("eth0")), "docker", None),
            (network("x", "bridge", None), "podman", None),
            (
                network("x", "bridge", Some("podman1")),
                "podman",
                Some("podman1"),
            ),
            (Network::default(), "docker", None),
        ] {
            assert_eq!(bridge(&network, kind).as_deref(), expected, "{network:?}");
        }
    }

    fn range(subnet: &str, gateway: &str) -> IpamConfig {
        IpamConfig {
            subnet: Some(subnet.to_owned()),
            gateway: Some(gateway.to_owned()),
            ..IpamConfig::default()
        }
    }

    #[test]
    fn of_a_bridge_that_is_not_told_the_addresses_are_known() {
        let mut shop = network("shop", "bridge", None);
        let ranges = [
            ("10.89.0.0/24", "10.89.0.1"),
            ("fd00::/64", "fd00::1"),
            ("10.89.1.0/24", "<nil>"),
            ("odd", "10.89.2.1"),
        ];
        shop.ipam = Some(Ipam {
            config: Some(
                ranges
                    .map(|(subnet, gateway)| range(subnet, gateway))
                    .into(),
            ),
            ..Ipam::default()
        });
        let networks = Networks::of(vec![shop.clone()], "podman");
        let gateways = networks.gateways.iter();
        let told: Vec<_> = gateways
            .map(|one| (&*one.network, one.address.to_string(), one.prefix_len))
            .collect();
        let expected = [
            ("shop", "10.89.0.1".to_owned(), Some(24)),
            ("shop", "fd00::1".to_owned(), Some(64)),
            ("shop", "10.89.2.1".to_owned(), None),
        ];
        assert_eq!(told, expected);
        // Docker tells the bridge, and another driver has none.
        assert_eq!(Networks::of(vec![shop.clone()], "docker").gateways, []);
        shop.driver = Some("macvlan".to_owned());
        assert_eq!(Networks::of(vec![shop], "podman").gateways, []);
    }

    #[test]
    fn the_default_network_of_podman_is_called_podman() {
        let drivers = |kind| {
            let list = vec![network("bridge", "bridge", None)];
            Networks::of(list, kind).drivers.into_keys().next()
        };
        assert_eq!(drivers("podman").as_deref(), Some("podman"));
        assert_eq!(drivers("docker").as_deref(), Some("bridge"));
    }

    #[test]
    fn an_id_that_is_none_names_no_bridge() {
        for id in ["", "n1", "01234567890é"] {
            let mut network = network("x", "bridge", None);
            network.id = Some(id.to_owned());
            assert_eq!(
                bridge(&network, "docker").map(|name| name.len()),
                None,
                "{id}"
            );
        }
    }
}
