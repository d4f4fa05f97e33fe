//! A real terminal for a program: a pty whose other end understands what is drawn.
//!
//! Nothing here sleeps: every wait is for output or for the end of the program, with a deadline.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{SpecialCodeIndex, Termios, Winsize, tcgetattr, tcsetwinsize};

/// How long anything may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// Why a test cannot go on; shown as it is.
pub(crate) struct Failure(pub(crate) String);

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// A program in a terminal.
pub(crate) struct Pty {
    child: Child,
    controller: File,
    /// The program's side, held open to read its modes.
    terminal: OwnedFd,
    modes: Termios,
    parser: vt100::Parser,
    /// All that the program wrote.
    written: Vec<u8>,
}

/// How a program left its terminal.
pub(crate) struct Ended {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// The modes are those of before.
    pub(crate) modes_restored: bool,
    /// What is on the screen.
    pub(crate) screen: vt100::Screen,
}

impl Pty {
    /// Runs `command`, a program and its arguments, as the leader of a session in a terminal of its own.
    pub(crate) fn run(command: &[&str], columns: u16, rows: u16) -> Result<Self, Failure> {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&controller)?;
        unlockpt(&controller)?;
        let name = ptsname(&controller, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = open(name.as_c_str(), flags, Mode::empty())?;
        tcsetwinsize(&terminal, size(columns, rows))?;
        let modes = tcgetattr(&terminal)?;
        // setsid makes the terminal the controlling one, which std cannot.
        let child = Command::new("setsid")
            .arg("--ctty")
            .args(command)
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            // Whoever runs the tests may have a configuration.
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .stdin(terminal.try_clone()?)
            .stdout(terminal.try_clone()?)
            .stderr(terminal.try_clone()?)
            .spawn()?;
        Ok(Self {
            child,
            controller: File::from(controller),
            terminal,
            modes,
            parser: vt100::Parser::new(NonZero::try_from(rows)?, NonZero::try_from(columns)?, 0),
            written: Vec::new(),
        })
    }

    /// What is on the screen.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// All that the program wrote so far.
    pub(crate) fn written(&self) -> &[u8] {
        &self.written
    }

    /// Waits until the program has written `bytes`.
    pub(crate) fn until_written(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let deadline = Instant::now() + DEADLINE;
        let is_there = |all: &[u8]| all.windows(bytes.len()).any(|window| window == bytes);
        while !is_there(&self.written) {
            let mut ready = [PollFd::new(&self.controller, PollFlags::IN)];
            if poll(&mut ready, Some(&left(deadline)?))? == 0 {
                return Err(self.failure("these bytes never came"));
            }
            self.read()?;
        }
        Ok(())
    }

