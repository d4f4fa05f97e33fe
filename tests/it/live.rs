//! The terminal interface over a host that changes while it is open.

use crate::support::fake_engine::FakeEngine;
use crate::support::fake_proc::{FakeProc, FakeProcess, id};
use crate::support::pty::{Failure, Pty};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");

/// Opens the interface over `fake`; the next scan comes only when asked for.
fn open(fake: &FakeProc, engine: &[&str]) -> Result<Pty, Failure> {
    let path = fake.path().to_str().unwrap();
    let mut command = vec![NSLENS, "--proc", path, "--interval", "3600"];
    command.extend(engine);
    let mut pty = Pty::run(&command, 120, 30)?;
    pty.until_shows("host")?;
    Ok(pty)
}

#[test]
fn containers_come_and_go() -> Result<(), Failure> {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    let mut pty = open(&fake, &["--no-docker"])?;
    pty.until_shows("aaaaaaaaaaaa")?;
    fake.add(&FakeProcess::new(60).in_docker(&id('b'), 4_026_541_000));
    pty.press(b"r")?;
    pty.until_shows("bbbbbbbbbbbb")?;
    pty.press(b"jj\r")?;
    pty.until_shows("its own: nobody else")?;
    std::fs::remove_dir_all(fake.path().join("60"))?;
    pty.press(b"r")?;
    // It is shown as it was for a few refreshes, and called gone.
    pty.until_shows("this is what was last seen of it")?;
    pty.press(b"\x1b")?;
    pty.until(|screen| screen.contents().contains("\n-bbbbbbbbbbbb"))?;
    // Each newcomer tells that a refresh has been shown.
    for (pid, digit) in [(70, 'c'), (80, 'd'), (90, 'e')] {
        fake.add(&FakeProcess::new(pid).in_docker(&id(digit), 4_026_542_000 + pid * 100));
        pty.press(b"r")?;
        pty.until_shows(&digit.to_string().repeat(12))?;
    }
    pty.until(|screen| !screen.contents().contains("bbbbbbbbbbbb"))?;
    pty.press(b"q")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}

#[test]
fn names_arrive_and_stay_while_the_engine_is_down() -> Result<(), Failure> {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    let engine = FakeEngine::of_one(&id('a'), 50, "web");
    let url = engine.url();
    let mut pty = open(&fake, &["--docker", &url])?;
    pty.until_shows("web")?;
    drop(engine);
    pty.press(b"r")?;
    // The name stays; that the engine is gone is said.
    pty.until(|screen| {
        let shown = screen.contents();
        let header = shown.lines().next().unwrap_or_default();
        shown.contains("web") && ["absent", "error"].iter().any(|word| header.contains(word))
    })?;
    pty.press(b"q")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}

#[test]
fn a_proc_mount_that_disappears_keeps_what_was_there() -> Result<(), Failure> {
    let fake = FakeProc::new();
    fake.add(&FakeProcess::new(50).in_docker(&id('a'), 4_026_540_000));
    let mut pty = open(&fake, &["--no-docker"])?;
    pty.until_shows("aaaaaaaaaaaa")?;
    drop(fake);
    pty.press(b"r")?;
    pty.until_shows("cannot list")?;
    assert!(pty.screen().contents().contains("aaaaaaaaaaaa"));
    pty.press(b"q")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}
