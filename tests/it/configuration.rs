//! The configuration file of the terminal interface, as the program finds it.

use std::fs;
use std::path::Path;

use crate::support::fake_proc::FakeProc;
use crate::support::program::binary;
use crate::support::pty::{Ended, Failure, Pty};

/// The interface over a made-up host, with this folder of configurations.
fn open(fake: &FakeProc, configs: &Path, arguments: &[&str]) -> Result<Pty, Failure> {
    let configs = format!("XDG_CONFIG_HOME={}", configs.display());
    let program = binary().display().to_string();
    let arguments = fake.with(arguments);
    let mut command = vec!["env", &configs, &program];
    command.extend(arguments.iter().map(String::as_str));
    Pty::run(&command, 120, 30)
}

/// Opens the interface and quits it; what was on screen, and what was left.
fn shown(configs: &Path, arguments: &[&str]) -> Result<(String, Ended), Failure> {
    let fake = FakeProc::new();
    let mut pty = open(&fake, configs, arguments)?;
    pty.until_shows(" NAME ")?;
    let screen = pty.screen().contents();
    pty.press(b"q")?;
    Ok((screen, pty.end()?))
}

#[test]
fn the_usual_file_counts_and_its_problems_are_told() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (plain, ended) = shown(folder.path(), &[])?;
    assert!(!plain.is_ascii(), "drawn with lines: {plain}");
    assert_eq!(ended.screen.contents(), "", "no file, no word");
    let file = folder.path().join("nslens/config.toml");
    fs::create_dir(folder.path().join("nslens"))?;
    fs::write(&file, "ascii = true\ncolour = 1\n")?;
    let (ascii, ended) = shown(folder.path(), &[])?;
    assert!(ascii.is_ascii(), "{ascii}");
    let told = ended.screen.contents().replace('\n', "");
    let problem = "config.toml:2:1: no setting is called \"colour\"";
    assert!(told.contains(problem), "{told}");
    assert_eq!(ended.status.code(), Some(0));
    Ok(())
}

#[test]
fn a_named_file_counts_instead_and_must_be_there() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let named = folder.path().join("mine.toml");
    let arguments = ["--config", named.to_str().unwrap()];
    let ended = open(&FakeProc::new(), folder.path(), &arguments)?.end()?;
    assert_eq!(ended.status.code(), Some(1));
    let told = ended.screen.contents().replace('\n', "");
    assert!(told.contains("cannot read the configuration"), "{told}");
    assert!(told.contains("mine.toml: No such file"), "{told}");
    fs::create_dir(folder.path().join("nslens"))?;
    fs::write(folder.path().join("nslens/config.toml"), "colour = 1\n")?;
    fs::write(&named, "ascii = true\n")?;
    let (ascii, ended) = shown(folder.path(), &arguments)?;
    assert!(ascii.is_ascii(), "{ascii}");
    assert_eq!(ended.screen.contents(), "");
    Ok(())
}
