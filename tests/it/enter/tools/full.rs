//! Beside the target's files, whatever these are.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use nslens::model::Kind;

use super::*;
use crate::support::program::run_with_input;
use crate::support::unshared::Unshared;
use crate::support::{eventually, require_root};

/// Copies programs of the host into a tree, with their libraries and their loader where they name it.
fn copy_with_libraries(tree: &Path, programs: &[&str]) {
    for program in programs {
        let file = which(program);
        copy(tree, &file, &Path::new("/bin").join(program));
        let libraries = printed("ldd", &[file.to_str().unwrap()]);
        for library in libraries
            .split_whitespace()
            .filter(|word| word.starts_with('/'))
        {
            copy(tree, Path::new(library), Path::new(library));
        }
    }
}

fn copy(tree: &Path, from: &Path, to: &Path) {
    let to = tree.join(to.strip_prefix("/").unwrap());
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}

/// A process whose root is a folder, with a network of its own.
fn rooted(tree: &Path, program: &[&str]) -> Unshared {
    fs::write(tree.join("mark"), "hidden from nobody\n").unwrap();
    let script = "read -r pid rest </proc/self/stat; echo $pid; exec chroot \"$@\" >/dev/null";
    let mut command = Command::new("unshare");
    command
        .args(["-m", "-n", "sh", "-c", script, "-"])
        .arg(tree)
        .args(program);
    let target = Unshared::command(command);
    // It tells its pid before it takes its root.
    eventually("its root", || {
        let root = fs::read_link(format!("/proc/{}/root", target.pid)).ok()?;
        (root == fs::canonicalize(tree).unwrap()).then_some(())
    });
    target
}

/// All that is in a folder.
fn listed(folder: &Path) -> String {
    printed(
        "find",
        &[folder.to_str().unwrap(), "-printf", "%p %y %m %s %l %T@\n"],
    )
}

#[test]
fn a_target_with_a_c_library_of_its_own_keeps_it() {
    if !require_root() {
        return;
    }
    let tree = tempfile::tempdir().unwrap();
    copy_with_libraries(tree.path(), &["bash", "cat"]);
    let target = rooted(tree.path(), &["/bin/cat"]);
    let before = (listed(tree.path()), mounts(&target.pid.to_string()));
    all_works(&full(target.pid, TRY), false);
    // What it has stands where it was.
    let own = full(target.pid, "ls /bin; /bin/cat /mark");
    assert_eq!(own.text(), "bash\ncat\nhidden from nobody\n");
    let kind = Kind::Net.name();
    let seen = full(target.pid, "readlink /proc/self/ns/net")
        .text()
        .to_owned();
    let known = inode_of(target.pid, kind).unwrap();
    assert_eq!(seen.trim(), format!("{kind}:[{known}]"));
    assert_eq!(
        (listed(tree.path()), mounts(&target.pid.to_string())),
        before
    );
}

#[test]
fn a_target_without_our_loader_gets_it_wherever_its_folder_is() {
    if !require_root() {
        return;
    }
    let ways: [fn(&Path); 3] = [
        |tree| fs::create_dir(tree.join("lib64")).unwrap(),
        |tree| symlink("usr/lib64", tree.join("lib64")).unwrap(),
        |tree| symlink("nowhere/at/all", tree.join("lib64")).unwrap(),
    ];
    for prepare in ways {
        let tree = tempfile::tempdir().unwrap();
        for folder in ["bin", "lib", "usr/bin", "usr/lib"] {
            fs::create_dir_all(tree.path().join(folder)).unwrap();
        }
        fs::write(tree.path().join("lib/libown.so"), "").unwrap();
        prepare(tree.path());
        copy(tree.path(), &which("busybox"), Path::new("/bin/busybox"));
        let target = rooted(tree.path(), &["/bin/busybox", "cat"]);
        let before = (listed(tree.path()), mounts(&target.pid.to_string()));
        all_works(&full(target.pid, TRY), false);
        assert_eq!(full(target.pid, "ls /lib").text(), "libown.so\n");
        assert_eq!(
            (listed(tree.path()), mounts(&target.pid.to_string())),
            before
        );
    }
}

