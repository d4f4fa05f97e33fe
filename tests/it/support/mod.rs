//! What the tests share: the program under test, fake and real hosts, and what this machine can do.

pub(crate) mod docker;
pub(crate) mod enter;
pub(crate) mod fake_engine;
pub(crate) mod fake_proc;
pub(crate) mod find;
pub(crate) mod netns;
pub(crate) mod program;
pub(crate) mod pty;
pub(crate) mod signal;
pub(crate) mod text;
pub(crate) mod unshared;

use std::env;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

/// How long anything may take before the test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Whether this machine has `capability`. Where it has not, the test that asks says so and returns; under the
/// test command, which promises every capability, it fails.
#[must_use]
pub(crate) fn require(there: bool, capability: &str) -> bool {
    if there {
        return true;
    }
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    assert!(
        env::var_os("NSLENS_TEST_REQUIRE").is_none(),
        "{test} needs {capability}, which the test command promises"
    );
    // Not println: what a passing test prints so is not shown.
    let _ = writeln!(io::stderr(), "skipped: {test}: needs {capability}");
    false
}

/// As [`require`], for tests that make namespaces or see everything.
#[must_use]
pub(crate) fn require_root() -> bool {
    require(is_root(), "root")
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Asks `what` again and again until it answers, and fails after [`PATIENCE`].
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "still waiting for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
