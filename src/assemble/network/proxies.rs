//! Programs that take connections for a container, and say in their arguments where they send them.
//!
//! docker-proxy is one per published port; pasta serves rootless Podman. Others are told over a socket or a pipe
//! (rootlessport, slirp4netns, rootlesskit), and do not say. Any process can give itself such a name and arguments, so
//! one is believed only where an engine must have started it.

use core::net::IpAddr;
use std::collections::{HashMap, HashSet};

use super::bridges;
use crate::assemble::namespaces::by_namespace;
use crate::assemble::reference::Reference;
use crate::collect::observation::{NetworkRecord, Observation};
use crate::model::{Inode, Kind, Process, Socket};

/// The proxies that are believed.
pub(super) struct Proxies<'a> {
    by_pid: HashMap<u32, Proxy<'a>>,
    /// Addresses of containers; `None` where they are not all known.
    addresses: Option<HashSet<&'a str>>,
}

/// Finds where a program sends what arrives at a socket.
type Find = fn(&[&str], &Socket) -> Option<Target>;

/// A proxy: its arguments, and how they are read.
struct Proxy<'a> {
    arguments: Vec<&'a str>,
    find: Find,
}

/// Where a proxy sends what arrives; without an address, to the namespace that it serves.
struct Target {
    address: Option<String>,
    port: u16,
}

impl<'a> Proxies<'a> {
    /// Finds them among `processes`, those of `seen`.
    pub(super) fn of(
        seen: &Observation,
        network: &'a NetworkRecord,
        processes: &'a [Process],
        reference: &Reference,
    ) -> Self {
        let trust = Trust::of(seen, processes, reference);
        let proxies = processes.iter().filter_map(|process| {
            let find = trust.find(process)?;
            let mut arguments: Vec<_> = process.command.as_deref()?.split_whitespace().collect();
            if process.command_truncated {
                arguments.pop();
            }
            Some((process.pid, Proxy { arguments, find }))
        });
        let by_pid: HashMap<_, _> = proxies.collect();
        let addresses = (!by_pid.is_empty())
            .then(|| addresses(network, processes, trust.net))
            .flatten();
        Self { by_pid, addresses }
    }

    /// Where the process `pid` sends what arrives at a socket that it holds; `None` where it is no proxy, or does not
    /// say.
    pub(super) fn target(&self, pid: u32, socket: &Socket) -> Option<String> {
        let proxy = self.by_pid.get(&pid)?;
        let Target { address, port } = (proxy.find)(&proxy.arguments, socket)?;
        let Some(address) = address else {
            return Some(format!(":{port}"));
        };
        let is_known = |all: &HashSet<&str>| all.contains(address.as_str());
        self.addresses.as_ref().is_none_or(is_known).then(|| {
            if address.contains(':') {
                format!("[{address}]:{port}")
            } else {
                format!("{address}:{port}")
            }
        })
    }
}

/// The addresses in the namespaces of containers, other than the host's; `None` where no container is known, or not all
/// addresses are.
fn addresses<'a>(
    network: &'a NetworkRecord,
    processes: &[Process],
    host: Option<Inode>,
) -> Option<HashSet<&'a str>> {
    let containers = by_namespace(processes);
    let houses_some = |inode| containers.contains_key(&(Kind::Net, inode)) && Some(inode) != host;
    let mut records = network.namespaces.iter();
    let mut records = records
        .by_ref()
        .filter(|record| houses_some(record.inode))
        .peekable();
    records.peek()?;
    let mut found = HashSet::new();
    for record in records {
        let addresses = record.addresses.as_ref().ok()?.iter();
        found.extend(addresses.map(|record| record.address.address.as_str()));
    }
    Some(found)
}

/// What must be so of a process that an engine has started.
struct Trust<'a> {
    processes: &'a [Process],
    reference: &'a Reference,
    /// The host's network namespace, or ours where the host is not seen.
    net: Option<Inode>,
    /// Users who have an engine.
    uids: HashSet<u32>,
    /// Users who have an engine, each with the network namespace of its bridges.
    homes: HashSet<(u32, Inode)>,
}

impl<'a> Trust<'a> {
    fn of(seen: &Observation, processes: &'a [Process], reference: &'a Reference) -> Self {
        let net = reference.compared().inode(Kind::Net);
        let engines = || {
            let local = seen.engines.iter().filter(|engine| engine.local);
            local.map(|engine| (engine, engine.listener.as_ref().map_or(0, |user| user.uid)))
        };
        let homes = engines().filter_map(|(engine, uid)| Some((uid, bridges::home(engine, net)?)));
        Self {
            processes,
            reference,
            net,
            uids: engines().map(|(_, uid)| uid).chain([0]).collect(),
            homes: homes.chain(net.map(|net| (0, net))).collect(),
        }
    }

    /// How to read the arguments of a process; `None` where it is not to be believed.
    fn find(&self, process: &Process) -> Option<Find> {
        if process.container.is_some() {
            return None;
        }
        match process.comm.as_deref()? {
            "docker-proxy" => self.is_of_dockerd(process).then_some(docker_proxy),
            "pasta" | "pasta.avx2" => self.is_of_podman(process).then_some(pasta),
            _ => None,
        }
    }

