//! Programs that take connections for a container, and say in their arguments where they send them.
//!
//! docker-proxy is one per published port; pasta serves rootless Podman. Others are told over a socket or a pipe
//! (rootlessport, slirp4netns, rootlesskit), and do not say.

use crate::model::{Process, Socket};

/// Where `process` sends what arrives at a socket that it holds; `None` where it is no proxy, or does not say.
pub(super) fn target(process: &Process, socket: &Socket) -> Option<String> {
    let find = match process.comm.as_deref()? {
        // The second is its wrapper in rootless Docker; names end after 15 bytes.
        "docker-proxy" | "rootlesskit-doc" => docker_proxy,
        "pasta" | "pasta.avx2" => pasta,
        _ => return None,
    };
    let command = process.command.as_deref()?;
    let mut arguments: Vec<_> = command.split_whitespace().collect();
    if process.command_truncated {
        arguments.pop();
    }
    let port = socket.local.as_deref()?.rsplit_once(':')?.1.parse().ok()?;
    find(&arguments, &socket.protocol, port)
}

/// `-proto tcp -host-ip IP -host-port N -container-ip IP -container-port N`.
fn docker_proxy(arguments: &[&str], protocol: &str, port: u16) -> Option<String> {
    let own: u16 = value(arguments, &["-host-port"])?.parse().ok()?;
    if own != port || value(arguments, &["-proto"])? != protocol {
        return None;
    }
    let address = value(arguments, &["-container-ip"])?;
    let port: u16 = value(arguments, &["-container-port"])?.parse().ok()?;
    Some(if address.contains(':') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    })
}

/// `-t [ADDRESS/]FIRST[-LAST][:FIRST[-LAST]],…`, and `-u` for UDP: a port of the namespace it serves.
fn pasta(arguments: &[&str], protocol: &str, port: u16) -> Option<String> {
    let names = match protocol {
        "tcp" => ["-t", "--tcp-ports"],
        "udp" => ["-u", "--udp-ports"],
        _ => return None,
    };
    let mut specs = values(arguments, &names).flat_map(|list| list.split(','));
    let port = specs.find_map(|spec| mapped(spec, port))?;
    Some(format!(":{port}"))
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
pub(super) mod tests {
    use super::*;
    use crate::model::PerKind;

    pub(in crate::assemble::network) fn process(pid: u32, comm: &str, command: &str) -> Process {
        Process {
            pid,
            ppid: None,
            start_ticks: None,
            uid: None,
            comm: Some(comm.to_owned()),
            command: Some(command.to_owned()),
            command_truncated: false,
            state: None,
            kernel_thread: None,
            ns_pids: Vec::new(),
            namespaces: PerKind::default(),
            container: None,
            group: None,
            unit: None,
            cgroup: None,
        }
    }

    fn socket(protocol: &str, local: &str) -> Socket {
        Socket {
            protocol: protocol.to_owned().into(),
            state: "listen".into(),
            local: Some(local.to_owned()),
            remote: None,
            v6_only: None,
            inode: None,
            uid: None,
            interface: None,
            pids: None,
            forwards_to: None,
        }
    }

    fn sends(comm: &str, command: &str, protocol: &str, local: &str) -> Option<String> {
        target(&process(1, comm, command), &socket(protocol, local))
    }

    #[test]
    fn docker_proxy_sends_its_port_to_a_container() {
        let command = "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 \
            -container-port 80 -use-listen-fd";
        let sends = |protocol, local| sends("docker-proxy", command, protocol, local);
        assert_eq!(
            sends("tcp", "0.0.0.0:8080").as_deref(),
            Some("172.17.0.2:80")
        );
        assert_eq!(sends("tcp", "0.0.0.0:8081"), None);
        assert_eq!(sends("udp", "0.0.0.0:8080"), None);
        assert_eq!(sends("unix", "/run/x"), None);
    }

    #[test]
    fn an_address_of_version_6_is_set_in_brackets() {
        let command =
            "docker-proxy -proto=tcp -host-port=80 -container-ip=fd00::2 -container-port=81";
        let sent = sends("docker-proxy", command, "tcp", "[::]:80");
        assert_eq!(sent.as_deref(), Some("[fd00::2]:81"));
    }

    #[test]
    fn only_what_has_the_name_of_a_proxy_is_believed_and_only_whole_words() {
        let command = "x -proto tcp -host-port 80 -container-ip 1.2.3.4 -container-port 81";
        assert_eq!(sends("x", command, "tcp", "0.0.0.0:80"), None);
        let mut cut = process(1, "docker-proxy", command);
        cut.command_truncated = true;
        assert_eq!(target(&cut, &socket("tcp", "0.0.0.0:80")), None);
    }

    #[test]
    fn pasta_maps_ports_by_ranges() {
        let command = "pasta --config-net -t 127.0.0.1/8080-8090:80-90,9000 -u 53:5353 --tcp-ports=7:8 -t none 42";
        for (protocol, local, expected) in [
            ("tcp", "127.0.0.1:8083", Some(":83")),
            ("tcp", "0.0.0.0:9000", Some(":9000")),
            ("tcp", "0.0.0.0:7", Some(":8")),
            ("udp", "0.0.0.0:53", Some(":5353")),
            ("udp", "0.0.0.0:8083", None),
            ("tcp", "0.0.0.0:42", None),
        ] {
            let sent = sends("pasta.avx2", command, protocol, local);
            assert_eq!(sent.as_deref(), expected, "{protocol} {local}");
        }
    }
}
