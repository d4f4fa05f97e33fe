//! What the interface leaves of a terminal when something goes wrong, and that it never spins.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use nslens::query::Filter;
use nslens::tui::{self, Access, Config, Feed, Options, Source, ThemeName, Wrapper};

use crate::support::fake_proc::{FakeProc, FakeProcess, id};
use crate::support::pty::{Failure, Pty};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");
/// Tells the test below which thread is to panic.
const WHERE: &str = "NSLENS_TEST_PANIC";

/// Not a test of its own: the interface in a process in which one of its threads panics.
#[test]
fn panics_when_told() {
    let Some(thread) = env::var_os(WHERE) else {
        return;
    };
    let in_collector = thread == "collector";
    let collector = Box::new(move |feed: &mut Feed| {
        while feed.wait() {
            feed.publish(Ok(Arc::new(nslens::demo::snapshot(
                0,
                std::time::SystemTime::UNIX_EPOCH,
            ))));
            assert!(!in_collector || !feed.is_wished(), "boom in the collector");
        }
    });
    let options = Options {
        interval: Duration::from_secs(3600),
        ascii: false,
        theme: ThemeName::Dark,
        colorless: false,
        filter: Filter::default(),
        config: Config::default(),
        problems: Vec::new(),
        wrapper: Wrapper::None,
        access: Access::Saved,
        writer: Arc::new(|_, _| panic!("boom in the writer")),
    };
    let error = tui::run(Source::Live(collector), options).unwrap_err();
    panic!("{error}");
}

#[test]
fn a_panic_in_any_thread_gives_the_terminal_back_and_is_told() -> Result<(), Failure> {
    let program = env::current_exe()?;
    let program = program.to_str().unwrap();
    for (thread, keys) in [("collector", &b"r"[..]), ("writer", b"w\r")] {
        let setting = format!("{WHERE}={thread}");
        let test = ["--exact", "hygiene::panics_when_told", "--nocapture"];
        let command = [&["env", "RUST_BACKTRACE=0", &setting, program][..], &test].concat();
        let mut pty = Pty::run(&command, 100, 30)?;
        pty.until_shows(" PROCS ")?;
        assert!(pty.screen().alternate_screen());
        pty.press(keys)?;
        let ended = pty.end()?;
        ended.assert_restored();
        let shown = ended.screen.contents();
        assert!(shown.contains(&format!("boom in the {thread}")), "{shown}");
    }
    Ok(())
}

/// What a program may use in half a second in which nothing happens.
const HARDLY_ANYTHING: Duration = Duration::from_millis(60);

#[test]
fn at_rest_it_does_not_spin_whatever_its_input_is() -> Result<(), Failure> {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    let path = fake.path().to_str().unwrap();
    let line = r#""$0" --proc "$1" --no-docker --interval 3600 --color never"#;
    // The last one is a pipe whose other end is closed.
    for input in ["", " </dev/null", " <&-", " <<END\nEND\n"] {
        let line = format!("exec {line}{input}");
        let mut pty = Pty::run(&["sh", "-c", &line, NSLENS, path], 100, 30)?;
        pty.until_shows("q quit")?;
        // Once a second the age on screen changes; between two of these nothing does.
        let used = pty.idle(Duration::from_millis(500))?;
        assert!(used <= HARDLY_ANYTHING, "{input:?}: {used:?}");
        pty.press(b"q")?;
        pty.end()?.assert_restored();
    }
    Ok(())
}
