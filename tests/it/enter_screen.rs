//! From the terminal interface into real namespaces and back, in a real terminal.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::support::pty::{Failure, Pty};
use crate::support::unshared::{Unshared, inode_of};
use crate::support::{eventually, require, require_root};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");
/// What is said before a shell has the terminal.
const GIVEN: &str = "its end leads back";

/// The interface with the process chosen in the list of processes; it looks when it is told to.
fn choose(pid: u32, options: &[&str]) -> Result<Pty, Failure> {
    let command = [&[NSLENS, "--no-docker", "--interval", "3600"][..], options].concat();
    let mut pty = Pty::run(&command, 120, 40)?;
    pty.until_shows(" NAME ")?;
    pty.press(format!("3/pid:{pid}\r").as_bytes())?;
    pty.until_shows(&format!("filter: pid:{pid} (1 of"))?;
    Ok(pty)
}

/// The chooser with the line chosen that stands so far below the first.
fn go(pty: &mut Pty, title: &str, down: usize) -> Result<(), Failure> {
    pty.press(b"s")?;
    pty.until_shows(&format!("into {title}"))?;
    pty.press("j".repeat(down).as_bytes())?;
    pty.press(b"\r")
}

/// Types a command line and waits for what it prints.
fn ask(pty: &mut Pty, line: &str, answer: &str) -> Result<(), Failure> {
    pty.press(format!("{line}\r").as_bytes())?;
    pty.until_shows(answer)
}

/// Ends the shell, and waits until the screen is back.
fn leave(pty: &mut Pty) -> Result<(), Failure> {
    pty.press(b"exit 0\r")?;
    pty.until(vt100::Screen::alternate_screen)?;
    pty.until_shows("ended with status 0")
}

fn quit(mut pty: Pty) -> Result<(), Failure> {
    pty.press(b"q")?;
    let ended = pty.end()?;
    assert_eq!(ended.status.code(), Some(0));
    ended.assert_restored();
    Ok(())
}

fn name(process: &Unshared) -> String {
    format!("cat ({})", process.pid)
}

#[test]
fn a_shell_is_in_the_namespaces_of_the_row_and_leads_back_to_it() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let process = Unshared::new(&["--net", "--uts"]);
    let mut pty = choose(process.pid, &[])?;
    go(&mut pty, &name(&process), 0)?;
    pty.until_shows(GIVEN)?;
    assert!(!pty.screen().alternate_screen() && !pty.screen().hide_cursor());
    assert!(!pty.screen().bracketed_paste());
    for (kind, own) in [("net", false), ("uts", false), ("mnt", true)] {
        let there = inode_of(process.pid, kind).unwrap();
        assert_eq!(inode_of(std::process::id(), kind) == Some(there), own);
        let line = format!("readlink /proc/self/ns/{kind}");
        ask(&mut pty, &line, &format!("{kind}:[{there}]"))?;
    }
    leave(&mut pty)?;
    // The row is still chosen, and keys are keys again.
    pty.until_shows(&format!("process {} ", process.pid))?;
    assert!(pty.screen().hide_cursor() && pty.screen().bracketed_paste());
    pty.press(b"\r")?;
    pty.until_shows("running for")?;
    quit(pty)
}

#[test]
fn no_key_is_taken_from_the_shell_and_none_afterwards() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let process = Unshared::new(&["--uts"]);
    let mut pty = choose(process.pid, &[])?;
    for round in 0..3 {
        go(&mut pty, &name(&process), 0)?;
        pty.until_shows(GIVEN)?;
        for turn in 0..10 {
            let letters = "abcdefghijklmnopqrstuvwxyz".repeat(2);
            let line = format!("x={letters}; echo {turn}.{round}.${{#x}}");
            ask(&mut pty, &line, &format!("{turn}.{round}.52"))?;
        }
        pty.press(b"exit 0\r")?;
        pty.until(vt100::Screen::alternate_screen)?;
        // Before anything is drawn.
        pty.press(b"1")?;
        pty.until_shows("NOTES")?;
        pty.press(b"3")?;
        pty.until_shows("NOT HOST")?;
    }
    quit(pty)
}

#[test]
fn signals_of_the_keyboard_are_the_shells() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let process = Unshared::new(&["--uts"]);
    let mut pty = choose(process.pid, &[])?;
    go(&mut pty, &name(&process), 0)?;
    pty.until_shows(GIVEN)?;
    pty.signal(Signal::INT)?;
    ask(&mut pty, "echo $((40+2))", "42")?;
    pty.resize(100, 30)?;
    leave(&mut pty)?;
    pty.until_shows("NOT HOST")?;
    // Longer than we would have had to end.
    pty.until_shows("3s ago")?;
    quit(pty)
}

