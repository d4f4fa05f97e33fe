//! The terminal interface in a real terminal: what it draws, and that it leaves the terminal as it was.

use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::pty::{Failure, Pty};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");

/// A saved snapshot of a host with one container in the host's net namespace.
struct Saved {
    _folder: TempDir,
    path: String,
}

impl Saved {
    fn new() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("snapshot.json");
        fs::write(&path, snapshot().to_string())?;
        Ok(Self {
            path: path.display().to_string(),
            _folder: folder,
        })
    }

    fn open(&self, columns: u16, rows: u16) -> Result<Pty, Failure> {
        let mut pty = Pty::run(&[NSLENS, "--from", &self.path], columns, rows)?;
        pty.until_shows("q quit")?;
        Ok(pty)
    }
}

fn snapshot() -> Value {
    let namespaces = json!({ "net": 4_026_531_833_u32, "pid": 4_026_531_836_u32 });
    json!({
        "schema": "nslens.snapshot/1", "captured_at": "2026-11-23T18:00:00Z", "duration_ms": 4,
        "host": {
            "hostname": "db01", "kernel": null, "boot_id": null, "boot_time": null, "clock_ticks": 100,
            "process_count": 3, "namespaces": namespaces, "pid_namespace_is_initial": true,
        },
        "viewer": { "pid": 7, "uid": 0, "namespaces": namespaces, "denied_processes": 0 },
        "engines": [], "namespaces": [], "processes": [], "groups": [], "gaps": [],
        "containers": [{
            "id": "7c1a26", "name": "exporter", "engine": "docker", "name_source": "engine", "image": null,
            "state": "running", "init_pid": 2962, "project": null, "service": null, "pod": null, "labels": {},
            "process_count": 1, "cgroup": null, "declared": null, "drift": [], "networks": [], "mounts": [],
            "sharing": {
                "net": { "inode": 4_026_531_833_u32, "scope": "host", "with": [] },
                "pid": { "inode": 4_026_532_184_u32, "scope": "private", "with": [] },
            },
        }],
    })
}

/// Whether clicks are reported.
fn has_mouse(screen: &vt100::Screen) -> bool {
    screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
}

#[test]
fn it_draws_and_q_quits() -> Result<(), Failure> {
    let mut pty = Saved::new()?.open(100, 30)?;
    let shown = pty.screen().contents();
    assert!(
        shown.contains("db01") && shown.contains("exporter"),
        "{shown}"
    );
    assert!(shown.contains("H!"), "{shown}");
    assert!(pty.screen().alternate_screen() && pty.screen().hide_cursor());
    assert!(has_mouse(pty.screen()) && pty.screen().bracketed_paste());
    assert!(!pty.modes_restored()?, "raw while it runs");
    pty.press(b"j")?;
    pty.until_shows("the host's: not isolated")?;
    pty.press(b"q")?;
    let ended = pty.end()?;
    assert_eq!(ended.status.code(), Some(0));
    ended.assert_restored();
    Ok(())
}

#[test]
fn escape_never_quits_and_ctrl_c_does() -> Result<(), Failure> {
    let mut pty = Saved::new()?.open(100, 30)?;
    pty.press(b"?")?;
    pty.until_shows("KEYS IN")?;
    pty.press(b"\x1b")?;
    pty.until_shows("NOTES")?;
    pty.press(b"\x1b")?;
    pty.press(b"j")?;
    pty.until_shows("the host's: not isolated")?;
    pty.press(b"\x03")?;
    let ended = pty.end()?;
    assert_eq!(ended.status.code(), Some(0));
    ended.assert_restored();
    Ok(())
}

#[test]
fn it_dies_by_the_signal_with_the_terminal_restored() -> Result<(), Failure> {
    let saved = Saved::new()?;
    for signal in [
        Signal::TERM,
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::USR1,
    ] {
        let pty = saved.open(80, 24)?;
        pty.signal(signal)?;
        let ended = pty.end()?;
        assert_eq!(ended.signal(), Some(signal.as_raw()), "{:?}", ended.status);
        ended.assert_restored();
    }
    Ok(())
}

