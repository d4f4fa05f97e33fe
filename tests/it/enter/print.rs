//! The line of `nslens enter --print`, run by real shells, against `nslens enter` itself.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use nslens::model::{Kind, is_hidden};

use crate::support::docker::Docker;
use crate::support::enter::{copy_program, kinds};
use crate::support::netns::{Netns, unique};
use crate::support::program::{Run, command, finish};
use crate::support::require_root;
use crate::support::unshared::{Unshared, WAIT};

/// What a process finds around itself, told by ordinary programs.
const LOOK: &str = r#"
for kind in cgroup ipc mnt net pid time user uts; do readlink /proc/self/ns/$kind; done
stat -c %d:%i /
pwd
id
env | sort
printf '<%s>' "$@"
"#;

/// What `nslens enter WORDS` does, and the line that it prints.
pub(super) fn enter<S: AsRef<OsStr>>(print: bool, words: &[S]) -> Run {
    let asks = words.iter().any(|word| word.as_ref() == "--docker");
    let options = [(true, "enter"), (!asks, "--no-docker"), (print, "--print")];
    let first = options.into_iter().filter(|(is_given, _)| *is_given);
    let first = first.map(|(_, word)| OsStr::new(word));
    let words: Vec<_> = first.chain(words.iter().map(AsRef::as_ref)).collect();
    let mut command = command(&words);
    command.env("TERM", "vt220");
    finish(command, b"")
}

/// The line that `nslens enter --print WORDS` prints, of which nothing is hidden.
#[track_caller]
pub(super) fn line<S: AsRef<OsStr>>(words: &[S]) -> String {
    let run = enter(true, words).ended(0);
    let line = run.text().strip_suffix('\n').unwrap().to_owned();
    let hidden = line.chars().find(|char| is_hidden(*char) && *char != '\n');
    assert_eq!(hidden, None, "{line:?}");
    line
}

/// Runs `line` by a shell.
pub(super) fn shell(shell: &str, line: &str) -> Run {
    let mut command = Command::new(shell);
    command.args(["-c", line]).env("TERM", "vt220");
    finish(command, b"")
}

/// What both print, which must be the same.
#[track_caller]
pub(super) fn same<S: AsRef<OsStr>>(words: &[S]) -> Vec<u8> {
    let (line, ours) = (line(words), enter(false, words));
    let theirs = shell("sh", &line);
    let stdout = |run: &Run| String::from_utf8_lossy(&run.stdout).into_owned();
    assert_eq!(stdout(&ours), stdout(&theirs), "{line}");
    assert_eq!(
        (ours.status, ours.stderr),
        (theirs.status, theirs.stderr),
        "{line}"
    );
    theirs.stdout
}

/// A process with namespaces of its own of all `kinds`, somewhere below `/usr`.
pub(super) fn target(kinds: &[Kind]) -> Unshared {
    let mut flags: Vec<String> = kinds
        .iter()
        .map(|kind| format!("-{}", kind.letter()))
        .collect();
    if kinds.contains(&Kind::Pid) {
        flags.extend(["--fork", "--kill-child"].map(str::to_owned));
    }
    if kinds.contains(&Kind::User) {
        flags.push("--map-root-user".to_owned());
    }
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let script = "cd /usr/lib; read -r pid rest </proc/self/stat; echo $pid; exec cat";
    Unshared::shell("unshare", &flags, script)
}

/// Holds the line against us for `options`, and both against the links of the target in /proc.
#[track_caller]
fn compare(target: &Unshared, options: &[String], entered: &[Kind]) {
    let mut words = options.to_vec();
    words.extend([target.pid.to_string(), "--".to_owned()]);
    words.extend(["sh", "-c", LOOK, "sh", "a b", "it's $HOME"].map(str::to_owned));
    let seen = String::from_utf8(same(&words)).unwrap();
    for kind in entered {
        let link = format!("{kind}:[{}]", target.inode(*kind));
        assert!(
            seen.lines().any(|line| line == link),
            "no {link} in:\n{seen}"
        );
    }
    let is_below = seen.lines().any(|line| line == "/usr/lib");
    assert_eq!(is_below, entered.contains(&Kind::Mnt), "{options:?}");
    assert!(seen.ends_with("<a b><it's $HOME>"), "{seen}");
}

fn option(kind: Kind) -> String {
    format!("-{}", kind.letter())
}

