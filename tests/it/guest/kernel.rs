//! Kernels of Debian: fetched once from the package sources of this machine, unpacked beside the build, never installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::require;

/// A kernel that was unpacked.
#[derive(Debug)]
pub(super) struct Kernel {
    folder: PathBuf,
}

impl Kernel {
    /// Whether the package sources of this machine have a package `line`.
    pub(super) fn is_offered(line: &str) -> bool {
        first_dependency(line).is_some()
    }

    /// The kernel that the package `line` (a name without a version, such as `linux-image-cloud-amd64`) stands for.
    /// It is fetched under the test command alone; `None`, said aloud, where it is not there.
    pub(super) fn of(line: &str) -> Option<Self> {
        let package = first_dependency(line);
        let folder = package.map(|package| kept().join(package));
        if let Some(folder) = &folder
            && !folder.exists()
            && env::var_os("NSLENS_TEST_REQUIRE").is_some()
        {
            fetch(folder);
        }
        let folder = folder.filter(|folder| folder.exists());
        require(
            folder.is_some(),
            &format!("the kernel of {line}, which tests/run fetches"),
        )
        .then_some(())?;
        Some(Self { folder: folder? })
    }

    /// The file to boot.
    pub(super) fn image(&self) -> PathBuf {
        let all = files(&self.folder.join("boot"));
        let image = all.into_iter().find(|path| stem(path) == "vmlinuz");
        image.unwrap_or_else(|| panic!("no kernel in {}", self.folder.display()))
    }

    /// Whether it was built with `option` (such as `CONFIG_NETKIT`), as a module or not.
    pub(super) fn has(&self, option: &str) -> bool {
        let all = files(&self.folder.join("boot"));
        let config = all.into_iter().find(|path| stem(path) == "config");
        let config = config.unwrap_or_else(|| panic!("no config in {}", self.folder.display()));
        let text = fs::read_to_string(config).unwrap();
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        lines.any(|(name, value)| name == option && matches!(value, "y" | "m"))
    }

    /// The files of `names` and of the modules that they need, these first. What is built in has no file.
    pub(super) fn modules(&self, names: &[&str]) -> Vec<PathBuf> {
        let all = files(&self.folder.join("lib/modules"));
        let mut ordered = Vec::new();
        for name in names {
            add_module(name, &all, &mut ordered);
        }
        ordered
    }
}

/// Where kernels are kept, beside the build.
fn kept() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("guest-kernels")
}

/// The package with a version in its name that the package `line` needs; `None` where the sources have no such.
fn first_dependency(line: &str) -> Option<String> {
    let output = Command::new("apt-cache").args(["depends", line]).output();
    let text = String::from_utf8(output.ok()?.stdout).unwrap();
    let mut lines = text.lines();
    let package = lines.find_map(|line| line.trim().strip_prefix("Depends: "))?;
    Some(package.to_owned())
}

/// Fetches the package that `folder` is named after, and unpacks it there.
fn fetch(folder: &Path) {
    fs::create_dir_all(kept()).unwrap();
    let work = tempfile::tempdir_in(kept()).unwrap();
    let package = folder.file_name().unwrap();
    let mut download = Command::new("apt-get");
    download.args(["-q", "-o", "APT::Sandbox::User=root", "download"]);
    succeed(download.arg(package).current_dir(work.path()));
    let archive = files(work.path()).pop().unwrap();
    let content = work.path().join("content");
    succeed(
        Command::new("dpkg-deb")
            .arg("-x")
            .args([&archive, &content]),
    );
    // Another run may have been faster.
    let _ = fs::rename(&content, folder);
}

#[track_caller]
fn succeed(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
}

/// Adds what `name` needs, then itself, unless they are there.
fn add_module(name: &str, all: &[PathBuf], ordered: &mut Vec<PathBuf>) {
    let name = name.replace('-', "_");
    let Some(file) = all
        .iter()
        .find(|path| module_name(path).as_ref() == Some(&name))
    else {
        return;
    };
    if ordered.contains(file) {
        return;
    }
    let needs = Command::new("modinfo")
        .args(["-F", "depends"])
        .arg(file)
        .output()
        .unwrap();
    let needs = String::from_utf8(needs.stdout).unwrap();
    for needed in needs.trim().split(',') {
        add_module(needed, all, ordered);
    }
    ordered.push(file.clone());
}

/// `nf_nat` of `…/nf-nat.ko.xz`; `None` for another file.
fn module_name(path: &Path) -> Option<String> {
    let (stem, ending) = path.file_name()?.to_str()?.split_once('.')?;
    ending.starts_with("ko").then(|| stem.replace('-', "_"))
}

/// What precedes the first `-` of a name.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('-').next().unwrap_or_default().to_owned()
}

/// All files below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut waiting = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found
}
