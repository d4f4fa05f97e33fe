//! Finds and reads the configuration file of the interface.
//!
//! It is `nslens/config.toml` in `$XDG_CONFIG_HOME`, else in `$HOME/.config`, unless the command line names another.
//! The usual file may be missing or unreadable, a named one must be there. Under sudo the home folder may be another
//! user's and on a file system that is dead: reading happens on a thread that is given up, a file is opened without
//! waiting, and only a regular file of a sane size is read.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};

use crate::tui::Config;

/// No configuration is as long as this.
const LONGEST: u64 = 64 * 1024;

/// How long reading may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// So many problems are said; whoever has more has another sort of file.
const MOST_PROBLEMS: usize = 20;

/// A configuration file that was named, or is there, and cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the configuration {}: {source}", path.display())]
pub struct Unreadable {
    path: PathBuf,
    source: io::Error,
}

/// The configuration in the `named` file, else in the usual one, and what is wrong with it, a line each.
pub fn load(named: Option<&Path>) -> Result<(Config, Vec<String>), Unreadable> {
    let usual = || usual_path(|name| env::var_os(name));
    let Some(path) = named.map(Path::to_owned).or_else(usual) else {
        return Ok(Default::default());
    };
    match read(path.clone(), PATIENCE) {
        Ok(text) => Ok(parse(&path, &text)),
        Err(source) if named.is_none() => Ok((Config::default(), remark(path, source))),
        Err(source) => Err(Unreadable { path, source }),
    }
}

/// Where the file usually is, by the XDG Base Directory Specification: a relative folder does not count.
fn usual_path(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| {
        let folder = PathBuf::from(variable(name)?);
        folder.is_absolute().then_some(folder)
    };
    let configs = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(configs.join("nslens/config.toml"))
}

/// What to say where the usual file cannot be read: nothing where there is none.
fn remark(path: PathBuf, source: io::Error) -> Vec<String> {
    match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Vec::new(),
        _ => vec![Unreadable { path, source }.to_string()],
    }
}

fn parse(path: &Path, text: &str) -> (Config, Vec<String>) {
    let (config, problems) = Config::parse(text);
    let said = problems.iter().take(MOST_PROBLEMS);
    let mut said: Vec<_> = said
        .map(|problem| format!("{}:{problem}", path.display()))
        .collect();
    if let Some(more @ 1..) = problems.len().checked_sub(said.len()) {
        said.push(format!("{}: and {more} more problems", path.display()));
    }
    (config, said)
}

/// Reads the file on a thread of its own, which is given up when it takes longer than `patience`.
fn read(path: PathBuf, patience: Duration) -> io::Result<String> {
    within(patience, move || read_here(&path))
}

fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (answer, pending) = channel();
    thread::Builder::new()
        .name("settings".to_owned())
        .spawn(move || {
            // Nobody waits any more where this took too long.
            let _ = answer.send(work());
        })?;
    let late = |_| {
        let words = format!("given up: no answer within {patience:?}");
        Err(io::Error::new(ErrorKind::TimedOut, words))
    };
    pending.recv_timeout(patience).unwrap_or_else(late)
}

fn read_here(path: &Path) -> io::Result<String> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other("longer than 64 KiB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::other(format!("not UTF-8 from byte {at} on"))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_usual_file_is_where_xdg_says() {
        for (variables, path) in [
            (&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")][..], Some("/x")),
            (
                &[("XDG_CONFIG_HOME", "x"), ("HOME", "/h")],
                Some("/h/.config"),
            ),
            (
                &[("XDG_CONFIG_HOME", ""), ("HOME", "/h")],
                Some("/h/.config"),
            ),
            (&[("HOME", "/h")], Some("/h/.config")),
            (&[("HOME", "")], None),
            (&[], None),
        ] {
            let found = usual_path(|name| {
                let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
                Some(value.into())
            });
            let path = path.map(|path| Path::new(path).join("nslens/config.toml"));
            assert_eq!(found, path, "{variables:?}");
        }
    }

    #[test]
    fn a_named_file_must_be_there_and_can_have_problems() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        let error = load(Some(&path)).unwrap_err().to_string();
        assert!(error.contains("mine.toml: No such file"), "{error}");
        fs::write(&path, "ascii = true\nmouse = 3\n").unwrap();
        let (config, said) = load(Some(&path)).unwrap();
        assert_eq!(config.ascii, Some(true));
        let place = format!("{}:2:9: \"mouse\" must be", path.display());
        assert!(said.len() == 1 && said[0].starts_with(&place), "{said:?}");
    }

    #[test]
    fn a_usual_file_that_is_missing_is_nothing_to_talk_about() {
        let path = || PathBuf::from("/h/.config/nslens/config.toml");
        for kind in [ErrorKind::NotFound, ErrorKind::NotADirectory] {
            assert!(remark(path(), kind.into()).is_empty());
        }
        let said = remark(path(), ErrorKind::PermissionDenied.into());
        assert_eq!(
            said,
            ["cannot read the configuration /h/.config/nslens/config.toml: permission denied"]
        );
    }

    #[test]
    fn what_cannot_be_a_configuration_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let long = folder.path().join("long");
        let most = usize::try_from(LONGEST).unwrap();
        fs::write(&long, " ".repeat(most + 1)).unwrap();
        let binary = folder.path().join("binary");
        fs::write(&binary, b"ok\xff").unwrap();
        for (path, words) in [
            (pipe.as_path(), "not a regular file"),
            (folder.path(), "not a regular file"),
            (&long, "longer than 64 KiB"),
            (&binary, "not UTF-8 from byte 2 on"),
        ] {
            assert_eq!(read_here(path).unwrap_err().to_string(), words);
        }
        fs::write(&long, " ".repeat(most)).unwrap();
        assert_eq!(read_here(&long).unwrap().len(), most);
    }

    #[test]
    fn a_dead_file_system_is_given_up() {
        let (keep, never) = channel::<()>();
        let stuck = move || {
            let _ = never.recv();
            Ok(())
        };
        let error = within(Duration::from_millis(10), stuck).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "given up: no answer within 10ms");
        drop(keep);
    }

    #[test]
    fn of_very_many_problems_some_are_said() {
        let (_, said) = parse(Path::new("/x"), &"a\n".repeat(100));
        assert_eq!(said.len(), MOST_PROBLEMS + 1);
        assert_eq!(said.last().unwrap(), "/x: and 80 more problems");
    }
}