#[test]
fn a_signal_that_ends_us_ends_the_shell_and_restores_the_terminal() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let process = Unshared::new(&["--uts"]);
    let mut pty = choose(process.pid, &[])?;
    go(&mut pty, &name(&process), 0)?;
    pty.until_shows(GIVEN)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("pid");
    ask(
        &mut pty,
        &format!("echo $$ > {} && echo $((40+2))", file.display()),
        "42",
    )?;
    // Modes that nobody but us would set back.
    ask(&mut pty, "stty -echo -icanon; echo $((40+3))", "43")?;
    pty.signal(Signal::TERM)?;
    let ended = pty.end()?;
    assert_eq!(
        ended.signal(),
        Some(Signal::TERM.as_raw()),
        "{:?}",
        ended.status
    );
    ended.assert_restored();
    let shell = fs::read_to_string(&file)?;
    let shell = format!("/proc/{}/ns", shell.trim());
    eventually("the end of the shell", || {
        fs::read_link(format!("{shell}/uts")).is_err().then_some(())
    });
    Ok(())
}

#[test]
fn a_process_that_has_gone_is_refused_and_the_words_stay_until_they_are_read() -> Result<(), Failure>
{
    if !require_root() {
        return Ok(());
    }
    let process = Unshared::new(&["--uts"]);
    let title = name(&process);
    let mut pty = choose(process.pid, &[])?;
    drop(process);
    go(&mut pty, &title, 0)?;
    pty.until_shows("has ended")?;
    pty.until_shows("press Enter to go back")?;
    pty.press(b"q")?;
    pty.idle(Duration::from_millis(300))?;
    assert!(!pty.screen().alternate_screen(), "still to be read");
    pty.press(b"\r")?;
    pty.until(vt100::Screen::alternate_screen)?;
    pty.until_shows("ended with status 1")?;
    quit(pty)
}

/// A folder with a shell that nobody would look for where it is.
fn bare_root() -> Result<Option<TempDir>, Failure> {
    let found = Command::new("sh")
        .args(["-c", "command -v busybox"])
        .output()?;
    let path = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    if !require(!path.is_empty(), "busybox") {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    fs::copy(path, folder.path().join("tools"))?;
    fs::create_dir(folder.path().join("proc"))?;
    Ok(Some(folder))
}

#[test]
fn where_there_is_no_shell_the_hosts_tools_are_offered() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let Some(root) = bare_root()? else {
        return Ok(());
    };
    let mut command = Command::new("unshare");
    let tools = root.path().join("tools");
    // Applets go by the name that a program is called by.
    fs::hard_link(&tools, root.path().join("cat"))?;
    fs::hard_link(&tools, root.path().join("sh"))?;
    let root = root.path().to_str().unwrap_or_default();
    let script = "read -r pid rest </proc/self/stat; echo $pid; exec chroot \"$0\" /cat >/dev/null";
    command.args(["--mount", "--uts", "sh", "-c", script, root]);
    let process = Unshared::command(command);
    let title = name(&process);
    eventually("another root", || {
        let there = fs::read_link(format!("/proc/{}/root", process.pid)).ok()?;
        (there == Path::new(root)).then_some(())
    });
    let mut pty = choose(process.pid, &[])?;
    pty.press(b"r")?;
    go(&mut pty, &title, 0)?;
    pty.until_shows("no shell")?;
    pty.until_shows("press Enter to go back")?;
    pty.press(b"\r")?;
    pty.until_shows("s, then \"all, host's tools\"")?;
    go(&mut pty, &title, 2)?;
    pty.until_shows(GIVEN)?;
    ask(&mut pty, "echo $((40+2))", "42")?;
    leave(&mut pty)?;
    quit(pty)
}

#[test]
fn the_nsenter_line_is_printed_where_we_were_started() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let process = Unshared::new(&["--uts"]);
    let mut pty = choose(process.pid, &[])?;
    go(&mut pty, &name(&process), 5)?;
    pty.until_shows("press Enter to go back")?;
    assert!(!pty.screen().alternate_screen());
    pty.until_shows(&format!("nsenter -t {} -u", process.pid))?;
    pty.press(b"\r")?;
    pty.until_shows("NOT HOST")?;
    quit(pty)
}

/// A configuration with these commands for host names.
fn configured(commands: &str) -> Result<(TempDir, String), Failure> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("config.toml");
    fs::write(&file, format!("[commands]\nuts = [{commands}]\n"))?;
    let file = file.display().to_string();
    Ok((folder, file))
}

