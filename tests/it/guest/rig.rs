//! Boots a kernel with a small root file system in an emulator, and takes what its script tells.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::archive::Archive;
use super::kernel::Kernel;
use crate::support::{program, require};

const EMULATOR: &str = "qemu-system-x86_64";
/// How long a guest may live. Half a minute is what it takes on a machine with little else to do.
const DEADLINE: Duration = Duration::from_secs(240);
/// The last line of what a guest tells.
const END: &str = "@@end";
/// The first program of a guest. It tells by the first serial port; the second one is the console, for kernel and
/// errors. As everywhere but in an initial root file system, the root is mounted over that one: what the kernel lists as
/// the mounts of a namespace begins there.
const INIT: &str = "#!/bin/busybox sh
if [ -z \"$moved\" ]; then
  /bin/busybox --install -s /bin
  mount -o bind / /root
  cd /root
  mount -o move . /
  moved=yes exec chroot . /init
fi
export PATH=/opt:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
ln -s /run /var/run
stty -F /dev/ttyS0 raw -echo
exec 3>/dev/ttyS0
while read -r module; do /opt/insmod \"/modules/$module\"; done </modules/order
sh -eux /script && echo @@end >&3 || echo @@failed >&3
poweroff -f
";

/// Whether this machine can emulate another.
pub(super) fn can_boot() -> bool {
    // Of each package one.
    ["modinfo", EMULATOR, "strip", "busybox", "ip"]
        .into_iter()
        .all(|tool| require(find(tool).is_some(), tool))
}

/// Boots `kernel`, loads `modules`, runs `script`, and gives back what it wrote to its third descriptor.
pub(super) fn run(kernel: &Kernel, modules: &[&str], script: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let root = root(&kernel.modules(modules), script);
    fs::write(folder.path().join("root"), root).unwrap();
    Guest::boot(&kernel.image(), folder).listen()
}

/// An emulator that runs, and is ended when this value is dropped.
struct Guest {
    child: Child,
    folder: TempDir,
}

impl Guest {
    fn boot(image: &Path, folder: TempDir) -> Self {
        // Nobody but us, not even a signal that nothing can be done about, leaves the emulator behind.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", EMULATOR]);
        command.args(["-accel", "tcg", "-cpu", "max", "-m", "768", "-net", "none"]);
        command.args(["-nodefaults", "-display", "none", "-no-reboot"]);
        command.args(["-serial", "stdio", "-serial", "file:console"]);
        command.args(["-append", "console=ttyS1 panic=-1 quiet", "-initrd", "root"]);
        command.arg("-kernel").arg(image);
        let child = command
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(folder.path().join("complaints")).unwrap())
            .spawn()
            .unwrap();
        Self { child, folder }
    }

    /// What the guest tells until it says that this is the end.
    fn listen(mut self) -> String {
        let lines = self.lines();
        let start = Instant::now();
        let mut told = String::new();
        loop {
            let left = DEADLINE.saturating_sub(start.elapsed());
            match lines.recv_timeout(left) {
                Ok(line) if line == END => return told,
                Ok(line) => told.extend([line.as_str(), "\n"]),
                Err(RecvTimeoutError::Timeout) => panic!("too slow: {}", self.state()),
                Err(RecvTimeoutError::Disconnected) => panic!("it failed: {}", self.state()),
            }
        }
    }

    fn lines(&mut self) -> Receiver<String> {
        let output = self.child.stdout.take().unwrap();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            for line in lines {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        receiver
    }

    /// What the emulator complained about, and the end of what stands on the console.
    fn state(&self) -> String {
        let text = ["complaints", "console"].map(|name| {
            let text = fs::read(self.folder.path().join(name)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(40)..].join("\n")
        });
        text.join("\n")
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The root file system.
fn root(modules: &[PathBuf], script: &str) -> Vec<u8> {
    let mut archive = Archive::default();
    for folder in ["proc", "sys", "dev", "root", "run", "tmp", "var"] {
        archive.folder(folder);
    }
    archive.device("dev/console", (5, 1));
    archive.file("init", INIT.as_bytes());
    archive.file("script", script.as_bytes());
    add_modules(&mut archive, modules);
    let programs = [
        ("bin/busybox", find("busybox").unwrap()),
        ("opt/ip", find("ip").unwrap()),
        ("opt/bridge", find("bridge").unwrap()),
        ("opt/insmod", find("insmod").unwrap()),
        ("opt/nslens", program::binary()),
    ];
    let mut libraries = Vec::new();
    for (path, program) in programs {
        libraries.extend(libraries_of(&program));
        archive.file(path, &stripped(&program));
    }
    libraries.sort();
    libraries.dedup();
    for library in libraries {
        archive.file(
            library.trim_start_matches('/'),
            &fs::read(&library).unwrap(),
        );
    }
    archive.finish()
}

/// Adds the modules, and a file with their names in the order in which they must be loaded.
fn add_modules(archive: &mut Archive, modules: &[PathBuf]) {
    let mut order = String::new();
    for module in modules {
        let name = module.file_name().unwrap().to_str().unwrap();
        archive.file(&format!("modules/{name}"), &fs::read(module).unwrap());
        order.extend([name, "\n"]);
    }
    archive.file("modules/order", order.as_bytes());
}

/// Where a program of this machine is.
fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let usual = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut all = env::split_paths(&path).chain(usual);
    all.find_map(|folder| fs::canonicalize(folder.join(program)).ok())
}

/// The program without what only a debugger wants, which would have to be carried into the guest.
fn stripped(program: &Path) -> Vec<u8> {
    let copy = tempfile::NamedTempFile::new().unwrap();
    let mut strip = Command::new("strip");
    strip.args(["--strip-debug", "-o"]);
    let status = strip.args([copy.path(), program]).status().unwrap();
    assert!(status.success(), "{strip:?}");
    fs::read(copy.path()).unwrap()
}

/// Files of the libraries that a program needs; none where it is linked statically.
fn libraries_of(program: &Path) -> Vec<String> {
    let output = Command::new("ldd").arg(program).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let words = text.split_whitespace();
    let paths = words.filter(|word| word.starts_with('/') && !word.ends_with(':'));
    paths.map(str::to_owned).collect()
}
