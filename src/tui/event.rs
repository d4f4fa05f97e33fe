//! What happens to the interface, and the threads that tell it.
//!
//! Each thread blocks on one thing (keys, the end of the terminal, signals, the host) and sends [`Event`]s; none
//! of them touches the application or the screen.

use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyEvent, MouseEvent};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::{ClockId, clock_gettime};
use signal_hook::consts::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH,
    SIGXCPU,
};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::output::Answer;
use super::pace::pace;
use super::terminal;
use crate::model::Snapshot;

/// Collects from the host again and again, until [`Feed::wait`] says that it is over.
pub type Collector = Box<dyn FnOnce(&mut Feed) + Send>;

/// Writes a snapshot to a file: what was done in words, or why not.
pub type Writer = Arc<dyn Fn(&Path, &Snapshot) -> Result<String, String> + Send + Sync>;

/// Something that happened.
#[derive(Debug)]
pub(super) enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// A file was written, or the words of why not.
    Written(Result<String, String>),
    /// What the terminal was given away for has ended.
    Returned(io::Result<ExitStatus>),
    /// A quick command has ended: which, and what came of it.
    Answered(u64, Answer),
    /// The terminal is gone or cannot be read.
    InputEnded,
    /// A signal arrived.
    Signal(i32),
    /// A scan ended, well or not.
    Scanned(Scan),
    /// The collector has begun to wait for its next turn.
    Paced {
        /// How long it waits, unless it is held or hurried.
        pause: Duration,
        /// What the turn before took of a core's time.
        cost: Duration,
    },
    /// The collector will send nothing any more.
    CollectorEnded,
    /// A thread panicked, with this message.
    Panicked(String),
}

/// What a scan found, or the words of its failure.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) found: Result<Arc<Snapshot>, String>,
    /// Counted while the scan is on its way.
    _unseen: Arc<()>,
}

/// So many scans may be on their way at once; where the terminal takes no output, more are dropped.
const BACKLOG: usize = 2;

/// Least time from the end of a scan to one that news ask for.
const NEWS_REST: Duration = Duration::from_millis(200);
/// Scans that news ask for take one part of a core's time in so many at most.
const NEWS_SHARE: u32 = 10;

/// What the user, or something that the collector listens to, wants from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// A scan now, paused or not.
    Refresh,
    /// No scans until further notice.
    Pause,
    /// Scans at the interval again.
    Resume,
    /// Something is known to have changed: a scan now, unless paused.
    News,
}

/// The collector's end of the wire: when to scan, and where to put what was found.
#[derive(Debug)]
pub struct Feed {
    events: Sender<Event>,
    wishes: Receiver<Wish>,
    interval: Duration,
    paused: bool,
    /// The process's CPU time when this turn began; `None` before the first.
    began: Option<Duration>,
    is_wished: bool,
    has_news: bool,
    /// For the bell: the sender is the wire's alone, so that its end is told.
    wishes_sender: Weak<Sender<Wish>>,
    wants_network: Arc<AtomicBool>,
    unseen: Arc<()>,
}

/// The user's end of the wire.
#[derive(Debug)]
pub(super) struct Wire {
    wishes: Arc<Sender<Wish>>,
    wants_network: Arc<AtomicBool>,
}

impl Wire {
    /// Tells the collector.
    pub(super) fn wish(&self, wish: Wish) {
        // A collector that has ended said so by an event of its own.
        let _ = self.wishes.send(wish);
    }

    /// Tells the collector whether the network is on screen; true where that is news and it is.
    pub(super) fn attend(&self, wants_network: bool) -> bool {
        let before = self.wants_network.swap(wants_network, Ordering::Relaxed);
        wants_network && !before
    }
}

impl Feed {
    /// Blocks until the next scan is due: at once the first time, then at the interval, stretched where scans are
    /// dear, or when the user asks. False when the interface has ended.
    #[must_use]
    pub fn wait(&mut self) -> bool {
        let goes_on = match self.began {
            Some(began) => self.pause(cpu_time().saturating_sub(began)),
            None => true,
        };
        self.began = Some(cpu_time());
        goes_on
    }

