//! Who serves a tun or tap interface.

use std::collections::HashMap;

use crate::collect::observation::{NetworkRecord, Observation};
use crate::model::{Details, Inode, Kind, NetworkNamespace};

/// Tells the processes that serve tun interfaces. A descriptor tells the interface's name and not its namespace: it is
/// taken to be the one its process is in where there is such an interface there, else the only one of that name.
pub(super) fn serve(list: &mut [NetworkNamespace], seen: &Observation, network: &NetworkRecord) {
    let homes: HashMap<u32, Inode> = seen
        .processes
        .iter()
        .filter_map(|record| Some((record.pid, record.links.get(Kind::Net).ok()?)))
        .collect();
    let mut places: HashMap<String, Vec<Inode>> = HashMap::new();
    for namespace in list.iter() {
        for interface in namespace.interfaces.iter().flatten() {
            if let Some(Details::Tun { .. }) = interface.details {
                let all = places.entry(interface.name.clone()).or_default();
                all.push(namespace.namespace);
            }
        }
    }
    let mut servers: HashMap<(Inode, &str), Vec<u32>> = HashMap::new();
    for (pid, name) in &network.tuns {
        let all = places.get(name).map_or(&[][..], Vec::as_slice);
        let home = homes.get(pid).filter(|home| all.contains(home));
        let only = all.first().filter(|_| all.len() == 1);
        if let Some(place) = home.or(only) {
            servers.entry((*place, name)).or_default().push(*pid);
        }
    }
    let all_seen = network.unseen_descriptors + network.unread_descriptors == 0;
    for namespace in list {
        for interface in namespace.interfaces.iter_mut().flatten() {
            if let Some(Details::Tun { pids, .. }) = &mut interface.details {
                let key = (namespace.namespace, interface.name.as_str());
                let known = servers.remove(&key);
                // Nobody is known to serve it: whether nobody does can be said only where all could be asked.
                *pids = known.or_else(|| all_seen.then(Vec::new));
            }
        }
    }
}
