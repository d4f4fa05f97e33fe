//! What the host's programs need, read before the host is left.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::elf;

/// Where programs are looked for besides our own PATH.
const MORE_PATH: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
/// Where a loader looks for libraries besides what it is configured to.
const LIBRARIES: [&str; 4] = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];

/// What the host's programs need.
#[derive(Debug)]
pub(super) struct Host {
    /// Its programs: what each is called, and its file, free of links, which lead elsewhere under another root.
    pub(super) programs: BTreeMap<OsString, PathBuf>,
    /// The folders with libraries, free of links.
    pub(super) libraries: Vec<PathBuf>,
    /// The loader by the path that programs name, and its file; `None` where they are static.
    pub(super) loader: Option<(PathBuf, PathBuf)>,
}

impl Host {
    /// Looks at the host.
    pub(super) fn read() -> Self {
        let programs = programs();
        let mut shells = ["bash", "sh"].into_iter();
        let loader =
            shells.find_map(|shell| elf::loader(programs.get(shell.as_ref() as &std::ffi::OsStr)?));
        let loader = loader.and_then(|named| {
            let file = fs::canonicalize(&named).ok()?;
            Some((named, file))
        });
        Self {
            programs,
            libraries: libraries(),
            loader,
        }
    }
}

/// The programs in PATH, as it would find them.
fn programs() -> BTreeMap<OsString, PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).filter(|folder| folder.is_absolute());
    let mut programs = BTreeMap::new();
    for folder in folders.chain(MORE_PATH.map(PathBuf::from)) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if let Some(file) = program(&entry.path()) {
                programs.entry(entry.file_name()).or_insert(file);
            }
        }
    }
    programs
}

/// The file of a program, without links.
fn program(path: &Path) -> Option<PathBuf> {
    let file = fs::canonicalize(path).ok()?;
    let data = fs::metadata(&file).ok()?;
    (data.is_file() && data.permissions().mode() & 0o111 != 0).then_some(file)
}

/// The folders in which a loader looks for libraries: those it is configured to, then the usual ones.
fn libraries() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("/etc/ld.so.conf.d")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files.insert(0, PathBuf::from("/etc/ld.so.conf"));
    let texts = files.iter().flat_map(fs::read_to_string);
    let mut found = Vec::new();
    for text in texts {
        found.extend(configured(&text));
    }
    found.extend(LIBRARIES.map(PathBuf::from));
    let mut libraries = Vec::new();
    for folder in found.iter().flat_map(fs::canonicalize) {
        if !libraries.contains(&folder) {
            libraries.push(folder);
        }
    }
    libraries
}

/// The folders in a text of `ld.so.conf`: one a line.
fn configured(text: &str) -> impl Iterator<Item = PathBuf> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with('/'))
        .map(PathBuf::from)
}
