//! The keys, read by a thread that can be held: while somebody else has the terminal, not one byte of it is taken.

mod decode;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use ratatui::crossterm::event as terminal_event;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use super::event::{Event, spawn};
use super::terminal;
use decode::Decoder;

/// What follows Esc within this time belongs to it.
const TOGETHER: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 25_000_000,
};
/// How long the thread may take to stop reading; it only ever has a few bytes to look at.
const PATIENCE: Duration = Duration::from_secs(2);

/// The end of the wire to the thread that reads.
#[derive(Debug)]
pub(super) struct Input {
    bell: OwnedFd,
    held: Receiver<()>,
    goes_on: Sender<()>,
}

/// What the thread has.
struct Reader {
    terminal: OwnedFd,
    bell: OwnedFd,
    held: Sender<()>,
    goes_on: Receiver<()>,
    events: Sender<Event>,
    decoder: Decoder,
}

/// What there is to do.
enum Turn {
    Hold,
    Read,
    /// Nothing came for a while.
    Quiet,
    End,
}

impl Input {
    /// Sends every key press, what the mouse does, and pasted text.
    pub(super) fn watch(events: Sender<Event>) -> io::Result<Self> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC)?;
        let (held, is_held) = mpsc::channel();
        let (goes_on, may_go_on) = mpsc::channel();
        let reader = Reader {
            terminal: terminal::input()?,
            bell: bell.try_clone()?,
            held,
            goes_on: may_go_on,
            events,
            decoder: Decoder::default(),
        };
        spawn("input", move || reader.run())?;
        Ok(Self {
            bell,
            held: is_held,
            goes_on,
        })
    }

    /// Has the thread stop reading; when this returns, it has. False where it does not answer.
    pub(super) fn hold(&self) -> bool {
        let rung = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        let answer = self.held.recv_timeout(PATIENCE);
        // A thread that has ended reads nothing either.
        rung.is_ok() && answer != Err(RecvTimeoutError::Timeout)
    }

    /// Lets the thread read again.
    pub(super) fn resume(&self) {
        // A thread that has ended said so by an event of its own.
        let _ = self.goes_on.send(());
    }
}

impl Reader {
    fn run(mut self) {
        loop {
            let goes_on = match self.next() {
                Turn::Hold => self.hold(),
                Turn::Read => self.read(),
                Turn::Quiet => {
                    let keys = self.decoder.give_up();
                    self.send(keys)
                }
                Turn::End => false,
            };
            if !goes_on {
                break;
            }
        }
        // Nobody listens any more only when the interface has ended.
        let _ = self.events.send(Event::InputEnded);
    }

    fn next(&self) -> Turn {
        let mut ready = [
            PollFd::new(&self.bell, PollFlags::IN),
            PollFd::new(&self.terminal, PollFlags::IN),
        ];
        let soon = self.decoder.is_half().then_some(&TOGETHER);
        match poll(&mut ready, soon) {
            Ok(0) => return Turn::Quiet,
            Ok(_) => {}
            Err(Errno::INTR) => return self.next(),
            Err(_) => return Turn::End,
        }
        let [bell, terminal] = ready.map(|one| one.revents());
        if !bell.is_empty() {
            Turn::Hold
        } else if terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            Turn::End
        } else {
            Turn::Read
        }
    }

    /// Says that nothing is read, and waits until it may be.
    fn hold(&mut self) -> bool {
        let mut count = [0; 8];
        let heard = rustix::io::read(self.bell.as_fd(), &mut count);
        self.decoder.forget();
        heard.is_ok() && self.held.send(()).is_ok() && self.goes_on.recv().is_ok()
    }

    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        match rustix::io::read(self.terminal.as_fd(), &mut bytes) {
            // An empty line in a mode with lines; the end of the terminal is told by poll.
            Ok(0) | Err(Errno::INTR | Errno::AGAIN) => true,
            Ok(length) => {
                let keys = self.decoder.feed(&bytes[..length]);
                self.send(keys)
            }
            Err(_) => false,
        }
    }

    fn send(&self, keys: Vec<terminal_event::Event>) -> bool {
        keys.into_iter().all(|key| {
            let sent = match key {
                terminal_event::Event::Key(key) => self.events.send(Event::Key(key)),
                terminal_event::Event::Mouse(mouse) => self.events.send(Event::Mouse(mouse)),
                terminal_event::Event::Paste(text) => self.events.send(Event::Paste(text)),
                _ => Ok(()),
            };
            sent.is_ok()
        })
    }
}
