//! What the main thread does while the interface runs: it waits for events, changes the state by them, and draws.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};

use super::app::App;
use super::event::{self, Event, Wire, Wish, Writer};
use super::input::Input;
use super::runner::Run;
use super::terminal::{self, Screen};
use super::update::{self, Effect, Update};
use super::{Exit, TuiError, cannot};

/// What the main thread owns while the interface runs.
pub(super) struct Session<'a> {
    pub(super) app: App,
    pub(super) screen: Screen,
    pub(super) input: Input,
    /// Whether somebody else has the terminal.
    pub(super) lent: Arc<AtomicBool>,
    pub(super) wire: Option<Wire>,
    pub(super) events: Sender<Event>,
    pub(super) inbox: &'a Receiver<Event>,
    pub(super) writer: Writer,
    /// Quick commands that have not ended yet.
    pub(super) runs: Vec<Run>,
}

/// What an event leads to.
enum Next {
    /// Nothing to see.
    Stay,
    /// Something changed.
    Draw,
    /// The end.
    End(Exit),
}

impl Session<'_> {
    /// Serves events until the end.
    pub(super) fn serve(&mut self) -> Result<Exit, TuiError> {
        let inbox = self.inbox;
        self.draw()?;
        loop {
            let first = match self.wait() {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Quit),
            };
            let mut changed = self.app.tick(SystemTime::now());
            // What has piled up is handled before one drawing of it all.
            for event in first.into_iter().chain(inbox.try_iter()) {
                match self.handle(event)? {
                    Next::Stay => {}
                    Next::Draw => changed = true,
                    Next::End(exit) => return Ok(exit),
                }
            }
            if changed {
                self.attend();
                self.draw()?;
            }
        }
    }

    /// The next event; times out when the age on screen is due to change.
    fn wait(&self) -> Result<Event, RecvTimeoutError> {
        match self.app.next_tick() {
            Some(delay) => self.inbox.recv_timeout(delay),
            None => self
                .inbox
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    fn draw(&mut self) -> Result<(), TuiError> {
        self.screen.draw(&mut self.app).map_err(cannot("draw on"))
    }

    fn handle(&mut self, event: Event) -> Result<Next, TuiError> {
        match event {
            Event::Key(key) => {
                let updates = update::press(&mut self.app, key);
                return self.follow_up(updates);
            }
            Event::Mouse(mouse) => {
                let update = update::point(&mut self.app, mouse);
                return self.follow_up(vec![update]);
            }
            Event::Paste(text) => {
                let update = update::paste(&mut self.app, &text);
                return self.follow_up(vec![update]);
            }
            Event::Signal(SIGWINCH) => {}
            Event::Signal(SIGTSTP) => self.suspend()?,
            Event::Signal(SIGCONT) => self.screen.reenter().map_err(cannot("take back"))?,
            Event::Signal(signal) => return Ok(Next::End(Exit::Signal(signal))),
            Event::InputEnded => return Ok(Next::End(Exit::Quit)),
            Event::Panicked(message) => return Err(TuiError::Panicked(message)),
            other => {
                let changed = self.absorb(other);
                return Ok(if changed { Next::Draw } else { Next::Stay });
            }
        }
        Ok(Next::Draw)
    }

    /// Takes in what has nothing to do with the terminal; whether it can be seen.
    pub(super) fn absorb(&mut self, event: Event) -> bool {
        match event {
            Event::Scanned(scan) => match scan.found {
                Ok(snapshot) => self.app.show(snapshot),
                Err(message) => self.app.fail(message),
            },
            Event::Written(done) => {
                let words = done.unwrap_or_else(|why| format!("not written: {why}"));
                self.app.note(words);
            }
            Event::Answered(number, answer) => {
                self.runs.retain(|run| run.number != number);
                return update::answer(&mut self.app, number, answer);
            }
            Event::Paced { pause, cost } => return self.app.set_pace(pause, cost),
            Event::CollectorEnded => self.app.fail("the collector has ended".to_owned()),
            _ => return false,
        }
        true
    }

    fn follow_up(&mut self, updates: Vec<Update>) -> Result<Next, TuiError> {
        let mut next = Next::Stay;
        for Update { changed, effect } in updates {
            if let Some(effect) = effect
                && let Some(exit) = self.carry_out(effect)?
            {
                return Ok(Next::End(exit));
            }
            if changed {
                next = Next::Draw;
            }
        }
        Ok(next)
    }

    /// Does outside of the state what an update asks for; an exit where that is the end.
    fn carry_out(&mut self, effect: Effect) -> Result<Option<Exit>, TuiError> {
        match effect {
            Effect::Quit => return Ok(Some(Exit::Quit)),
            Effect::Wish(wish) => self.wish(wish),
            Effect::Redraw => self.screen.wipe().map_err(cannot("clear"))?,
            Effect::Suspend => terminal::ask_to_stop().map_err(cannot("give back"))?,
            Effect::Send(bytes) => Screen::send(&bytes).map_err(cannot("write to"))?,
            Effect::Mouse(on) => self.screen.set_mouse(on).map_err(cannot("write to"))?,
            Effect::Enter(errand) => return self.visit(&errand),
            Effect::Print(line) => return self.print(&line),
            Effect::Ask(number, plan) => self.runs.push(Run::start(number, *plan, &self.events)?),
            Effect::Cancel(number) => {
                let run = self.runs.iter().find(|run| run.number == number);
                run.into_iter().for_each(Run::cancel);
            }
            Effect::Write(path) => self.write(path)?,
        }
        Ok(None)
    }

    /// Ends the quick commands that run, and waits for them a little.
    pub(super) fn end_runs(&mut self) {
        self.runs.iter().for_each(Run::cancel);
        // So long may one take that does not listen.
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.runs.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(event) = self.inbox.recv_timeout(left) else {
                return;
            };
            if let Event::Answered(number, _) = event {
                self.runs.retain(|run| run.number != number);
            }
        }
    }

    fn write(&mut self, path: PathBuf) -> Result<(), TuiError> {
        let Some(data) = &self.app.data else {
            return Ok(());
        };
        let snapshot = Arc::clone(&data.snapshot);
        event::write_file(Arc::clone(&self.writer), path, snapshot, &self.events)?;
        self.app.note("writing");
        Ok(())
    }

    pub(super) fn wish(&self, wish: Wish) {
        if let Some(wire) = &self.wire {
            wire.wish(wish);
        }
    }

    /// Tells the collector what is on screen, and has it look at once at what it was not told to before.
    fn attend(&mut self) {
        let Some(wire) = &self.wire else { return };
        if wire.attend(self.app.wants_network()) && self.app.lacks_network() {
            self.app.source.asked = true;
            wire.wish(Wish::Refresh);
        }
    }

    /// Gives the terminal back, stops, and takes it again when continued.
    fn suspend(&mut self) -> Result<(), TuiError> {
        if !terminal::can_stop() {
            self.app.note("cannot suspend: no shell to go back to");
            return Ok(());
        }
        self.screen.leave();
        terminal::stop().map_err(cannot("give back"))?;
        self.app.tick(SystemTime::now());
        self.screen.reenter().map_err(cannot("take back"))
    }
}
