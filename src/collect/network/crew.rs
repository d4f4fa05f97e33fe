//! Threads made for one pass, which may go where the program itself must not, and which can be given up.
//!
//! The kernel answers for all network namespaces under one lock, and whoever holds it (a driver that waits for its
//! hardware) holds us up in a way that no signal ends. So the threads are watched, and left alone where nothing comes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// Without a result for this long, the threads are given up.
const PATIENCE: Duration = Duration::from_secs(1);
/// More threads gain nothing against the kernel's lock.
const MOST_WORKERS: usize = 2;
/// Below this number of tasks a second thread costs more than it gains.
const WORTH_A_WORKER: usize = 4;

/// What tells that a thread is alive: it has read something since it was last looked at.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    beats: AtomicUsize,
    given_up: AtomicBool,
}

impl Pulse {
    /// Tells that something is about to be read; false where nobody waits for it any more.
    pub(super) fn beat(&self) -> bool {
        self.beats.fetch_add(1, Ordering::Relaxed);
        !self.given_up.load(Ordering::Relaxed)
    }
}

/// Threads of earlier passes that may still be held up.
#[derive(Debug, Default)]
pub(super) struct Crew(Weak<()>);

impl Crew {
    /// Does the tasks 0 to `count` in threads, each with a state of its own; `None` for those that were given up.
    /// While a thread of an earlier pass is still held up, nothing is tried: it would only add to them.
    pub(super) fn run<T, S>(
        &mut self,
        count: usize,
        start: impl Fn(&Arc<Pulse>) -> S + Send + Sync + 'static,
        task: impl Fn(&mut S, usize) -> T + Send + Sync + 'static,
    ) -> Vec<Option<T>>
    where
        T: Send + 'static,
    {
        let board = Arc::new(Board {
            start,
            task,
            next: AtomicUsize::new(0),
            pulse: Arc::new(Pulse::default()),
            results: Mutex::new((0..count).map(|_| None).collect()),
        });
        if self.0.strong_count() > 0 {
            return board.take();
        }
        let alive = Arc::new(());
        self.0 = Arc::downgrade(&alive);
        let (done, finished) = channel();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores.clamp(1, MOST_WORKERS).min(1 + count / WORTH_A_WORKER) {
            let (alive, board, done) = (Arc::clone(&alive), Arc::clone(&board), done.clone());
            let worker = move || {
                board.work(count);
                // Before the end is told, so that whoever hears of it finds nobody inside.
                drop(alive);
                drop::<Sender<()>>(done);
            };
            // Without a thread, its tasks are left undone, as those of one that is given up.
            drop(
                thread::Builder::new()
                    .name("network".to_owned())
                    .spawn(worker),
            );
        }
        drop((alive, done));
        board.watch(&finished);
        board.take()
    }
}

/// What the threads of one pass share.
struct Board<T, S, F> {
    start: S,
    task: F,
    next: AtomicUsize,
    pulse: Arc<Pulse>,
    results: Mutex<Vec<Option<T>>>,
}

impl<T, S, F> Board<T, S, F> {
    fn results(&self) -> MutexGuard<'_, Vec<Option<T>>> {
        // Each result is put there in one step.
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is; a thread that comes back later finds no place for its result.
    fn take(&self) -> Vec<Option<T>> {
        std::mem::take(&mut *self.results())
    }

    fn work<State>(&self, count: usize)
    where
        S: Fn(&Arc<Pulse>) -> State,
        F: Fn(&mut State, usize) -> T,
    {
        let mut state = (self.start)(&self.pulse);
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            if at >= count || !self.pulse.beat() {
                return;
            }
            let result = (self.task)(&mut state, at);
            if let Some(place) = self.results().get_mut(at) {
                *place = Some(result);
            }
        }
    }

    /// Waits until all threads have ended, or none has read anything for a while.
    fn watch(&self, finished: &Receiver<()>) {
        let mut before = usize::MAX;
        while finished.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let now = self.pulse.beats.load(Ordering::Relaxed);
            if now == before {
                self.pulse.given_up.store(true, Ordering::Relaxed);
                return;
            }
            before = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_task_is_done_once() {
        let mut crew = Crew::default();
        let results = crew.run(100, |_| (), |(), at| at * 2);
        let expected: Vec<_> = (0..100).map(|at| Some(at * 2)).collect();
        assert_eq!(results, expected);
        assert!(crew.run(0, |_| (), |(), at| at).is_empty());
    }

    /// One task that takes long, and reads all the while, is waited for.
    #[test]
    fn one_that_is_slow_is_not_given_up() {
        let slow = |pulse: &mut Arc<Pulse>, _| {
            let start = std::time::Instant::now();
            while start.elapsed() < PATIENCE * 3 {
                assert!(pulse.beat());
                thread::sleep(PATIENCE / 10);
            }
        };
        let results = Crew::default().run(1, Arc::clone, slow);
        assert_eq!(results, [Some(())]);
    }

    #[test]
    fn one_that_is_held_up_is_given_up_and_not_joined_by_others() {
        let mut crew = Crew::default();
        let door = Arc::new(Mutex::new(()));
        let closed = door.lock().unwrap();
        let way = Arc::clone(&door);
        let hold = move |(): &mut (), at: usize| {
            if at == 0 {
                drop(way.lock());
            }
        };
        let results = crew.run(100, |_| (), hold);
        assert_eq!(results.iter().filter(|result| result.is_none()).count(), 1);
        assert_eq!(
            crew.run(1, |_| (), |(), at| at),
            [None],
            "one is still inside"
        );
        drop(closed);
        while crew.0.strong_count() > 0 {
            thread::yield_now();
        }
        assert_eq!(crew.run(1, |_| (), |(), at| at), [Some(0)]);
    }
}
