//! Networks of engines, by the bridges that carry them.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::observation::{EngineRecord, Gateway};
use crate::model::{Address, Inode, Interface, NetworkNamespace};

/// Tells which bridges carry which network. A name counts only where its engine makes bridges: whoever may make some
/// elsewhere may call them as he likes.
pub(super) fn name(list: &mut [NetworkNamespace], engines: &[EngineRecord], host: Option<Inode>) {
    for engine in engines {
        let home = home(engine, host);
        let place = |namespace: &&mut NetworkNamespace| Some(namespace.namespace) == home;
        let Some(namespace) = list.iter_mut().find(place) else {
            continue;
        };
        let interfaces = namespace.interfaces.iter_mut().flatten();
        let mut bridges: Vec<_> = interfaces
            .filter(|interface| interface.kind.as_deref() == Some("bridge"))
            .collect();
        for bridge in &mut bridges {
            let told = engine.bridges.get(&bridge.name);
            bridge.network = told.cloned().or(bridge.network.take());
        }
        name_by_address(&mut bridges, &engine.gateways);
    }
}

/// Tells which of the bridges carry networks of which the engine does not tell the bridge: one does that alone bears the
/// address of the gateway.
fn name_by_address(bridges: &mut [&mut Interface], gateways: &[Gateway]) {
    let mut found: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for gateway in gateways {
        let mut places = (0..bridges.len()).filter(|at| bears(bridges[*at], gateway));
        if let (Some(at), None) = (places.next(), places.next()) {
            found.entry(at).or_default().insert(&gateway.network);
        }
    }
    for (at, networks) in found {
        let network = &mut bridges[at].network;
        if let (None, [own]) = (&network, &*Vec::from_iter(networks)) {
            *network = Some((*own).to_owned());
        }
    }
}

/// Whether the address of the gateway is one of the bridge.
fn bears(bridge: &Interface, gateway: &Gateway) -> bool {
    let fits = |own: &Address| {
        own.address.parse() == Ok(gateway.address)
            && gateway.prefix_len.is_none_or(|bits| bits == own.prefix_len)
    };
    bridge.addresses.iter().flatten().any(fits)
}

