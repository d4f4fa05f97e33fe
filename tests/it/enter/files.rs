//! Whose files the command sees, which shell it is, and its environment.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

use crate::support::enter::{copy_program, enter, nsenter};
use crate::support::program::{Run, command, finish, run};
use crate::support::require_root;
use crate::support::unshared::Unshared;

/// A process whose root is a folder with nothing but busybox in it, at work in `/work`.
struct Jail {
    folder: TempDir,
    process: Unshared,
}

impl Jail {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["bin", "etc", "work", "tools"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        copy_program("busybox", &root.join("tools/busybox"));
        let script = format!(
            "read -r pid rest </proc/self/stat; exec chroot {} /tools/busybox sh -c \
             \"cd /work && echo $pid && exec /tools/busybox cat >out\"",
            root.display()
        );
        let process = Unshared::shell("unshare", &["--mount", "--net"], &script);
        Self { folder, process }
    }

    fn enter(&self, words: &[&str]) -> Run {
        let pid = self.process.pid.to_string();
        enter(&[&[pid.as_str()][..], words].concat())
    }

    /// What a shell does with a line of input that it is given.
    fn shell(&self, options: &[&str], input: &[u8]) -> Run {
        let pid = self.process.pid.to_string();
        let mut nslens = command(&[&["--no-docker", "enter"], options, &[&pid]].concat());
        nslens.env("SHELL", "/no/shell/of/ours");
        finish(nslens, input)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>, mode: u32) {
        let path = self.folder.path().join(path);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Makes `path` lead to busybox.
    fn link(&self, path: &str) {
        let path = self.folder.path().join(path);
        std::os::unix::fs::symlink("/tools/busybox", path).unwrap();
    }
}

#[test]
fn the_command_starts_at_the_targets_root_and_where_it_is() {
    if !require_root() {
        return;
    }
    let jail = Jail::new();
    let pid = jail.process.pid.to_string();
    for command in [
        &["/tools/busybox", "pwd"][..],
        &["/tools/busybox", "ls", "/"],
    ] {
        let ours = jail.enter(&[&["--"], command].concat()).ended(0);
        let theirs = nsenter(&["-t", &pid, "-m", "-r", "-w"], command);
        assert_eq!(ours.text(), theirs);
    }
    let relative = jail.enter(&["--", "../tools/busybox", "true"]);
    relative.ended(0);
    let net = enter(&["-n", &pid, "--", "ls", "/"]).ended(0);
    assert!(net.text().contains("proc"), "our own files: {}", net.text());
}

#[test]
fn the_environment_is_clean_and_tells_the_user_of_the_targets_files() {
    if !require_root() {
        return;
    }
    let jail = Jail::new();
    let shown = || {
        let pid = jail.process.pid.to_string();
        let words = ["--no-docker", "enter", &pid, "--", "/tools/busybox", "env"];
        let mut nslens = command(&words);
        nslens.env_clear().envs([("TERM", "vt7"), ("SECRET", "x")]);
        let text = finish(nslens, b"").ended(0).text().to_owned();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    assert_eq!(shown(), ["HOME=/", path, "TERM=vt7"]);
    jail.write("etc/passwd", "root:x:0:0::/work:/bin/zsh\n", 0o644);
    assert_eq!(
        shown(),
        [
            "HOME=/work",
            "LOGNAME=root",
            path,
            "SHELL=/bin/zsh",
            "TERM=vt7",
            "USER=root"
        ]
    );
}

#[test]
fn the_targets_environment_can_be_asked_for() {
    if !require_root() {
        return;
    }
    let process = Unshared::shell(
        "env",
        &["-i", "PATH=/usr/bin:/bin"],
        &format!(
            "WAIT='{}'; export ODD='a=b c' TERM=theirs; exec unshare --net --mount sh -c \"$WAIT\"",
            crate::support::unshared::WAIT
        ),
    );
    let pid = process.pid.to_string();
    let mut nslens = command(&["--no-docker", "enter", "--env", &pid, "--", "env"]);
    nslens.env("TERM", "ours").env("SECRET", "x");
    let ran = finish(nslens, b"").ended(0);
    let lines: Vec<_> = ran.text().lines().collect();
    assert!(lines.contains(&"ODD=a=b c"), "{lines:?}");
    assert!(lines.contains(&"TERM=ours"), "{lines:?}");
    assert!(!lines.contains(&"TERM=theirs"), "{lines:?}");
    assert!(!ran.text().contains("SECRET"), "{lines:?}");
    // Among our own files it would tell our programs what to load.
    let beside = Unshared::new(&["--net"]);
    let beside = beside.pid.to_string();
    let refused = run(&["--no-docker", "enter", "--env", &beside, "--", "env"]).ended(1);
    assert!(refused.complaint().contains("--env"), "{}", refused.stderr);
}

#[test]
fn a_shell_is_the_users_or_else_one_that_is_there() {
    if !require_root() {
        return;
    }
    let jail = Jail::new();
    // Each goes before those that were there already.
    let which = |expected: &str| {
        let ran = jail.shell(&[], b"echo $0").ended(0);
        assert_eq!(ran.text(), format!("{expected}\n"));
    };
    jail.link("bin/busybox");
    which("sh");
    jail.link("bin/sh");
    which("/bin/sh");
    jail.link("bin/ash");
    jail.write("etc/passwd", "root:x:0:0:::/bin/ash\n", 0o644);
    which("/bin/ash");
    jail.write("etc/passwd", "root:x:0:0:::/bin/false\n", 0o644);
    jail.link("bin/false");
    which("/bin/sh");
    // Not what a user, or the file, could mean.
    for odd in ["root:x:0:0:::bin/ash\n", "root:x:0:0:::/bin/zsh\n", "\u{0}"] {
        jail.write("etc/passwd", odd, 0o644);
        which("/bin/sh");
    }
}

#[test]
fn a_shell_that_cannot_be_run_is_passed_over_and_told() {
    if !require_root() {
        return;
    }
    let jail = Jail::new();
    let none = jail.shell(&[], b"").ended(127);
    assert_eq!(
        none.complaint(),
        "nslens: no shell there: tried /bin/bash (not there), /usr/bin/bash (not there), /bin/sh (not there), \
         /bin/busybox (not there); --tools brings the host's tools"
    );
    // A dynamic program, whose loader is not in this root.
    copy_program("cat", &jail.folder.path().join("bin/loaded"));
    jail.write("etc/passwd", "root:x:0:0:::/bin/loaded\n", 0o644);
    jail.write("bin/bash", "no program", 0o755);
    jail.write("bin/sh", "#!/bin/loaded\n", 0o644);
    let none = jail.shell(&[], b"").ended(127);
    assert_eq!(
        none.complaint(),
        "nslens: no shell there: tried /bin/loaded (its loader is missing), /bin/bash (no program for this machine), \
         /usr/bin/bash (not there), /bin/sh (may not be run), /bin/busybox (not there); --tools brings the host's tools"
    );
    jail.link("bin/busybox");
    let ran = jail.shell(&[], b"echo $0").ended(0);
    assert_eq!(ran.text(), "sh\n");
}

#[test]
fn with_our_files_the_shell_is_ours() {
    if !require_root() {
        return;
    }
    let jail = Jail::new();
    let ran = jail.shell(&["-n"], b"echo $SHELL $0").ended(0);
    let shell = ran.text().trim_end();
    // That of the environment is not there: the first of the usual ones.
    let usual = ["/bin/bash", "/usr/bin/bash", "/bin/sh"];
    let first = usual.iter().find(|path| Path::new(path).exists()).unwrap();
    assert_eq!(shell, format!("/no/shell/of/ours {first}"));
}
