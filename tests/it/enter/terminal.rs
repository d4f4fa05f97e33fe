//! A command inside, on a terminal.

use rustix::process::{Signal, kill_process};

use super::support::{
    NSLENS, TELL_PID, below_shell, has_ended, on_terminal, pid_shown, targets, times, until_ended,
};
use crate::support::pty::{Failure, Pty};
use crate::support::require_root;
use crate::support::unshared::Unshared;

#[test]
fn job_control_works_inside() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        let pid = target.pid.to_string();
        let shell = ["env", "PS1=ready> ", "sh"];
        let enter = [NSLENS, "--no-docker", "enter", &pid];
        let mut pty = Pty::run(&[&enter[..], &shell].concat(), 80, 24)?;
        pty.until_shows("ready>")?;
        pty.press(b"cat\none\n")?;
        // Once by the terminal, once by cat.
        pty.until(|screen| times(screen, "one") == 2)?;
        pty.press(b"\x1a")?;
        pty.until_shows("Stopped")?;
        pty.press(b"fg\ntwo\n")?;
        pty.until(|screen| times(screen, "two") == 2)?;
        pty.press(b"\x03")?;
        // What is typed before may be lost with the interrupt.
        pty.until(|screen| times(screen, "ready>") == 1)?;
        pty.press(b"echo it-was-$?; exit 7\n")?;
        pty.until_shows("it-was-130")?;
        let ended = pty.end()?;
        assert_eq!(ended.status.code(), Some(7));
        ended.assert_restored();
    }
    Ok(())
}

#[test]
fn keys_that_stop_are_for_a_shell_inside_and_without_one_for_nobody() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        let mut pty = on_terminal(&target, "echo ready; exec cat")?;
        pty.until_shows("ready")?;
        pty.press(b"\x1a")?;
        pty.until_shows("^Z")?;
        pty.press(b"still here\n")?;
        pty.until(|screen| times(screen, "still here") >= 1)?;
        pty.press(b"\x04")?;
        assert_eq!(pty.end()?.status.code(), Some(0));
    }
    Ok(())
}

#[test]
fn the_size_is_ours_and_follows() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let script = "trap 'stty size' WINCH; stty size; echo ready; while :; do read -r line; done";
    for target in targets() {
        let mut pty = on_terminal(&target, script)?;
        pty.until_shows("ready")?;
        assert_eq!(times(pty.screen(), "24 80"), 1);
        pty.resize(101, 31)?;
        pty.until(|screen| times(screen, "31 101") == 1)?;
        pty.press(b"\x1c")?;
        assert_eq!(pty.end()?.status.code(), Some(131));
    }
    Ok(())
}

#[test]
fn the_modes_are_given_back_however_it_ends() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        for (signal, status) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
            let mut pty = on_terminal(&target, "echo ready; exec sleep 600")?;
            pty.until_shows("ready")?;
            assert!(!pty.modes_restored()?, "raw while it runs");
            pty.signal(signal)?;
            let ended = pty.end()?;
            assert_eq!(ended.status.code(), Some(status));
            ended.assert_restored();
        }
        let ended = on_terminal(&target, "kill -KILL $$")?.end()?;
        assert_eq!(ended.status.code(), Some(137));
        ended.assert_restored();
        let pid = target.pid.to_string();
        let missing = [NSLENS, "--no-docker", "enter", &pid, "/nonexistent/program"];
        let ended = Pty::run(&missing, 80, 24)?.end()?;
        assert_eq!(ended.status.code(), Some(127));
        assert!(ended.screen.contents().contains("/nonexistent/program"));
        ended.assert_restored();
    }
    Ok(())
}

#[test]
fn the_terminal_inside_is_another_one() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        let script = "tty; tty </dev/tty; test -t 0 && test -t 1 && test -t 2";
        let pty = below_shell(&target, r#"tty; "$@""#, script)?;
        let ended = pty.end()?;
        assert_eq!(ended.status.code(), Some(0));
        let screen = ended.screen.contents();
        let lines: Vec<&str> = screen.lines().map(str::trim).collect();
        let [ours, theirs, by_name] = lines[..] else {
            panic!("{screen}");
        };
        assert!(theirs.starts_with("/dev/pts/"), "{screen}");
        assert_ne!(ours, theirs);
        assert_eq!(by_name, "/dev/tty");
    }
    Ok(())
}

