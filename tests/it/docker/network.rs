//! How real containers are plugged in, compared with `docker inspect`, `docker network inspect` and with `ip` inside.

use std::net::TcpListener;

use nslens::model::{Inode, Interface, NetworkNamespace, Snapshot, Socket};
use serde_json::Value;

use super::look;
use crate::network::compare::compare;
use crate::network::{Networks as _, look_beside_ip};
use crate::support::docker::{Container, Docker};
use crate::support::eventually;
use crate::support::find::Find as _;
use crate::support::netns::{Netns, ip_at, listed, unique};
use crate::support::pty::{Failure, Pty};
use crate::support::unshared::{Unshared, inode_of};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");

/// The number of a process's network namespace.
#[track_caller]
fn net(pid: u32) -> Inode {
    inode_of(pid, "net").unwrap()
}

/// The host's.
fn host(seen: &Snapshot) -> &NetworkNamespace {
    seen.network(net(2))
}

/// The namespace of a container, after all that `ip` says inside has been held against another look, since the kernel
/// may still have been at work on it at the first.
#[track_caller]
fn inside<'a>(seen: &'a Snapshot, container: &Container) -> &'a NetworkNamespace {
    let pid = container.pid();
    let namespace = seen.network(net(pid));
    let (now, said) = look_beside_ip(&[format!("/proc/{pid}/ns/net")]);
    compare(now.network(namespace.namespace), &said[0]);
    let containers = namespace.containers.as_ref().unwrap();
    assert!(containers.contains(&container.id), "{containers:?}");
    namespace
}

/// What `ip -j -d WORDS` lists in the network namespace of a process.
#[track_caller]
fn ip_in(pid: u32, words: &str) -> Vec<Value> {
    listed(&ip_at(
        &format!("/proc/{pid}/ns/net"),
        &format!("-j -d {words}"),
    ))
}

/// The bridge that carries a network, as the engine says.
fn bridge_of(docker: &Docker, network: &str) -> String {
    let text = docker.client(&["network", "inspect", network]);
    let list: Value = serde_json::from_str(&text).unwrap();
    let named = list[0]["Options"]["com.docker.network.bridge.name"].as_str();
    let id = list[0]["Id"].as_str().unwrap();
    named.map_or_else(|| format!("br-{}", &id[..12]), str::to_owned)
}

/// Holds each network of a container against what the engine says of it: an interface with its addresses, whose other end
/// is a port of the network's bridge on the host, which bears the network's name. Gives back the interfaces' names.
#[track_caller]
fn assert_plugged<'a>(docker: &Docker, seen: &'a Snapshot, container: &Container) -> Vec<&'a str> {
    let namespace = inside(seen, container);
    let inspect = container.inspect();
    let networks = inspect["NetworkSettings"]["Networks"].as_object().unwrap();
    let mut names = Vec::new();
    for (network, said) in networks {
        let interfaces = namespace.interfaces.as_deref().unwrap();
        let mac = said["MacAddress"].as_str();
        let own = interfaces.iter().find(|own| own.mac.as_deref() == mac);
        let own = own.unwrap_or_else(|| panic!("no interface for {network} in {interfaces:#?}"));
        let first = &own.addresses.as_deref().unwrap()[0];
        assert_eq!(Some(first.address.as_str()), said["IPAddress"].as_str());
        assert_eq!(
            Some(u64::from(first.prefix_len)),
            said["IPPrefixLen"].as_u64()
        );
        let bridge = bridge_of(docker, network);
        assert_port(seen, (namespace, own), &bridge, network);
        names.push(own.name.as_str());
    }
    names.sort_unstable();
    names
}

