//! The example host, as whoever tries the program sees it.

use serde_json::Value;

use crate::json_schema::assert_valid;
use crate::support::program::{json_run, run, text_run};
use crate::support::pty::{Failure, Pty};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");

#[test]
fn it_is_printed_and_says_that_it_is_a_demo() {
    let printed = text_run(&["--demo"]);
    let text = printed.text();
    assert!(text.starts_with("host demo "), "{text}");
    for shown in ["shop-web-1", "在庫管理", "drift: ipc", "H!"] {
        assert!(text.contains(shown), "no {shown} in {text}");
    }
}

#[test]
fn its_json_is_valid_and_can_be_read_back() {
    let value = json_run(&["--demo"]).json();
    assert_valid(&value);
    assert_eq!(value["host"]["hostname"], "demo");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.json");
    std::fs::write(&file, value.to_string()).unwrap();
    let again = json_run(&["--from", file.to_str().unwrap()]).json();
    assert_eq!(again, value);
}

#[test]
fn what_changes_is_valid_too() {
    for turn in 0..40 {
        let seen = nslens::demo::snapshot(turn, std::time::UNIX_EPOCH);
        assert_valid(&serde_json::to_value(&seen).unwrap());
    }
}

#[test]
fn it_takes_the_options_of_a_snapshot() {
    let only = json_run(&["--demo", "--only", "containers"]).json();
    assert_eq!(only.get("processes"), None);
    assert!(
        only["containers"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    assert_eq!(run(&["--demo", "--json", "--strict"]).status, Some(3));
    for other in [
        ["--from", "x"],
        ["--proc", "/proc"],
        ["--docker", "unix:///x"],
    ] {
        let ended = run(&["--demo", "--snapshot", other[0], other[1]]);
        assert_eq!(ended.status, Some(2), "{other:?}");
    }
}

#[test]
fn its_hostile_words_are_made_visible() {
    let printed = text_run(&["--demo", "--only", "processes"]);
    let text = printed.text();
    assert!(text.contains("\\x1b]0;pwned\\x07"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    let json: Value = json_run(&["--demo"]).json();
    let mut containers = json["containers"].as_array().unwrap().iter();
    let backup = containers.find(|c| c["name"] == "backup-agent").unwrap();
    assert_eq!(
        backup["labels"]["description"],
        "nightly \u{202e}txt.exe\u{1b}[2J"
    );
}

#[test]
fn the_interface_shows_it_and_it_changes() -> Result<(), Failure> {
    let mut pty = Pty::run(&[NSLENS, "--demo", "--interval", "3600"], 140, 60)?;
    pty.until_shows("shop-web-1")?;
    assert!(pty.screen().contents().contains("demo"));
    for _ in 0..3 {
        pty.press(b"r")?;
    }
    pty.until_shows("invoice-export-3")?;
    pty.press(b"q")?;
    assert_eq!(pty.end()?.status.code(), Some(0));
    Ok(())
}