#[test]
fn output_is_complete_on_a_terminal() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let [one, other] = targets();
    for (target, last, turns) in [(&one, 200_000, 1), (&one, 2000, 10), (&other, 2000, 10)] {
        let lines = (1..=last).map(|number| format!("{number}\r\n"));
        let all: String = lines.collect();
        for _ in 0..turns {
            let mut pty = on_terminal(target, &format!("seq 1 {last}"))?;
            pty.until_written(format!("\n{last}\r\n").as_bytes())?;
            assert!(pty.written() == all.as_bytes(), "not what seq wrote");
            assert_eq!(pty.end()?.status.code(), Some(0));
        }
    }
    Ok(())
}

#[test]
fn what_is_pasted_arrives() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let target = Unshared::new(&["--net"]);
    let lines: Vec<String> = (0..1024).map(|number| format!("{number:063}")).collect();
    let pasted = lines.join("\n") + "\n";
    assert_eq!(pasted.len(), 64 * 1024);
    let mut pty = on_terminal(&target, "stty -echo; echo ready; cat; echo end")?;
    pty.until_written(b"ready\r\n")?;
    let typist = pty.paste((pasted + "\x04").into_bytes())?;
    pty.until_written(b"end\r\n")?;
    typist.join().unwrap()?;
    let all = format!("ready\r\n{}\r\nend\r\n", lines.join("\r\n"));
    assert!(pty.written() == all.as_bytes(), "not what was pasted");
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}

#[test]
fn it_stops_and_comes_back() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    // Its parent is the process that supervises.
    let target = Unshared::new(&["--net"]);
    let outer = r#"set -m; "$@"; echo "stopped $?"; read go; fg >/dev/null; echo "ended $?""#;
    let script = "trap 'stty size' WINCH; echo ready; kill -TSTP $PPID
                  while ! read -r line; do :; done; echo got $line; exit 6";
    let mut pty = below_shell(&target, outer, script)?;
    pty.until_shows("stopped 1")?;
    assert!(pty.modes_restored()?, "given back while it is stopped");
    pty.resize(90, 33)?;
    pty.press(b"\n")?;
    pty.until(|screen| times(screen, "33 90") == 1)?;
    assert!(!pty.modes_restored()?, "taken again");
    pty.press(b"hello\n")?;
    pty.until_shows("got hello")?;
    pty.until_shows("ended 6")?;
    pty.end()?.assert_restored();
    Ok(())
}

#[test]
fn what_stays_behind_holds_nobody_up() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    // One in a session of its own, with the terminal or the pipe still open.
    let script = "pid=$(setsid sh -c 'echo $$; exec sleep 600 >&2' &); echo pid=$pid.; exit 4";
    for outer in [r#"exec "$@""#, r#"exec "$@" </dev/null"#] {
        let target = Unshared::new(&["--net"]);
        let mut pty = below_shell(&target, outer, script)?;
        let status = pty.wait_for_end()?;
        let pid = pid_shown(&mut pty)?;
        assert!(!has_ended(pid), "it was to stay");
        kill_process(pid, Signal::KILL)?;
        assert_eq!(status.code(), Some(4));
        pty.end()?.assert_restored();
    }
    Ok(())
}

#[test]
fn a_terminal_that_hangs_up_ends_everything() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        for (outer, rest) in [
            (r#"exec "$@""#, "exec sleep 600"),
            (r#"exec "$@" </dev/null"#, "exec sleep 600"),
            // Told by no signal, but by the end of what is read or by nobody reading what is written.
            (r#"exec env --block-signal=HUP "$@""#, "exec cat"),
            (
                r#"exec env --block-signal=HUP "$@" </dev/null"#,
                "while sleep 0.1; do echo more; done",
            ),
        ] {
            let mut pty = below_shell(&target, outer, &format!("{TELL_PID}; {rest}"))?;
            let pid = pid_shown(&mut pty)?;
            let status = pty.hang_up()?;
            assert!(status.code().is_some(), "{outer}: {status:?}");
            until_ended(pid);
        }
    }
    Ok(())
}

#[test]
fn with_us_killed_the_command_on_a_terminal_is_hung_up() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        let mut pty = on_terminal(&target, &format!("{TELL_PID}; exec sleep 600"))?;
        let pid = pid_shown(&mut pty)?;
        pty.signal(Signal::KILL)?;
        assert_eq!(pty.wait_for_end()?.code(), None);
        until_ended(pid);
    }
    Ok(())
}
