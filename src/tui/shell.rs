//! The terminal in other hands, and back: a shell in the namespaces of what was chosen.
//!
//! In order: nobody reads keys any more, the collector rests, the modes are those of before; then a shell has the
//! terminal until it ends; then everything is taken again. It is of our job, as what any program runs is, so that
//! whoever started us stops and continues us together.

use std::io::{self, Write as _, stdout};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use signal_hook::consts::{SIGCONT, SIGINT, SIGQUIT, SIGTSTP, SIGWINCH};

use super::app::App;
use super::chooser::Errand;
use super::event::{Event, Wish, spawn};
use super::keys::Action;
use super::session::Session;
use super::terminal::{self, Modes};
use super::{Exit, TuiError, cannot};
use crate::enter;
use crate::model::visible;

/// How long the shell may take to end when we have to.
const GRACE: Duration = Duration::from_secs(1);

/// How the shell's time with the terminal came to its end.
enum Left {
    /// The shell ended.
    Ended(ExitStatus),
    /// It could not begin.
    Never(String),
    /// We have to end.
    Over(Exit),
}

/// What there is to say of a shell that has left.
struct Outcome {
    words: String,
    /// Whether something was printed before that should be read.
    is_to_be_read: bool,
    /// Whether there may have been no shell.
    lacks_shell: bool,
}

