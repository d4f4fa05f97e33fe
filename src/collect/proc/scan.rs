//! The walk over all processes: a few threads that share one list of pids, watched from outside.
//!
//! Reading a command line can block for good, in a way that no signal ends. So each worker keeps what it has read
//! where the watcher can take it: a worker that makes no progress is given up, with its process marked, and another
//! goes on with the rest of the list.

use std::collections::BTreeSet;
use std::mem;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::cmdline::read_cmdline;
use super::process::{Reader, has_no_cmdline, read_links, read_net_link, settle};
use super::root::ProcRoot;
use crate::collect::error::{CollectError, Failure};
use crate::collect::observation::{Cmdline, Miss, ProcessRecord, Reading};
use crate::model::{Gap, Reason};

/// A worker that needs longer than this for one process is given up.
const PATIENCE: Duration = Duration::from_secs(1);
/// After so many of them, no more command lines are read in this pass.
const STALLS: usize = 3;
/// So many processes that ever blocked mean that their file system is dead: no more command lines are tried.
const MOST_STUCK: usize = 16;
/// More threads than this gain little against the locks of /proc.
const MOST_WORKERS: usize = 4;
/// Below this number of processes a second thread costs more than it gains.
const WORTH_A_WORKER: usize = 64;

/// What to read of each process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// The link of the network namespace.
    Net,
    /// The eight links.
    Links,
    /// Everything.
    All,
}

/// What a walk brought.
pub(crate) struct Walk {
    /// One record for each process that did not end meanwhile, by pid.
    pub(crate) processes: Vec<ProcessRecord>,
    /// What the records do not say themselves.
    pub(crate) gaps: Vec<Gap>,
}

/// Walks over all processes. `stuck` are those whose command line once did not come back: it is not asked for again.
pub(crate) fn walk(
    root: Arc<ProcRoot>,
    want: Want,
    stuck: &mut BTreeSet<u32>,
) -> Result<Walk, CollectError> {
    let pids = root.pids()?;
    stuck.retain(|pid| pids.binary_search(pid).is_ok());
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .clamp(1, MOST_WORKERS)
        .min(1 + pids.len() / WORTH_A_WORKER);
    let (done, finished) = channel();
    let shared = Arc::new(Shared {
        root,
        pids,
        want,
        stuck: stuck.clone(),
        next: AtomicUsize::new(0),
        skip_cmdlines: AtomicBool::new(want != Want::All || stuck.len() >= MOST_STUCK),
    });
    let mut watch = Watch {
        shared,
        done,
        workers: Vec::new(),
        given_up: Vec::new(),
    };
    for _ in 0..workers {
        watch.hire()?;
    }
    watch.until_finished(&finished)?;
    stuck.extend(&watch.given_up);
    Ok(watch.gather())
}

/// What all workers of a walk share.
struct Shared {
    root: Arc<ProcRoot>,
    pids: Vec<u32>,
    want: Want,
    stuck: BTreeSet<u32>,
    next: AtomicUsize,
    skip_cmdlines: AtomicBool,
}

/// What one worker has done so far. The lock is the worker's own but for the moment in which it is given up.
struct Desk {
    /// Place in the list of pids that it is at, plus one.
    at: AtomicUsize,
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    records: Vec<ProcessRecord>,
    given_up: bool,
}

