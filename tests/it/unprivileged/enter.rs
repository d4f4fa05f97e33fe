//! Entering as an ordinary user: our own user namespaces, and what is denied.

use nslens::model::Kind;

use super::{may_unshare, ordinary};
use crate::enter::kinds::plan;
use crate::enter::kinds::planned;
use crate::enter::orders::on_an_old_kernel;
use crate::support::enter::{
    LINKS, copy_program, enter, entered, kinds, letters, nsenter, subsets,
};
use crate::support::unshared::{Unshared, WAIT, inode_of};

/// A process of ours that is elsewhere in every kind.
fn elsewhere() -> Unshared {
    Unshared::new(&[
        "--user",
        "--map-root-user",
        "--fork",
        "--kill-child",
        "--cgroup",
        "--ipc",
        "--mount",
        "--net",
        "--pid",
        "--uts",
    ])
}

fn kinds_of(process: &Unshared) -> Vec<Kind> {
    let all = kinds().into_iter();
    all.filter(|kind| Some(process.inode(*kind)) != inode_of(std::process::id(), kind.name()))
        .collect()
}

#[test]
fn our_own_namespaces_are_entered_where_nsenter_enters_them() {
    if !ordinary() || !may_unshare() {
        return;
    }
    let process = elsewhere();
    let pid = process.pid.to_string();
    let subsets = subsets(&kinds_of(&process));
    // Without the user namespace we have no right in any of the others.
    let allowed = subsets.iter().filter(|kinds| kinds.contains(&Kind::User));
    for subset in allowed {
        let letters = letters(subset);
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        // It cannot do without our groups, which may not be dropped there.
        let theirs = ["-t", &pid, "--preserve-credentials"];
        let theirs = [&theirs[..], &letters].concat();
        let theirs = nsenter(&theirs, &["sh", "-c", LINKS]);
        assert_eq!(entered(&letters, &pid), theirs, "{letters:?}");
    }
}

#[test]
fn whoever_is_there_is_who_we_become() {
    if !ordinary() || !may_unshare() {
        return;
    }
    let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
    let us = format!("{} {}\n", uid.as_raw(), gid.as_raw());
    for (flags, expected, complaint) in [
        (&["--map-root-user"][..], "0 0\n", ""),
        (&["--map-current-user"], &us, ""),
        (
            &[],
            "65534 65534\n",
            "has no users and no groups (nothing is mapped)",
        ),
    ] {
        let flags = [&["--user", "--net"][..], flags].concat();
        let process = Unshared::new(&flags);
        let pid = process.pid.to_string();
        let script = "echo $(id -u) $(id -g)";
        let ran = enter(&[&pid, "--", "sh", "-c", script]).ended(0);
        assert_eq!(ran.text(), expected);
        assert_eq!(ran.stderr.contains("user namespace"), !complaint.is_empty());
        assert!(ran.stderr.contains(complaint), "{}", ran.stderr);
    }
}

#[test]
fn the_targets_root_is_taken_by_the_right_of_its_user_namespace() {
    if !ordinary() || !may_unshare() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("bin")).unwrap();
    copy_program("busybox", &folder.path().join("bin/busybox"));
    let script = format!(
        "read -r pid rest </proc/self/stat; exec chroot {} /bin/busybox sh -c \
         \"cd /bin && echo $pid && exec /bin/busybox cat >out\"",
        folder.path().display()
    );
    let flags = ["--user", "--map-root-user", "--mount"];
    let process = Unshared::shell("unshare", &flags, &script);
    let pid = process.pid.to_string();
    let ran = enter(&[&pid, "--", "./busybox", "ls", "/"]).ended(0);
    assert_eq!(ran.text(), "bin\n");
}

#[test]
fn a_process_beside_us_is_entered_without_any_right() {
    if !ordinary() {
        return;
    }
    let process = Unshared::shell("env", &["-C", "/"], WAIT);
    let ran = enter(&[&process.pid.to_string(), "--", "pwd"]).ended(0);
    assert_eq!(ran.text(), "/\n");
}

#[test]
fn one_by_one_the_user_namespace_gives_the_right_to_the_others() {
    if !ordinary() || !may_unshare() {
        return;
    }
    let process = elsewhere();
    let ran = on_an_old_kernel(&[&process.pid.to_string(), "--", "sh", "-c", LINKS]).ended(0);
    let links = kinds().into_iter().map(|kind| {
        let inode = process.inode(kind);
        format!("{kind}:[{inode}]\n")
    });
    assert_eq!(ran.text(), links.collect::<String>());
    assert_eq!(
        ran.stderr.matches("(INJECTED)").count(),
        1,
        "{}",
        ran.stderr
    );
}

#[test]
fn a_missing_right_is_named() {
    if !ordinary() || !may_unshare() {
        return;
    }
    let process = elsewhere();
    let pid = process.pid;
    let ran = enter(&["-n", &pid.to_string(), "--", "true"]).ended(1);
    let told = format!(
        "nslens: cannot enter the process {pid} (cat): this needs CAP_SYS_ADMIN, which root has; or its user namespace as well (-U)"
    );
    assert_eq!(ran.complaint(), told);
    // Somebody else's: what its namespaces are may not even be known.
    let ran = enter(&["1", "--", "true"]).ended(1);
    assert!(
        ran.complaint().ends_with("is not known; root may read it"),
        "{}",
        ran.stderr
    );
    let ran = enter(&["net:[1]", "--", "true"]).ended(1);
    assert!(
        ran.complaint().ends_with("; root may see more"),
        "{}",
        ran.stderr
    );
    let mut plan = plan(&process, &["true"]);
    if let nslens::enter::Door::Process { pid, start_ticks } = &mut plan.door {
        let init = procfs::process::Process::new(1).unwrap();
        (*pid, *start_ticks) = (1, init.stat().unwrap().starttime);
    }
    let ran = planned(&plan).ended(1);
    assert_eq!(
        ran.complaint(),
        "nslens: cannot read the cgroup namespace of the target: this needs CAP_SYS_PTRACE, which root has"
    );
}