impl Session<'_> {
    /// Gives the terminal to a shell, and takes it back when that has ended; an exit where we have to end.
    pub(super) fn visit(&mut self, errand: &Errand) -> Result<Option<Exit>, TuiError> {
        let Some(modes) = self.lend()? else {
            return Ok(None);
        };
        say(&format!("{}    (its end leads back here)", errand.line));
        let left = self.accompany(errand)?;
        modes.restore();
        let outcome = match left {
            Left::Over(exit) => return Ok(Some(exit)),
            Left::Never(words) => Outcome {
                words,
                is_to_be_read: true,
                lacks_shell: false,
            },
            Left::Ended(status) => Outcome::of(status),
        };
        let words = format!("shell in {}: {}", errand.name, outcome.words);
        if outcome.is_to_be_read {
            say(&words);
            if let Some(exit) = self.until_read()? {
                return Ok(Some(exit));
            }
        }
        self.take_back()?;
        let advice = outcome.lacks_shell.then(|| advice(&self.app));
        self.app.note(words + &advice.unwrap_or_default());
        Ok(None)
    }

    /// Prints a line where the interface was started, and comes back when it has been read.
    pub(super) fn print(&mut self, line: &str) -> Result<Option<Exit>, TuiError> {
        if self.lend()?.is_none() {
            return Ok(None);
        }
        say(line);
        let exit = self.until_read()?;
        if exit.is_none() {
            self.take_back()?;
        }
        Ok(exit)
    }

    /// Lets go of the terminal, with the modes of before; `None` where keys are still being read.
    fn lend(&mut self) -> Result<Option<Modes>, TuiError> {
        if !self.input.hold() {
            self.app.note("the terminal is still being read: try again");
            return Ok(None);
        }
        self.wish(Wish::Pause);
        self.lent.store(true, Ordering::Relaxed);
        self.screen.leave();
        Modes::now().map(Some).map_err(cannot("give back"))
    }

    /// Takes the terminal again, and has the collector look at once unless the user holds the data still.
    fn take_back(&mut self) -> Result<(), TuiError> {
        self.screen.reenter().map_err(cannot("take back"))?;
        self.lent.store(false, Ordering::Relaxed);
        self.input.resume();
        if !self.app.source.paused {
            self.wish(Wish::Resume);
            self.wish(Wish::Refresh);
        }
        Ok(())
    }

    /// Runs the shell, and sees to what happens meanwhile; nothing is drawn.
    fn accompany(&mut self, errand: &Errand) -> Result<Left, TuiError> {
        let shell = match self.start_shell(errand) {
            Ok(shell) => shell,
            Err(words) => return Ok(Left::Never(words)),
        };
        let mut defect = None;
        loop {
            let Ok(event) = self.inbox.recv() else {
                return Ok(Left::Over(Exit::Quit));
            };
            match event {
                Event::Returned(status) => {
                    let ended =
                        status.map_or_else(|error| Left::Never(error.to_string()), Left::Ended);
                    return defect.map_or(Ok(ended), |words| Err(TuiError::Panicked(words)));
                }
                Event::Signal(SIGTSTP) => stop()?,
                // Keys were typed before the shell was there; the signals of the keyboard are meant for it.
                Event::Key(_)
                | Event::Mouse(_)
                | Event::Paste(_)
                | Event::Signal(SIGINT | SIGQUIT | SIGCONT | SIGWINCH) => {}
                Event::Signal(signal) => {
                    self.end_shell(&shell, Signal::from_named_raw(signal));
                    return Ok(Left::Over(Exit::Signal(signal)));
                }
                Event::InputEnded => {
                    self.end_shell(&shell, Some(Signal::HUP));
                    return Ok(Left::Over(Exit::Quit));
                }
                // The shell is not to suffer from it.
                Event::Panicked(words) => defect = Some(words),
                other => drop(self.absorb(other)),
            }
        }
    }

    /// Starts the shell in our terminal; its end is told by an event.
    fn start_shell(&self, errand: &Errand) -> Result<OwnedFd, String> {
        let failed = |error: io::Error| format!("cannot start this program again: {error}");
        let (mut command, plan) =
            enter::command(&errand.plan).map_err(|error| error.to_string())?;
        // Ours may be a pipe, and what it complains of belongs where the user looks.
        let terminal = terminal::input().map_err(failed)?;
        command.stdin(terminal.try_clone().map_err(failed)?);
        command.stderr(terminal);
        let mut child = command.spawn().map_err(failed)?;
        let pidfd = pidfd_open(Pid::from_child(&child), PidfdFlags::empty());
        let events = self.events.clone();
        spawn("shell", move || {
            let status = child.wait();
            drop(plan);
            // Nobody listens any more only when the interface has ended.
            let _ = events.send(Event::Returned(status));
        })
        .map_err(failed)?;
        pidfd.map_err(|error| failed(error.into()))
    }

    /// Ends the shell, which is told first.
    fn end_shell(&mut self, shell: &OwnedFd, signal: Option<Signal>) {
        for signal in [signal.unwrap_or(Signal::TERM), Signal::KILL] {
            // Who has ended needs no ending.
            let _ = pidfd_send_signal(shell, signal);
            let deadline = Instant::now() + GRACE;
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                match self.inbox.recv_timeout(left) {
                    Ok(Event::Returned(_)) => return,
                    Ok(_) => {}
                    Err(_) => break,
                }
            }
        }
    }

    /// Waits until what stands on the terminal has been read; an exit where we have to end.
    fn until_read(&mut self) -> Result<Option<Exit>, TuiError> {
        say("press Enter to go back");
        self.input.resume();
        let exit = loop {
            let Ok(event) = self.inbox.recv() else {
                break Some(Exit::Quit);
            };
            match event {
                // In this mode the terminal sends a line feed.
                Event::Key(key) if key.code == KeyCode::Enter => break None,
                Event::Key(key)
                    if key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL =>
                {
                    break None;
                }
                Event::Signal(SIGINT | SIGQUIT) => break None,
                Event::Signal(SIGTSTP) => stop()?,
                Event::Signal(SIGCONT | SIGWINCH) | Event::Key(_) => {}
                Event::Signal(signal) => break Some(Exit::Signal(signal)),
                Event::InputEnded => break Some(Exit::Quit),
                Event::Panicked(words) => return Err(TuiError::Panicked(words)),
                other => drop(self.absorb(other)),
            }
        };
        if exit.is_none() {
            self.input.hold();
        }
        Ok(exit)
    }
}

impl Outcome {
    fn of(status: ExitStatus) -> Self {
        let words = match (status.code(), status.signal()) {
            (Some(code), _) => format!("ended with status {code}"),
            (None, Some(signal)) => format!("ended by signal {signal}"),
            (None, None) => "ended".to_owned(),
        };
        Self {
            words,
            is_to_be_read: matches!(status.code(), Some(1 | 126 | 127)),
            lacks_shell: status.code() == Some(127),
        }
    }
}

/// What to do where there is no shell.
fn advice(app: &App) -> String {
    let key = app.key(Action::Shell);
    format!("; where there is none: {key}, then \"all, host's tools\"")
}

/// A line on the terminal as it was before.
fn say(words: &str) {
    // A terminal that is gone is told by an event.
    let _ = writeln!(stdout(), "nslens: {}", visible(words));
}

/// Stops with the shell, where somebody can continue us.
fn stop() -> Result<(), TuiError> {
    if terminal::can_stop() {
        terminal::stop().map_err(cannot("give back"))?;
    }
    Ok(())
}