impl Desk {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        // A worker that panicked left whole records: each is pushed or changed in one step.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The worker's loop: the next pid, until none is left or the worker is given up.
fn work(shared: &Shared, desk: &Desk) {
    let mut reader = Reader::default();
    loop {
        let index = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(pid) = shared.pids.get(index).copied() else {
            return;
        };
        desk.at.store(index + 1, Ordering::Relaxed);
        let going_on = match shared.want {
            Want::Net => links(desk, read_net_link(shared.root.as_fd(), pid)),
            Want::Links => links(desk, read_links(shared.root.as_fd(), pid)),
            Want::All => all(shared, desk, &mut reader, pid),
        };
        if !going_on {
            return;
        }
    }
}

/// Keeps one process's links; false where the worker has been given up.
fn links(desk: &Desk, record: Result<ProcessRecord, Failure>) -> bool {
    let mut rows = desk.rows();
    rows.records.extend(record.ok());
    !rows.given_up
}

/// Reads one process; false where the worker has been given up.
fn all(shared: &Shared, desk: &Desk, reader: &mut Reader, pid: u32) -> bool {
    let (record, directory) = match reader.all(shared.root.as_fd(), pid) {
        Ok(process) => process,
        Err(Failure::Gone) => return true,
        Err(Failure::Missed(miss)) => return keep(desk, denied(pid, miss)),
    };
    let known = record
        .facts
        .as_ref()
        .and_then(|facts| has_no_cmdline(&facts.stat));
    // Kept before the command line is read: if that blocks, the rest of the process is not lost.
    if !keep(desk, record) {
        return false;
    }
    let skips = shared.skip_cmdlines.load(Ordering::Relaxed) || shared.stuck.contains(&pid);
    let cmdline = match known {
        Some(cmdline) => Ok(Ok(cmdline)),
        None if skips => Ok(Err(Miss::TimedOut)),
        None => settle(read_cmdline(directory.as_fd())),
    };
    finish(desk, cmdline)
}

/// A process whose directory may not be opened (proc mounted with hidepid).
fn denied(pid: u32, miss: Miss) -> ProcessRecord {
    use crate::collect::observation::{Facts, Links};
    let facts = Facts {
        stat: Err(miss),
        status: Err(miss),
        cgroup: Err(miss),
        cmdline: Err(miss),
        maps_uids: Err(miss),
    };
    ProcessRecord {
        pid,
        links: Links::missed(miss),
        thread: None,
        facts: Some(Box::new(facts)),
    }
}

fn keep(desk: &Desk, record: ProcessRecord) -> bool {
    let mut rows = desk.rows();
    rows.records.push(record);
    !rows.given_up
}

/// Puts the command line into the last record; a process that has ended by now drops out.
fn finish(desk: &Desk, cmdline: Result<Reading<Cmdline>, Failure>) -> bool {
    let mut rows = desk.rows();
    if rows.given_up {
        return false;
    }
    match cmdline {
        Ok(cmdline) => {
            if let Some(facts) = rows.records.last_mut().and_then(|last| last.facts.as_mut()) {
                facts.cmdline = cmdline;
            }
        }
        Err(_) => drop(rows.records.pop()),
    }
    true
}

/// The watcher's view of a walk.
struct Watch {
    shared: Arc<Shared>,
    done: Sender<End>,
    workers: Vec<Worker>,
    given_up: Vec<u32>,
}

struct Worker {
    desk: Arc<Desk>,
    is_done: bool,
    seen_at: usize,
    since: Instant,
}

impl Watch {
    /// Starts a worker. It is never joined: one that blocks must not hold up the walk.
    fn hire(&mut self) -> Result<(), CollectError> {
        let desk = Arc::new(Desk {
            at: AtomicUsize::new(0),
            rows: Mutex::default(),
        });
        let (shared, own, done) = (
            Arc::clone(&self.shared),
            Arc::clone(&desk),
            self.done.clone(),
        );
        let number = self.workers.len();
        let finished = Finished { done, number };
        thread::Builder::new()
            .name("scan".to_owned())
            .spawn(move || {
                let _finished = finished;
                work(&shared, &own);
            })
            .map_err(|cause| CollectError::new("start a thread for", "the scan", cause))?;
        self.workers.push(Worker {
            desk,
            is_done: false,
            seen_at: 0,
            since: Instant::now(),
        });
        Ok(())
    }

    fn until_finished(&mut self, finished: &Receiver<End>) -> Result<(), CollectError> {
        while self.workers.iter().any(|worker| !worker.is_done) {
            match finished.recv_timeout(PATIENCE / 4) {
                // A defect of ours; what the worker had before it is lost, and that must not look like less.
                Ok(end) if end.panicked => {
                    let cause = std::io::Error::other("internal error");
                    return Err(CollectError::new("finish", "the scan", cause));
                }
                Ok(end) => self.workers[end.worker].is_done = true,
                Err(RecvTimeoutError::Timeout) => self.give_up_the_stalled()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        Ok(())
    }

    fn give_up_the_stalled(&mut self) -> Result<(), CollectError> {
        let mut stalled = 0;
        for worker in self.workers.iter_mut().filter(|worker| !worker.is_done) {
            let at = worker.desk.at.load(Ordering::Relaxed);
            if at != worker.seen_at {
                (worker.seen_at, worker.since) = (at, Instant::now());
            } else if worker.since.elapsed() >= PATIENCE {
                worker.is_done = true;
                worker.desk.rows().given_up = true;
                self.given_up
                    .extend(at.checked_sub(1).map(|index| self.shared.pids[index]));
                stalled += 1;
            }
        }
        if self.given_up.len() >= STALLS {
            self.shared.skip_cmdlines.store(true, Ordering::Relaxed);
        }
        (0..stalled).try_for_each(|_| self.hire())
    }

    /// Puts the rows of all workers together.
    fn gather(self) -> Walk {
        let mut processes = Vec::with_capacity(self.shared.pids.len());
        for worker in &self.workers {
            let mut rows = worker.desk.rows();
            if rows.given_up {
                mark_stuck(rows.records.last_mut(), &self.given_up);
            }
            processes.append(&mut mem::take(&mut rows.records));
        }
        processes.sort_unstable_by_key(|record| record.pid);
        let lost = |pid: &&u32| {
            processes
                .binary_search_by_key(*pid, |record| record.pid)
                .is_err()
        };
        let gaps = self.given_up.iter().filter(lost).map(|pid| Gap {
            what: format!("pid {pid}"),
            reason: Reason::Timeout,
            count: 1,
        });
        Walk {
            gaps: gaps.collect(),
            processes,
        }
    }
}

/// The record that a worker was at when it was given up has no command line.
fn mark_stuck(last: Option<&mut ProcessRecord>, given_up: &[u32]) {
    let Some(record) = last.filter(|record| given_up.contains(&record.pid)) else {
        return;
    };
    if let Some(facts) = &mut record.facts {
        facts.cmdline = Err(Miss::TimedOut);
    }
}

/// How a worker ended.
struct End {
    worker: usize,
    panicked: bool,
}

/// Tells the watcher that a worker has ended, also by a panic.
struct Finished {
    done: Sender<End>,
    number: usize,
}

impl Drop for Finished {
    fn drop(&mut self) {
        // Nobody listens any more where the walk has ended without this worker.
        let _ = self.done.send(End {
            worker: self.number,
            panicked: thread::panicking(),
        });
    }
}
