//! Real containers of engines that are not asked: named by what these leave in files and arguments, while they run, are
//! stopped with a signal, or are gone.

mod containerd;
mod docker;
mod machines;
mod podman;
mod sandboxes;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nslens::model::{Container, Snapshot};
use tempfile::TempDir;

use crate::support::find::Find as _;
use crate::support::program::snapshot;
use crate::support::{eventually, require, require_root};

/// Whether we are root and have all the programs.
fn has(programs: &[&str]) -> bool {
    require_root()
        && programs
            .iter()
            .all(|program| require(which(program).is_some(), program))
}

/// Where a program is.
fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/sbin"]);
    let mut files = folders.map(|folder| Path::new(folder).join(program));
    files.find(|file| file.is_file())
}

/// A folder that another root may pass.
fn folder() -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::Builder::new()
        .prefix("nslens-")
        .tempdir()
        .unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

/// Makes `at` the root of a system that is busybox alone.
fn make_root(at: &Path) {
    for folder in ["bin", "dev", "etc", "proc", "sys", "tmp", "usr"] {
        fs::create_dir_all(at.join(folder)).unwrap();
    }
    fs::copy(which("busybox").unwrap(), at.join("bin/busybox")).unwrap();
    for applet in ["sh", "sleep"] {
        symlink("busybox", at.join("bin").join(applet)).unwrap();
    }
    fs::write(at.join("etc/os-release"), "ID=busybox\n").unwrap();
}

/// A name that no other run uses.
fn unique(what: &str) -> String {
    format!("nslens-{}-{what}", std::process::id())
}

/// Runs a command to its end and gives back what it printed.
#[track_caller]
fn printed(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The containers of this host, with no engine asked.
fn look() -> Snapshot {
    let seen = snapshot(&["--no-docker"]);
    assert_eq!(seen.engines, []);
    seen
}

/// The row of a container that is called `name` by what its engine left.
#[track_caller]
fn named<'a>(seen: &'a Snapshot, id: &str, name: &str, engine: &str) -> &'a Container {
    let row = seen.container(id);
    let told = (&*row.name, &*row.engine, &*row.name_source);
    assert_eq!(told, (name, engine, "state_file"));
    // Nothing was said twice, and differently.
    let about: Vec<_> = seen
        .gaps
        .iter()
        .filter(|gap| gap.what.contains(name))
        .collect();
    assert!(about.is_empty(), "{about:?}");
    row
}

/// Processes that are killed when this is dropped.
#[derive(Debug)]
struct Service(Child);

impl Service {
    /// Starts a service whose words go to a file.
    fn start(command: &mut Command, log: &Path) -> Self {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(log)
            .unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Its children, as the kernel lists them.
    fn children(&self) -> Vec<u32> {
        let pid = self.0.id();
        let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        list.split_whitespace()
            .map(|pid| pid.parse().unwrap())
            .collect()
    }

    /// Lets it end by itself.
    fn end(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        eventually("a service to end", || self.0.try_wait().unwrap());
    }

    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}