#[test]
fn the_line_enters_every_kind_and_subset_as_we_do() {
    if !require_root() {
        return;
    }
    let mut kinds = kinds();
    kinds.retain(|kind| *kind != Kind::User);
    let target = target(&kinds);
    compare(&target, &[], &kinds);
    for one in &kinds {
        compare(&target, &[option(*one)], &[*one]);
        let others: Vec<_> = kinds.iter().copied().filter(|kind| kind != one).collect();
        let options: Vec<_> = others.iter().map(|kind| option(*kind)).collect();
        compare(&target, &options, &others);
    }
}

#[test]
fn the_line_enters_user_namespaces_as_we_do() {
    if !require_root() {
        return;
    }
    let all = target(&kinds());
    compare(&all, &[], &kinds());
    compare(&all, &[option(Kind::User)], &[Kind::User]);
    // Its other namespaces belong to the user namespace, and can be entered from outside of it.
    compare(
        &all,
        &[option(Kind::Net), option(Kind::Uts)],
        &[Kind::Net, Kind::Uts],
    );
    // The network is not the user namespace's: it has to be entered first.
    let mixed = Unshared::shell(
        "unshare",
        &["--net"],
        "exec unshare --user --map-root-user --mount sh -c 'cd /usr/lib; read -r pid rest </proc/self/stat; echo $pid; \
         exec cat'",
    );
    compare(&mixed, &[], &[Kind::Mnt, Kind::Net, Kind::User]);
}

#[test]
fn the_line_becomes_who_we_become() {
    if !require_root() {
        return;
    }
    let map = ["--user", "--map-user=1000", "--map-group=1000", "--uts"];
    let alone = Unshared::new(&map);
    let seen = same(&[&alone.pid.to_string(), "--", "id"]);
    let seen = String::from_utf8(seen).unwrap();
    assert!(seen.starts_with("uid=1000"), "{seen}");
    // Nobody is mapped at all.
    let nobody = Unshared::new(&["--user", "--uts"]);
    let pid = nobody.pid.to_string();
    let words = [&pid, "--", "sh", "-c", "id; readlink /proc/self/ns/user"];
    let theirs = shell("sh", &line(&words)).ended(0);
    let ours = enter(false, &words).ended(0);
    assert_eq!(theirs.text(), ours.text());
    assert!(ours.text().contains("uid=65534"), "{}", ours.text());
    // Somebody else's, into which nsenter would take root along.
    let user = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    let script = [&user[..], &["unshare", "--user", "--uts"]].concat();
    let other = Unshared::shell("setpriv", &script, WAIT);
    let refused = enter(true, &[&other.pid.to_string(), "--", "id"]).ended(1);
    assert!(refused.stdout.is_empty());
    assert!(
        refused.complaint().contains("nobody is mapped"),
        "{}",
        refused.stderr
    );
    // Where root is mapped to somebody, nsenter becomes that one.
    let script = [
        &user[..],
        &["unshare", "--user", "--map-root-user", "--uts"],
    ]
    .concat();
    let mapped = Unshared::shell("setpriv", &script, WAIT);
    let look = "id; grep -E '^(Uid|Gid|Groups|CapEff)' /proc/self/status";
    same(&[&mapped.pid.to_string(), "--", "sh", "-c", look]);
}

#[test]
fn without_a_command_the_line_starts_the_shell_that_we_start() {
    if !require_root() {
        return;
    }
    let target = target(&[Kind::Mnt]);
    let pid = target.pid.to_string();
    for options in [&[][..], &["-m"]] {
        let words = [options, &[&pid]].concat();
        let told = "readlink /proc/$$/exe; echo $HOME $SHELL $0\n";
        let mut ours = command(&[&["enter", "--no-docker"], &words[..]].concat());
        ours.env("TERM", "vt220");
        let ours = finish(ours, told.as_bytes()).ended(0);
        let mut theirs = Command::new("sh");
        theirs.args(["-c", &line(&words)]).env("TERM", "vt220");
        let theirs = finish(theirs, told.as_bytes()).ended(0);
        assert!(ours.text().lines().count() == 2, "{}", ours.text());
        assert_eq!(ours.text(), theirs.text());
    }
}