    /// dockerd starts it in its own namespaces; rootless Docker, by a wrapper whose name ends after 15 bytes.
    fn is_of_dockerd(&self, process: &Process) -> bool {
        let mut parent = self.parent(process);
        if let Some(wrapper) =
            parent.filter(|parent| parent.comm.as_deref() == Some("rootlesskit-doc"))
        {
            parent = self.parent(wrapper);
        }
        let is_dockerd = |parent: &Process| {
            parent.comm.as_deref() == Some("dockerd")
                && parent.container.is_none()
                && (parent.uid, &parent.namespaces) == (process.uid, &process.namespaces)
        };
        parent.is_some_and(is_dockerd) && self.is_at_home(process)
    }

    /// Whether it is where an engine of its user is; one of root's, in no namespace that users can make.
    fn is_at_home(&self, process: &Process) -> bool {
        let (Some(uid), Some(net)) = (process.uid, process.namespaces.inode(Kind::Net)) else {
            return false;
        };
        let is_hosts = |kind| {
            let host = self.reference.compared().inode(kind);
            host.is_some() && process.namespaces.inode(kind) == host
        };
        self.homes.contains(&(uid, net))
            && (uid != 0 || (is_hosts(Kind::User) && is_hosts(Kind::Pid)))
    }

    /// It leaves most namespaces for others of its own, and not the one where it listens.
    fn is_of_podman(&self, process: &Process) -> bool {
        let net = process.namespaces.inode(Kind::Net);
        process.uid.is_some_and(|uid| self.uids.contains(&uid)) && net.is_some() && net == self.net
    }

    fn parent(&self, process: &Process) -> Option<&'a Process> {
        let parent = process.ppid?;
        let found = self
            .processes
            .binary_search_by_key(&parent, |process| process.pid);
        self.processes.get(found.ok()?)
    }
}

/// Address and port of a socket.
fn local(socket: &Socket) -> Option<(IpAddr, u16)> {
    let (address, port) = socket.local.as_deref()?.rsplit_once(':')?;
    let address = address.trim_matches(['[', ']']);
    Some((address.parse().ok()?, port.parse().ok()?))
}

/// `-proto tcp -host-ip IP -host-port N -container-ip IP -container-port N`.
fn docker_proxy(arguments: &[&str], socket: &Socket) -> Option<Target> {
    let own: IpAddr = value(arguments, &["-host-ip"])?.parse().ok()?;
    let port: u16 = value(arguments, &["-host-port"])?.parse().ok()?;
    let (address, bound) = local(socket)?;
    // Older ones take 0.0.0.0 for every address of both families.
    let is_any = own == IpAddr::from([0; 4]) && address == IpAddr::from([0; 16]);
    let is_own = address == own || (is_any && socket.v6_only != Some(true));
    if !is_own || bound != port || value(arguments, &["-proto"])? != socket.protocol {
        return None;
    }
    Some(Target {
        address: Some(value(arguments, &["-container-ip"])?.to_owned()),
        port: value(arguments, &["-container-port"])?.parse().ok()?,
    })
}

/// `-t [ADDRESS/]FIRST[-LAST][:FIRST[-LAST]],…`, and `-u` for UDP: a port of the namespace it serves.
fn pasta(arguments: &[&str], socket: &Socket) -> Option<Target> {
    let names = match socket.protocol.as_ref() {
        "tcp" => ["-t", "--tcp-ports"],
        "udp" => ["-u", "--udp-ports"],
        _ => return None,
    };
    let mut specs = values(arguments, &names).flat_map(|list| list.split(','));
    let (_, bound) = local(socket)?;
    let port = specs.find_map(|spec| mapped(spec, bound))?;
    Some(Target {
        address: None,
        port,
    })
}

/// The port that a specification of pasta maps `port` to.
fn mapped(spec: &str, port: u16) -> Option<u16> {
    let ports = spec.rsplit_once('/').map_or(spec, |(_, ports)| ports);
    let (from, to) = ports.split_once(':').unwrap_or((ports, ports));
    let (first, last) = range(from)?;
    let offset = port.checked_sub(first).filter(|_| port <= last)?;
    range(to)?.0.checked_add(offset)
}

fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn value<'a>(arguments: &[&'a str], names: &[&str]) -> Option<&'a str> {
    values(arguments, names).next()
}

/// The values of an option, whether behind it or joined to it by `=`.
fn values<'a>(arguments: &[&'a str], names: &[&str]) -> impl Iterator<Item = &'a str> {
    arguments
        .iter()
        .enumerate()
        .filter_map(move |(at, argument)| {
            if names.contains(argument) {
                return arguments.get(at + 1).copied();
            }
            let (name, value) = argument.split_once('=')?;
            names.contains(&name).then_some(value)
        })
}

#[cfg(test)]
pub(super) mod tests;