#[test]
fn it_stops_for_the_shell_and_comes_back() -> Result<(), Failure> {
    const SHELL: &str =
        r#"set -m; "$0" --from "$1"; echo "stopped $?"; read go; fg; echo "ended $?""#;
    let saved = Saved::new()?;
    let mut pty = Pty::run(&["sh", "-c", SHELL, NSLENS, &saved.path], 100, 30)?;
    pty.until_shows("q quit")?;
    pty.press(b"\x1a")?;
    pty.until_shows("stopped 1")?;
    assert!(!pty.screen().alternate_screen() && !pty.screen().hide_cursor());
    assert!(!has_mouse(pty.screen()) && !pty.screen().bracketed_paste());
    assert!(pty.modes_restored()?);
    // The size changes while it is stopped: all is drawn anew, at the size of then.
    pty.resize(90, 22)?;
    pty.press(b"\n")?;
    pty.until(|screen| screen.alternate_screen() && screen.contents().contains("q quit"))?;
    assert!(pty.screen().contents().contains("exporter"));
    assert!(has_mouse(pty.screen()) && pty.screen().bracketed_paste());
    pty.press(b"q")?;
    pty.until_shows("ended 0")?;
    pty.end()?.assert_restored();
    Ok(())
}

#[test]
fn without_a_shell_it_does_not_stop() -> Result<(), Failure> {
    let mut pty = Saved::new()?.open(80, 24)?;
    pty.press(b"\x1a")?;
    pty.until_shows("cannot suspend")?;
    pty.press(b"q")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}

#[test]
fn a_new_size_is_drawn() -> Result<(), Failure> {
    let mut pty = Saved::new()?.open(120, 40)?;
    pty.until_shows("NOTES")?;
    pty.resize(30, 5)?;
    pty.until_shows("needs 40x8, is 30x5")?;
    pty.resize(60, 15)?;
    pty.until_shows("exporter")?;
    pty.press(b"q")?;
    pty.end()?.assert_restored();
    Ok(())
}

#[test]
fn a_terminal_that_is_gone_ends_it() -> Result<(), Failure> {
    Saved::new()?.open(80, 24)?.hang_up()?;
    Ok(())
}

#[test]
fn a_terminal_that_is_gone_ends_it_even_without_a_signal() -> Result<(), Failure> {
    let saved = Saved::new()?;
    let command = ["env", "--block-signal=HUP", NSLENS, "--from", &saved.path];
    let mut pty = Pty::run(&command, 80, 24)?;
    pty.until_shows("q quit")?;
    let status = pty.hang_up()?;
    assert!(status.code().is_some(), "{status:?}");
    Ok(())
}

#[test]
fn without_colour_no_colour_is_written_and_the_choice_is_still_seen() -> Result<(), Failure> {
    let saved = Saved::new()?;
    let command = ["env", "NO_COLOR=1", NSLENS, "--from", &saved.path];
    let mut pty = Pty::run(&command, 100, 30)?;
    pty.until_shows("q quit")?;
    let screen = pty.screen();
    let cells =
        || (0..30).flat_map(|row| (0..100).filter_map(move |column| screen.cell(row, column)));
    assert!(cells().all(|cell| cell.fgcolor() == vt100::Color::Default));
    assert!(cells().any(|cell| cell.inverse() && cell.contents() == "H"));
    // Every view and popup, and not one byte of colour.
    for keys in [
        &b"2"[..],
        b"3",
        b"?",
        b"?",
        b"!",
        b"!",
        b":",
        b"\x1b",
        b"1jj",
        b"/x:",
        b"\x1b",
    ] {
        pty.press(keys)?;
        pty.idle(std::time::Duration::from_millis(60))?;
    }
    let colours = colours(pty.written());
    assert!(colours.is_empty(), "{colours:?}");
    pty.press(b"q")?;
    pty.end()?.assert_restored();
    Ok(())
}

/// The parameters of every sequence that sets a colour other than the terminal's own.
fn colours(written: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(written);
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != ';')?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    let is_colour = |number: u32| matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107);
    let has_colour = |parameters: &String| {
        let mut numbers = parameters.split(';').filter_map(|one| one.parse().ok());
        numbers.any(is_colour)
    };
    sequences.filter(has_colour).collect()
}
