//! What changes from turn to turn: the plot of the example host.
//!
//! Every 24 turns `shop-web-1` restarts, and its sidecar stays behind in the network namespace that web has left, until
//! it restarts too: a cell that changes, and drift. A cron job's container comes and goes every 8 turns, a worker of
//! `shop-api-1` every 5, and Podman answers for 3 turns out of 12.

use std::time::Duration;

/// Clock ticks a second.
pub(super) const TICKS: u64 = 100;
/// How long the host has been up at turn 0: 41 days and 7 hours.
const UPTIME: Duration = Duration::from_secs(3_567_600);
/// How long a turn is taken to be: the default interval.
pub(super) const LENGTH: u64 = 2;
/// The first pid that is handed out at turn 0; lower ones were there before.
const FIRST_PID: u32 = 60_000;
/// Pids that are handed out in a turn.
const PIDS: u32 = 40;
/// Processes with pids below this were started at boot.
const BOOT: u32 = 1500;

/// A number of looks at the example host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn(pub(super) u64);

/// One life of something that restarts or comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It was there before turn 0.
    First,
    /// It began at this turn.
    Since(u64),
}

impl Turn {
    /// How long the host has been up.
    pub(super) fn uptime(self) -> Duration {
        UPTIME.saturating_add(Duration::from_secs(self.0.saturating_mul(LENGTH)))
    }

    /// For how many seconds the process with this pid has been there.
    pub(super) fn age(self, pid: u32) -> u64 {
        self.uptime().as_secs().saturating_sub(started(pid) / TICKS)
    }

    /// The life of the web server.
    pub(super) fn web(self) -> Life {
        self.last(24, 10)
    }

    /// The life of its sidecar.
    pub(super) fn sidecar(self) -> Life {
        self.last(24, 16)
    }

    /// The life of the cron job's container, while it is there.
    pub(super) fn cron_job(self) -> Option<Life> {
        self.while_new(self.last(8, 3), 4)
    }

    /// The life of the worker process, while it is there.
    pub(super) fn worker(self) -> Option<Life> {
        self.while_new(self.last(5, 2), 2)
    }

    /// Whether Podman answers in time.
    pub(super) const fn podman_answers(self) -> bool {
        matches!(self.0 % 12, 6..=8)
    }

    /// What begins at `at` and every `every` turns after: its latest life.
    fn last(self, every: u64, at: u64) -> Life {
        match self.0.checked_sub(at) {
            None => Life::First,
            Some(since) => Life::Since(self.0 - since % every),
        }
    }

    fn while_new(self, life: Life, turns: u64) -> Option<Life> {
        matches!(life, Life::Since(start) if self.0 - start < turns).then_some(life)
    }
}

impl Life {
    /// The turn at which it began; the first one where it was there before.
    pub(super) const fn start(self) -> Turn {
        match self {
            Self::First => Turn(0),
            Self::Since(start) => Turn(start),
        }
    }

    /// Pid of its first process: `first`, or one that is handed out when it begins, `offset` into the turn's.
    pub(super) fn pid(self, first: u32, offset: u32) -> u32 {
        match self {
            Self::First => first,
            // After this many turns pids begin again, as they do on a real host.
            Self::Since(start) => {
                let start = u32::try_from(start % 100_000).unwrap_or_default();
                FIRST_PID + PIDS * start + offset
            }
        }
    }
}

/// When the process with this pid was started, in ticks after boot.
pub(super) fn started(pid: u32) -> u64 {
    let before = UPTIME.as_secs() * TICKS;
    let (pid, first) = (u64::from(pid), u64::from(FIRST_PID));
    if pid < u64::from(BOOT) {
        pid * 2
    } else if pid < first {
        before / first * pid
    } else {
        before + (pid - first) * LENGTH * TICKS / u64::from(PIDS)
    }
}
