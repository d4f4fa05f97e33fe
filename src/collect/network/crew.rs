//! Threads made for one pass, which may go where the program itself must not, and which can be given up.
//!
//! The kernel answers for all network namespaces under one lock, and whoever holds it (a driver that waits for its
//! hardware) holds us up in a way that no signal ends. So the threads are watched, and left alone where nothing comes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// Without a result for this long, the threads are given up.
const PATIENCE: Duration = Duration::from_secs(1);
/// More threads gain nothing against the kernel's lock.
const MOST_WORKERS: usize = 2;
/// Below this number of tasks a second thread costs more than it gains.
const WORTH_A_WORKER: usize = 4;

/// Threads of earlier passes that may still be held up.
#[derive(Debug, Default)]
pub(super) struct Crew(Weak<()>);

impl Crew {
    /// Does the tasks 0 to `count` in threads, each with a state of its own; `None` for those that were given up.
    /// While a thread of an earlier pass is still held up, nothing is tried: it would only add to them.
    pub(super) fn run<T, S>(
        &mut self,
        count: usize,
        start: impl Fn() -> S + Send + Sync + 'static,
        task: impl Fn(&mut S, usize) -> T + Send + Sync + 'static,
    ) -> Vec<Option<T>>
    where
        T: Send + 'static,
    {
        let mut results: Vec<Option<T>> = (0..count).map(|_| None).collect();
        if self.0.strong_count() > 0 {
            return results;
        }
        let alive = Arc::new(());
        self.0 = Arc::downgrade(&alive);
        let shared = Arc::new((start, task, AtomicUsize::new(0)));
        let (done, finished) = channel();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores.clamp(1, MOST_WORKERS).min(1 + count / WORTH_A_WORKER) {
            let (alive, shared, done) = (Arc::clone(&alive), Arc::clone(&shared), done.clone());
            let worker = move || {
                let (start, task, next) = &*shared;
                let mut state = start();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count || done.send((at, task(&mut state, at))).is_err() {
                        break;
                    }
                }
                drop(alive);
            };
            // Without a thread, its tasks are left undone, as those of one that is given up.
            drop(
                thread::Builder::new()
                    .name("network".to_owned())
                    .spawn(worker),
            );
        }
        drop((alive, done));
        while let Ok((at, result)) = finished.recv_timeout(PATIENCE) {
            results[at] = Some(result);
        }
        results
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_task_is_done_once() {
        let mut crew = Crew::default();
        let results = crew.run(100, || (), |(), at| at * 2);
        let expected: Vec<_> = (0..100).map(|at| Some(at * 2)).collect();
        assert_eq!(results, expected);
        assert!(crew.run(0, || (), |(), at| at).is_empty());
    }

    #[test]
    fn one_that_is_held_up_is_given_up_and_not_joined_by_others() {
        let mut crew = Crew::default();
        let door = Arc::new(Mutex::new(()));
        let closed = door.lock().unwrap();
        let way = Arc::clone(&door);
        let hold = move |(): &mut (), at: usize| match at {
            0 => drop(way.lock()),
            _ => {}
        };
        let results = crew.run(100, || (), hold);
        assert_eq!(results.iter().filter(|result| result.is_none()).count(), 1);
        assert_eq!(
            crew.run(1, || (), |(), at| at),
            [None],
            "one is still inside"
        );
        drop(closed);
        while crew.0.strong_count() > 0 {
            thread::yield_now();
        }
        assert_eq!(crew.run(1, || (), |(), at| at), [Some(0)]);
    }
}
