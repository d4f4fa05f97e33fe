//! Docker's bridges on the example host, and how a container is plugged into them.

use std::collections::BTreeMap;

use super::fabric::{Fabric, host};
use super::link::{Nic, link_local};
use super::route::Way;
use super::traffic::Traffic;
use crate::collect::observation::EngineContainer;
use crate::demo::scene::id;
use crate::model::{Inode, Network, PortForward};

pub(in crate::demo) const SHOP: &str = "shop_default";
pub(in crate::demo) const MONITORING: &str = "monitoring_default";
/// Docker's networks: name, the byte of their addresses, index of their bridge.
const NETWORKS: [(&str, u8, u32); 3] = [("bridge", 17, 5), (SHOP, 20, 6), (MONITORING, 21, 7)];
/// The process that answers for names in Docker's own networks.
const DOCKERD: u32 = 802;
/// The first interface of a container behind lo.
const ETH0: u32 = 2;

pub(super) fn describe(fabric: &mut Fabric) {
    for (name, byte, index) in NETWORKS {
        let bridge = Nic::new(index, &bridge(name)).bridge().mac(&mac(byte));
        let bridge = bridge
            .address(&format!("172.{byte}.0.1/16"))
            .linked(&link_local(&mac(byte)));
        fabric.plug(host(), bridge, Traffic::of(name), DOCKERD);
    }
}

/// Name of the bridge that carries a network.
fn bridge(network: &str) -> String {
    match network {
        "bridge" => "docker0".to_owned(),
        name => format!("br-{}", &id(&format!("network/{name}"))[..12]),
    }
}

/// Hardware address of a bridge.
fn mac(byte: u8) -> String {
    format!("02:42:5e:91:{byte:02x}:01")
}

/// Names of Docker's networks by their bridges.
pub(in crate::demo) fn bridges() -> BTreeMap<String, String> {
    let all = NETWORKS.into_iter();
    all.map(|(name, ..)| (bridge(name), name.to_owned()))
        .collect()
}

/// Index on the host of the first interface that leads to the container whose first process is `pid`.
const fn first_port(pid: u32) -> u32 {
    pid / 10
}

impl Fabric {
    /// Plugs a container, whose first process is `pid`, into its networks and publishes its ports.
    pub(in crate::demo) fn attach(&mut self, container: &EngineContainer, net: Inode, pid: u32) {
        for (at, network) in (0..).zip(&container.networks) {
            self.attach_to(container, network, (net, pid), at);
        }
        if let Some(gateway) = container.networks.first().and_then(|n| n.gateway.as_ref()) {
            self.route(net, Way::new("default", ETH0).via(gateway));
        }
        if container.networks.iter().any(|own| own.name != "bridge") {
            for socket in ["tcp 127.0.0.11:41393", "udp 127.0.0.11:50217"] {
                self.listen(net, socket, 0, &[DOCKERD]);
            }
        }
        self.publish(container);
    }

    fn attach_to(
        &mut self,
        container: &EngineContainer,
        network: &Network,
        (net, pid): (Inode, u32),
        at: u32,
    ) {
        let mut all = NETWORKS.into_iter();
        let Some((_, byte, master)) = all.find(|(name, ..)| *name == network.name) else {
            return;
        };
        let end = format!("{}/{pid}/{}", container.name, network.name);
        let port = Nic::new(first_port(pid) + at, &format!("veth{}", &id(&end)[..7]));
        let port = port.port_of(master);
        let (index, port_mac) = (port.index(), port.mac_address());
        let (address, own) = (text(network.address.as_ref()), text(network.mac.as_ref()));
        let eth = Nic::new(ETH0 + at, &format!("eth{at}")).mac(own);
        let eth = eth.address(&format!("{address}/16"));
        let is_paused = container.state.as_deref() == Some("paused");
        let traffic = if is_paused {
            Traffic::default()
        } else {
            Traffic::of(&end)
        };
        self.veth((host(), port), (net, eth), traffic, pid);
        self.learned(host(), master, index, &port_mac, "permanent");
        self.learned(host(), master, index, own, "reachable");
        self.neighbour(host(), master, address, Some(own));
        let gateway = text(network.gateway.as_ref());
        self.neighbour(net, ETH0 + at, gateway, Some(&mac(byte)));
    }

    /// What Docker writes into the firewall for the ports that it publishes.
    fn publish(&mut self, container: &EngineContainer) {
        let address = container.networks.first().and_then(|n| n.address.clone());
        for port in &container.ports {
            if port.host_address.contains(':') {
                continue;
            }
            let any = port.host_address == "0.0.0.0";
            let forward = PortForward {
                protocol: Some(port.protocol.clone()),
                address: (!any).then(|| port.host_address.clone()),
                port: Some(port.host_port),
                last_port: None,
                to_address: address.clone(),
                to_port: Some(port.container_port),
                source: "iptables".into(),
                // Not for what comes in by the bridge itself.
                has_more: true,
            };
            self.forward(host(), forward);
        }
    }
}

fn text(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

/// The container whose first process is `pid` is no longer a port of its bridge, so nobody reaches `address`.
pub(in crate::demo) fn fall_off_the_bridge(fabric: &mut Fabric, pid: u32, address: &str) {
    let port = first_port(pid);
    let space = fabric.space(host());
    let links = space.links.iter_mut().flatten();
    for link in links.filter(|link| link.interface.index == port) {
        link.interface.master = None;
        link.interface.port = None;
    }
    if let Ok(entries) = &mut space.forwarding {
        entries.retain(|entry| entry.index != port);
    }
    let known = space.neighbours.iter_mut().flatten();
    for known in known.filter(|known| known.neighbour.address == address) {
        known.neighbour.mac = None;
        known.neighbour.state = "failed".into();
    }
}

/// Docker in a container: a bridge of its own in `net`, and a container behind that, whose first process is `pid`.
pub(in crate::demo) fn inner(fabric: &mut Fabric, net: Inode, inside: Inode, pid: u32) {
    const BRIDGE: u32 = 3;
    let bridge = Nic::new(BRIDGE, "docker0")
        .bridge()
        .mac("02:42:9d:20:51:7e");
    let bridge = bridge.address("172.18.0.1/16");
    fabric.plug(net, bridge, Traffic::of("inner bridge"), pid);
    let port = Nic::new(5, "veth4c1e0a7").port_of(BRIDGE);
    let eth0 = Nic::new(ETH0, "eth0").mac("02:42:ac:12:00:02");
    let eth0 = eth0.address("172.18.0.2/16");
    fabric.veth((net, port), (inside, eth0), Traffic::of("inner"), pid);
    fabric.learned(net, BRIDGE, 5, "02:42:ac:12:00:02", "reachable");
    fabric.neighbour(net, BRIDGE, "172.18.0.2", Some("02:42:ac:12:00:02"));
    fabric.route(inside, Way::new("default", ETH0).via("172.18.0.1"));
    fabric.neighbour(inside, ETH0, "172.18.0.1", Some("02:42:9d:20:51:7e"));
}
