//! A target's resource limits, and how soon the kernel ends it where memory runs out.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::OFlags;
use rustix::io::write;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::super::super::EnterError;
use super::file;

/// As `/proc/PID/limits` calls them.
const NAMES: [(&str, Resource); 16] = [
    ("Max cpu time", Resource::Cpu),
    ("Max file size", Resource::Fsize),
    ("Max data size", Resource::Data),
    ("Max stack size", Resource::Stack),
    ("Max core file size", Resource::Core),
    ("Max resident set", Resource::Rss),
    ("Max processes", Resource::Nproc),
    ("Max open files", Resource::Nofile),
    ("Max locked memory", Resource::Memlock),
    ("Max address space", Resource::As),
    ("Max file locks", Resource::Locks),
    ("Max pending signals", Resource::Sigpending),
    ("Max msgqueue size", Resource::Msgqueue),
    ("Max nice priority", Resource::Nice),
    ("Max realtime priority", Resource::Rtprio),
    ("Max realtime timeout", Resource::Rttime),
];

/// The limits of a process.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resources(Vec<(Resource, Rlimit)>);

impl Resources {
    /// The limits of the process whose directory this is.
    pub(super) fn read(process: BorrowedFd<'_>) -> io::Result<Self> {
        let bytes = file::read(process, "limits")?;
        Ok(Self::parse(&String::from_utf8_lossy(&bytes)))
    }

    fn parse(text: &str) -> Self {
        let value = |word: &str| match word {
            "unlimited" => Some(None),
            number => number.parse().ok().map(Some),
        };
        let line = |line: &str| {
            let (name, resource) = NAMES.iter().find(|(name, _)| line.starts_with(name))?;
            let mut values = line[name.len()..].split_whitespace();
            let current = value(values.next()?)?;
            let maximum = value(values.next()?)?;
            Some((*resource, Rlimit { current, maximum }))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// Takes them over, but none that is above our own.
    pub(super) fn take_over(&self) -> Result<(), EnterError> {
        for (resource, theirs) in &self.0 {
            let own = getrlimit(*resource);
            let wanted = within(own, *theirs);
            if wanted != own {
                setrlimit(*resource, wanted)
                    .map_err(EnterError::step("take over the resource limits"))?;
            }
        }
        Ok(())
    }
}

fn within(own: Rlimit, theirs: Rlimit) -> Rlimit {
    let maximum = least(own.maximum, theirs.maximum);
    Rlimit {
        current: least(theirs.current, maximum),
        maximum,
    }
}

/// The lower of two limits; `None` is unlimited.
fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Is ended as soon as the target where memory runs out, if that is sooner than now. Else a command would outlive the
/// target in its own cgroup.
pub(super) fn take_over_oom_score(own: BorrowedFd<'_>, target: BorrowedFd<'_>) -> io::Result<()> {
    let score = |process| {
        let bytes = file::read(process, "oom_score_adj")?;
        let score = String::from_utf8_lossy(&bytes).trim().parse::<i32>();
        score.map_err(io::Error::other)
    };
    let theirs = score(target)?;
    if theirs > score(own)? {
        let file = file::open(own, "oom_score_adj", OFlags::WRONLY)?;
        write(file, theirs.to_string().as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_read() {
        let text = std::fs::read_to_string("/proc/thread-self/limits").unwrap();
        let limits = Resources::parse(&text).0;
        assert_eq!(limits.len(), 16);
        for (resource, limit) in limits {
            assert_eq!(limit, getrlimit(resource), "{resource:?}");
        }
    }

    #[test]
    fn a_limit_is_never_raised_above_our_own() {
        let limit = |current, maximum| Rlimit { current, maximum };
        for (own, theirs, wanted) in [
            (
                limit(Some(5), Some(9)),
                limit(Some(3), Some(4)),
                limit(Some(3), Some(4)),
            ),
            (
                limit(Some(5), Some(9)),
                limit(None, None),
                limit(Some(9), Some(9)),
            ),
            (
                limit(None, None),
                limit(Some(8), None),
                limit(Some(8), None),
            ),
        ] {
            assert_eq!(within(own, theirs), wanted);
        }
    }
}
