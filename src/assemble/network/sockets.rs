//! Sockets, each with those who hold it.

use std::collections::HashMap;

use super::proxies::Proxies;
use crate::collect::observation::{NetnsRecord, SocketRecord};
use crate::model::Socket;

/// The sockets of a namespace, listening ones first in each protocol; `None` where they could not be read. `holders`
/// are pids by inode, `names` those of the namespace's interfaces by index.
pub(super) fn sockets(
    record: &NetnsRecord,
    holders: &HashMap<u64, Vec<u32>>,
    names: &HashMap<u32, &str>,
    proxies: &Proxies<'_>,
) -> Option<Vec<Socket>> {
    let records = record.sockets.as_ref().ok()?.iter();
    let mut sockets: Vec<_> = records
        .map(|record| socket(record, holders, names, proxies))
        .collect();
    sockets.sort_by(|a, b| place(a).cmp(&place(b)));
    Some(sockets)
}

fn socket(
    record: &SocketRecord,
    holders: &HashMap<u64, Vec<u32>>,
    names: &HashMap<u32, &str>,
    proxies: &Proxies<'_>,
) -> Socket {
    let socket = &record.socket;
    let pids = socket.inode.and_then(|inode| holders.get(&inode)).cloned();
    let name = record.index.and_then(|index| names.get(&index));
    let mut held = pids.iter().flatten();
    let local = match (socket.protocol.as_ref(), name) {
        ("packet", Some(name)) => socket.local.as_deref().map(|local| on(local, name)),
        _ => socket.local.clone(),
    };
    Socket {
        local,
        interface: name.map(|name| (*name).to_owned()),
        forwards_to: held.find_map(|pid| proxies.target(*pid, socket)),
        pids: pids.clone(),
        ..socket.clone()
    }
}

/// What a packet socket sees, on the interface with this name instead of a number.
fn on(local: &str, name: &str) -> String {
    let what = local.rsplit_once(':').map_or(local, |(what, _)| what);
    format!("{what}:{name}")
}

/// Where a socket stands among others: ports by their number, and by the inode what is equal to people.
fn place(socket: &Socket) -> impl Ord + '_ {
    let local = socket.local.as_deref();
    let (address, port) = local.map(split).unzip();
    (
        socket.protocol.as_ref(),
        socket.state != "listen",
        address,
        port,
        socket.remote.as_deref(),
        socket.inode,
    )
}

/// Address and port; of a path, all of it and none.
fn split(local: &str) -> (&str, Option<u16>) {
    let parts = local.rsplit_once(':');
    let parts = parts.and_then(|(address, port)| Some((address, Some(port.parse().ok()?))));
    parts.unwrap_or((local, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::network::proxies::tests::proxies;
    use crate::collect::observation::Miss;
    use crate::model::Inode;

    fn record(protocol: &str, state: &str, local: &str, inode: u64) -> SocketRecord {
        SocketRecord {
            index: None,
            socket: Socket {
                local: Some(local.to_owned()),
                inode: (inode != 0).then_some(inode),
                ..Socket::new(protocol.to_owned(), state.to_owned())
            },
        }
    }

    fn list(records: Vec<SocketRecord>, holders: &[(u64, &[u32])]) -> Vec<Socket> {
        let record = NetnsRecord {
            sockets: Ok(records),
            ..NetnsRecord::missed(Inode(1), Miss::NotAsked)
        };
        let holders = holders.iter().map(|(inode, pids)| (*inode, pids.to_vec()));
        let names = HashMap::from([(3, "eth0")]);
        let command = "docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 80 -container-ip 172.17.0.2 -container-port 8080";
        let proxies = proxies(&[(9, command)]);
        sockets(&record, &holders.collect(), &names, &proxies).unwrap()
    }

    #[test]
    fn listening_ones_come_first_and_ports_count_as_numbers() {
        let records = vec![
            record("udp", "unconnected", "0.0.0.0:53", 1),
            record("tcp", "established", "0.0.0.0:1", 2),
            record("tcp", "listen", "0.0.0.0:443", 3),
            record("tcp", "listen", "0.0.0.0:80", 5),
            record("tcp", "listen", "0.0.0.0:80", 4),
            record("unix", "listen", "/run/b:1", 6),
            record("unix", "listen", "/run/a", 7),
        ];
        let inodes = list(records, &[])
            .into_iter()
            .filter_map(|socket| socket.inode);
        assert_eq!(inodes.collect::<Vec<_>>(), [4, 5, 3, 2, 1, 7, 6]);
    }

    #[test]
    fn all_holders_are_told_and_unknown_ones_are_not_made_none() {
        let records = vec![
            record("tcp", "listen", "0.0.0.0:1", 1),
            record("tcp", "listen", "0.0.0.0:2", 2),
            record("tcp", "time-wait", "0.0.0.0:3", 0),
        ];
        let pids: Vec<_> = list(records, &[(1, &[3, 5])])
            .into_iter()
            .map(|socket| socket.pids)
            .collect();
        assert_eq!(pids, [Some(vec![3, 5]), None, None]);
    }

    #[test]
    fn interfaces_have_names_and_proxies_targets() {
        let mut bound = record("tcp", "listen", "0.0.0.0:80", 1);
        bound.index = Some(3);
        let socket = list(vec![bound], &[(1, &[5, 9, 11])]).remove(0);
        assert_eq!(socket.interface.as_deref(), Some("eth0"));
        assert_eq!(socket.forwards_to.as_deref(), Some("172.17.0.2:8080"));
    }

    #[test]
    fn a_packet_socket_is_on_an_interface() {
        let packet = |local: &str, index| {
            let mut record = record("packet", "unconnected", local, 1);
            record.index = index;
            let socket = list(vec![record], &[]).remove(0);
            (socket.local.unwrap(), socket.interface)
        };
        let eth0 = Some("eth0".to_owned());
        assert_eq!(packet("*:if3", Some(3)), ("*:eth0".to_owned(), eth0));
        // Made after the interfaces were listed.
        assert_eq!(packet("ip:if4", Some(4)), ("ip:if4".to_owned(), None));
        assert_eq!(packet("ip:*", None), ("ip:*".to_owned(), None));
    }

    #[test]
    fn what_could_not_be_read_is_not_empty() {
        let record = NetnsRecord::missed(Inode(1), Miss::Denied);
        assert_eq!(
            sockets(&record, &HashMap::new(), &HashMap::new(), &proxies(&[])),
            None
        );
    }
}
