//! What the target must not get at: our files, our rights, our secrets.

use std::fs;

use crate::support::enter::enter;
use crate::support::program::{Run, command, finish};
use crate::support::require_root;
use crate::support::unshared::Unshared;

/// A process in a user namespace of its own, whose root has every right over what is in it.
fn sandbox() -> Unshared {
    Unshared::new(&["-U", "-r", "-n", "-p", "-f", "--kill-child"])
}

/// Enters with a secret in our environment, and tells the user namespace and the environment of the command.
fn look(options: &[&str], target: &Unshared) -> Run {
    let pid = target.pid.to_string();
    let words = [
        &["--no-docker", "enter"],
        options,
        &[&pid, "--", "sh", "-c", "readlink /proc/self/ns/user; env"],
    ];
    let mut nslens = command(&words.concat());
    nslens.env("ADMIN_TOKEN", "secret");
    finish(nslens, b"").ended(0)
}

#[test]
fn tools_stay_out_of_the_user_namespace() {
    if !require_root() {
        return;
    }
    let ran = look(&["--tools"], &sandbox());
    let ours = fs::read_link("/proc/self/ns/user").unwrap();
    assert_eq!(ran.text().lines().next(), ours.to_str());
}

#[test]
fn where_the_target_can_look_there_is_no_secret() {
    if !require_root() {
        return;
    }
    let target = sandbox();
    for options in [
        &["--tools"][..],
        &["--tools=full"],
        &["-U"],
        &["-n", "-p"],
        &["-a"],
    ] {
        let ran = look(options, &target);
        assert!(ran.text().contains("\nPATH="), "{options:?}");
        assert!(!ran.text().contains("ADMIN_TOKEN"), "{options:?}");
    }
    // Nobody there sees it.
    assert!(
        look(&["-n"], &Unshared::new(&["-n"]))
            .text()
            .contains("ADMIN_TOKEN=secret")
    );
}

#[test]
fn what_would_hand_our_files_to_the_target_is_refused() {
    if !require_root() {
        return;
    }
    let target = sandbox();
    let pid = target.pid.to_string();
    for (options, said) in [
        (
            ["-n", "--env"],
            "nslens: --env goes with the target's files only: ",
        ),
        (
            ["--tools", "--env"],
            "nslens: --env goes with the target's files only: ",
        ),
        (
            ["--tools=full", "--env"],
            "nslens: --env goes with the target's files only: ",
        ),
        (
            ["-n", "--confined"],
            "nslens: --confined goes with the target's files only: ",
        ),
        (
            ["--tools", "--confined"],
            "nslens: --confined goes with the target's files only: ",
        ),
        (
            ["--tools=full", "--confined"],
            "nslens: --confined goes with the target's files only: ",
        ),
        (
            ["-U", "--tools"],
            "nslens: --tools stays outside of the user namespace, ",
        ),
        (
            ["-m", "--tools"],
            "nslens: --tools stays outside of the mnt namespace, ",
        ),
    ] {
        let ran = enter(&[&options[..], &[&pid, "--", "echo", "run"]].concat()).ended(1);
        assert!(ran.complaint().starts_with(said), "{}", ran.stderr);
        assert!(ran.stdout.is_empty(), "{options:?}");
    }
}
