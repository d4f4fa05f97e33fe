//! Real containers in the engines that the test command started.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::require;

/// The image that every engine of the test command has: busybox alone.
pub(crate) const IMAGE: &str = "nslens-test:latest";

/// An engine.
#[derive(Clone, Debug)]
pub(crate) struct Docker {
    /// Its endpoint as a URL.
    pub(crate) url: String,
    /// Its client, and the option that names the endpoint.
    client: [&'static str; 2],
}

impl Docker {
    /// The ordinary engine; `None`, said aloud, where the test command did not start one.
    pub(crate) fn plain() -> Option<Self> {
        Self::from_env("NSLENS_TEST_DOCKER")
    }

    /// The engine with `--userns-remap`.
    pub(crate) fn remap() -> Option<Self> {
        Self::from_env("NSLENS_TEST_DOCKER_REMAP")
    }

    /// The engine that one test may stop and continue, with its pid.
    pub(crate) fn spare() -> Option<(Self, u32)> {
        let spare = Self::from_env("NSLENS_TEST_DOCKER_SPARE")?;
        let pid = env::var("NSLENS_TEST_DOCKER_SPARE_PID").unwrap();
        Some((spare, pid.parse().unwrap()))
    }

    /// A service of Podman, with its pid.
    pub(crate) fn podman() -> Option<(Self, u32)> {
        let mut podman = Self::from_env("NSLENS_TEST_PODMAN")?;
        podman.client = ["podman", "--url"];
        let pid = env::var("NSLENS_TEST_PODMAN_PID").unwrap();
        Some((podman, pid.parse().unwrap()))
    }

    /// Waits until no other test of the program stops the engine that may be stopped, and keeps others from it.
    pub(crate) fn turn_on_spare() -> MutexGuard<'static, ()> {
        static TURN: Mutex<()> = Mutex::new(());
        TURN.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine at a URL.
    pub(crate) fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            client: ["docker", "-H"],
        }
    }

    /// Whether it answers.
    pub(crate) fn answers(&self) -> bool {
        let mut command = self.command(&["version"]);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.unwrap().success()
    }

    /// Removes every container that it has, if it can.
    pub(crate) fn remove_all(&self) {
        let listed = self.command(&["ps", "-aq"]).output();
        let listed = listed.map(|output| output.stdout).unwrap_or_default();
        let listed = String::from_utf8_lossy(&listed);
        let mut arguments = vec!["rm", "-f"];
        arguments.extend(listed.lines());
        if arguments.len() > 2 {
            let _ = self.command(&arguments).output();
        }
    }

    fn from_env(variable: &str) -> Option<Self> {
        let url = env::var(variable).ok();
        require(url.is_some(), &format!("an engine in {variable}")).then_some(())?;
        url.map(|url| Self::at(&url))
    }

    /// The arguments that make the program ask this engine.
    pub(crate) fn arguments(&self) -> [&str; 2] {
        ["--docker", &self.url]
    }

    /// Runs the client and gives back what it printed.
    #[track_caller]
    pub(crate) fn client(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {complaint}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The client with these arguments, not yet run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let [program, option] = self.client;
        let mut command = Command::new(program);
        command
            .args([option, &self.url])
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs an idle container with `options`.
    #[track_caller]
    pub(crate) fn idle(&self, options: &[&str]) -> Container {
        self.run(options, &["/bin/sleep", "86400"])
    }

    /// Runs a container with `options` and a command.
    #[track_caller]
    pub(crate) fn run(&self, options: &[&str], command: &[&str]) -> Container {
        self.run_image(IMAGE, options, command)
    }

    /// Makes an image of the files in a folder.
    #[track_caller]
    pub(crate) fn image(&self, folder: &Path) -> Image {
        let tar = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new("tar");
        command.arg("-C").arg(folder).arg("-cf").arg(tar.path());
        assert!(command.arg(".").status().unwrap().success(), "{command:?}");
        let name = unique("image");
        self.client(&["import", tar.path().to_str().unwrap(), &name]);
        Image {
            docker: self.clone(),
            name,
        }
    }

    /// As [`Docker::run`], from another image.
    #[track_caller]
    pub(crate) fn run_image(&self, image: &str, options: &[&str], command: &[&str]) -> Container {
        let name = unique("c");
        let mut arguments = vec!["run", "-d", "--name", &name, "--label", "nslens-test=1"];
        arguments.extend(options);
        arguments.push(image);
        arguments.extend(command);
        let id = self.client(&arguments);
        Container {
            docker: self.clone(),
            id,
            name,
        }
    }

    /// Makes a user-defined network.
    pub(crate) fn network(&self) -> Network {
        let name = unique("net");
        self.client(&["network", "create", &name]);
        Network {
            docker: self.clone(),
            name,
        }
    }
}

/// A name that no other test and no other run uses.
fn unique(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("nslens-{}-{what}{number}", std::process::id())
}

/// A running container, removed when dropped.
#[derive(Debug)]
pub(crate) struct Container {
    docker: Docker,
    /// Its full id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
}

impl Container {
    /// What `docker inspect` says.
    pub(crate) fn inspect(&self) -> Value {
        let text = self.docker.client(&["inspect", &self.id]);
        let list: Value = serde_json::from_str(&text).unwrap();
        list[0].clone()
    }

    /// The pid of its first process on the host.
    pub(crate) fn pid(&self) -> u32 {
        let pid = self.inspect()["State"]["Pid"].as_u64().unwrap();
        u32::try_from(pid).unwrap()
    }

    /// Runs `docker WORD ID`.
    pub(crate) fn tell(&self, word: &str) {
        self.docker.client(&[word, &self.id]);
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self
            .docker
            .command(&["rm", "-f", &self.id])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// A user-defined network, removed when dropped.
#[derive(Debug)]
pub(crate) struct Network {
    docker: Docker,
    /// Its name.
    pub(crate) name: String,
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self
            .docker
            .command(&["network", "rm", &self.name])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// An image, removed when dropped.
#[derive(Debug)]
pub(crate) struct Image {
    docker: Docker,
    /// Its name.
    pub(crate) name: String,
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = self
            .docker
            .command(&["rmi", "-f", &self.name])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}
