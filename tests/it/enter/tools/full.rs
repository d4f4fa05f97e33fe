//! Beside the target's files, whatever these are.

use std::os::unix::fs::symlink;

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
