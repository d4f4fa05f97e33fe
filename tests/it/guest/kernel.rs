//! Kernels of Debian: fetched once, unpacked beside the build, never installed. Those of this Debian come from the package
//! sources of this machine, newer ones from the backports of Debian 13 at the same place.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::require;

/// Where newer kernels are kept.
const BACKPORTS: &str = "trixie-backports";
/// What precedes the version in the name of a package that holds no more than such a kernel.
const BINARY: &str = "linux-binary-";

/// A version, as far as it is compared.
pub(super) type Version = (u32, u32);

/// Which one of several kernels.
#[derive(Clone, Copy, Debug)]
pub(super) enum Backport {
    /// The last one of the first line that is not older than this.
    Since(Version),
    /// The newest one.
    Newest,
}

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
            && is_to_be_fetched(folder)
        {
            let package = folder.file_name().unwrap().to_str().unwrap();
            fetch(folder, &[], |_| package.to_owned());
        }
        Self::kept(folder, line)
    }

    /// A kernel of the backports, under the same conditions. Which one is decided when it is fetched.
    pub(super) fn backported(which: Backport) -> Option<Self> {
        let name = format!("{BACKPORTS}-{which}");
        let folder = kept().join(&name);
        if is_to_be_fetched(&folder)
            && let Some(place) = debians_place()
        {
            let state = tempfile::tempdir().unwrap();
            let options = options(state.path(), &place);
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            succeed(
                Command::new("apt-get")
                    .args(&options)
                    .args(["-q", "update"]),
            );
            fetch(&folder, &options, |options| which.among(&offered(options)));
        }
        Self::kept(Some(folder), &name)
    }

    fn kept(folder: Option<PathBuf>, name: &str) -> Option<Self> {
        let folder = folder.filter(|folder| folder.exists());
        let what = format!("the kernel of {name}, which tests/run fetches");
        require(folder.is_some(), &what).then_some(())?;
        Some(Self { folder: folder? })
    }

    /// Its version.
    pub(super) fn version(&self) -> Version {
        let image = self.image();
        let mut names = image.iter().rev().map(|name| name.to_str().unwrap());
        // `boot/vmlinuz-VERSION`, or `VERSION/vmlinuz`.
        names
            .find_map(|name| version(name.strip_prefix("vmlinuz-").unwrap_or(name)))
            .unwrap()
    }

    /// The file to boot.
    pub(super) fn image(&self) -> PathBuf {
        let all = files(&self.folder);
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
        let all = files(&self.folder);
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

fn is_to_be_fetched(folder: &Path) -> bool {
    !folder.exists() && env::var_os("NSLENS_TEST_REQUIRE").is_some()
}

/// Where this machine has Debian from.
fn debians_place() -> Option<String> {
    let mut sources = Command::new("apt-get");
    sources.args(["indextargets", "--format", "$(REPO_URI)", "Label: Debian"]);
    let text = String::from_utf8(sources.output().ok()?.stdout).unwrap();
    text.lines().next().map(str::to_owned)
}

/// Lets apt know the backports and nothing else, and keep what it learns in the folder `state`.
fn options(state: &Path, place: &str) -> Vec<String> {
    for folder in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(state.join(folder)).unwrap();
    }
    let keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
    let line = format!("deb [signed-by={keys}] {place} {BACKPORTS} main\n");
    fs::write(state.join("sources.list"), line).unwrap();
    let state = state.display();
    let options = [
        format!("Dir::Etc::sourcelist={state}/sources.list"),
        "Dir::Etc::sourceparts=/nonexistent".to_owned(),
        format!("Dir::State::lists={state}/lists"),
        format!("Dir::Cache={state}/cache"),
        "APT::Sandbox::User=root".to_owned(),
    ];
    let options = options.into_iter();
    options
        .flat_map(|option| ["-o".to_owned(), option])
        .collect()
}

/// The packages that hold a small kernel.
fn offered(options: &[&str]) -> Vec<String> {
    let mut names = Command::new("apt-cache");
    names.args(options).args(["pkgnames", BINARY]);
    let text = String::from_utf8(names.output().unwrap().stdout).unwrap();
    let names = text.lines().filter(|name| name.ends_with("-cloud-amd64"));
    names
        .filter(|name| version(&name[BINARY.len()..]).is_some())
        .map(str::to_owned)
        .collect()
}

impl fmt::Display for Backport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Since((first, second)) => write!(f, "{first}.{second}"),
            Self::Newest => f.write_str("newest"),
        }
    }
}

impl Backport {
    /// The chosen one of `packages`.
    fn among(self, packages: &[String]) -> String {
        let line = |name: &str| version(&name[BINARY.len()..]);
        let lines = packages.iter().filter_map(|name| line(name));
        let chosen = match self {
            Self::Since(first) => lines.filter(|line| *line >= first).min(),
            Self::Newest => lines.max(),
        };
        let same = packages.iter().filter(|name| line(name) == chosen);
        let last = same.max_by_key(|name| numbers(&name[BINARY.len()..]));
        last.unwrap_or_else(|| panic!("no kernel for {self} in {packages:?}"))
            .clone()
    }
}

/// `6.19` of `6.19.14+deb13-cloud-amd64`; `None` of what does not begin so.
fn version(text: &str) -> Option<Version> {
    match numbers(text)[..] {
        [first, second, ..] => Some((first, second)),
        _ => None,
    }
}

/// The numbers that a version begins with.
fn numbers(text: &str) -> Vec<u32> {
    let end = text.find(|char: char| char != '.' && !char.is_ascii_digit());
    let numbers = text[..end.unwrap_or(text.len())].split('.');
    numbers.map_while(|number| number.parse().ok()).collect()
}

/// Fetches a package, chosen where apt takes these options, and unpacks it into `folder`.
fn fetch(folder: &Path, options: &[&str], package: impl Fn(&[&str]) -> String) {
    fs::create_dir_all(kept()).unwrap();
    let work = tempfile::tempdir_in(kept()).unwrap();
    let mut download = Command::new("apt-get");
    download
        .args(["-q", "-o", "APT::Sandbox::User=root"])
        .args(options);
    download.arg("download").arg(package(options));
    succeed(download.current_dir(work.path()));
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
