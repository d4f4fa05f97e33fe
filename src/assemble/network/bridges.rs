//! Networks of engines, by the bridges that carry them.

use std::collections::HashMap;

use crate::collect::observation::EngineRecord;
use crate::model::{Inode, NetworkNamespace};

/// Tells which bridges carry which network. A bridge that has the network's id in its name is that network's wherever it
/// is, as where an engine runs in a namespace of its own; any other only in the namespace of the host.
pub(super) fn name(list: &mut [NetworkNamespace], engines: &[EngineRecord], host: Option<Inode>) {
    let names = names(engines);
    for namespace in list {
        let is_host = Some(namespace.namespace) == host;
        for interface in namespace.interfaces.iter_mut().flatten() {
            let is_bridge = interface.kind.as_deref() == Some("bridge");
            if is_bridge && (is_host || has_an_id(&interface.name)) {
                let name = names.get(interface.name.as_str());
                interface.network = name.map(|name| (*name).to_owned());
            }
        }
    }
}

/// Whether a name has twelve digits of an id: one in 2^48.
fn has_an_id(bridge: &str) -> bool {
    let id = bridge.strip_prefix("br-").unwrap_or_default();
    id.len() == 12 && id.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The name of each engine's network by the name of its bridge. Only engines of this host are believed.
fn names(engines: &[EngineRecord]) -> HashMap<&str, &str> {
    let local = engines.iter().filter(|engine| engine.local);
    let pairs = local.flat_map(|engine| &engine.bridges);
    pairs
        .map(|(bridge, network)| (bridge.as_str(), network.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::engine;
    use super::*;

    #[test]
    fn only_bridges_of_this_host_have_names() {
        let mut here = engine(true, Vec::new());
        here.bridges.insert("br-1".to_owned(), "shop".to_owned());
        let mut elsewhere = engine(false, Vec::new());
        elsewhere.bridges.insert("br-2".to_owned(), "x".to_owned());
        let engines = [elsewhere, here];
        assert_eq!(names(&engines), HashMap::from([("br-1", "shop")]));
    }
}