/// Fails unless the other end of a container's interface is a port of this bridge, by what we and `ip` say.
#[track_caller]
fn assert_port(
    seen: &Snapshot,
    (namespace, own): (&NetworkNamespace, &Interface),
    bridge: &str,
    network: &str,
) {
    let host = host(seen);
    let end = own.peer.as_ref().unwrap();
    assert_eq!(end.namespace, Some(host.namespace));
    let port = host.interface_named(end.name.as_deref().unwrap()).unwrap();
    let back = port.peer.as_ref().unwrap();
    assert_eq!(
        (back.namespace, back.index, back.name.as_deref()),
        (
            Some(namespace.namespace),
            Some(own.index),
            Some(own.name.as_str())
        )
    );
    let carrier = host.interface_named(bridge).unwrap();
    assert_eq!(port.master, Some(carrier.index));
    assert_eq!(carrier.network.as_deref(), Some(network));
    let theirs = ip_in(2, &format!("link show {}", port.name));
    assert_eq!(theirs[0]["ifindex"].as_u64(), Some(port.index.into()));
    assert_eq!(theirs[0]["link_index"].as_u64(), Some(own.index.into()));
    assert_eq!(theirs[0]["master"], bridge);
}

#[test]
fn each_network_is_an_interface_whose_other_end_is_on_the_bridge_of_that_name() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let (one, two) = (docker.network(), docker.network());
    let on_bridge = docker.idle(&[]);
    let on_one = docker.idle(&["--network", &one.name]);
    let on_both = docker.idle(&["--network", &one.name]);
    docker.client(&["network", "connect", &two.name, &on_both.id]);
    let seen = look(&docker);
    assert_eq!(assert_plugged(&docker, &seen, &on_bridge), ["eth0"]);
    assert_eq!(assert_plugged(&docker, &seen, &on_one), ["eth0"]);
    assert_eq!(assert_plugged(&docker, &seen, &on_both), ["eth0", "eth1"]);
}

#[test]
fn a_bridge_bears_the_name_of_its_network_before_any_container_is_there() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let network = docker.network();
    let bridge = bridge_of(&docker, &network.name);
    let seen = look(&docker);
    let carrier = host(&seen).interface_named(&bridge).unwrap();
    assert_eq!(carrier.network.as_deref(), Some(network.name.as_str()));
}

/// Whoever may make interfaces in a container may call them as he likes.
#[test]
fn a_bridge_in_a_container_bears_no_name() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let network = docker.network();
    let bridge = bridge_of(&docker, &network.name);
    let container = docker.idle(&[]);
    ip_in(container.pid(), &format!("link add {bridge} type bridge"));
    let seen = look(&docker);
    let own = inside(&seen, &container).interface_named(&bridge).unwrap();
    assert_eq!((own.kind.as_deref(), &own.network), (Some("bridge"), &None));
}

/// The sockets on which a namespace listens at a port.
fn listening(namespace: &NetworkNamespace, port: u16) -> Vec<&Socket> {
    let end = format!(":{port}");
    let is_there = |socket: &&Socket| {
        socket.state == "listen" && socket.local.as_ref().is_some_and(|at| at.ends_with(&end))
    };
    namespace
        .sockets
        .iter()
        .flatten()
        .filter(is_there)
        .collect()
}

/// Fails unless `container`'s first process, and nobody else, listens there.
#[track_caller]
fn assert_listens(namespace: &NetworkNamespace, port: u16, container: &Container) {
    let sockets = listening(namespace, port);
    assert_eq!(sockets.len(), 1, "{port}: {:#?}", namespace.sockets);
    assert_eq!(sockets[0].protocol, "tcp");
    assert_eq!(sockets[0].pids, Some(vec![container.pid()]));
}

/// Runs a web server and waits until it listens, as the kernel tells inside.
fn httpd(docker: &Docker, options: &[&str], port: u16) -> Container {
    let number = port.to_string();
    let container = docker.run(options, &["/bin/httpd", "-f", "-p", &number]);
    let pid = container.pid();
    let (port, state) = (format!(":{port:04X} "), " 0A ");
    eventually("the web server", || {
        let tables = ["tcp", "tcp6"].map(|table| {
            std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default()
        });
        let mut lines = tables.iter().flat_map(|table| table.lines());
        lines
            .find(|line| line.contains(&port) && line.contains(state))
            .map(drop)
    });
    container
}

