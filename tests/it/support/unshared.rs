//! Real processes in real namespaces.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nslens::model::{Inode, Kind};

/// Prints its pid in the proc mount of the host, then waits for its stdin to close.
pub(crate) const WAIT: &str = "read -r pid rest </proc/self/stat; echo $pid; exec cat";

/// A process in namespaces of its own, until this value is dropped or the test ends in any way: it lives as long as
/// a pipe that the test holds.
#[derive(Debug)]
pub(crate) struct Unshared {
    child: Child,
    /// Its pid on the host.
    pub(crate) pid: u32,
}

impl Unshared {
    /// A process behind `unshare FLAGS`.
    pub(crate) fn new(flags: &[&str]) -> Self {
        Self::shell("unshare", flags, WAIT)
    }

    /// A process behind `nsenter FLAGS`.
    pub(crate) fn entered(flags: &[&str]) -> Self {
        Self::shell("nsenter", flags, WAIT)
    }

    /// A shell behind `tool FLAGS`, running a script that prints its pid on the host first and ends with its stdin.
    pub(crate) fn shell(tool: &str, flags: &[&str], script: &str) -> Self {
        let mut command = Command::new(tool);
        command.args(flags).args(["sh", "-c", script]);
        Self::command(command)
    }

    /// A command that prints its pid on the host first and ends with its stdin.
    pub(crate) fn command(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let pid = line
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("{command:?} did not start: {line:?}"));
        Self { child, pid }
    }

    /// Its namespace of `kind`, as the kernel tells.
    pub(crate) fn inode(&self, kind: Kind) -> Inode {
        inode_of(self.pid, kind.name()).unwrap()
    }
}

impl Drop for Unshared {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Reading the end of its input is all that it waits for.
        let _ = self.child.wait();
    }
}

/// The inode that `/proc/PID/ns/LINK` names, found with `readlink` only.
pub(crate) fn inode_of(pid: u32, link: &str) -> Option<Inode> {
    let target = fs::read_link(format!("/proc/{pid}/ns/{link}")).ok()?;
    let text = target.to_str()?;
    let number = text.split_once(":[")?.1.strip_suffix(']')?;
    Some(Inode(number.parse().ok()?))
}

/// Whether this kernel has `kind`.
pub(crate) fn kernel_has(kind: Kind) -> bool {
    Path::new("/proc/self/ns").join(kind.name()).is_symlink()
}
