//! A container: what cgroups and namespaces show, decorated by its engine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Kind, PerKind, Share};

/// One container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Container {
    /// Full id; the name where the engine has no other id (lxc, nspawn).
    pub id: String,
    /// Name that people know it by.
    pub name: String,
    /// docker, podman, containerd, cri-o, lxc, nspawn, kubernetes, …; unknown where the path does not tell.
    pub engine: String,
    /// Where the name comes from: engine, `state_file` or cgroup.
    pub name_source: String,
    /// Image as the engine names it.
    pub image: Option<String>,
    /// running, paused, … as the engine says.
    pub state: Option<String>,
    /// Its first process.
    pub init_pid: Option<u32>,
    /// Compose project.
    pub project: Option<String>,
    /// Compose service.
    pub service: Option<String>,
    /// Pod id.
    pub pod: Option<String>,
    /// Name of the pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_name: Option<String>,
    /// Kubernetes namespace of the pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_namespace: Option<String>,
    /// Id of the container that its engine runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested_in: Option<String>,
    /// Labels as the engine says.
    pub labels: BTreeMap<String, String>,
    /// Processes in it.
    pub process_count: u32,
    /// The cgroup path it was recognised by.
    pub cgroup: Option<String>,
    /// Each kind of namespace, and with whom it is shared.
    pub sharing: PerKind<Share>,
    /// Modes as the engine says, or what it left says: `private`, `host` or `ns:PATH` then. `None` where neither is known.
    pub declared: Option<Declared>,
    /// Kinds whose declared mode and the kernel disagree.
    pub drift: Vec<Kind>,
    /// Processes of it that are in another namespace of some kind than its first process.
    #[serde(default)]
    pub differing_processes: u32,
    /// Networks it is attached to.
    pub networks: Vec<Network>,
    /// Ports that the engine publishes on the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<PublishedPort>,
    /// Mounts that the engine made for it.
    pub mounts: Vec<Mount>,
}

/// The engine's own words for each kind: `host`, `private`, `container:ID`, a network's name, or empty for its default.
pub type Declared = PerKind<String>;

/// A container's attachment to a network of its engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Network {
    /// The network's name.
    pub name: String,
    /// Its driver, such as bridge.
    pub driver: Option<String>,
    /// The container's IPv4 address.
    pub address: Option<String>,
    /// Bits of the network part of the address.
    pub prefix_len: Option<u8>,
    /// IPv4 gateway.
    pub gateway: Option<String>,
    /// The container's hardware address.
    pub mac: Option<String>,
}

/// A port of a container that its engine publishes on the host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublishedPort {
    /// tcp, udp or sctp.
    pub protocol: String,
    /// Port in the container.
    pub container_port: u16,
    /// Address on the host; `0.0.0.0` or `::` for every one.
    pub host_address: String,
    /// Port on the host.
    pub host_port: u16,
}

/// A mount that an engine made for a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mount {
    /// Path on the host; `None` for a tmpfs.
    pub source: Option<String>,
    /// Path in the container.
    pub target: String,
    /// bind, volume, tmpfs, …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether writing is refused.
    pub read_only: Option<bool>,
    /// rprivate, rshared, rslave, …
    pub propagation: Option<String>,
}