#[test]
fn who_shares_a_network_shares_its_sockets_and_each_has_its_own_processes() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let first = httpd(&docker, &[], 80);
    let second = httpd(
        &docker,
        &["--network", &format!("container:{}", first.id)],
        81,
    );
    let seen = look(&docker);
    let namespace = inside(&seen, &first);
    assert_eq!(inside(&seen, &second).namespace, namespace.namespace);
    let mut ids = vec![first.id.clone(), second.id.clone()];
    ids.sort();
    assert_eq!(namespace.containers.as_ref(), Some(&ids));
    assert_listens(namespace, 80, &first);
    assert_listens(namespace, 81, &second);
    assert_plugged(&docker, &seen, &first);
}

#[test]
fn a_container_in_the_hosts_network_listens_there() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let port = TcpListener::bind("0.0.0.0:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let container = httpd(&docker, &["--network", "host"], port);
    assert_eq!(net(container.pid()), net(2));
    let seen = look(&docker);
    let host = host(&seen);
    assert!(host.containers.as_ref().unwrap().contains(&container.id));
    assert_listens(host, port, &container);
}

#[test]
fn a_container_without_network_is_plugged_into_nothing() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&["--network", "none"]);
    let seen = look(&docker);
    let namespace = inside(&seen, &container);
    assert_eq!(namespace.containers, Some(vec![container.id.clone()]));
    let interfaces = namespace.interfaces.as_deref().unwrap();
    assert!(
        interfaces
            .iter()
            .all(|own| own.peer.is_none() && own.link.is_none())
    );
    let up: Vec<_> = interfaces
        .iter()
        .filter(|own| own.is_up() == Some(true))
        .collect();
    assert_eq!(up.len(), 1);
    assert_eq!(up[0].kind.as_deref(), Some("loopback"));
}

#[test]
fn a_published_port_is_followed_through_its_proxy() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = httpd(&docker, &["-p", "127.0.0.1::80"], 80);
    let inspect = container.inspect();
    let settings = &inspect["NetworkSettings"];
    let port = settings["Ports"]["80/tcp"][0]["HostPort"].as_str().unwrap();
    let address = settings["Networks"]["bridge"]["IPAddress"]
        .as_str()
        .unwrap();
    let seen = look(&docker);
    let sockets = listening(host(&seen), port.parse().unwrap());
    assert_eq!(sockets.len(), 1);
    let socket = sockets[0];
    assert_eq!(socket.local, Some(format!("127.0.0.1:{port}")));
    assert_eq!(socket.forwards_to, Some(format!("{address}:80")));
    let [pid] = socket.pids.as_deref().unwrap() else {
        panic!("{socket:?}")
    };
    let comm = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();
    assert_eq!(comm, "docker-proxy\n");
    assert_listens(inside(&seen, &container), 80, &container);
}

/// Listens at port 80 of every address, calls itself docker-proxy with the arguments of one, and prints its pid.
const LIAR: &str = r#"exec perl -MSocket -e '
    socket(S, PF_INET, SOCK_STREAM, 0) && bind(S, sockaddr_in(80, INADDR_ANY)) && listen(S, 1) or die;
    $0 = "docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 80 -container-ip ADDRESS -container-port 1";
    open(C, ">", "/proc/self/comm") && print(C "docker-proxy") && close(C) or die;
    open(F, "<", "/proc/self/stat") && (($pid) = split(/ /, <F>)) or die;
    $| = 1;
    print("$pid\n");
    <STDIN>;
'"#;

