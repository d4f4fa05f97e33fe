//! Real containers of a real Podman service, compared with `podman network inspect`. It lives in a network namespace of
//! its own, where its bridges are.

use nslens::model::{EngineStatus, Inode};
use serde_json::Value;

use crate::network::Networks as _;
use crate::support::docker::Docker;
use crate::support::find::Find as _;
use crate::support::program::snapshot;
use crate::support::unshared::inode_of;

/// Podman gives it ten seconds to end otherwise.
const QUICK: [&str; 2] = ["--stop-timeout", "0"];

/// The number of a process's network namespace.
#[track_caller]
fn net(pid: u32) -> Inode {
    inode_of(pid, "net").unwrap()
}

/// The bridge that carries a network, as Podman says by an interface of its own.
fn bridge_of(podman: &Docker, network: &str) -> String {
    let text = podman.client(&["network", "inspect", network]);
    let list: Value = serde_json::from_str(&text).unwrap();
    list[0]["network_interface"].as_str().unwrap().to_owned()
}

#[test]
fn bridges_bear_the_names_of_their_networks_which_the_interface_of_docker_does_not_tell() {
    let Some((podman, service)) = Docker::podman() else {
        return;
    };
    let made = podman.network();
    let on_made = podman.idle(&[&QUICK[..], &["--network", &made.name]].concat());
    let on_default = podman.idle(&QUICK);
    let seen = snapshot(&podman.arguments());
    let engine = &seen.engines[0];
    let answer = (engine.kind.as_str(), engine.status);
    assert_eq!(answer, ("podman", EngineStatus::Ok), "{engine:?}");
    let home = seen.network(net(service));
    for (container, network) in [(&on_made, made.name.as_str()), (&on_default, "podman")] {
        let bridge = home.interface_named(&bridge_of(&podman, network)).unwrap();
        assert_eq!(bridge.network.as_deref(), Some(network));
        let inside = seen.network(net(container.pid()));
        let end = inside.interface_named("eth0").unwrap().peer.as_ref();
        let end = end.unwrap();
        assert_eq!(end.namespace, Some(home.namespace));
        let port = home.interface_named(end.name.as_deref().unwrap()).unwrap();
        assert_eq!(port.master, Some(bridge.index));
        let row = seen.container(&container.id);
        assert_eq!(row.name, container.name);
        let own = &row.networks[0];
        let own = (own.name.as_str(), own.driver.as_deref());
        assert_eq!(own, (network, Some("bridge")));
    }
}
