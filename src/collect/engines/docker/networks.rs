//! What the list of networks tells: their drivers, and the bridges that carry them.

use std::collections::{BTreeMap, HashMap};

use bollard::models::Network;

use super::container::filled;

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
}

impl Networks {
    /// Reads the list that an engine of this kind gave.
    pub(super) fn of(list: Vec<Network>, kind: &str) -> Self {
        let mut networks = Self::default();
        for network in list {
            let bridge = bridge(&network, kind);
            let Some(name) = network.name else { continue };
            if let Some(bridge) = bridge {
                networks.bridges.insert(bridge, name.clone());
            }
            if let Some(driver) = filled(network.driver) {
                networks.drivers.insert(name, driver);
            }
        }
        networks
    }
}

/// The bridge that carries a network: as its option says, else as Docker makes it from the id. Podman counts its
/// bridges and does not tell their names by this interface.
fn bridge(network: &Network, kind: &str) -> Option<String> {
    if network.driver.as_deref() != Some("bridge") {
        return None;
    }
    let options = network.options.as_ref();
    let named = options.and_then(|options| options.get(BRIDGE_NAME).cloned());
    // The one that every Docker begins with has a bridge that is not named by the id.
    let is_default = network.name.as_deref() == Some("bridge");
    filled(named).or_else(|| {
        let id = network.id.as_deref()?.get(..ID_IN_NAME)?;
        (kind == "docker" && !is_default).then(|| format!("br-{id}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