/// Chooses the quick command that is written so.
fn run(pty: &mut Pty, title: &str, command: &str) -> Result<(), Failure> {
    pty.press(b"s")?;
    pty.until_shows(&format!("into {title}"))?;
    pty.until_shows(command)?;
    let shown = pty.screen().contents();
    let mut lines = shown.lines().skip_while(|line| !line.contains("into "));
    let down = lines
        .position(|line| line.contains(command))
        .expect(command)
        - 1;
    pty.press("j".repeat(down).as_bytes())?;
    pty.press(b"\r")
}

#[test]
fn quick_commands_run_in_the_namespace_and_are_shown() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let process = Unshared::new(&["--net", "--uts"]);
    let title = name(&process);
    let hostname = ["-t", &process.pid.to_string(), "-u", "hostname", "quickly"];
    assert!(Command::new("nsenter").args(hostname).status()?.success());
    let (_folder, file) = configured(r#"["printf", "a\\033]0;x\\007\\tb\\n"], "sh -c false""#)?;
    let mut pty = choose(process.pid, &["--config", &file])?;
    run(&mut pty, &title, "net: ip addr")?;
    pty.until_shows("status     0")?;
    pty.until_shows("1: lo: <LOOPBACK>")?;
    pty.press(b"\x1b")?;
    run(&mut pty, &title, "uts: hostname")?;
    pty.until_shows("\n quickly")?;
    // Another name, another answer.
    let hostname = ["-t", &process.pid.to_string(), "-u", "hostname", "again"];
    assert!(Command::new("nsenter").args(hostname).status()?.success());
    pty.press(b"r")?;
    pty.until_shows("\n again")?;
    run(&mut pty, &title, "mnt: findmnt")?;
    pty.until_shows("/proc ")?;
    run(&mut pty, &title, "uts: printf")?;
    pty.until_shows("\n a\\x1b]0;x\\x07")?;
    run(&mut pty, &title, "uts: sh -c false")?;
    pty.until_shows("status     1")?;
    pty.press(b"\x1b")?;
    pty.until_shows("NOT HOST")?;
    quit(pty)
}

/// Whether a process has this command line.
fn runs(command: &str) -> bool {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut lines = all.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.any(|line| line == command.replace(' ', "\0").into_bytes())
}

#[test]
fn a_quick_command_that_takes_long_is_ended_by_esc_and_by_the_end() -> Result<(), Failure> {
    if !require_root() {
        return Ok(());
    }
    let process = Unshared::new(&["--uts"]);
    let title = name(&process);
    let command = format!("sleep 7{}.25", process.pid);
    let is_gone = || (!runs(&format!("{command}\0"))).then_some(());
    let (_folder, file) = configured(&format!("{command:?}"))?;
    let mut pty = choose(process.pid, &["--config", &file])?;
    run(&mut pty, &title, &command)?;
    pty.until_shows("running; Esc ends it")?;
    eventually("the command", || {
        runs(&format!("{command}\0")).then_some(())
    });
    // The interface is not held up by it.
    pty.press(b"2")?;
    pty.until_shows("OWNER")?;
    pty.press(b"3")?;
    run(&mut pty, &title, &command)?;
    pty.until_shows("running; Esc ends it")?;
    pty.press(b"\x1b")?;
    pty.until_shows("ended by Esc")?;
    pty.press(b"r")?;
    pty.until_shows("running; Esc ends it")?;
    quit(pty)?;
    eventually("the end of all of them", is_gone);
    Ok(())
}

#[test]
fn read_only_has_no_way_in() -> Result<(), Failure> {
    let mut pty = Pty::run(
        &[NSLENS, "--demo", "--read-only", "--interval", "3600"],
        120,
        40,
    )?;
    pty.until_shows("q quit")?;
    assert!(!pty.screen().contents().contains("s shell"));
    pty.press(b"js")?;
    pty.until_shows("started with --read-only")?;
    assert!(!pty.screen().contents().contains("nslens enter"));
    pty.press(b":shell")?;
    pty.until_shows("no command matches")?;
    pty.press(b"\x1b")?;
    quit(pty)
}

#[test]
fn neither_the_example_nor_a_saved_snapshot_is_entered() -> Result<(), Failure> {
    let saved = Command::new(NSLENS).args(["--demo", "--json"]).output()?;
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), saved.stdout)?;
    let path = file.path().display().to_string();
    for (options, words) in [
        (
            &["--demo", "--interval", "3600"][..],
            "built-in example host",
        ),
        (&["--from", &path], "a saved snapshot"),
    ] {
        let mut pty = Pty::run(&[&[NSLENS], options].concat(), 120, 40)?;
        pty.until_shows(" NAME ")?;
        pty.press(b"jjjs")?;
        pty.until_shows("nslens enter ")?;
        pty.until_shows(words)?;
        pty.press(b"\r\x1b")?;
        pty.until_shows("NOTES")?;
        quit(pty)?;
    }
    Ok(())
}
