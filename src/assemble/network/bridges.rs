//! Networks of engines, by the bridges that carry them.

use std::collections::HashMap;

use crate::collect::observation::EngineRecord;

/// The name of each engine's network by the name of its bridge. Only engines of this host are believed, and only of
/// the network namespace that they run in, the host's: elsewhere a bridge of that name is another one.
pub(super) fn names(engines: &[EngineRecord]) -> HashMap<&str, &str> {
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
