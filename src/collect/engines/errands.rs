//! Steps into what others have mounted, which may never come back: each on a thread of its own that can be given up.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// The processes that a step is at.
#[derive(Clone, Debug, Default)]
pub(super) struct Errands(Arc<Mutex<BTreeSet<u32>>>);

/// A step that was begun.
pub(super) struct Errand<T>(Receiver<T>);

impl Errands {
    /// Begins a step that concerns the process `pid`; `None` where an earlier one has not come back yet.
    pub(super) fn begin<T: Send + 'static>(
        &self,
        pid: u32,
        step: impl FnOnce() -> T + Send + 'static,
    ) -> Option<Errand<T>> {
        self.pids().insert(pid).then_some(())?;
        let (done, waits) = channel();
        let errands = self.clone();
        let started = thread::Builder::new()
            .name("engine sockets".to_owned())
            .spawn(move || {
                let outcome = step();
                errands.pids().remove(&pid);
                // Nobody waits any more where this took too long.
                let _ = done.send(outcome);
            });
        if started.is_err() {
            self.pids().remove(&pid);
        }
        Some(Errand(waits))
    }

    fn pids(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        // A number is put in or taken out in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Errand<T> {
    /// What came of it, if it is done at `deadline`.
    pub(super) fn outcome(self, deadline: Instant) -> Option<T> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.0.recv_timeout(left).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_step_that_does_not_come_back_is_not_tried_again() {
        let errands = Errands::default();
        let later = || Instant::now() + Duration::from_secs(20);
        let (release, held) = channel::<()>();
        let stuck = errands.begin(1, move || held.recv()).unwrap();
        assert!(errands.begin(1, || ()).is_none());
        let other = errands.begin(2, || 7).unwrap();
        assert_eq!(other.outcome(later()), Some(7));
        release.send(()).unwrap();
        assert!(stuck.outcome(later()).is_some());
        assert!(errands.begin(1, || ()).is_some());
        let (_release, held) = channel::<()>();
        let late = errands.begin(3, move || held.recv()).unwrap();
        assert!(late.outcome(Instant::now()).is_none());
    }
}
