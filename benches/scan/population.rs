//! A busy host: many idle processes, most of them in containers.
//!
//! Every process is a shell's subshell that waits for the end of one pipe. Whatever ends the benchmark closes that pipe,
//! so nothing is left behind; a process of its own removes the control groups when that happens.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, BufReader, PipeReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

/// Of ten processes so many are in containers.
const TENTHS_IN_CONTAINERS: usize = 6;
/// So many processes of the host are children of one shell.
const BROOD: usize = 500;

/// Makes `$1 - 1` processes beside itself, says so, and waits with them.
const SHELL: &str = "n=$1; while [ $((n -= 1)) -gt 0 ]; do (read -r x <&3) & done; echo ready; read -r x <&3; exit 0";

/// Idle processes, until dropped.
pub(crate) struct Population(Child);

impl Population {
    /// Makes so many processes and containers, in a process that outlives us long enough to clean up.
    pub(crate) fn of(processes: usize, containers: usize) -> Self {
        let mut keeper = Command::new(env::current_exe().unwrap())
            .args(["populate", &processes.to_string(), &containers.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(keeper.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "no population");
        Self(keeper)
    }
}

impl Drop for Population {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// The other end of [`Population`]: makes them, and ends them when its input ends.
pub(crate) fn populate(processes: usize, containers: usize) {
    // Ctrl-C goes to the whole group; the end of our input tells us of it, and there is work left then.
    for signal in [
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
        signal_hook::consts::SIGHUP,
    ] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false))).unwrap();
    }
    let (reader, writer) = io::pipe().unwrap();
    let groups = ControlGroups::new();
    let inside = if containers == 0 {
        0
    } else {
        processes * TENTHS_IN_CONTAINERS / 10
    };
    let mut shells = Vec::new();
    for number in 0..containers {
        let share = inside / containers + usize::from(number < inside % containers);
        let cgroup = groups.as_ref().map(|groups| groups.container(number));
        shells.push(container(&reader, number, share, cgroup.as_deref()));
    }
    let mut left = processes - inside;
    while left > 0 {
        shells.push(brood(&reader, left.min(BROOD)));
        left -= left.min(BROOD);
    }
    drop(reader);
    for shell in &mut shells {
        let mut line = String::new();
        BufReader::new(shell.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "ready\n", "a shell did not start");
    }
    println!("ready");
    let _ = io::stdin().read_to_end(&mut Vec::new());
    drop(writer);
    for mut shell in shells {
        let _ = shell.wait();
    }
    drop(groups);
}

/// So many processes in the host's namespaces.
fn brood(reader: &PipeReader, count: usize) -> Child {
    start(
        Command::new("sh").args([
            "-c",
            &format!("exec 3<&0; {SHELL}"),
            "worker",
            &count.to_string(),
        ]),
        reader,
    )
}

/// So many processes in a container: `unshare`, which waits for the container's first process, is one of them.
fn container(reader: &PipeReader, number: usize, count: usize, cgroup: Option<&Path>) -> Child {
    let mut flags = "--cgroup --ipc --mount --net --uts --pid --fork --kill-child".to_owned();
    if number % 2 == 1 {
        flags.push_str(" --user --map-root-user");
    }
    if number.is_multiple_of(10) {
        flags.push_str(" --time");
    }
    let enter = cgroup.map_or_else(String::new, |path| {
        format!("echo 0 >{}/cgroup.procs; ", path.display())
    });
    let script = format!(
        "{enter}exec 3<&0; exec unshare {flags} sh -c '{SHELL}' \"container-{number}\" \"$1\""
    );
    let inner = count.saturating_sub(1).max(1).to_string();
    start(
        Command::new("sh").args(["-c", &script, "container", &inner]),
        reader,
    )
}

fn start(command: &mut Command, reader: &PipeReader) -> Child {
    command
        .stdin(reader.try_clone().unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Control groups named as Docker names them, removed when dropped.
struct ControlGroups(PathBuf);

impl ControlGroups {
    /// Below the unified hierarchy; `None` where that is not there or may not be written.
    fn new() -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let mut fields = mounts.lines().map(|line| line.split(' '));
        let mount = fields.find_map(|mut line| {
            let path = line.nth(1)?;
            (line.next()? == "cgroup2").then_some(path)
        });
        let root = Path::new(mount?).join(format!("nslens-bench-{}", std::process::id()));
        match fs::create_dir(&root).and_then(|()| fs::create_dir(root.join("docker"))) {
            Ok(()) => Some(Self(root)),
            // Where they may not be made, the containers are known by their namespaces only.
            Err(_) => None,
        }
    }

    fn container(&self, number: usize) -> PathBuf {
        let path = self.0.join(format!("docker/{number:064x}"));
        fs::create_dir(&path).unwrap();
        path
    }
}

impl Drop for ControlGroups {
    fn drop(&mut self) {
        let start = Instant::now();
        while remove(&self.0).is_err() && start.elapsed() < Duration::from_secs(30) {
            // The last processes are still on their way out.
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Removes a tree of control groups.
fn remove(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() {
            remove(&path)?;
        }
    }
    fs::remove_dir(path)
}