#[test]
fn the_line_finds_the_root_of_a_target_that_changed_it() {
    if !require_root() {
        return;
    }
    let root = Folder::new();
    for folder in ["bin", "inner"] {
        fs::create_dir(root.0.join(folder)).unwrap();
    }
    copy_program("busybox", &root.0.join("bin/busybox"));
    let chroot = "echo $$; exec chroot \"$0\" /bin/busybox sh -c 'cd /inner; read -r end'";
    for flags in ["--mount", "--net"] {
        let mut command = Command::new("unshare");
        command.args([flags, "sh", "-c", chroot]).arg(&root.0);
        let target = Unshared::command(command);
        // Its pid is told before it is there.
        let link = format!("/proc/{}/cwd", target.pid);
        crate::support::eventually("the target in its root", || {
            let cwd = fs::read_link(&link).unwrap();
            cwd.ends_with("inner").then_some(())
        });
        let look = "busybox stat -c %d:%i /; pwd; busybox env; busybox id; exit 7";
        let pid = target.pid.to_string();
        let seen = same(&[&pid, "--", "/bin/busybox", "sh", "-c", look]);
        assert!(
            String::from_utf8(seen).unwrap().contains("/inner\n"),
            "{flags}"
        );
        // Neither finds a program that only the host has.
        let words = [&pid, "--", "ip"];
        let (ours, theirs) = (enter(false, &words), shell("sh", &line(&words)));
        assert_eq!((ours.status, theirs.status), (Some(127), Some(127)));
        // The only shell there.
        assert!(line(&[&pid]).ends_with(" -- /bin/busybox sh"));
        fs::rename(root.0.join("bin/busybox"), root.0.join("bin/box")).unwrap();
        let refused = enter(true, &[&pid]).ended(1);
        assert!(
            refused.complaint().contains("no shell"),
            "{}",
            refused.stderr
        );
        fs::rename(root.0.join("bin/box"), root.0.join("bin/busybox")).unwrap();
    }
}

#[test]
fn the_line_enters_a_namespace_by_its_name() {
    if !require_root() {
        return;
    }
    let netns = Netns::named(&format!("{} it's $x", unique("p")));
    let target = format!("netns:{}", netns.name);
    let seen = same(&[&target, "--", "readlink", "/proc/self/ns/net"]);
    let link = format!("net:[{}]\n", netns.inode());
    assert_eq!(String::from_utf8(seen).unwrap(), link);
    let links = same(&[&target, "--", "ip", "-j", "link"]);
    assert_eq!(String::from_utf8(links).unwrap(), netns.printed("-j link"));
}

#[test]
fn the_status_of_the_command_is_that_of_the_line() {
    if !require_root() {
        return;
    }
    let target = target(&[Kind::Net, Kind::Pid]);
    let pid = target.pid.to_string();
    same(&[&pid, "--", "sh", "-c", "echo out; echo err >&2; exit 3"]);
    for (words, status) in [(["/nowhere"], 127), (["/etc/passwd"], 126)] {
        let words = [&pid, "--", words[0]];
        let (ours, theirs) = (enter(false, &words), shell("sh", &line(&words)));
        assert_eq!((ours.status, theirs.status), (Some(status), Some(status)));
    }
}

#[test]
fn what_no_line_does_is_refused_and_nothing_is_run() {
    if !require_root() {
        return;
    }
    let target = target(&[Kind::Mnt, Kind::Net]);
    let pid = target.pid.to_string();
    for option in ["--confined", "--tools", "--tools=full", "--env"] {
        let run = enter(true, &[option, &pid, "--", "echo", "run"]).ended(1);
        assert!(run.stdout.is_empty());
        let why = run.complaint();
        assert!(
            why.ends_with(&format!("does what {option} does")) || option == "--tools",
            "{why}"
        );
        assert!(why.contains("nsenter"), "{why}");
    }
}

/// A folder for a test, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(unique("root"));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Holds the line against us in a container: namespaces, root, directory, user, environment.
#[track_caller]
fn compare_in(docker: &Docker, options: &[&str]) {
    let container = docker.idle(options);
    let [first, second] = docker.arguments();
    let look = "for kind in cgroup ipc mnt net pid time user uts; do busybox readlink /proc/self/ns/$kind; done; \
                busybox stat -c %d:%i /; pwd; busybox id; busybox env";
    let pid = container.pid().to_string();
    let seen = same(&[first, second, &container.name, "--", "sh", "-c", look]);
    let seen = String::from_utf8(seen).unwrap();
    for kind in ["mnt", "net", "pid", "uts"] {
        let link = fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap();
        assert!(
            seen.lines().any(|line| Some(line) == link.to_str()),
            "{seen}"
        );
    }
    assert!(seen.contains("\n/tmp\n"), "{seen}");
}

#[test]
fn the_line_enters_containers_as_we_do() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    compare_in(&docker, &["--workdir", "/tmp"]);
    compare_in(&docker, &["--workdir", "/tmp", "--user", "1000:1000"]);
}

#[test]
fn the_line_enters_a_container_with_users_of_its_own_as_we_do() {
    let Some(docker) = Docker::remap() else {
        return;
    };
    compare_in(&docker, &["--workdir", "/tmp", "--network", "none"]);
}
