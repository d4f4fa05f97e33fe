//! The terminal interface: lists of rows, namespaces and processes, details of the chosen row below them.
//!
//! Threads for input, signals and collection send events over one channel; the main thread alone owns
//! `app::App`, changes it and draws, and draws only when something changed. It never names `collect`: whoever
//! starts it hands over a snapshot, or a [`Collector`] that fills a [`Feed`].

mod app;
mod changes;
mod chooser;
mod clipboard;
mod commands;
mod config;
mod data;
mod event;
mod facts;
mod input;
mod keys;
mod list;
mod network;
mod output;
mod pace;
mod palette;
mod place;
mod prompt;
mod rates;
mod runner;
mod session;
mod shell;
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
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, SystemTime};

pub use chooser::Access;
pub use clipboard::Wrapper;
pub use config::{Config, Problem, ThemeName, UnknownTheme};
pub use event::{Collector, Feed, Writer};
pub use keys::key_table;

use app::{App, Setup};
use event::Event;
use input::Input;
use keys::Keymap;
use session::Session;
use terminal::Screen;

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
    /// Whether namespaces may be entered.
    pub access: Access,
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
            access: self.access,
            commands: self.config.commands.clone(),
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
    let lent = Arc::new(AtomicBool::new(false));
    event::watch_signals(events.clone(), Arc::clone(&lent))?;
    let screen = Screen::enter(app.mouse).map_err(cannot("set up"))?;
    let input = Input::watch(events.clone())?;
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
    let mut session = Session {
        app,
        screen,
        input,
        lent,
        wire,
        events: events.clone(),
        inbox,
        writer: options.writer,
        runs: Vec::new(),
    };
    let ended = session.serve();
    session.end_runs();
    ended
}

/// Names the step that failed.
fn cannot(what: &'static str) -> impl Fn(std::io::Error) -> TuiError {
    move |source| TuiError::Terminal { what, source }
}