#[test]
fn what_the_target_wants_loaded_is_not() {
    if !require_root() {
        return;
    }
    let tree = tempfile::tempdir().unwrap();
    copy_with_libraries(tree.path(), &["cat"]);
    fs::create_dir(tree.path().join("etc")).unwrap();
    let target = rooted(tree.path(), &["/bin/cat"]);
    fs::write(tree.path().join("etc/ld.so.preload"), "/evil.so\n").unwrap();
    let seen = full(target.pid, "cat /etc/ld.so.preload");
    assert_eq!(seen.text(), "");
    assert_eq!(seen.stderr.lines().count(), 1, "{}", seen.stderr);
}

#[test]
fn a_target_that_has_our_folder_is_refused() {
    if !require_root() {
        return;
    }
    let tree = tempfile::tempdir().unwrap();
    copy(tree.path(), &which("busybox"), Path::new("/bin/busybox"));
    fs::create_dir(tree.path().join("nslens")).unwrap();
    let target = rooted(tree.path(), &["/bin/busybox", "cat"]);
    let refused = enter(
        &["--no-docker"],
        "--tools=full",
        &target.pid.to_string(),
        "true",
    )
    .ended(1);
    assert!(
        refused.complaint().contains("/nslens/host"),
        "{}",
        refused.stderr
    );
}

#[test]
fn without_a_command_the_shell_is_the_hosts_and_reads_nothing_of_the_targets() {
    if !require_root() {
        return;
    }
    let tree = tempfile::tempdir().unwrap();
    copy(tree.path(), &which("busybox"), Path::new("/bin/busybox"));
    symlink("busybox", tree.path().join("bin/sh")).unwrap();
    for file in ["etc/profile", "etc/bash.bashrc", "root/.bashrc"] {
        let file = tree.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "echo of the target\n").unwrap();
    }
    let target = rooted(tree.path(), &["/bin/busybox", "cat"]);
    let words = [
        "--no-docker",
        "enter",
        "--tools=full",
        &target.pid.to_string(),
    ];
    let run = run_with_input(&words, b"type ls; echo $SHELL; exit 5\n").ended(5);
    assert_eq!(run.text(), "ls is /nslens/bin/ls\n/nslens/bin/bash\n");
}

/// Tells in which user namespace a program is that loads it.
const LOADED: &str = r#"
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void) {
    char map[200];
    int from = open("/proc/self/uid_map", O_RDONLY), to = open("/log", O_WRONLY | O_APPEND);
    write(to, map, read(from, map, sizeof map));
}"#;

/// Root of a user namespace with `tree` as its root directory, in a pid namespace with a `/proc` in there.
fn remapped(tree: &Path) -> Unshared {
    let tree = tree.display();
    let script = format!(
        "read -r pid rest </proc/self/stat; mount -t proc proc {tree}/proc; exec chroot {tree} \
         /bin/busybox sh -c \"echo $pid && exec /bin/busybox cat >/out\""
    );
    let user = ["--reuid=100000", "--regid=100000", "--clear-groups"];
    let flags = ["--user", "--map-root-user", "--mount", "--pid", "--fork"];
    let flags = [&user[..], &["unshare", "--kill-child"], &flags].concat();
    Unshared::shell("setpriv", &flags, &script)
}

#[test]
fn what_the_target_has_loaded_has_no_more_rights_than_the_command() {
    if !require_root() {
        return;
    }
    let tree = tempfile::tempdir().unwrap();
    let path = |name: &str| tree.path().join(name);
    let mode = |name: &str, mode| {
        fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    for name in ["proc", "etc"] {
        fs::create_dir(path(name)).unwrap();
    }
    copy(tree.path(), &which("busybox"), Path::new("/bin/busybox"));
    for name in ["log", "out"] {
        fs::write(path(name), "").unwrap();
        mode(name, 0o666);
    }
    mode("", 0o755);
    fs::write(path("loaded.c"), LOADED).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-w", "-o"]);
    cc.args([path("loaded.so"), path("loaded.c")]);
    assert!(cc.status().unwrap().success());
    fs::write(path("list"), "/loaded.so\n").unwrap();
    // It is there for a process of the target's pid namespace alone.
    symlink("/proc/self/root/list", path("etc/ld.so.preload")).unwrap();
    let target = remapped(tree.path());
    full(target.pid, "echo $$");
    let log = fs::read_to_string(path("log")).unwrap();
    let maps: BTreeSet<Vec<&str>> = log
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(maps, BTreeSet::from([vec!["0", "100000", "1"]]));
}
