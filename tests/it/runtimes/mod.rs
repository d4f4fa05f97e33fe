//! Real containers of engines that are not asked: named by what these leave in files and arguments, while they run, are
//! stopped with a signal, or are gone.

mod containerd;
mod docker;
mod machines;
mod podman;
mod sandboxes;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nslens::model::{Container, Snapshot};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

use crate::support::find::Find as _;
use crate::support::program::{run, snapshot};
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

/// A folder that another root may pass; what is mounted and who works below it goes with it.
#[derive(Debug)]
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("nslens-")
            .tempdir()
            .unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Processes that work below it: shims that have lost their engine.
    fn workers(&self) -> Vec<u32> {
        let pids = fs::read_dir("/proc").unwrap().flatten();
        let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid| {
            let folder = fs::read_link(format!("/proc/{pid}/cwd"));
            folder.is_ok_and(|folder| folder.starts_with(self.path()))
        })
        .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for pid in self.workers() {
            for pid in children(pid).into_iter().chain([pid]) {
                kill(pid);
            }
        }
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let mounts = mounts.lines().filter_map(|line| line.split(' ').nth(4));
        let below = mounts.filter(|place| Path::new(place).starts_with(self.path()));
        let mut below: Vec<&str> = below.collect();
        below.sort_unstable();
        for place in below.into_iter().rev() {
            let _ = rustix::mount::unmount(place, rustix::mount::UnmountFlags::DETACH);
        }
    }
}

/// The children of a process, as the kernel lists them.
fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let list = list.unwrap_or_default();
    list.split_whitespace()
        .map(|pid| pid.parse().unwrap())
        .collect()
}

/// Kills a process and waits until it is gone.
fn kill(pid: u32) {
    let pid = Pid::from_raw(pid.cast_signed()).unwrap();
    let _ = kill_process(pid, Signal::KILL);
    eventually("a process to end", || test_kill_process(pid).err());
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
    assert_eq!(row.drift, []);
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

    /// Lets it end by itself.
    fn end(&mut self) {
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
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
