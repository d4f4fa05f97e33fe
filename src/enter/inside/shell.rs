//! A shell, where no command is given.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::super::{Files, Plan};
use super::passwd::Account;
use super::short_file;

/// Where shells usually are, best first, and how they are called.
const USUAL: [&[&str]; 4] = [
    &["/bin/bash"],
    &["/usr/bin/bash"],
    &["/bin/sh"],
    &["/bin/busybox", "sh"],
];
/// Programs that only say that nobody may log in.
const NONE: [&str; 2] = ["nologin", "false"];

/// Programs and their arguments to try, best first: with the target's files the shell of the user, with ours our own.
pub(super) fn candidates(plan: &Plan, account: Option<&Account>) -> Vec<Vec<OsString>> {
    let preferred = match plan.files {
        Files::Target | Files::Full => account.map(|account| account.shell.clone()),
        Files::Own | Files::Tools => env::var_os("SHELL"),
    };
    ordered(preferred)
}

fn ordered(preferred: Option<OsString>) -> Vec<Vec<OsString>> {
    let usable = preferred.filter(|path| is_usable(Path::new(path)));
    let mut all: Vec<Vec<OsString>> = usable.map(|path| vec![path]).into_iter().collect();
    for words in USUAL {
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        if !all.contains(&words) {
            all.push(words);
        }
    }
    all
}

fn is_usable(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    path.is_absolute() && !NONE.iter().any(|none| OsStr::new(none) == name)
}

/// Whether the file is none that the kernel runs: the C library would give it to /bin/sh as a script. What cannot be read
/// may be one.
pub(super) fn is_no_program(path: &OsStr) -> bool {
    let head = short_file::head(Path::new(path), 4);
    head.is_ok_and(|head| !head.starts_with(b"\x7fELF") && !head.starts_with(b"#!"))
}

/// What became of the attempt to run `program`.
pub(super) fn fate(program: &OsStr, cause: &io::Error) -> String {
    let errno = Errno::from_io_error(cause);
    let is_path = program.as_bytes().contains(&b'/');
    match errno {
        // The file itself, or what it needs to be loaded.
        Some(Errno::NOENT) if is_path && access(program, Access::EXISTS).is_ok() => {
            "its loader is missing".to_owned()
        }
        Some(Errno::NOENT) if is_path => "not there".to_owned(),
        Some(Errno::NOENT) => "not found in PATH".to_owned(),
        Some(Errno::ACCESS) => "may not be run".to_owned(),
        Some(Errno::NOEXEC) => "no program for this machine".to_owned(),
        _ => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(preferred: Option<&str>) -> (OsString, usize) {
        let all = ordered(preferred.map(OsString::from));
        (all[0][0].clone(), all.len())
    }

    #[test]
    fn the_preferred_shell_goes_first_unless_it_is_none() {
        assert_eq!(first(Some("/bin/zsh")), ("/bin/zsh".into(), 5));
        assert_eq!(first(Some("/bin/sh")), ("/bin/sh".into(), 4));
        for none in ["", "zsh", "/usr/sbin/nologin", "/bin/false"] {
            assert_eq!(first(Some(none)), ("/bin/bash".into(), 4), "{none}");
        }
        assert_eq!(first(None), ("/bin/bash".into(), 4));
    }

    #[test]
    fn each_is_tried_once() {
        let all = ordered(Some("/bin/sh".into()));
        let shells = all.iter().filter(|words| words[0] == "/bin/sh");
        assert_eq!(shells.count(), 1);
        assert_eq!(all.last().unwrap(), &["/bin/busybox", "sh"]);
    }

    #[test]
    fn what_happened_is_told() {
        let told = |program: &str, errno: Errno| fate(OsStr::new(program), &errno.into());
        assert_eq!(told("/bin/sh", Errno::NOENT), "its loader is missing");
        assert_eq!(told("/no/such/shell", Errno::NOENT), "not there");
        assert_eq!(told("src", Errno::NOENT), "not found in PATH");
        assert_eq!(told("/bin/sh", Errno::ACCESS), "may not be run");
        assert_eq!(
            told("/bin/sh", Errno::NOEXEC),
            "no program for this machine"
        );
    }

    #[test]
    fn what_the_kernel_does_not_run_is_no_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bash");
        for (text, is_none) in [("", true), ("echo", true), ("#!/bin/sh\n", false)] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(is_no_program(path.as_os_str()), is_none, "{text:?}");
        }
        assert!(!is_no_program(OsStr::new("/proc/self/exe")));
        assert!(!is_no_program(OsStr::new("/no/such/file")));
        assert!(!is_no_program(OsStr::new("/dev")));
    }
}