    /// Waits after a turn that took `cost` of a core's time.
    fn pause(&mut self, cost: Duration) -> bool {
        let pause = pace(self.interval, cost);
        // When the interface has ended, the wishes tell.
        let _ = self.events.send(Event::Paced { pause, cost });
        let mut due = Instant::now() + pause;
        // What changes all the time is not looked at all the time.
        let rested = Instant::now() + NEWS_REST.max(cost * NEWS_SHARE);
        self.is_wished = false;
        loop {
            match self.next_wish(due) {
                Ok(Wish::Refresh) => {
                    self.is_wished = true;
                    return true;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.is_wished = mem::take(&mut self.has_news);
                    return true;
                }
                Ok(Wish::News) => {
                    self.has_news = true;
                    due = due.min(rested);
                }
                Ok(Wish::Pause) => self.paused = true,
                Ok(Wish::Resume) => self.paused = false,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// What asks for a turn at once, from any thread; false when the interface has ended. While the data is held still
    /// the turn is kept for later.
    pub fn bell(&self) -> impl Fn() -> bool + Send + use<> {
        let wishes = Weak::clone(&self.wishes_sender);
        move || {
            let wishes = wishes.upgrade();
            wishes.is_some_and(|wishes| wishes.send(Wish::News).is_ok())
        }
    }

    /// Whether somebody asked for this turn: then nothing old is good enough.
    #[must_use]
    pub fn is_wished(&self) -> bool {
        self.is_wished
    }

    /// Whether something on the screen is to be read from the network namespaces, which costs too much otherwise.
    #[must_use]
    pub fn wants_network(&self) -> bool {
        self.wants_network.load(Ordering::Relaxed)
    }

    fn next_wish(&self, due: Instant) -> Result<Wish, RecvTimeoutError> {
        if self.paused {
            let wish = self.wishes.recv();
            return wish.map_err(|_| RecvTimeoutError::Disconnected);
        }
        self.wishes
            .recv_timeout(due.saturating_duration_since(Instant::now()))
    }

    /// Shows a snapshot, or the words of a failed scan beside the last good one. May be called more than once
    /// a turn, such as when names arrive late.
    pub fn publish(&self, scan: Result<Arc<Snapshot>, String>) {
        if Arc::strong_count(&self.unseen) > BACKLOG {
            return;
        }
        let scan = Scan {
            found: scan,
            _unseen: Arc::clone(&self.unseen),
        };
        // When the interface has ended, the next `wait` tells.
        let _ = self.events.send(Event::Scanned(scan));
    }
}

/// What all threads of this process have taken of a core's time.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.try_into().unwrap_or_default()
}

/// Starts a thread with a name.
pub(super) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // Never joined: each of them blocks on something that only the end of the process ends.
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(drop)
}

/// Starts the collector; the wire takes the user's wishes to it. Its first look may need the network.
pub(super) fn start_collector(
    collector: Collector,
    interval: Duration,
    events: &Sender<Event>,
    wants_network: bool,
) -> io::Result<Wire> {
    let (wish, wishes) = mpsc::channel();
    let wish = Arc::new(wish);
    let wants_network = Arc::new(AtomicBool::new(wants_network));
    let events = events.clone();
    let mut feed = Feed {
        events: events.clone(),
        wishes,
        interval,
        paused: false,
        began: None,
        is_wished: false,
        has_news: false,
        wishes_sender: Arc::downgrade(&wish),
        wants_network: Arc::clone(&wants_network),
        unseen: Arc::default(),
    };
    spawn("collector", move || {
        collector(&mut feed);
        let _ = events.send(Event::CollectorEnded);
    })?;
    Ok(Wire {
        wishes: wish,
        wants_network,
    })
}

/// Writes a file on a thread of its own, since its file system may be dead.
pub(super) fn write_file(
    writer: Writer,
    path: PathBuf,
    snapshot: Arc<Snapshot>,
    events: &Sender<Event>,
) -> io::Result<()> {
    let events = events.clone();
    spawn("writer", move || {
        // Nobody listens any more only when the interface has ended.
        let _ = events.send(Event::Written(writer(&path, &snapshot)));
    })
}

/// Tells when the terminal hangs up.
///
/// A thread of its own, since a hang-up need not come with a signal, and the one that reads keys may be held.
pub(super) fn watch_hangup(events: Sender<Event>) -> io::Result<()> {
    let terminal = terminal::input()?;
    spawn("hangup", move || {
        // No event is asked for; a hang-up or an error is always told.
        while let Err(rustix::io::Errno::INTR) =
            poll(&mut [PollFd::new(&terminal, PollFlags::empty())], None)
        {}
        let _ = events.send(Event::InputEnded);
    })
}

/// How long the main thread may take to end in order; it may be stuck in a write to a terminal that nobody reads.
const GRACE: Duration = Duration::from_secs(2);

/// Signals that end a process unless it does something about them, and that people or service managers send.
const ENDING: [i32; 8] = [
    SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU,
];

/// Signals that the terminal sends to all of its foreground job, of which we are a part while a shell has it.
const OF_THE_KEYBOARD: [i32; 2] = [SIGINT, SIGQUIT];

/// Sends the signals that end, stop or resize us. Those that the keyboard sends end nothing while `lent` is set: while
/// somebody else has the terminal they are meant for him.
pub(super) fn watch_signals(events: Sender<Event>, lent: Arc<AtomicBool>) -> io::Result<()> {
    let mut signals = Signals::new(ENDING.into_iter().chain([SIGTSTP, SIGCONT, SIGWINCH]))?;
    spawn("signals", move || {
        for signal in &mut signals {
            let heard = events.send(Event::Signal(signal)).is_ok();
            let is_for_others = lent.load(Ordering::Relaxed) && OF_THE_KEYBOARD.contains(&signal);
            if ENDING.contains(&signal) && !is_for_others {
                let grace = if heard { GRACE } else { Duration::ZERO };
                // Without the thread the signal is still on its way to the main thread.
                let _ = spawn("last resort", move || die(signal, grace));
            }
        }
    })
}

/// Dies by `signal` after `grace`, with the terminal given back as far as it takes anything.
fn die(signal: i32, grace: Duration) {
    thread::sleep(grace);
    terminal::give_back_at_once();
    let _ = emulate_default_handler(signal);
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
