//! The interface as it is used: views, filters, the mouse, what is copied and written, over a made-up host.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::pty::{Failure, Pty};

const NSLENS: &str = env!("CARGO_BIN_EXE_nslens");

/// Opens the example host, with nothing of this machine's configuration.
fn open(options: &[&str], columns: u16, rows: u16) -> Result<Pty, Failure> {
    let command = [
        &[
            "env",
            "-u",
            "TMUX",
            "-u",
            "STY",
            "XDG_CONFIG_HOME=/nonexistent",
            NSLENS,
            "--demo",
        ][..],
        &["--interval", "3600"],
        options,
    ];
    let mut pty = Pty::run(&command.concat(), columns, rows)?;
    pty.until_shows(" NAME ")?;
    Ok(pty)
}

fn quit(mut pty: Pty) -> Result<(), Failure> {
    pty.press(b"q")?;
    let ended = pty.end()?;
    assert_eq!(ended.status.code(), Some(0));
    ended.assert_restored();
    Ok(())
}

#[test]
fn views_are_a_key_away_and_escape_leads_back() -> Result<(), Failure> {
    let mut pty = open(&[], 120, 40)?;
    pty.press(b"2")?;
    pty.until_shows("OWNER")?;
    pty.press(b"t")?;
    pty.until_shows("by owner")?;
    pty.press(b"3")?;
    pty.until_shows("NOT HOST")?;
    pty.press(b"\r")?;
    pty.until_shows("container  ")?;
    pty.press(b"\x1b")?;
    pty.until_shows("NOT HOST")?;
    pty.press(b"1")?;
    pty.until_shows("NOTES")?;
    quit(pty)
}

#[test]
fn a_filter_is_typed_kept_and_cleared() -> Result<(), Failure> {
    let mut pty = open(&[], 120, 40)?;
    pty.press(b"/host:net")?;
    pty.until_shows("filter: host:net")?;
    pty.until(|screen| !screen.contents().contains("grafana"))?;
    pty.press(b" nonsense:")?;
    pty.until_shows("column 10")?;
    pty.press(b"\x1b")?;
    pty.until_shows("grafana")?;
    quit(pty)
}

#[test]
fn the_filter_of_the_command_line_is_there_at_once() -> Result<(), Failure> {
    let mut pty = open(&["--filter", "container:grafana"], 120, 40)?;
    pty.until_shows("filter: container:grafana (1 of ")?;
    pty.press(b"3")?;
    pty.until_shows("filter: container:grafana (")?;
    quit(pty)
}

#[test]
fn pasted_text_is_no_keys() -> Result<(), Failure> {
    let mut pty = open(&[], 120, 40)?;
    pty.press(b"\x1b[200~qqq\r\x1b[201~")?;
    pty.until_shows("pasted text is ignored here")?;
    pty.press(b"/\x1b[200~graf\x1b[201~")?;
    pty.until_shows("filter: graf (1 of ")?;
    pty.press(b"\r")?;
    quit(pty)
}

#[test]
fn the_mouse_chooses_sorts_and_goes() -> Result<(), Failure> {
    let mut pty = open(&[], 120, 40)?;
    let line = |pty: &Pty, word: &str| {
        let shown = pty.screen().contents();
        let at = shown.lines().position(|line| line.contains(word));
        at.unwrap_or_else(|| panic!("no {word} in {shown}")) + 1
    };
    // A row.
    let row = line(&pty, " ci-runner");
    pty.press(format!("\x1b[<0;4;{row}M\x1b[<0;4;{row}m").as_bytes())?;
    pty.until_shows("─ ci-runner")?;
    // A heading.
    let row = line(&pty, " NAME ");
    pty.press(format!("\x1b[<0;3;{row}M").as_bytes())?;
    pty.until_shows("NAME▲")?;
    // A tab.
    pty.press(b"\x1b[<0;18;2M")?;
    pty.until_shows("OWNER")?;
    // The wheel.
    pty.press(b"\x1b[<65;20;8M")?;
    pty.until_shows(" 4/")?;
    // Off, and on again.
    pty.press(b"m")?;
    pty.until(|screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None)?;
    pty.press(b"m")?;
    pty.until(|screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None)?;
    quit(pty)
}

#[test]
fn what_is_copied_is_asked_of_the_terminal() -> Result<(), Failure> {
    let mut pty = open(&[], 120, 40)?;
    pty.press(b"yy")?;
    // net:[4026531833]
    pty.until_written(b"\x1b]52;c;bmV0Ols0MDI2NTMxODMzXQ==\x07")?;
    quit(pty)?;
    let command = ["env", "TMUX=/tmp/x,1,0", NSLENS, "--demo"];
    let mut pty = Pty::run(&command, 120, 40)?;
    pty.until_shows(" NAME ")?;
    pty.press(b"yy")?;
    pty.until_written(b"\x1bPtmux;\x1b\x1b]52;c;bmV0Ols0MDI2NTMxODMzXQ==\x07\x1b\\")?;
    quit(pty)
}

