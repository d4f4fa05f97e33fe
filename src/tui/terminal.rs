//! The terminal: taken on entry, given back on every way out.
//!
//! [`Screen`] is a guard: raw mode, the alternate screen, the hidden cursor, the mouse and the marks around pasted text
//! end when it is dropped, be it by a return, an error or a panic. Stopping (Ctrl-Z) gives the terminal back before, and takes it again after.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _, stdin, stdout};
use std::os::fd::{AsFd as _, OwnedFd};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::style::{Attribute, SetAttribute, force_color_output};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, queue};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use super::app::App;
use super::config::ThemeName;
use super::view;

/// Asks for clicks and the wheel, in the form that knows no limit; motion would flood us.
const TAKE_MOUSE: &str = "\x1b[?1000h\x1b[?1006h";
/// Lets the mouse go.
const LEAVE_MOUSE: &str = "\x1b[?1006l\x1b[?1000l";

/// Lets mouse and pasted text go, and shows the ordinary screen and the cursor, which stays where it is.
const TIDY: &str =
    "\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?47l\x1b[0m\x1b[?25h";

/// The terminal while it is ours.
pub(super) struct Screen {
    taken: bool,
    mouse: bool,
    terminal: Option<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
}

impl Screen {
    /// Takes the terminal, with the mouse where that is wanted.
    pub(super) fn enter(mouse: bool) -> io::Result<Self> {
        let mut screen = Self {
            taken: false,
            mouse,
            terminal: None,
        };
        screen.take()?;
        Ok(screen)
    }

    fn take(&mut self) -> io::Result<()> {
        self.taken = true;
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, Hide, EnableBracketedPaste)?;
        if self.mouse {
            Self::send(TAKE_MOUSE)?;
        }
        self.wipe()
    }

    /// Takes the mouse or lets it go.
    pub(super) fn set_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        Self::send(if mouse { TAKE_MOUSE } else { LEAVE_MOUSE })
    }

    /// Sends bytes that draw nothing.
    pub(super) fn send(bytes: &str) -> io::Result<()> {
        let mut out = stdout().lock();
        out.write_all(bytes.as_bytes())?;
        out.flush()
    }

    /// Takes the terminal again after somebody else had it, with all modes set anew.
    pub(super) fn reenter(&mut self) -> io::Result<()> {
        wait_for_foreground()?;
        self.leave();
        self.take()
    }

    /// Forgets what is on screen, so that the next drawing draws everything at the size of now.
    pub(super) fn wipe(&mut self) -> io::Result<()> {
        self.forget_terminal();
        execute!(stdout(), Clear(ClearType::All))?;
        // A new one, since ratatui's clear asks the terminal for the cursor, and the answer goes to the input thread.
        self.terminal = Some(Terminal::new(CrosstermBackend::new(BufWriter::new(
            stdout(),
        )))?);
        Ok(())
    }

    /// Draws the application.
    pub(super) fn draw(&mut self, app: &mut App) -> io::Result<()> {
        let Some(terminal) = &mut self.terminal else {
            return Ok(());
        };
        // crossterm looks at NO_COLOR by itself and would overrule --color; with its colours off, a theme that has
        // some would lose the reversal of what is chosen.
        force_color_output(app.theme != ThemeName::Mono);
        queue!(terminal.backend_mut(), BeginSynchronizedUpdate)?;
        terminal.draw(|frame| {
            app.fit(frame.area());
            view::draw(frame, app);
        })?;
        execute!(terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Gives the terminal back.
    pub(super) fn leave(&mut self) {
        // A second time would put the cursor where it was when the terminal was taken.
        if !std::mem::replace(&mut self.taken, false) {
            return;
        }
        self.forget_terminal();
        // The terminal may be gone, and there is nobody left to tell: errors are ignored on purpose.
        let _ = Self::send(LEAVE_MOUSE);
        let _ = execute!(
            stdout(),
            EndSynchronizedUpdate,
            DisableBracketedPaste,
            SetAttribute(Attribute::Reset),
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
    }

    fn forget_terminal(&mut self) {
        if let Some(mut terminal) = self.terminal.take()
            && terminal.show_cursor().is_err()
        {
            // Its drop would report on stderr, which panics when stderr is the terminal that is gone.
            std::mem::forget(terminal);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Gives the terminal back without a lock and without waiting, for when the main thread is stuck: what it holds, be it
/// the lock of standard output or a write that nobody reads, must not hold us too.
pub(super) fn give_back_at_once() {
    const LEAVE: &[u8] = b"\x1b[?1006l\x1b[?1000l\x1b[?2026l\x1b[?2004l\x1b[0m\x1b[?1049l\x1b[?25h";
    let out = rustix::stdio::stdout();
    let mut ready = [PollFd::new(&out, PollFlags::OUT)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // There is nobody left to tell: errors are ignored on purpose.
    if poll(&mut ready, Some(&now)).is_ok_and(|ready| ready > 0) {
        let _ = rustix::io::write(out, LEAVE);
    }
    let _ = disable_raw_mode();
}

/// The terminal that keys come from; crossterm sets the modes of the same.
pub(super) fn input() -> io::Result<OwnedFd> {
    if stdin().is_terminal() {
        return stdin().as_fd().try_clone_to_owned();
    }
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOCTTY;
    Ok(open("/dev/tty", flags, Mode::empty())?)
}

/// The modes of the terminal that keys come from.
pub(super) struct Modes {
    terminal: OwnedFd,
    modes: Termios,
}

impl Modes {
    /// As they are.
    pub(super) fn now() -> io::Result<Self> {
        let terminal = input()?;
        let modes = tcgetattr(&terminal)?;
        Ok(Self { terminal, modes })
    }

    /// Sets them again, and what else somebody may have left behind that was ended in the middle of it.
    pub(super) fn restore(&self) {
        // A terminal that is gone is told by an event.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.modes);
        let _ = Screen::send(TIDY);
    }
}

/// Stops until our job is in the foreground, so that nothing is written over the shell's screen.
fn wait_for_foreground() -> io::Result<()> {
    let terminal = input()?;
    // The kernel stops a background job that sets modes, be they the same.
    Ok(tcsetattr(
        &terminal,
        OptionalActions::Now,
        &tcgetattr(&terminal)?,
    )?)
}

/// Sends the stop signal to our whole job, as the terminal does when it sees Ctrl-Z.
///
/// A wrapper in the same job (sudo, a script) has to stop too, or the shell would not notice.
pub(super) fn ask_to_stop() -> io::Result<()> {
    Ok(kill_current_process_group(Signal::TSTP)?)
}

/// Whether anybody could continue us: without a shell above our job we would stop forever.
pub(super) fn can_stop() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops; returns when continued.
pub(super) fn stop() -> io::Result<()> {
    emulate_default_handler(SIGTSTP)
}
