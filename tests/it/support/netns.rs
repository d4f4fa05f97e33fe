//! Named network namespaces, made with `ip netns` and removed when dropped.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use nslens::model::Inode;
use serde_json::Value;

/// A network namespace with a name and without a process.
#[derive(Debug)]
pub(crate) struct Netns {
    /// Its name under `/run/netns`.
    pub(crate) name: String,
}

impl Netns {
    /// A new one, with its loopback switched on.
    #[track_caller]
    pub(crate) fn new() -> Self {
        let netns = Self::named(&unique("n"));
        netns.ip("link set lo up");
        netns
    }

    /// A new one called `name`.
    #[track_caller]
    pub(crate) fn named(name: &str) -> Self {
        ip(&["netns", "add", name]);
        Self {
            name: name.to_owned(),
        }
    }

    /// Where it is mounted.
    pub(crate) fn path(&self) -> String {
        format!("/run/netns/{}", self.name)
    }

    /// Its number.
    pub(crate) fn inode(&self) -> Inode {
        use std::os::unix::fs::MetadataExt as _;
        let file = std::fs::metadata(self.path()).unwrap();
        Inode(u32::try_from(file.ino()).unwrap())
    }

    /// Runs `ip WORDS` inside.
    #[track_caller]
    pub(crate) fn ip(&self, words: &str) {
        self.printed(words);
    }

    /// What `ip WORDS` prints inside.
    #[track_caller]
    pub(crate) fn printed(&self, words: &str) -> String {
        let mut arguments = vec!["-n", &self.name];
        arguments.extend(words.split(' '));
        ip(&arguments)
    }

    /// Runs lines of `ip -batch` inside.
    #[track_caller]
    pub(crate) fn batch(&self, lines: &str) {
        let mut child = Command::new("ip")
            .args(["-n", &self.name, "-batch", "-"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(lines.as_bytes()).unwrap();
        drop(stdin);
        assert!(child.wait().unwrap().success(), "ip -batch");
    }

    /// Turns a switch below `/proc/sys/net` on or off.
    #[track_caller]
    pub(crate) fn switch(&self, switch: &str, on: bool) {
        let write = format!("echo {} >/proc/sys/net/{switch}", u8::from(on));
        ip(&["netns", "exec", &self.name, "sh", "-c", &write]);
    }

    /// Runs `ip -j -d WORDS` inside and gives back what it lists.
    #[track_caller]
    pub(crate) fn list(&self, words: &str) -> Vec<Value> {
        let mut arguments = vec!["-n", &self.name, "-j", "-d"];
        arguments.extend(words.split(' '));
        listed(&ip(&arguments))
    }
}

impl Drop for Netns {
    fn drop(&mut self) {
        let _ = Command::new("ip")
            .args(["netns", "delete", &self.name])
            .stderr(Stdio::null())
            .status();
    }
}

/// Joins two namespaces by a veth pair with an address at each end (`name@index`, an address with its prefix).
#[track_caller]
pub(crate) fn veth(left: (&Netns, &str, u32, &str), right: (&Netns, &str, u32, &str)) {
    let ((left, name, index, address), (right, twin, twin_index, twin_address)) = (left, right);
    let there = &right.name;
    left.ip(&format!(
        "link add {name} index {index} type veth peer name {twin} index {twin_index} netns {there}"
    ));
    for (netns, name, address) in [(left, name, address), (right, twin, twin_address)] {
        netns.ip(&format!("addr add {address} dev {name}"));
        netns.ip(&format!("link set {name} up"));
    }
}

/// A name that no other test and no other run uses, short enough for an interface.
pub(crate) fn unique(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("nl{what}{}x{number}", std::process::id())
}

/// Runs `ip` and gives back what it printed.
#[track_caller]
pub(crate) fn ip(arguments: &[&str]) -> String {
    let output = Command::new("ip").args(arguments).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {arguments:?}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What `ip WORDS` prints in the network namespace at `path`.
#[track_caller]
pub(crate) fn ip_at(path: &str, words: &str) -> String {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net={path}")).arg("ip");
    let output = command.args(words.split(' ')).output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What `ip -j` printed; nothing at all where there is nothing.
pub(crate) fn listed(text: &str) -> Vec<Value> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    serde_json::from_str(text).unwrap()
}
