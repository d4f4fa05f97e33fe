//! Who serves a tun or tap interface.

use std::collections::{HashMap, HashSet};

use crate::assemble::reference::Reference;
use crate::collect::observation::{NetworkRecord, Observation};
use crate::model::{Details, Inode, Interface, Kind, NetworkNamespace};

/// Tells the processes that serve tun interfaces, where that is certain. A descriptor tells the interface's name and not
/// its namespace: it is taken to be the one its process is in where there is such an interface there, else the only one
/// of that name.
pub(super) fn serve(
    list: &mut [NetworkNamespace],
    seen: &Observation,
    network: &NetworkRecord,
    reference: &Reference,
) {
    let mut servers = Servers::find(list, seen, network);
    servers.are_all_seen &= network.unseen_descriptors + network.unread_descriptors == 0;
    servers.are_all_seen &= reference.sees_host && !reference.hides_processes;
    for namespace in list {
        let place = namespace.namespace;
        for interface in namespace.interfaces.iter_mut().flatten() {
            let told = servers.of(place, interface);
            if let Some(Details::Tun { pids, .. }) = &mut interface.details {
                *pids = told;
            }
        }
    }
}

/// Where there are tun interfaces, by name; a name may be there many times.
struct Places {
    by_name: HashMap<String, Vec<(Inode, bool)>>,
    /// Whether there may be others: the interfaces of some namespace are not known.
    may_be_more: bool,
}

impl Places {
    fn of(list: &[NetworkNamespace]) -> Self {
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for namespace in list {
            for interface in namespace.interfaces.iter().flatten() {
                if matches!(interface.details, Some(Details::Tun { .. })) {
                    let all = by_name.entry(interface.name.clone()).or_default();
                    all.push((namespace.namespace, needs_a_server(interface)));
                }
            }
        }
        Self {
            by_name,
            may_be_more: list.iter().any(|namespace| namespace.interfaces.is_none()),
        }
    }

    /// The namespaces with such an interface, and whether it needs somebody who serves it.
    fn of_name(&self, name: &str) -> &[(Inode, bool)] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Which of those called `name` a process in the namespace `home` serves.
    fn choose(&self, name: &str, home: Option<Inode>) -> Option<Inode> {
        let all = self.of_name(name);
        let home = home.filter(|home| all.iter().any(|(place, _)| place == home));
        let only = match all {
            [(only, _)] if !self.may_be_more => Some(*only),
            _ => None,
        };
        home.or(only)
    }
}

/// Whether the kernel would have removed it if nobody served it.
const fn needs_a_server(interface: &Interface) -> bool {
    let details = interface.details.as_ref();
    matches!(details, Some(Details::Tun { persistent, .. }) if matches!(persistent, Some(false)))
}

/// Who serves what.
struct Servers {
    /// Pids by namespace and name.
    by_place: HashMap<(Inode, String), Vec<u32>>,
    /// Names that somebody serves, wherever.
    served: HashSet<String>,
    /// Those of which it is not certain who serves which.
    doubtful: HashSet<String>,
    /// Whether all who serve one are known, and what they serve.
    are_all_seen: bool,
}

impl Servers {
    fn find(list: &[NetworkNamespace], seen: &Observation, network: &NetworkRecord) -> Self {
        let places = Places::of(list);
        let homes: HashMap<u32, Inode> = seen
            .processes
            .iter()
            .filter_map(|record| Some((record.pid, record.links.get(Kind::Net).ok()?)))
            .collect();
        let mut servers = Self {
            by_place: HashMap::new(),
            served: network.tuns.iter().map(|(_, name)| name.clone()).collect(),
            doubtful: HashSet::new(),
            are_all_seen: true,
        };
        for (pid, name) in &network.tuns {
            if let Some(place) = places.choose(name, homes.get(pid).copied()) {
                let key = (place, name.clone());
                servers.by_place.entry(key).or_default().push(*pid);
            } else {
                servers.doubtful.insert(name.clone());
                // It may have had another name a moment ago.
                servers.are_all_seen &= !places.of_name(name).is_empty();
            }
        }
        servers.doubt(&places);
        servers
    }

    /// Where one that needs a server seems to have none, one of those that seem to serve another of that name does.
    fn doubt(&mut self, places: &Places) {
        for (name, all) in &places.by_name {
            let is_served = |place| self.by_place.contains_key(&(place, name.clone()));
            let is_missed = |(place, needs): &(Inode, bool)| *needs && !is_served(*place);
            if self.served.contains(name) && all.iter().any(is_missed) {
                self.doubtful.insert(name.clone());
            }
        }
    }

