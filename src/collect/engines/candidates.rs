//! Which engines are asked where nobody named one alone: the one that the docker command would ask, then all others that
//! are found to listen. Each is asked once, at whatever socket, and none that the question would start.

use std::collections::HashSet;

use super::address::Way;
use super::endpoint::{self, Endpoint, Surroundings, USUAL_SOCKET, Unusable};
use super::failure::Failure;
use super::listening::{FileId, Found, Search};
use super::record;
use crate::collect::observation::EngineRecord;
use crate::model::Reason;

/// So many engines are asked.
const MOST: usize = 16;

/// Why a socket that exists was left alone.
const NOT_ASKED: &str =
    "not asked: no engine is seen to hold this socket, and asking might make systemd start one";

/// An engine that may be asked.
#[derive(Debug)]
pub(super) enum Candidate {
    /// It is asked.
    Ask(Endpoint),
    /// It is not, and this is told of it.
    Tell(Box<EngineRecord>),
}

impl Candidate {
    /// How it is asked, if it is.
    pub(super) fn way(&self) -> Option<&Way> {
        match self {
            Self::Ask(endpoint) => Some(&endpoint.way),
            Self::Tell(_) => None,
        }
    }
}

/// The engine at `url` alone.
pub(super) fn named(url: &str, here: &impl Surroundings) -> Vec<Candidate> {
    match endpoint::resolve(Some(url), here) {
        Ok(endpoint) => endpoint.map(Candidate::Ask).into_iter().collect(),
        Err(unusable) => vec![refused(unusable)],
    }
}

/// The engine that the surroundings name or that is at a usual socket, and those that were found.
pub(super) fn all(mut search: Search, systemd: bool, here: &impl Surroundings) -> Vec<Candidate> {
    let first = match endpoint::resolve(None, here) {
        Ok(None) => None,
        Ok(Some(endpoint)) => Some(first(endpoint, &mut search, systemd)),
        Err(unusable) => Some(refused(unusable)),
    };
    let mut chosen: Vec<_> = first.into_iter().chain(found(search)).collect();
    if chosen.is_empty() {
        chosen.push(tell(record::unasked(USUAL_SOCKET, None)));
    }
    let beyond = chosen.split_off(chosen.len().min(MOST));
    chosen.extend(too_many(&beyond));
    chosen
}

/// What is told of engines that are too many, in the place of the first of them.
fn too_many(beyond: &[Candidate]) -> Option<Candidate> {
    let url = match beyond.first()? {
        Candidate::Ask(endpoint) => &endpoint.url,
        Candidate::Tell(record) => &record.engine.endpoint,
    };
    let count = beyond.len();
    let words = format!("not asked: {MOST} engines are asked at once, and there are {count} more");
    let failure = Failure::error(Reason::Truncated, &words);
    Some(tell(record::heard_nothing(url, failure)))
}

/// The engine at `endpoint`, which is taken from those that were found.
fn first(mut endpoint: Endpoint, search: &mut Search, systemd: bool) -> Candidate {
    let file = match &endpoint.way {
        Way::Unix(path) => FileId::of(path),
        Way::Found(_) | Way::Tcp { .. } => None,
    };
    let is_it = |one: &mut Found| file.is_some_and(|file| one.files.contains(&file));
    // Several processes may hold one socket.
    let mut own = search.found.extract_if(.., is_it);
    endpoint.process = own.next().map(|one| one.service.process);
    own.for_each(drop);
    let is_held = endpoint.process.is_some() || search.is_blind;
    if !endpoint.named && systemd && !is_held {
        return tell(record::unasked(&endpoint.url, Some(NOT_ASKED)));
    }
    Candidate::Ask(endpoint)
}

/// Those that were found, by their places, each once; several processes may hold one socket.
fn found(search: Search) -> impl Iterator<Item = Candidate> {
    let Search {
        mut found, failed, ..
    } = search;
    found.sort_by(|a, b| (&a.url, a.service.process.pid).cmp(&(&b.url, b.service.process.pid)));
    let mut seen: HashSet<FileId> = HashSet::new();
    found.retain(|one| {
        let is_new = one.files.iter().all(|file| !seen.contains(file));
        seen.extend(&one.files);
        is_new
    });
    let asked = found.into_iter().map(|one| {
        Candidate::Ask(Endpoint {
            url: one.url,
            way: Way::Found(one.socket),
            named: false,
            process: Some(one.service.process),
        })
    });
    let failed = failed.into_iter();
    asked.chain(failed.map(|(url, failure)| tell(record::heard_nothing(&url, failure))))
}

fn refused(unusable: Unusable) -> Candidate {
    tell(record::heard_nothing(&unusable.place, unusable.failure))
}

fn tell(record: EngineRecord) -> Candidate {
    Candidate::Tell(Box::new(record))
}

#[cfg(test)]
#[path = "candidates_tests.rs"]
mod tests;
