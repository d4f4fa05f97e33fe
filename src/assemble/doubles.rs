//! One id, two cgroups: ids can be read by everybody, and users may name cgroups of their own after them.
//!
//! So that nobody can slip processes into another's row, one place is believed: the one with the engine's first
//! process, else one that is not a user's own, else the one with more processes. The rest is no container, and a gap.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::engines as reconcile;
use super::processes::Processes;
use crate::collect::observation::EngineRecord;
use crate::model::{Gap, Reason};

/// Takes the container from processes that only pretend to be in it.
pub(super) fn expose(engines: &[EngineRecord], processes: &mut Processes) -> Vec<Gap> {
    let init: HashSet<u32> = engines
        .iter()
        .filter(|engine| engine.pids_are_ours() && reconcile::home(engine).is_none())
        .flat_map(|engine| engine.containers.iter().filter_map(|named| named.init_pid))
        .collect();
    let mut gaps = Vec::new();
    for (id, places) in places(processes, &init) {
        let Some(believed) = places
            .iter()
            .max_by_key(|(place, claim)| (claim.has_init, !is_a_users(place), claim.members.len()))
            .map(|(place, _)| place.clone())
        else {
            continue;
        };
        for (place, claim) in places.iter().filter(|(place, _)| **place != believed) {
            gaps.push(pretence(&id, place));
            for at in &claim.members {
                processes.all[*at].container = None;
            }
        }
    }
    gaps
}

/// The processes of one id in one place.
#[derive(Default)]
struct Claim {
    has_init: bool,
    members: Vec<usize>,
}

/// The places of each id that has more than one.
fn places(processes: &Processes, init: &HashSet<u32>) -> BTreeMap<String, BTreeMap<String, Claim>> {
    let mut found: HashMap<&str, BTreeMap<&str, Claim>> = HashMap::new();
    for (at, signs) in processes.signs.iter().enumerate() {
        let Some(mark) = signs.place.as_ref().and_then(|p| p.container.as_ref()) else {
            continue;
        };
        let claim = found.entry(&mark.id).or_default();
        let claim = claim.entry(&mark.place).or_default();
        claim.has_init |= init.contains(&processes.all[at].pid);
        claim.members.push(at);
    }
    let owned = |places: BTreeMap<&str, Claim>| {
        let places = places.into_iter();
        places
            .map(|(place, claim)| (place.to_owned(), claim))
            .collect()
    };
    let doubles = found.into_iter().filter(|(_, places)| places.len() > 1);
    doubles
        .map(|(id, places)| (id.to_owned(), owned(places)))
        .collect()
}

fn is_a_users(place: &str) -> bool {
    place.starts_with("/user.slice/")
}

fn pretence(id: &str, place: &str) -> Gap {
    Gap {
        what: format!("container {id}: the cgroup {place} has its id too, and is not believed"),
        reason: Reason::Malformed,
        count: 1,
    }
}