    /// Who serves an interface; that nobody does can be said only where all could be asked.
    fn of(&self, place: Inode, interface: &Interface) -> Option<Vec<u32>> {
        let name = &interface.name;
        if self.doubtful.contains(name) {
            return None;
        }
        let nobody = self.are_all_seen && !self.served.contains(name) && !needs_a_server(interface);
        let known = self.by_place.get(&(place, name.clone()));
        known.cloned().or_else(|| nobody.then(Vec::new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::assemble;
    use crate::assemble::network::tests::{link, space};
    use crate::assemble::tests::{links, observation, own, process};
    use crate::collect::observation::{LinkRecord, Miss, NetnsRecord};
    use crate::model::Snapshot;

    /// The host's namespace and another one.
    const HOST: u32 = 4_026_531_833;
    const OTHER: u32 = 7;

    fn tap(name: &str, persistent: bool) -> LinkRecord {
        let mut record = link(3, name, "tun");
        record.interface.details = Some(Details::Tun {
            mode: None,
            owner: None,
            persistent: Some(persistent),
            pids: None,
        });
        record
    }

    /// A host with a process (pid 5) in its namespace and one (pid 6) in another, and these interfaces and servers.
    fn seen(places: &[(u32, &[(&str, bool)])], tuns: &[(u32, &str)]) -> Observation {
        let namespace = |(inode, taps): &(u32, &[(&str, bool)])| {
            let links = taps.iter().map(|(name, stays)| tap(name, *stays));
            space(*inode, links.collect())
        };
        let network = NetworkRecord {
            namespaces: places.iter().map(namespace).collect(),
            tuns: tuns
                .iter()
                .map(|(pid, name)| (*pid, (*name).to_owned()))
                .collect(),
            ..NetworkRecord::default()
        };
        let inside = links(&[own(Kind::Net, OTHER)]);
        let processes = vec![process(5, 1, "/a", links(&[])), process(6, 1, "/b", inside)];
        Observation {
            network: Some(network),
            ..observation(processes)
        }
    }

    /// Who serves the interface `name` of a namespace.
    fn pids(snapshot: &Snapshot, inode: u32, name: &str) -> Option<Vec<u32>> {
        let mut all = snapshot.network.iter().flatten();
        let place = all.find(|namespace| namespace.namespace == Inode(inode));
        match &place.unwrap().interface_named(name).unwrap().details {
            Some(Details::Tun { pids, .. }) => pids.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_server_is_found_by_its_namespace_or_by_a_name_that_is_there_once() {
        let places = [
            (HOST, &[("tun0", false)][..]),
            (OTHER, &[("tun0", false), ("tap9", false)]),
        ];
        let snapshot = assemble(&seen(&places, &[(5, "tap9"), (5, "tun0"), (6, "tun0")]));
        assert_eq!(pids(&snapshot, HOST, "tun0"), Some(vec![5]));
        assert_eq!(pids(&snapshot, OTHER, "tun0"), Some(vec![6]));
        assert_eq!(pids(&snapshot, OTHER, "tap9"), Some(vec![5]));
    }

    /// slirp4netns calls every one tap0, and is outside.
    #[test]
    fn one_name_in_two_namespaces_served_from_a_third_is_not_known() {
        for persistent in [false, true] {
            let taps = &[("tap0", persistent), ("tap1", true)][..];
            let places = [(OTHER, taps), (8, taps)];
            let snapshot = assemble(&seen(&places, &[(5, "tap0")]));
            for place in [OTHER, 8] {
                assert_eq!(pids(&snapshot, place, "tap0"), None);
                assert_eq!(pids(&snapshot, place, "tap1"), Some(Vec::new()));
            }
        }
    }

    #[test]
    fn a_namesake_at_home_may_not_be_the_one_that_is_served() {
        let places = [(HOST, &[("tap0", false)][..]), (OTHER, &[("tap0", false)])];
        let snapshot = assemble(&seen(&places, &[(5, "tap0")]));
        assert_eq!(pids(&snapshot, HOST, "tap0"), None);
        assert_eq!(pids(&snapshot, OTHER, "tap0"), None);
    }

    #[test]
    fn nobody_is_said_only_where_the_kernel_would_leave_it_and_all_are_known() {
        let places = [(HOST, &[("tap0", true), ("tap1", false)][..])];
        let calm = seen(&places, &[]);
        let snapshot = assemble(&calm);
        assert_eq!(pids(&snapshot, HOST, "tap0"), Some(Vec::new()));
        assert_eq!(pids(&snapshot, HOST, "tap1"), None);
        let elsewhere = seen(&places, &[(5, "renamed")]);
        assert_eq!(pids(&assemble(&elsewhere), HOST, "tap0"), None);
        let mut unseen = calm.clone();
        unseen.network.as_mut().unwrap().unseen_descriptors = 1;
        assert_eq!(pids(&assemble(&unseen), HOST, "tap0"), None);
    }

    /// Inside a container's pid namespace, a server outside cannot be seen.
    #[test]
    fn from_inside_nobody_cannot_be_said() {
        let mut inside = seen(&[(OTHER, &[("tap0", true)])], &[]);
        inside.host.kthreadd = None;
        inside.viewer.links = links(&[own(Kind::Pid, 9), own(Kind::Net, OTHER)]);
        assert_eq!(pids(&assemble(&inside), OTHER, "tap0"), None);
        let mut hidden = seen(&[(HOST, &[("tap0", true)])], &[]);
        hidden.host.kthreadd = None;
        assert_eq!(pids(&assemble(&hidden), HOST, "tap0"), None);
    }

    #[test]
    fn the_only_one_is_certain_where_all_interfaces_are_known() {
        let places = [(OTHER, &[("tap0", false)][..])];
        let mut seen = seen(&places, &[(5, "tap0")]);
        assert_eq!(pids(&assemble(&seen), OTHER, "tap0"), Some(vec![5]));
        let unread = NetnsRecord::missed(Inode(8), Miss::TimedOut);
        seen.network.as_mut().unwrap().namespaces.push(unread);
        assert_eq!(pids(&assemble(&seen), OTHER, "tap0"), None);
    }
}
