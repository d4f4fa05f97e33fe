//! Containers without a shell.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use tempfile::TempDir;

use super::*;
use crate::support::docker::Docker;
use crate::support::program::command;

/// A folder with the static busybox alone, under a name that nobody looks for.
fn one_file() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(which("busybox"), folder.path().join("busybox-alone")).unwrap();
    folder
}

#[test]
fn a_container_of_one_file_gets_all_the_tools_and_never_sees_them() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let folder = one_file();
    fs::write(folder.path().join("mark"), "hidden from nobody\n").unwrap();
    let image = docker.image(folder.path());
    let container = docker.run_image(&image.name, &[], &["/busybox-alone", "sleep", "86400"]);
    let pid = container.pid();
    let before = (mounts(&pid.to_string()), own_mounts());

    let none =
        run(&[docker.arguments().as_slice(), &["enter", &container.name]].concat()).ended(127);
    assert!(
        none.complaint().contains("--tools brings the host's tools"),
        "{}",
        none.stderr
    );

    let outside = enter(&docker.arguments(), "--tools", &container.name, PIDS).ended(0);
    only_its_own(outside.text());
    let addresses = enter(
        &docker.arguments(),
        "--tools",
        &container.name,
        "ip -j addr",
    )
    .ended(0);
    let known = printed(
        "nsenter",
        &["-t", &pid.to_string(), "-n", "ip", "-j", "addr"],
    );
    assert_eq!(addresses.text(), known);

    let full = enter(&docker.arguments(), "--tools=full", &container.name, TRY).ended(0);
    all_works(&full, true);
    assert!(full.stderr.contains("; its /bin, "), "{}", full.stderr);
    let written = enter(
        &docker.arguments(),
        "--tools=full",
        &container.name,
        "echo x >/new",
    );
    assert_ne!(written.status, Some(0));
    assert_eq!((mounts(&pid.to_string()), own_mounts()), before);
}

#[test]
fn a_container_never_sees_the_tools() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let folder = one_file();
    let image = docker.image(folder.path());
    let container = docker.run_image(&image.name, &[], &["/busybox-alone", "sleep", "86400"]);
    let pid = container.pid();
    let before = mounts(&pid.to_string());
    let mut during = command(&docker.arguments());
    during.args([
        "enter",
        "--tools=full",
        &container.name,
        "--",
        "sh",
        "-c",
        "echo there; exec cat",
    ]);
    let mut during = during
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(during.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "there");
    let root = format!("/proc/{pid}/root");
    for name in ["nslens", "bin", "usr", "lib64", "new"] {
        assert!(!Path::new(&root).join(name).exists(), "{name}");
    }
    assert_eq!(mounts(&pid.to_string()), before);
    assert_eq!(in_pid_namespace_of(pid).len(), 2);
    drop(during.stdin.take());
    stdout.read_to_string(&mut line).unwrap();
    assert!(during.wait().unwrap().success());
    assert_eq!(in_pid_namespace_of(pid), [pid]);
    assert_eq!(mounts(&pid.to_string()), before);
}

#[test]
fn a_container_of_one_file_in_a_user_namespace_too() {
    let Some(docker) = Docker::remap() else {
        return;
    };
    let folder = one_file();
    fs::write(folder.path().join("mark"), "hidden from nobody\n").unwrap();
    let image = docker.image(folder.path());
    let options = ["--net=none"];
    let container = docker.run_image(&image.name, &options, &["/busybox-alone", "sleep", "86400"]);
    let outside = enter(&docker.arguments(), "--tools", &container.name, PIDS).ended(0);
    only_its_own(outside.text());
    assert_eq!(outside.stderr, "");
    let full = enter(&docker.arguments(), "--tools=full", &container.name, TRY).ended(0);
    all_works(&full, true);
}
