//! Engines without asking them: what they leave in files and arguments about their containers.
//!
//! Names come so from engines that are stopped, frozen or have no interface. Like engines, files decorate and never
//! decide: a container is what processes show.

mod arguments;
mod bundle;
mod clue;
mod docker;
mod file;
mod look;
mod runc;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use clue::{Clues, Kept};
use look::Place;

use super::observation::{Miss, ProcessRecord, Runtimes, SourceMiss};
use super::proc::ProcRoot;

/// No longer than this is waited for files, which may lie on a dead file system.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is known of the containers that are there: each is looked for once.
#[derive(Debug, Default)]
pub(super) struct Reader {
    known: BTreeMap<String, Known>,
    /// What a thread still reads that was too slow.
    late: Option<Receiver<Found>>,
}

/// What was found of a container.
#[derive(Debug)]
struct Known {
    /// How it was kept then: started again, it may be by another.
    kept: Kept,
    /// `None` while a thread has not come so far.
    found: Option<Runtimes>,
}

/// A container and what was found of it.
type Found = (String, Runtimes);

impl Reader {
    /// What engines left about the containers that the processes show. Those known already are not looked for again.
    pub(super) fn read(&mut self, root: &Arc<ProcRoot>, processes: &[ProcessRecord]) -> Runtimes {
        let Clues {
            containers,
            data_roots,
        } = Clues::of(processes);
        self.known
            .retain(|id, known| containers.get(id).is_some_and(|kept| *kept == known.kept));
        self.take_late();
        let is_new = |(id, _): &(String, _)| !self.known.contains_key(id);
        let new: Vec<_> = containers.into_iter().filter(is_new).collect();
        for (id, kept) in &new {
            let kept = kept.clone();
            self.known.insert(id.clone(), Known { kept, found: None });
        }
        if !new.is_empty() && self.late.is_none() {
            self.look(Arc::clone(root), data_roots.into_iter().collect(), new);
        }
        self.all()
    }

    /// Forgets what is known of some containers, so that they are looked for again.
    pub(super) fn forget(&mut self, ids: &[&str]) {
        for id in ids {
            self.known.remove(*id);
        }
    }

    /// Takes what a slow thread has found meanwhile. What nobody looks for any more is looked for in the next pass.
    fn take_late(&mut self) {
        while let Some(late) = &self.late {
            match late.try_recv() {
                Ok(found) => self.learn(found),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.late = None;
                    self.known.retain(|_, known| known.found.is_some());
                }
            }
        }
    }

    /// What a container that is still there, and is waited for, turned out to be.
    fn learn(&mut self, (id, found): Found) {
        if let Some(known) = self.known.get_mut(&id) {
            known.found = Some(found);
        }
    }

    /// Looks for the containers on a thread that is given up where a file does not come back.
    fn look(&mut self, root: Arc<ProcRoot>, data_roots: Vec<PathBuf>, new: Vec<(String, Kept)>) {
        let own = rustix::process::geteuid().as_raw();
        let place = Place {
            root,
            own,
            data_roots,
        };
        let (sender, receiver) = channel();
        // Where no thread can be had, nothing is ever sent: the sender is gone with what the thread should have done.
        let _ = thread::Builder::new()
            .name("state files".to_owned())
            .spawn(move || report(&place.with_usual_roots(), new, &sender));
        let end = Instant::now() + PATIENCE;
        while let Ok(found) = receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.learn(found);
        }
        self.late = Some(receiver);
        self.take_late();
    }

    /// All that is known; what a thread does not come back from is too late.
    fn all(&self) -> Runtimes {
        let mut all = Runtimes::default();
        for (id, known) in &self.known {
            match &known.found {
                Some(found) => {
                    all.records.extend_from_slice(&found.records);
                    all.misses.extend_from_slice(&found.misses);
                }
                None => all.misses.push(SourceMiss {
                    id: id.clone(),
                    source: "its state files".to_owned(),
                    miss: Miss::TimedOut,
                }),
            }
        }
        all
    }
}

/// Looks for one container after the other.
fn report(place: &Place, new: Vec<(String, Kept)>, sender: &Sender<Found>) {
    for (id, kept) in new {
        let found = place.of(&id, &kept);
        // Nobody listens where the program has ended.
        if sender.send((id, found)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
