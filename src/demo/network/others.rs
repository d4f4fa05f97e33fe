//! How the containers of other engines are plugged in: a pod's bridge, a macvlan, a veth that is down, a tap.

use super::fabric::{Fabric, host};
use super::host::ETH0 as CARD;
use super::link::{Nic, link_local};
use super::route::Way;
use super::traffic::Traffic;
use crate::demo::scene::id;
use crate::model::{Details, Inode, PortForward};

/// Bridge of the pods.
const CNI0: u32 = 8;
const CNI0_MAC: &str = "ee:3a:7f:50:11:01";
const KUBELET: u32 = 810;
/// The first interface behind lo.
const ETH0: u32 = 2;

pub(super) fn describe(fabric: &mut Fabric) {
    let cni0 = Nic::new(CNI0, "cni0").bridge().mac(CNI0_MAC);
    let cni0 = cni0.address("10.244.0.1/24").linked(&link_local(CNI0_MAC));
    fabric.plug(host(), cni0, Traffic::of("cni0"), KUBELET);
    // What is left of another pod: nothing that we can see holds the namespace where its other end is.
    let nsid = fabric.nsid(host(), None);
    let port = Nic::new(598, "veth0d9f23a1").kind("veth").port_of(CNI0);
    let port = port.wired(ETH0, Some(nsid));
    let mac = port.mac_address();
    fabric.plug(host(), port, Traffic::of("lost pod"), KUBELET);
    fabric.learned(host(), CNI0, 598, &mac, "permanent");
}

/// A pod of Kubernetes, whose network namespace its runtime has mounted; one of its ports is the host's too.
pub(in crate::demo) fn pod(fabric: &mut Fabric, net: Inode, pid: u32) {
    let mac = "f2:61:0b:aa:37:0c";
    let name = format!("veth{}", &id("orders/pause/eth0")[..8]);
    let port = Nic::new(pid / 10, &name).port_of(CNI0);
    let index = port.index();
    let eth0 = Nic::new(ETH0, "eth0").mac(mac).address("10.244.0.12/24");
    fabric.veth((host(), port), (net, eth0), Traffic::of("orders"), pid);
    fabric.learned(host(), CNI0, index, mac, "reachable");
    fabric.neighbour(host(), CNI0, "10.244.0.12", Some(mac));
    fabric.route(net, Way::new("default", ETH0).via("10.244.0.1"));
    fabric.neighbour(net, ETH0, "10.244.0.1", Some(CNI0_MAC));
    fabric.name(net, "cni-8d1f04c6-2f0b-7a7e-91ce-5b3a0c2d66f1");
    let forward = PortForward {
        protocol: Some("tcp".to_owned()),
        address: None,
        port: Some(8443),
        last_port: None,
        to_address: Some("10.244.0.12".to_owned()),
        to_port: Some(8080),
        source: "nftables".into(),
        has_more: false,
    };
    fabric.forward(host(), forward);
}

/// A hardware address of its own on the host's network card, which the host itself cannot reach.
pub(in crate::demo) fn macvlan(fabric: &mut Fabric, net: Inode, pid: u32) {
    let nsid = fabric.nsid(net, Some(host()));
    let eth0 = Nic::new(31, "eth0")
        .kind("macvlan")
        .mac("00:16:3e:5b:70:1f")
        .details(Details::Macvlan {
            mode: Some("bridge".into()),
        })
        .wired(CARD, Some(nsid))
        .address("192.0.2.31/24");
    fabric.plug(net, eth0, Traffic::of("warehouse"), pid);
    fabric.route(net, Way::new("default", 31).via("192.0.2.1"));
    fabric.neighbour(net, 31, "192.0.2.1", Some("00:00:5e:00:01:0a"));
    fabric.neighbour(host(), CARD, "192.0.2.31", None);
}

/// A machine of systemd-nspawn that has not switched its interface on.
pub(in crate::demo) fn machine(fabric: &mut Fabric, net: Inode, pid: u32) {
    let ve = Nic::new(33, "ve-build-trixie").without_carrier("lowerlayerdown");
    let ve = ve.address("169.254.7.1/28");
    let host0 = Nic::new(ETH0, "host0").down();
    fabric.veth((host(), ve), (net, host0), Traffic::default(), pid);
}

/// A container of an ordinary user: `server` serves its interface, which bears the host's own address, and takes what
/// arrives at the host for it.
pub(in crate::demo) fn pasta(fabric: &mut Fabric, net: Inode, pid: u32, server: u32) {
    let eth0 = Nic::new(ETH0, "eth0")
        .mac("9a:55:9a:55:00:01")
        .kind("tun")
        .details(Details::Tun {
            mode: Some("tap".into()),
            owner: None,
            persistent: Some(false),
            pids: None,
        })
        .address("192.0.2.10/24");
    fabric.plug(net, eth0, Traffic::of("notebook"), pid);
    fabric.route(net, Way::new("default", ETH0).via("192.0.2.1"));
    fabric.neighbour(net, ETH0, "192.0.2.1", Some("9a:55:9a:55:9a:55"));
    fabric.serve(server, "eth0");
}
