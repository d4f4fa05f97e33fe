//! The terminal interface: lists of rows, namespaces and processes, details of the chosen row below them.
//!
//! Threads for input, signals and collection send events over one channel; the main thread alone owns
//! `app::App`, changes it and draws, and draws only when something changed. It never names `collect`: whoever
//! starts it hands over a snapshot, or a [`Collector`] that fills a [`Feed`].

mod app;
mod changes;
mod clipboard;
mod config;
mod data;
mod event;
mod facts;
mod keys;
mod list;
mod network;
mod pace;
mod palette;
mod place;
mod prompt;
mod rates;
mod sign;
mod subject;
mod terminal;
mod text;
mod theme;
mod update;
mod view;

#[cfg(test)]
mod tests;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, SystemTime};

use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};

pub use clipboard::Wrapper;
pub use config::{Config, Problem, ThemeName, UnknownTheme};
pub use event::{Collector, Feed, Writer};
pub use keys::key_table;

use app::{App, Setup};
use event::{Event, Wire, Wish};
use keys::Keymap;
use terminal::Screen;
use update::{Effect, Update};

use crate::model::Snapshot;
use crate::query::Filter;

/// Where the data comes from.
pub enum Source {
    /// One snapshot that never changes.
    Saved(Arc<Snapshot>),
    /// A body that collects again and again, on a thread of its own.
    Live(Collector),
}

/// What the user asked for on the command line and in the configuration file.
pub struct Options {
    /// Least time between two scans; it is stretched where scans are dear.
    pub interval: Duration,
    /// No character outside ASCII.
    pub ascii: bool,
    /// Colours; mono has none.
    pub theme: ThemeName,
    /// Colour was forbidden, so the theme cannot be changed.
    pub colorless: bool,
    /// Rows that are kept at first.
    pub filter: Filter,
    /// What the configuration file says.
    pub config: Config,
    /// What is wrong in it.
    pub problems: Vec<String>,
    /// What stands between us and the terminal.
    pub wrapper: Wrapper,
    /// Writes a snapshot to a file.
    pub writer: Writer,
}

impl Options {
    fn setup(&self) -> Setup {
        Setup {
            theme: self.theme,
            colorless: self.colorless,
            ascii: self.ascii,
            mouse: self.config.mouse.unwrap_or(true),
            filter: self.filter.clone(),
            keymap: Keymap::new(&self.config.rebound).0,
            problems: self.problems.clone(),
            wrapper: self.wrapper,
        }
    }
}

/// How the interface ended; the terminal is restored by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Exit {
    /// The user quit, or the terminal went away.
    Quit,
    /// This signal asked for the end: the process should now die by it.
    Signal(i32),
}

/// Why the interface could not go on; the terminal is restored by then.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal refused.
    #[error("cannot {what} the terminal: {source}")]
    Terminal {
        /// What was tried.
        what: &'static str,
        /// What came back.
        source: std::io::Error,
    },
    /// A thread or a signal handler could not be set up.
    #[error("cannot start the terminal interface: {0}")]
    Start(#[from] std::io::Error),
    /// A defect: some thread panicked.
    #[error("internal error: {0}")]
    Panicked(String),
}

/// Runs the interface until the user, a signal or the end of the terminal ends it.
pub fn run(source: Source, options: Options) -> Result<Exit, TuiError> {
    guarded(|events, inbox| start(source, options, events, inbox))
}

/// Runs `body`; a panic in it, or in a thread that it starts, becomes an error with the panic's message.
fn guarded(
    body: impl FnOnce(&Sender<Event>, &Receiver<Event>) -> Result<Exit, TuiError>,
) -> Result<Exit, TuiError> {
    let (events, inbox) = mpsc::channel();
    let previous = panic::take_hook();
    panic::set_hook(report_panics_to(events.clone()));
    let ended = panic::catch_unwind(AssertUnwindSafe(|| body(&events, &inbox)));
    panic::set_hook(previous);
    ended.unwrap_or_else(|_| Err(TuiError::Panicked(panic_message(&inbox))))
}

