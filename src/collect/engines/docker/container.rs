//! A container in the engine's words, turned into our record: from the list (short), or inspected (whole).

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerInspectResponse, ContainerSummary, EndpointSettings, HostConfig, MountPoint,
};

use super::ports;
use crate::collect::observation::EngineContainer;
use crate::model::{Declared, Kind, Mount, Network, PerKind};

/// What the list of containers tells; none without an id.
pub(super) fn listed(summary: ContainerSummary) -> Option<EngineContainer> {
    let networks = summary.network_settings.and_then(|all| all.networks);
    Some(EngineContainer {
        id: filled(summary.id)?,
        name: own_name(&summary.names.unwrap_or_default()).to_owned(),
        image: filled(summary.image),
        state: filled(summary.state.map(|state| state.to_string())),
        init_pid: None,
        labels: labels(summary.labels),
        declared: None,
        networks: self::networks(networks),
        ports: ports::listed(summary.ports),
        mounts: mounts(summary.mounts),
    })
}

/// What inspecting the container `id` tells.
pub(super) fn inspected(id: String, answer: ContainerInspectResponse) -> EngineContainer {
    let config = answer.config.unwrap_or_default();
    let state = answer.state.unwrap_or_default();
    let network = answer.network_settings.unwrap_or_default();
    EngineContainer {
        id,
        name: without_slash(&answer.name.unwrap_or_default()).to_owned(),
        image: filled(config.image).or(filled(answer.image)),
        state: filled(state.status.map(|status| status.to_string())),
        init_pid: state.pid.and_then(pid),
        labels: labels(config.labels),
        declared: Some(declared(answer.host_config.unwrap_or_default())),
        networks: networks(network.networks),
        ports: ports::inspected(network.ports),
        mounts: mounts(answer.mounts),
    }
}

/// Tells each network's driver, found by its name.
pub(super) fn set_drivers(container: &mut EngineContainer, drivers: &HashMap<String, String>) {
    for network in &mut container.networks {
        network.driver = drivers.get(&network.name).cloned();
    }
}

/// An empty string is how the engine says that there is nothing.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Links of other containers give a container further names, with a slash inside.
fn own_name(names: &[String]) -> &str {
    let own = names
        .iter()
        .find(|name| !without_slash(name).contains('/'))
        .or(names.first());
    own.map_or("", |name| without_slash(name))
}

fn without_slash(name: &str) -> &str {
    name.strip_prefix('/').unwrap_or(name)
}

/// The engine says 0 where the container does not run.
fn pid(number: i64) -> Option<u32> {
    u32::try_from(number).ok().filter(|pid| *pid > 0)
}

fn labels(labels: Option<HashMap<String, String>>) -> BTreeMap<String, String> {
    labels.unwrap_or_default().into_iter().collect()
}

/// The declared modes; the engine has no word for mnt and time.
fn declared(host: HostConfig) -> Declared {
    let cgroup = host.cgroupns_mode.map(|mode| mode.to_string());
    let mut modes = PerKind::default();
    for (kind, mode) in [
        (Kind::Cgroup, cgroup),
        (Kind::Ipc, host.ipc_mode),
        (Kind::Net, host.network_mode),
        (Kind::Pid, host.pid_mode),
        (Kind::User, host.userns_mode),
        (Kind::Uts, host.uts_mode),
    ] {
        modes.set(kind, mode.unwrap_or_default());
    }
    modes
}

fn networks(networks: Option<HashMap<String, EndpointSettings>>) -> Vec<Network> {
    let mut networks: Vec<_> = networks
        .unwrap_or_default()
        .into_iter()
        .map(|(name, endpoint)| network(name, endpoint))
        .collect();
    networks.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    networks
}

fn network(name: String, endpoint: EndpointSettings) -> Network {
    let address = filled(endpoint.ip_address);
    let bits = endpoint.ip_prefix_len.filter(|_| address.is_some());
    Network {
        name,
        driver: None,
        prefix_len: bits.and_then(|bits| u8::try_from(bits).ok()),
        address,
        gateway: filled(endpoint.gateway),
        mac: filled(endpoint.mac_address),
    }
}

fn mounts(mounts: Option<Vec<MountPoint>>) -> Vec<Mount> {
    let mut mounts: Vec<_> = mounts.unwrap_or_default().into_iter().map(mount).collect();
    mounts.sort_by(|one, other| one.target.cmp(&other.target));
    mounts
}

fn mount(point: MountPoint) -> Mount {
    Mount {
        source: filled(point.source),
        target: point.destination.unwrap_or_default(),
        kind: filled(point.typ),
        read_only: point.rw.map(|writable| !writable),
        propagation: filled(point.propagation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_lose_one_slash() {
        for (names, own) in [
            (&["/web"][..], "web"),
            (&["/front/db", "/db"], "db"),
            (&["/front/db"], "front/db"),
            (&["//odd"], "/odd"),
            (&["plain"], "plain"),
            (&[], ""),
        ] {
            assert_eq!(own_name(&strings(names)), own);
        }
    }

    #[test]
    fn a_pid_is_positive() {
        for (number, expected) in [(7, Some(7)), (0, None), (-1, None), (1 << 40, None)] {
            assert_eq!(pid(number), expected);
        }
    }

    #[test]
    fn an_answer_with_nothing_in_it_has_empty_modes() {
        let container = inspected("id".to_owned(), ContainerInspectResponse::default());
        let modes: Vec<_> = container.declared.iter().flat_map(PerKind::iter).collect();
        assert_eq!(modes.len(), 6);
        assert!(modes.iter().all(|(_, mode)| mode.is_empty()));
        assert!(listed(ContainerSummary::default()).is_none());
    }
}
