//! Container engines: what they call the containers that the kernel shows.
//!
//! An engine decorates and never decides: one that is absent, denied, slow, broken or hostile costs names, never
//! rows, and never more time than it was given. None is started by being asked.

mod address;
mod candidates;
mod context;
mod docker;
mod endpoint;
mod errands;
mod failure;
#[cfg(test)]
mod fake;
mod here;
mod listening;
mod record;
mod service;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use self::candidates::Candidate;
use self::docker::{Heard, Speaker, Watch};
use self::endpoint::{Endpoint, USUAL_SOCKET};
use self::errands::Errands;
use self::failure::Failure;
use self::service::Service;
pub(super) use self::service::services;
use super::proc::ProcRoot;
use crate::collect::observation::EngineRecord;

/// Which engines to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The one that the docker command would ask, else one at a usual socket, and all that are found to listen.
    Auto,
    /// None at all.
    None,
    /// The one at this URL or absolute path.
    Url(String),
}

/// What the host shows of its services.
#[derive(Clone, Debug)]
pub(super) struct Situation {
    /// The proc mount.
    pub(super) root: Arc<ProcRoot>,
    /// Engines that run.
    pub(super) services: Vec<Service>,
    /// Process 1 is systemd, which may start a service whose socket is touched.
    pub(super) systemd: bool,
}

/// More time than an engine gets, for what comes before and after its answer.
const SLACK: Duration = Duration::from_millis(250);

/// Asks on a thread of its own, since looking for the engine can block too: a home or a socket may lie on a dead file
/// system. A thread that never comes back is waited for once, and no other is started beside it.
#[derive(Debug, Default)]
pub struct Asker {
    pending: Option<Receiver<Vec<EngineRecord>>>,
    errands: Errands,
    watch: Option<Watch>,
}

impl Asker {
    /// From now on rings `bell` when an engine that has answered tells of a change, until it says that nobody listens.
    pub(super) fn watch(&mut self, bell: impl Fn() -> bool + Send + 'static) {
        self.watch = Some(Watch::start(bell));
    }

    /// Asks the chosen engines for their containers; takes little more than `timeout`, whatever happens.
    pub(super) fn ask(
        &mut self,
        choice: &Choice,
        situation: &Situation,
        timeout: Duration,
    ) -> Vec<EngineRecord> {
        let is_free = match &self.pending {
            Some(pending) => !matches!(pending.try_recv(), Err(TryRecvError::Empty)),
            None => true,
        };
        let answer = is_free
            .then(|| self.start(choice, situation, timeout))
            .flatten();
        answer.unwrap_or_else(|| too_late(choice))
    }

    fn start(
        &mut self,
        choice: &Choice,
        situation: &Situation,
        timeout: Duration,
    ) -> Option<Vec<EngineRecord>> {
        let (answer, pending) = channel();
        let (choice, situation) = (choice.clone(), situation.clone());
        let (errands, watch) = (self.errands.clone(), self.watch.clone());
        // Where no thread can be had, nothing is ever sent, and the answer is late.
        let _ = thread::Builder::new()
            .name("engines".to_owned())
            .spawn(move || {
                let (records, speakers) = ask(&choice, &situation, timeout, &errands);
                // Nobody waits any more where this took too long.
                let _ = answer.send(records);
                if let Some(watch) = watch {
                    watch.follow(speakers);
                }
            });
        let records = pending.recv_timeout(timeout + SLACK).ok();
        self.pending = records.is_none().then_some(pending);
        records
    }
}

fn too_late(choice: &Choice) -> Vec<EngineRecord> {
    let url = match choice {
        Choice::None => return Vec::new(),
        Choice::Auto => USUAL_SOCKET,
        Choice::Url(url) => url,
    };
    vec![record::heard_nothing(
        url,
        Failure::late("looking for the engine did not come back"),
    )]
}

/// Asks the chosen engines for their containers; the engines get `timeout`, finding them may block. Those that have
/// answered may be listened to from now on.
fn ask(
    choice: &Choice,
    situation: &Situation,
    timeout: Duration,
    errands: &Errands,
) -> (Vec<EngineRecord>, Vec<Speaker>) {
    let (begin, asked) = (Instant::now(), SystemTime::now());
    let chosen = match choice {
        Choice::None => Vec::new(),
        Choice::Url(url) => candidates::named(url, &here::Here),
        Choice::Auto => {
            let deadline = begin + timeout / 2;
            let search = listening::search(&situation.root, &situation.services, errands, deadline);
            candidates::all(search, situation.systemd, &here::Here)
        }
    };
    let ways: Vec<_> = chosen.iter().filter_map(Candidate::way).collect();
    let mut heard = docker::ask(&ways, timeout, begin.elapsed()).into_iter();
    let (mut records, mut speakers) = (Vec::new(), Vec::new());
    for candidate in chosen {
        match candidate {
            Candidate::Tell(record) => records.push(*record),
            Candidate::Ask(endpoint) => {
                let Some(heard) = heard.next() else { continue };
                speakers.extend(speaker(&endpoint, &heard, asked));
                records.push(record::heard(endpoint, heard));
            }
        }
    }
    (records, speakers)
}

/// An engine that has answered, to be listened to.
fn speaker(endpoint: &Endpoint, heard: &Heard, asked: SystemTime) -> Option<Speaker> {
    Some(Speaker {
        url: endpoint.url.clone(),
        way: endpoint.way.clone(),
        kind: heard.kind.clone(),
        api_version: heard.api_version.clone()?,
        asked,
    })
}