/// A hook that prints nothing, since the screen is ours: the message is kept until the terminal is restored.
fn report_panics_to(events: Sender<Event>) -> Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> {
    Box::new(move |info| {
        let backtrace = Backtrace::capture();
        // One line, as all that goes to standard error.
        let mut message = info.to_string().replacen(":\n", ": ", 1);
        if backtrace.status() == BacktraceStatus::Captured {
            message = format!("{message}\n{backtrace}");
        }
        // Nobody listens any more only when the interface has ended by itself.
        let _ = events.send(Event::Panicked(message));
    })
}

/// The message that the hook left in the channel.
fn panic_message(inbox: &Receiver<Event>) -> String {
    let messages = inbox.try_iter().filter_map(|event| match event {
        Event::Panicked(message) => Some(message),
        _ => None,
    });
    messages.last().unwrap_or_default()
}

/// Starts the threads, takes the terminal, and serves events.
fn start(
    source: Source,
    options: Options,
    events: &Sender<Event>,
    inbox: &Receiver<Event>,
) -> Result<Exit, TuiError> {
    let mut app = App::new(options.setup(), SystemTime::now());
    // Signals first: from here on none can end us with the terminal in raw mode.
    event::watch_signals(events.clone())?;
    let screen = Screen::enter(app.mouse).map_err(cannot("set up"))?;
    event::watch_input(events.clone())?;
    event::watch_hangup(events.clone())?;
    let wire = match source {
        Source::Saved(snapshot) => {
            app.show(snapshot);
            None
        }
        Source::Live(collector) => {
            app.go_live(options.interval);
            let wants = app.wants_network();
            Some(event::start_collector(
                collector,
                options.interval,
                events,
                wants,
            )?)
        }
    };
    Session {
        app,
        screen,
        wire,
        events: events.clone(),
        writer: options.writer,
    }
    .serve(inbox)
}

/// Names the step that failed.
fn cannot(what: &'static str) -> impl Fn(std::io::Error) -> TuiError {
    move |source| TuiError::Terminal { what, source }
}

/// What the main thread owns while the interface runs.
struct Session {
    app: App,
    screen: Screen,
    wire: Option<Wire>,
    events: Sender<Event>,
    writer: Writer,
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

impl Session {
    fn serve(mut self, inbox: &Receiver<Event>) -> Result<Exit, TuiError> {
        self.draw()?;
        loop {
            let first = match self.wait(inbox) {
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
    fn wait(&self, inbox: &Receiver<Event>) -> Result<Event, RecvTimeoutError> {
        match self.app.next_tick() {
            Some(delay) => inbox.recv_timeout(delay),
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
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
            Event::Written(done) => {
                let words = done.unwrap_or_else(|why| format!("not written: {why}"));
                self.app.note(words);
            }
            Event::Signal(SIGWINCH) => {}
            Event::Signal(SIGTSTP) => self.suspend()?,
            Event::Signal(SIGCONT) => self.screen.reenter().map_err(cannot("take back"))?,
            Event::Signal(signal) => return Ok(Next::End(Exit::Signal(signal))),
            Event::InputEnded => return Ok(Next::End(Exit::Quit)),
            Event::Scanned(scan) => match scan.found {
                Ok(snapshot) => self.app.show(snapshot),
                Err(message) => self.app.fail(message),
            },
            Event::Paced { pause, cost } => {
                let changed = self.app.set_pace(pause, cost);
                return Ok(if changed { Next::Draw } else { Next::Stay });
            }
            Event::CollectorEnded => self.app.fail("the collector has ended".to_owned()),
            Event::Panicked(message) => return Err(TuiError::Panicked(message)),
        }
        Ok(Next::Draw)
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
            Effect::Write(path) => self.write(path)?,
        }
        Ok(None)
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

    fn wish(&self, wish: Wish) {
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
