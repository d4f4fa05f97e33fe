//! An engine that one test has for itself, to kill and to start again.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::docker::{Docker, IMAGE};
use super::eventually;

/// A dockerd of a test; ended with its containers when dropped.
#[derive(Debug)]
pub(crate) struct OwnEngine {
    dir: TempDir,
    child: Child,
    docker: Docker,
}

impl OwnEngine {
    /// Starts one that has the image of `other`.
    pub(crate) fn start(other: &Docker) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let url = format!("unix://{}/docker.sock", dir.path().display());
        let docker = Docker::at(&url);
        let child = run(&dir);
        let engine = Self { dir, child, docker };
        engine.wait();
        let line = format!(
            "docker -H {} save {IMAGE} | docker -H {url} load",
            other.url
        );
        let loaded = Command::new("sh").args(["-c", &line]).output().unwrap();
        assert!(loaded.status.success(), "{loaded:?}");
        engine
    }

    /// Its client.
    pub(crate) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Kills it; its containers go on.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again at the same place.
    pub(crate) fn again(&mut self) {
        // Those that were killed leave these, and somebody may have the same number by now.
        for pid in ["pid", "exec/containerd/containerd.pid"] {
            let _ = fs::remove_file(self.dir.path().join(pid));
        }
        self.child = run(&self.dir);
        self.wait();
    }

    fn wait(&self) {
        eventually("an engine of our own", || {
            self.docker.answers().then_some(())
        });
    }
}

fn run(dir: &TempDir) -> Child {
    let path = dir.path().display();
    let log = File::create(dir.path().join("log")).unwrap();
    Command::new("dockerd")
        .args(["-H", &format!("unix://{path}/docker.sock")])
        .args(["--data-root", &format!("{path}/data")])
        .args(["--exec-root", &format!("{path}/exec")])
        .args(["-p", &format!("{path}/pid")])
        .args(["--iptables=false", "--ip6tables=false", "--bridge=none"])
        .arg("--live-restore")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

impl Drop for OwnEngine {
    fn drop(&mut self) {
        self.docker.remove_all();
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.child.wait();
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let own = mounts
            .lines()
            .rev()
            .filter_map(|line| line.split(' ').nth(4));
        for place in own.filter(|place| Path::new(place).starts_with(self.dir.path())) {
            let _ = Command::new("umount").args(["-l", place]).status();
        }
    }
}
