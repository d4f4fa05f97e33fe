//! What a command inside reads and writes where not all of it is a terminal, its status, and signals to it.

use std::fs;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::tempdir;

use super::support::{TELL_PID, below_shell, pid_shown, piped, targets, until_ended, words};
use crate::support::program::{command, finish, run, run_with_input};
use crate::support::pty::Failure;
use crate::support::require_root;
use crate::support::unshared::Unshared;

#[test]
fn what_has_no_terminal_does_not_get_at_ours() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    // Each way in which one of the streams is a terminal and not both of input and output are.
    for target in targets() {
        for outer in [
            r#""$@" </dev/null"#,
            r#""$@" | cat"#,
            r#""$@" </dev/null 2>/dev/null"#,
            r#""$@" </dev/null >/dev/null"#,
        ] {
            let script = "for n in 0 1 2; do test ! -t $n || echo found $n >&2; done
                          if (: </dev/tty) 2>/dev/null; then echo found tty; echo found tty >&2; fi
                          echo done; echo done >&2";
            let ended = below_shell(&target, outer, script)?.end()?;
            let screen = ended.screen.contents();
            assert!(!screen.contains("found"), "{outer}: {screen}");
            assert!(screen.contains("done"), "{outer}: {screen}");
            ended.assert_restored();
        }
    }
    Ok(())
}

#[test]
fn no_descriptor_of_ours_is_inside() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        // One that we were given ourselves is not for the target either.
        for outer in [
            r#""$@" 7</etc/passwd"#,
            r#""$@" 7</etc/passwd </dev/null | cat"#,
        ] {
            let pty = below_shell(&target, outer, "exec ls /proc/self/fd")?;
            let shown = pty.end()?.screen.contents();
            let shown: Vec<&str> = shown.split_whitespace().collect();
            // The last one is what ls reads.
            assert_eq!(shown, ["0", "1", "2", "3"]);
        }
    }
    Ok(())
}

#[test]
fn pipes_are_handed_through() {
    if !require_root() {
        return;
    }
    let lines: Vec<String> = (1..=100_000).map(|number| number.to_string()).collect();
    let lines = lines.join("\n");
    for target in targets() {
        let pid = target.pid.to_string();
        let words = ["--no-docker", "enter", &pid, "cat"];
        let run = run_with_input(&words, lines.as_bytes()).ended(0);
        assert!(run.stdout == lines.as_bytes() && run.stderr.is_empty());
        let run = piped(&target, "echo one; echo two >&2; exit 3").ended(3);
        assert_eq!((run.text(), run.stderr.as_str()), ("one\n", "two\n"));
    }
}

#[test]
fn a_pipe_feeds_a_command_whose_output_is_on_the_terminal() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        let outer = r#"seq 1 20 | "$@"; echo status $?"#;
        let pty = below_shell(&target, outer, "cat; echo to-stderr >&2; exit 5")?;
        let screen = pty.end()?.screen;
        let lines: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
        let wanted = lines.join("\n") + "\nto-stderr\nstatus 5";
        assert_eq!(screen.contents().trim_end(), wanted);
    }
    Ok(())
}

#[test]
fn errors_stay_apart_where_they_are_sent_elsewhere() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let folder = tempdir()?;
    for target in targets() {
        let file = folder.path().join("errors");
        let outer = format!(r#""$@" 2>{}"#, file.display());
        let script = "echo to-stdout; echo to-stderr >&2; test -t 1 && test ! -t 2";
        let ended = below_shell(&target, &outer, script)?.end()?;
        assert_eq!(ended.status.code(), Some(0));
        assert_eq!(ended.screen.contents().trim(), "to-stdout");
        assert_eq!(fs::read_to_string(&file)?, "to-stderr\n");
    }
    Ok(())
}

#[test]
fn the_status_is_the_commands() {
    if !require_root() {
        return;
    }
    for target in targets() {
        for (script, status) in [
            ("exit 0", 0),
            ("exit 3", 3),
            ("exit 255", 255),
            ("kill -TERM $$", 143),
            ("kill -KILL $$", 137),
        ] {
            let run = piped(&target, script).ended(status);
            assert_eq!(run.stderr, "", "{script}");
        }
        let pid = target.pid.to_string();
        for (program, status) in [("/nonexistent", 127), ("/etc/passwd", 126), ("/", 126)] {
            let run = run(&["--no-docker", "enter", &pid, program]).ended(status);
            assert!(run.complaint().contains(program), "{}", run.stderr);
        }
    }
}

#[test]
fn a_reader_that_has_enough_ends_it_quietly() {
    if !require_root() {
        return;
    }
    for target in targets() {
        let pid = target.pid.to_string();
        let mut shell = Command::new("sh");
        let outer = r#"("$@"; echo "status $?" >&2) | head -n 1"#;
        shell
            .args(["-c", outer, "sh"])
            .args(words(&pid, "exec yes"));
        let run = finish(shell, b"").ended(0);
        assert_eq!((run.text(), run.stderr.as_str()), ("y\n", "status 141\n"));
    }
}

#[test]
fn signals_are_passed_on() {
    if !require_root() {
        return;
    }
    for target in targets() {
        for (name, signal) in [
            ("TERM", Signal::TERM),
            ("HUP", Signal::HUP),
            ("INT", Signal::INT),
            ("QUIT", Signal::QUIT),
            ("USR1", Signal::USR1),
            ("USR2", Signal::USR2),
        ] {
            let pid = target.pid.to_string();
            let script = format!("trap 'echo got {name}; exit 9' {name}; echo ready; read line");
            let mut program = command(&words(&pid, &script)[1..]);
            program.stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = program.spawn().unwrap();
            let mut output = child.stdout.take().unwrap();
            let mut ready = [0; 6];
            std::io::Read::read_exact(&mut output, &mut ready).unwrap();
            kill_process(Pid::from_child(&child), signal).unwrap();
            let rest = std::io::read_to_string(output).unwrap();
            assert_eq!(rest, format!("got {name}\n"));
            // wait closes the pipe that the command reads from.
            assert_eq!(child.wait().unwrap().code(), Some(9), "{name}");
        }
    }
}

#[test]
fn the_interrupt_key_reaches_a_command_without_a_terminal() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    for target in targets() {
        let script = format!("{TELL_PID}; exec sleep 600");
        let mut pty = below_shell(&target, r#"exec "$@" </dev/null"#, &script)?;
        let pid = pid_shown(&mut pty)?;
        assert!(pty.modes_restored()?, "not ours to change");
        pty.press(b"\x03")?;
        let status = pty.wait_for_end()?;
        assert_eq!(status.code(), Some(130));
        until_ended(pid);
    }
    Ok(())
}

#[test]
fn what_is_ignored_is_not_passed_on() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let target = Unshared::new(&["--net"]);
    let outer = r#"trap "" HUP; exec "$@""#;
    let mut pty = below_shell(&target, outer, "echo ready; read -r line; echo got $line")?;
    pty.until_shows("ready")?;
    pty.signal(Signal::HUP)?;
    pty.press(b"something\n")?;
    pty.until_shows("got something")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}
