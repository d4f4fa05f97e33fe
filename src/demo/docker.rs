//! Docker on the example host: how a container of its is told and started.

use super::network::bridges;
use super::place::Place;
use super::scene::{Scene, id};
use crate::collect::observation::{EngineContainer, EngineRecord};
use crate::model::{
    Declared, Engine, EngineStatus, Gap, Kind, Mount, Network, PublishedPort, Reason,
};

/// The kinds of which `docker run` makes new namespaces.
pub(super) const NEW: [Kind; 6] = [
    Kind::Cgroup,
    Kind::Ipc,
    Kind::Mnt,
    Kind::Net,
    Kind::Pid,
    Kind::Uts,
];
/// Docker's daemon.
const DOCKERD: u32 = 802;
const ENDPOINT: &str = "unix:///var/run/docker.sock";
/// A shim is started so many pids before its container.
const SHIM: u32 = 8;

/// A container as Docker tells of it.
#[derive(Debug)]
pub(super) struct Told(EngineContainer);

/// A running container whose first process has the host's pid `pid`.
pub(super) fn told(name: &str, image: &str, pid: u32) -> Told {
    let mut declared = Declared::default();
    for (kind, mode) in [
        (Kind::Cgroup, "private"),
        (Kind::Ipc, "private"),
        (Kind::Net, "bridge"),
        (Kind::Pid, ""),
        (Kind::User, ""),
        (Kind::Uts, ""),
    ] {
        declared.set(kind, mode.to_owned());
    }
    Told(EngineContainer {
        id: id(name),
        name: name.to_owned(),
        image: Some(image.to_owned()),
        state: Some("running".to_owned()),
        init_pid: Some(pid),
        declared: Some(declared),
        ..EngineContainer::default()
    })
}

impl Told {
    /// Of a compose project, in the project's network.
    pub(super) fn compose(self, project: &str, service: &str) -> Self {
        let files = format!("/srv/{project}/compose.yaml");
        self.label("com.docker.compose.project", project)
            .label("com.docker.compose.service", service)
            .label("com.docker.compose.project.config_files", &files)
            .mode(Kind::Net, &format!("{project}_default"))
    }

    pub(super) fn label(mut self, key: &str, value: &str) -> Self {
        self.0.labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// With another declared mode.
    pub(super) fn mode(mut self, kind: Kind, mode: &str) -> Self {
        if let Some(declared) = &mut self.0.declared {
            declared.set(kind, mode.to_owned());
        }
        self
    }

    pub(super) fn state(mut self, state: &str) -> Self {
        self.0.state = Some(state.to_owned());
        self
    }

    /// Attached to a bridge: `172.net.0.host`.
    pub(super) fn network(mut self, name: &str, net: u8, host: u8) -> Self {
        self.0.networks.push(Network {
            name: name.to_owned(),
            driver: Some("bridge".to_owned()),
            address: Some(format!("172.{net}.0.{host}")),
            prefix_len: Some(16),
            gateway: Some(format!("172.{net}.0.1")),
            mac: Some(format!("02:42:ac:{net:02x}:00:{host:02x}")),
        });
        self
    }

    /// With a port that is the host's as well, at each of these addresses of the host.
    pub(super) fn publish(mut self, host_addresses: &[&str], port: u16) -> Self {
        let ports = host_addresses.iter().map(|address| PublishedPort {
            protocol: "tcp".to_owned(),
            container_port: port,
            host_address: (*address).to_owned(),
            host_port: port,
        });
        self.0.ports.extend(ports);
        self
    }

    /// With a directory of the host, or a volume where `source` is one.
    pub(super) fn mount(mut self, source: &str, target: &str, read_only: bool) -> Self {
        let is_volume = source.starts_with("/var/lib/docker/volumes/");
        self.0.mounts.push(Mount {
            source: Some(source.to_owned()),
            target: target.to_owned(),
            kind: Some(if is_volume { "volume" } else { "bind" }.to_owned()),
            read_only: Some(read_only),
            propagation: Some(if is_volume { "" } else { "rprivate" }.to_owned()),
        });
        self
    }

    /// Of which Docker told no more than the list of containers does.
    pub(super) fn only_listed(mut self) -> Self {
        self.0.declared = None;
        self.0.init_pid = None;
        self
    }

    /// Told, and started with new namespaces of these kinds; gives the place of its processes.
    pub(super) fn start(self, scene: &mut Scene, pid: u32, kinds: &[Kind]) -> Place {
        let id = &self.0.id;
        let place = Place::host(&format!("/system.slice/docker-{id}.scope"))
            .isolated(pid, kinds)
            .under(shim(scene, pid, "moby", id));
        scene.fabric.attach(&self.0, place.net(), pid);
        scene.tell(self.0);
        place
    }
}

/// Docker's proxies for what the host receives at these addresses for `target`, and their sockets.
pub(super) fn proxies(scene: &mut Scene, first: u32, hosts: &[&str], target: (&str, u16)) {
    let place = Place::host("/system.slice/docker.service");
    for (pid, host) in (first..).zip(hosts) {
        let (address, port) = target;
        let command = format!(
            "/usr/bin/docker-proxy -proto tcp -host-ip {host} -host-port {port} -container-ip {address} -container-port {port} -use-listen-fd"
        );
        scene.run(&place, &[(pid, DOCKERD, 0, &command)]);
        let socket = if host.contains(':') {
            format!("tcp [{host}]:{port} v6only")
        } else {
            format!("tcp {host}:{port}")
        };
        scene.listen(&place, &[pid], &[&socket]);
    }
}

/// The shim that containerd starts for the container or pod `id`, whose first process is `pid`.
pub(super) fn shim(scene: &mut Scene, pid: u32, namespace: &str, id: &str) -> u32 {
    let command = format!(
        "/usr/bin/containerd-shim-runc-v2 -namespace {namespace} -id {id} -address /run/containerd/containerd.sock"
    );
    let place = Place::host("/system.slice/containerd.service");
    scene.run(&place, &[(pid - SHIM, 1, 0, &command)]);
    pid - SHIM
}

/// Docker's answer.
pub(super) fn engine(containers: Vec<EngineContainer>) -> EngineRecord {
    let engine = Engine {
        kind: "docker".to_owned(),
        endpoint: ENDPOINT.to_owned(),
        status: EngineStatus::Ok,
        version: Some("28.5.2".to_owned()),
        api_version: Some("1.51".to_owned()),
        detail: None,
        answer_age_ms: 0,
    };
    EngineRecord {
        engine,
        local: true,
        current: true,
        listener: None,
        containers,
        bridges: bridges(),
        gateways: Vec::new(),
        gaps: vec![Gap {
            what: format!("details of containers from docker at {ENDPOINT}"),
            reason: Reason::Truncated,
            count: 1,
        }],
    }
}
