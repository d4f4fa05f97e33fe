//! Networks of engines, by the bridges that carry them.

use crate::collect::observation::EngineRecord;
use crate::model::{Inode, NetworkNamespace};

/// Tells which bridges carry which network. A name counts only where its engine makes bridges: whoever may make some
/// elsewhere may call them as he likes.
pub(super) fn name(list: &mut [NetworkNamespace], engines: &[EngineRecord], host: Option<Inode>) {
    for engine in engines {
        let home = home(engine, host);
        let place = |namespace: &&mut NetworkNamespace| Some(namespace.namespace) == home;
        let Some(namespace) = list.iter_mut().find(place) else {
            continue;
        };
        for interface in namespace.interfaces.iter_mut().flatten() {
            if interface.kind.as_deref() == Some("bridge")
                && let Some(network) = engine.bridges.get(&interface.name)
            {
                interface.network = Some(network.clone());
            }
        }
    }
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
    use crate::assemble::network::tests::{link, space};
    use crate::assemble::tests::{engine, observation};
    use crate::collect::observation::{Listener, NetworkRecord};

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
        let network = NetworkRecord {
            namespaces: vec![space(OTHER, links()), space(HOST, links())],
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
}
