//! Enters namespaces, and says in which a command was.

use std::path::Path;
use std::process::Command;

use nslens::model::Kind;

use super::program::{Run, finish, run};
use super::unshared::kernel_has;

/// Prints the links of the namespaces that it is in.
pub(crate) const LINKS: &str = "for kind in cgroup ipc mnt net pid time user uts; do \
    readlink /proc/self/ns/$kind || echo no $kind; done";

/// Runs `nslens enter WORDS`, without an engine.
pub(crate) fn enter(words: &[&str]) -> Run {
    run(&[&["--no-docker", "enter"], words].concat())
}

/// The namespaces in which a command of `nslens enter OPTIONS TARGET` is.
#[track_caller]
pub(crate) fn entered(options: &[&str], target: &str) -> String {
    let words = [options, &[target, "--", "sh", "-c", LINKS]].concat();
    enter(&words).ended(0).text().to_owned()
}

/// What a command of `nsenter OPTIONS` prints.
#[track_caller]
pub(crate) fn nsenter(options: &[&str], command: &[&str]) -> String {
    let mut tool = Command::new("nsenter");
    tool.args(options).args(command);
    finish(tool, b"").ended(0).text().to_owned()
}

/// The options that mean `kinds`, of both programs.
pub(crate) fn letters(kinds: &[Kind]) -> Vec<String> {
    let letters = kinds.iter().map(|kind| format!("-{}", kind.letter()));
    letters.collect()
}

/// The kinds that this kernel has.
pub(crate) fn kinds() -> Vec<Kind> {
    let all = Kind::ALL.into_iter();
    all.filter(|kind| kernel_has(*kind)).collect()
}

/// Every kind alone, every two, all but each, and all.
pub(crate) fn subsets(kinds: &[Kind]) -> Vec<Vec<Kind>> {
    let mut subsets = Vec::new();
    for (at, kind) in kinds.iter().enumerate() {
        subsets.push(vec![*kind]);
        subsets.extend(kinds[at + 1..].iter().map(|other| vec![*kind, *other]));
        let others = kinds.iter().filter(|other| *other != kind);
        subsets.push(others.copied().collect());
    }
    subsets.push(kinds.to_vec());
    subsets
}

/// Copies a program from our PATH. Not by ourselves: another test's child would keep the copy open for writing, for a
/// moment in which it cannot be run.
#[track_caller]
pub(crate) fn copy_program(name: &str, to: &Path) {
    let script = "exec cp \"$(command -v \"$0\")\" \"$1\"";
    let status = Command::new("sh")
        .args(["-c", script, name])
        .arg(to)
        .status();
    assert!(status.unwrap().success(), "cp {name}");
}