    /// The program's processor time while it writes nothing for `span`; what it writes before is taken in.
    pub(crate) fn idle(&mut self, span: Duration) -> Result<Duration, Failure> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let before = cpu_time(self.child.id())?;
            let mut ready = [PollFd::new(&self.controller, PollFlags::IN)];
            if poll(&mut ready, Some(&Timespec::try_from(span)?))? == 0 {
                return Ok(cpu_time(self.child.id())?.saturating_sub(before));
            }
            self.read()?;
            left(deadline)?;
        }
    }

    /// Whether the terminal's modes are those of before the program.
    pub(crate) fn modes_restored(&self) -> Result<bool, Failure> {
        Ok(same(&tcgetattr(&self.terminal)?, &self.modes))
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn until(&mut self, wanted: impl Fn(&vt100::Screen) -> bool) -> Result<(), Failure> {
        let deadline = Instant::now() + DEADLINE;
        while !wanted(self.screen()) {
            let mut ready = [PollFd::new(&self.controller, PollFlags::IN)];
            if poll(&mut ready, Some(&left(deadline)?))? == 0 {
                return Err(self.failure("the screen never became as wanted"));
            }
            self.read()?;
        }
        Ok(())
    }

    fn failure(&self, what: &str) -> Failure {
        Failure(format!("{what}:\n{}", self.screen().contents()))
    }

    /// Takes in some output; false at the end, which is when nobody has the terminal open any more.
    fn read(&mut self) -> Result<bool, Failure> {
        let mut buffer = [0; 4096];
        match self.controller.read(&mut buffer) {
            Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => Ok(false),
            length => {
                let length = length?;
                self.parser.process(&buffer[..length]);
                self.written.extend_from_slice(&buffer[..length]);
                Ok(length > 0)
            }
        }
    }

    /// Waits until the screen shows `text`.
    pub(crate) fn until_shows(&mut self, text: &str) -> Result<(), Failure> {
        let shown = self.until(|screen| screen.contents().contains(text));
        shown.map_err(|failure| Failure(format!("waiting for {text:?}: {failure:?}")))
    }

    /// Types `keys`.
    pub(crate) fn press(&mut self, keys: &[u8]) -> Result<(), Failure> {
        Ok(self.controller.write_all(keys)?)
    }

    /// Types `keys` without waiting for them to be read; more than a terminal holds may be typed so.
    pub(crate) fn paste(&self, keys: Vec<u8>) -> Result<JoinHandle<io::Result<()>>, Failure> {
        let mut controller = self.controller.try_clone()?;
        Ok(thread::spawn(move || controller.write_all(&keys)))
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) -> Result<(), Failure> {
        let (rows_now, columns_now) = (NonZero::try_from(rows)?, NonZero::try_from(columns)?);
        self.parser.screen_mut().set_size(rows_now, columns_now);
        Ok(tcsetwinsize(&self.controller, size(columns, rows))?)
    }

    /// Sends `signal` to the program.
    pub(crate) fn signal(&self, signal: Signal) -> Result<(), Failure> {
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }

    /// Waits for the end of the program.
    pub(crate) fn end(mut self) -> Result<Ended, Failure> {
        let status = self.wait_for_end()?;
        let modes_restored = self.modes_restored()?;
        // With the last user of the terminal gone, the output has an end.
        self.terminal = File::open("/dev/null")?.into();
        while self.read()? {}
        Ok(Ended {
            status,
            modes_restored,
            screen: self.parser.screen().clone(),
        })
    }

    /// Hangs up, as a closed terminal window does, and waits for the end of the program.
    pub(crate) fn hang_up(mut self) -> Result<ExitStatus, Failure> {
        self.controller = File::open("/dev/null")?;
        self.wait_for_end()
    }

    /// Waits for the end of the program, and takes in what it writes until then.
    pub(crate) fn wait_for_end(&mut self) -> Result<ExitStatus, Failure> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        let child = pidfd_open(Pid::from_child(&self.child), PidfdFlags::empty())?;
        let deadline = Instant::now() + DEADLINE;
        loop {
            let mut ready = [
                PollFd::new(&child, PollFlags::IN),
                PollFd::new(&self.controller, PollFlags::IN),
            ];
            if poll(&mut ready, Some(&left(deadline)?))? == 0 {
                self.child.kill()?;
                return Err(self.failure("the program did not end"));
            }
            let [ended, output] = ready.map(|one| !one.revents().is_empty());
            if ended {
                return Ok(self.child.wait()?);
            }
            if output {
                self.read()?;
            }
        }
    }
}

/// Processor time of a process so far, to the tick of a hundredth of a second.
fn cpu_time(pid: u32) -> Result<Duration, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit(')').next().unwrap_or_default();
    // utime and stime are the 14th and 15th field; two stand before the bracket.
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(|field| field.parse::<u64>().unwrap_or_default());
    Ok(Duration::from_millis(ticks.sum::<u64>() * 10))
}

/// Time until `deadline`.
fn left(deadline: Instant) -> Result<Timespec, Failure> {
    Ok(Timespec::try_from(
        deadline.saturating_duration_since(Instant::now()),
    )?)
}

impl Ended {
    /// Fails unless the terminal is as it was.
    pub(crate) fn assert_restored(&self) {
        assert!(self.modes_restored, "modes of the terminal");
        assert!(!self.screen.alternate_screen(), "alternate screen left");
        assert!(!self.screen.hide_cursor(), "cursor shown");
        assert_eq!(
            self.screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "mouse let go"
        );
        assert!(!self.screen.bracketed_paste(), "paste mode left");
    }

    /// The signal that ended the program.
    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }
}

const fn size(columns: u16, rows: u16) -> Winsize {
    Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

fn same(left: &Termios, right: &Termios) -> bool {
    left.input_modes == right.input_modes
        && left.output_modes == right.output_modes
        && left.control_modes == right.control_modes
        && left.local_modes == right.local_modes
        && [SpecialCodeIndex::VMIN, SpecialCodeIndex::VTIME]
            .into_iter()
            .all(|code| left.special_codes[code] == right.special_codes[code])
}