#[test]
fn who_only_calls_himself_a_proxy_is_not_believed() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let (victim, place) = (docker.idle(&[]), docker.idle(&[]));
    let inspect = victim.inspect();
    let address = &inspect["NetworkSettings"]["Networks"]["bridge"]["IPAddress"];
    let script = LIAR.replace("ADDRESS", address.as_str().unwrap());
    let net_of = format!("--net=/proc/{}/ns/net", place.pid());
    let liar = Unshared::shell("nsenter", &[&net_of], &script);
    let seen = look(&docker);
    let process = seen.process(liar.pid);
    assert_eq!(process.comm.as_deref(), Some("docker-proxy"));
    assert!(
        process
            .command
            .as_ref()
            .unwrap()
            .starts_with("docker-proxy -proto tcp")
    );
    let sockets = listening(inside(&seen, &place), 80);
    assert_eq!(sockets.len(), 1);
    assert_eq!(sockets[0].pids, Some(vec![liar.pid]));
    assert_eq!(sockets[0].forwards_to, None);
}

/// A pair of interfaces of which one is in the namespace of a container: the kernel removes the other one when that
/// namespace is really gone, which no number tells, since numbers are used again at once.
struct Witness {
    netns: Netns,
    /// Name of the interface in the container.
    there: String,
}

impl Witness {
    fn plug_into(container: &Container) -> Self {
        let (netns, there) = (Netns::new(), unique("w"));
        let pid = container.pid();
        netns.ip(&format!(
            "link add here type veth peer name {there} netns {pid}"
        ));
        Self { netns, there }
    }

    fn await_the_end(&self) {
        eventually("the end of the namespace", || {
            let links = self.netns.list("link show");
            let is_there = links.iter().any(|link| link["ifname"] == "here");
            (!is_there).then_some(())
        });
    }
}

/// The name of the host's end of a container's `eth0`.
fn host_end(seen: &Snapshot, container: &Container) -> String {
    let eth0 = inside(seen, container).interface_named("eth0").unwrap();
    eth0.peer.as_ref().unwrap().name.clone().unwrap()
}

#[test]
fn what_is_stopped_is_gone_from_the_next_snapshot() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let container = docker.idle(&[]);
    let witness = Witness::plug_into(&container);
    let before = look(&docker);
    assert!(
        inside(&before, &container)
            .interface_named(&witness.there)
            .is_some()
    );
    let (id, end) = (container.id.clone(), host_end(&before, &container));
    container.tell("kill");
    docker.client(&["wait", &id]);
    let seen = look(&docker);
    for namespace in seen.network.iter().flatten() {
        assert!(!namespace.containers.as_ref().unwrap().contains(&id));
        assert!(namespace.interface_named(&witness.there).is_none());
    }
    assert!(host(&seen).interface_named(&end).is_none(), "{end}");
    witness.await_the_end();
}

#[test]
fn an_open_page_keeps_no_namespace_and_says_that_it_is_gone() -> Result<(), Failure> {
    let Some(docker) = Docker::plain() else {
        return Ok(());
    };
    let container = docker.idle(&[]);
    let witness = Witness::plug_into(&container);
    let end = host_end(&look(&docker), &container);
    let [option, url] = docker.arguments();
    let mut pty = Pty::run(&[NSLENS, option, url, "--interval", "3600"], 140, 40)?;
    pty.until_shows(" NAME ")?;
    pty.press(format!("4/{}\r", container.name).as_bytes())?;
    pty.until_shows(&format!("filter: {} (1 of ", container.name))?;
    pty.press(b"\r")?;
    pty.until_shows("INTERFACES: ")?;
    pty.until_shows(&format!("other end: {end} in host"))?;
    let (gone, name) = (container.id.clone(), container.name.clone());
    drop(container);
    witness.await_the_end();
    assert!(
        ip_in(2, "link show")
            .iter()
            .all(|link| link["ifname"] != end.as_str())
    );
    pty.press(b"r")?;
    pty.until_shows("this is what was last seen of it")?;
    pty.press(b"\x1b")?;
    pty.until(|screen| {
        let shown = screen.contents();
        let mut lines = shown.lines().filter(|line| line.contains(&name));
        lines.any(|line| line.starts_with('-'))
    })?;
    assert!(
        look(&docker)
            .containers
            .iter()
            .flatten()
            .all(|row| row.id != gone)
    );
    pty.press(b"q")?;
    pty.end()?.assert_restored();
    Ok(())
}