/// The network namespace where an engine makes its bridges: that of who listens at its socket, else the host's. An
/// ordinary user's engine makes them in one of its own, which only dockerd itself is in: systemd, which may listen in
/// its stead, and Podman are not.
pub(super) fn home(engine: &EngineRecord, host: Option<Inode>) -> Option<Inode> {
    if !engine.local {
        return None;
    }
    match &engine.listener {
        Some(user) if user.uid != 0 => user.net.filter(|_| user.name.as_deref() == Some("dockerd")),
        Some(root) => root.net.or(host),
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::assemble;
    use crate::assemble::network::tests::{at, link, space};
    use crate::assemble::tests::{engine, observation};
    use crate::collect::observation::{Listener, NetnsRecord, NetworkRecord};

    const HOST: u32 = 4_026_531_833;
    const OTHER: u32 = 7;

    /// An engine whose network `shop` is on these bridges.
    fn shop(bridges: &[&str], listener: Option<Listener>) -> EngineRecord {
        let mut record = engine(true, Vec::new());
        let bridges = bridges.iter();
        record.bridges = bridges
            .map(|name| ((*name).to_owned(), "shop".to_owned()))
            .collect();
        record.listener = listener;
        record
    }

    fn listener(uid: u32, name: &str, net: Option<u32>) -> Listener {
        Listener {
            uid,
            name: Some(name.to_owned()),
            net: net.map(Inode),
        }
    }

    /// The networks of two bridges with the same names in the host's namespace, and of those in another.
    fn networks(engines: Vec<EngineRecord>) -> Vec<Option<String>> {
        let links = || {
            vec![
                link(1, "docker0", "bridge"),
                link(2, "br-0123456789ab", "bridge"),
            ]
        };
        named(vec![space(OTHER, links()), space(HOST, links())], engines)
    }

    /// The networks of all interfaces.
    fn named(namespaces: Vec<NetnsRecord>, engines: Vec<EngineRecord>) -> Vec<Option<String>> {
        let network = NetworkRecord {
            namespaces,
            ..NetworkRecord::default()
        };
        let snapshot = assemble(&crate::collect::observation::Observation {
            network: Some(network),
            engines,
            ..observation(Vec::new())
        });
        let namespaces = snapshot.network.into_iter().flatten();
        let interfaces = namespaces.flat_map(|namespace| namespace.interfaces.unwrap());
        interfaces.map(|interface| interface.network).collect()
    }

    #[test]
    fn a_name_counts_only_where_its_engine_is() {
        let both = ["docker0", "br-0123456789ab"];
        let shop_in = |listener| networks(vec![shop(&both, listener)]);
        let name = || Some("shop".to_owned());
        let (other, host) = ([name(), name(), None, None], [None, None, name(), name()]);
        assert_eq!(shop_in(None), host);
        assert_eq!(shop_in(Some(listener(0, "systemd", Some(HOST)))), host);
        assert_eq!(shop_in(Some(listener(0, "dockerd", None))), host);
        assert_eq!(shop_in(Some(listener(0, "dockerd", Some(OTHER)))), other);
        assert_eq!(shop_in(Some(listener(1000, "dockerd", Some(OTHER)))), other);
        let nowhere = [None, None, None, None];
        assert_eq!(shop_in(Some(listener(1000, "dockerd", None))), nowhere);
        assert_eq!(
            shop_in(Some(listener(1000, "systemd", Some(HOST)))),
            nowhere
        );
        let mut elsewhere = shop(&both, None);
        elsewhere.local = false;
        assert_eq!(networks(vec![elsewhere]), nowhere);
    }

    #[test]
    fn each_engine_names_its_own() {
        let mut rootless = shop(&["docker0"], Some(listener(1000, "dockerd", Some(OTHER))));
        rootless
            .bridges
            .insert("docker0".to_owned(), "bridge".to_owned());
        let rootful = shop(&["docker0"], Some(listener(0, "dockerd", Some(HOST))));
        let (own, shop) = (Some("bridge".to_owned()), Some("shop".to_owned()));
        assert_eq!(networks(vec![rootless, rootful]), [own, None, shop, None]);
    }

    /// The networks of these bridges, each with its addresses, of an engine that tells these gateways.
    fn by_gateway(
        bridges: &[(&'static str, &[&str])],
        gateways: &[(&str, &str, Option<u8>)],
    ) -> Vec<Option<String>> {
        let mut records = space(HOST, Vec::new());
        let (mut links, mut addresses) = (vec![link(9, "eth0", "veth")], vec![at(9, "10.89.0.1")]);
        for (index, (name, own)) in (1..).zip(bridges) {
            links.push(link(index, name, "bridge"));
            addresses.extend(own.iter().map(|address| at(index, address)));
        }
        (records.links, records.addresses) = (Ok(links), Ok(addresses));
        let mut record = shop(&["podman0"], None);
        let gateways = gateways.iter();
        record.gateways = gateways
            .map(|(network, address, prefix_len)| Gateway {
                network: (*network).to_owned(),
                address: address.parse().unwrap(),
                prefix_len: *prefix_len,
            })
            .collect();
        let mut all = named(vec![records], vec![record]);
        // The last is no bridge.
        assert_eq!(all.pop(), Some(None));
        all
    }

    #[test]
    fn a_bridge_that_is_not_told_is_found_by_its_address() {
        let (shop, back) = (Some("shop".to_owned()), Some("back".to_owned()));
        let two: [(&str, &[&str]); 2] = [("br1", &["10.89.0.1"]), ("br2", &["fd00:0::1"])];
        let found = |gateways: &[_]| by_gateway(&two, gateways);
        assert_eq!(
            found(&[("back", "10.89.0.1", Some(24)), ("shop", "fd00::1", None)]),
            [back.clone(), shop.clone()]
        );
        assert_eq!(found(&[("back", "10.89.0.2", None)]), [None, None]);
        assert_eq!(found(&[("back", "10.89.0.1", Some(16))]), [None, None]);
        // Both say that it is theirs.
        let both = [("back", "10.89.0.1", None), ("shop", "10.89.0.1", None)];
        assert_eq!(found(&both), [None, None]);
        // Both have the address.
        let twice: [(&str, &[&str]); 2] = [("br1", &["10.89.0.1"]), ("br2", &["10.89.0.1"])];
        let gateway = [("back", "10.89.0.1", None)];
        assert_eq!(by_gateway(&twice, &gateway), [None, None]);
        // What the engine does tell is believed first.
        let told: [(&str, &[&str]); 1] = [("podman0", &["10.89.0.1"])];
        assert_eq!(by_gateway(&told, &gateway), [shop]);
    }
}