#[test]
fn a_snapshot_is_written_and_never_over_another_file() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("now.json");
    let mut pty = open(&[], 120, 40)?;
    let keys = format!("w\x15{}\r", path.display());
    pty.press(keys.as_bytes())?;
    pty.until_shows("written to")?;
    let json: Value = serde_json::from_slice(&fs::read(&path)?)?;
    assert_eq!(json["schema"], "nslens.snapshot/1");
    pty.press(keys.as_bytes())?;
    pty.until_shows("not written")?;
    quit(pty)
}

#[test]
fn keys_of_the_configuration_file_count_and_its_mistakes_are_told() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("nslens"))?;
    let file = folder.path().join("nslens/config.toml");
    fs::write(&file, "mouse = false\n[keys]\nquit = \"Q\"\nflie = \"x\"\n")?;
    let home = format!("XDG_CONFIG_HOME={}", folder.path().display());
    let command = ["env", &home, NSLENS, "--demo", "--interval", "3600"];
    let mut pty = Pty::run(&command, 120, 40)?;
    pty.until_shows("4:1")?;
    assert_eq!(
        pty.screen().mouse_protocol_mode(),
        vt100::MouseProtocolMode::None
    );
    pty.press(b"q!")?;
    pty.until_shows("configuration file")?;
    pty.press(b"Q")?;
    pty.end()?.assert_restored();
    Ok(())
}

#[test]
fn a_small_terminal_shows_details_as_a_page() -> Result<(), Failure> {
    let mut pty = open(&[], 60, 16)?;
    pty.press(b"i")?;
    pty.until_shows("namespace  net:[4026531833]")?;
    pty.press(b"\x1b")?;
    pty.resize(39, 8)?;
    pty.until_shows("needs 40x8, is 39x8")?;
    pty.resize(40, 8)?;
    pty.until_shows("host")?;
    quit(pty)
}

#[test]
fn without_a_change_nothing_is_drawn() -> Result<(), Failure> {
    let path = {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("s.json");
        let mut pty = open(&[], 120, 40)?;
        pty.press(format!("w\x15{}\r", path.display()).as_bytes())?;
        pty.until_shows("written to")?;
        quit(pty)?;
        (folder, path)
    };
    let mut pty = Pty::run(&[NSLENS, "--from", path.1.to_str().unwrap()], 120, 40)?;
    pty.until_shows("q quit")?;
    pty.idle(Duration::from_millis(300))?;
    let before = pty.written().len();
    // Keys that do nothing here.
    pty.press(b"\x1b[A\x1b[Az")?;
    pty.idle(Duration::from_millis(300))?;
    assert_eq!(pty.written().len(), before);
    quit(pty)
}

/// The example host as a saved snapshot, with this in the place of its network.
fn saved_with(network: &Value) -> Result<tempfile::NamedTempFile, Failure> {
    let command = ["--demo", "--snapshot", "--json"];
    let output = std::process::Command::new(NSLENS).args(command).output()?;
    let mut snapshot: Value = serde_json::from_slice(&output.stdout)?;
    snapshot["network"] = network.clone();
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), snapshot.to_string())?;
    Ok(file)
}

#[test]
fn the_network_of_a_saved_snapshot_is_shown() -> Result<(), Failure> {
    let lo = json!({
        "index": 1, "name": "lo", "kind": "loopback", "state": "unknown", "flags": ["LOOPBACK", "UP", "LOWER_UP"],
        "mtu": 65536, "mac": null, "alias": null, "master": null, "peer": null, "link": null, "network": null,
        "details": null, "port": null,
        "addresses": [{ "address": "127.0.0.1", "prefix_len": 8, "scope": "host", "valid_seconds": null,
                        "preferred_seconds": null }],
    });
    let network = json!([{
        "namespace": 4_026_531_833_u32, "name": null, "leader_pid": 1, "containers": [], "source": "netlink",
        "interfaces": [lo], "routes": [], "rules": [], "neighbours": [], "forwarding": [], "sockets": null,
        "port_forwards": [],
    }]);
    let file = saved_with(&network)?;
    let path = file.path().to_string_lossy().into_owned();
    let mut pty = Pty::run(&[NSLENS, "--from", &path], 120, 40)?;
    pty.until_shows(" NAME ")?;
    pty.press(b"4\r")?;
    pty.until_shows("INTERFACES: 1")?;
    pty.until_shows("127.0.0.1/8")?;
    quit(pty)
}

#[test]
fn a_saved_snapshot_without_the_network_says_so() -> Result<(), Failure> {
    let file = saved_with(&Value::Null)?;
    let path = file.path().to_string_lossy().into_owned();
    let mut pty = Pty::run(&[NSLENS, "--from", &path], 120, 40)?;
    pty.until_shows(" NAME ")?;
    pty.press(b"4")?;
    pty.until_shows("this snapshot was taken without this section")?;
    quit(pty)
}
