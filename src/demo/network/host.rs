//! The host's own interfaces: a network card with a vlan on it, and one without a cable.

use super::fabric::{Fabric, host};
use super::link::Nic;
use super::route::{Way, rule};
use super::traffic::Traffic;
use crate::model::{Details, Rule};

/// Index of the network card.
pub(super) const ETH0: u32 = 2;
const ETH1: u32 = 3;
const VLAN: u32 = 4;
/// The table for what comes from the vlan's address.
const VLAN_TABLE: u32 = 30;
/// What has been there since the start.
const INIT: u32 = 1;

pub(super) fn describe(fabric: &mut Fabric) {
    interfaces(fabric);
    routes(fabric);
    for (address, mac) in [
        ("192.0.2.1", Some("00:00:5e:00:01:0a")),
        ("192.0.2.22", Some("b8:59:9f:0c:41:d0")),
        // The file server that the archive is copied from.
        ("192.0.2.40", None),
        ("fe80::1", Some("00:00:5e:00:02:0a")),
    ] {
        fabric.neighbour(host(), ETH0, address, mac);
    }
    fabric.neighbour(host(), VLAN, "198.51.100.1", Some("00:00:5e:00:01:1e"));
    // The kernel's own, for file locks over the network.
    fabric.listen(host(), "tcp 0.0.0.0:38551", 0, &[]);
    fabric.listen(host(), "udp 0.0.0.0:46071", 0, &[]);
}

fn interfaces(fabric: &mut Fabric) {
    let eth0 = Nic::new(ETH0, "eth0")
        .mac("b8:59:9f:0c:41:cc")
        .altname("enp1s0f0")
        .address("192.0.2.10/24")
        .address("2001:db8:10::10/64")
        .linked("fe80::ba59:9fff:fe0c:41cc/64");
    fabric.plug(host(), eth0, Traffic::of("host/eth0").lossy(), INIT);
    let eth1 = Nic::new(ETH1, "eth1")
        .mac("b8:59:9f:0c:41:cd")
        .altname("enp1s0f1")
        .without_carrier("down");
    fabric.plug(host(), eth1, Traffic::default(), INIT);
    let vlan = Nic::new(VLAN, "eth0.30")
        .kind("vlan")
        .mac("b8:59:9f:0c:41:cc")
        .alias("backup network")
        .details(Details::Vlan {
            id: Some(30),
            protocol: Some("802.1Q".into()),
        })
        .wired(ETH0, None)
        .address("198.51.100.10/24");
    fabric.plug(host(), vlan, Traffic::of("host/eth0.30"), INIT);
}

fn routes(fabric: &mut Fabric) {
    for way in [
        Way::new("default", ETH0)
            .via("192.0.2.1")
            .protocol("dhcp")
            .metric(100),
        Way::new("default", ETH0)
            .via("fe80::1")
            .protocol("ra")
            .metric(100),
        // The pods of another node.
        Way::new("10.244.1.0/24", ETH0).via("192.0.2.22"),
        Way::new("default", VLAN)
            .via("198.51.100.1")
            .table(VLAN_TABLE),
    ] {
        fabric.route(host(), way);
    }
    fabric.rule(
        host(),
        Rule {
            from: Some("198.51.100.10".to_owned()),
            ..rule("inet", 32_765, VLAN_TABLE)
        },
    );
}
