//! That what is entered is what was chosen, and that whoever is not is refused.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use nslens::enter::{Door, Plan};
use nslens::model::{Inode, Kind};

use super::kinds::{plan, planned};
use crate::support::enter::enter;
use crate::support::program::{binary, finish};
use crate::support::unshared::{Unshared, WAIT, inode_of};
use crate::support::{eventually, require, require_root};

fn refused(plan: &Plan) -> String {
    planned(plan).ended(1).complaint().to_owned()
}

#[test]
fn a_process_that_has_ended_is_not_entered() {
    if !require_root() {
        return;
    }
    let process = Unshared::new(&["--net"]);
    let plan = plan(&process, &["true"]);
    planned(&plan).ended(0);
    drop(process);
    assert_eq!(refused(&plan), "nslens: the target has ended");
}

#[test]
fn another_process_with_its_pid_is_not_entered() {
    if !require_root() {
        return;
    }
    let process = Unshared::new(&["--net"]);
    let mut plan = plan(&process, &["true"]);
    if let Door::Process { start_ticks, .. } = &mut plan.door {
        *start_ticks -= 1;
    }
    let told = format!(
        "nslens: the target has ended, and another process has its pid {} now",
        process.pid
    );
    assert_eq!(refused(&plan), told);
}

/// In a pid namespace of its own, where pids can be chosen: a process ends, and another is given its pid.
const REUSE: &str = r#"
    ticks() { read -r stat </proc/$1/stat; set -- $stat; shift 21; echo $1; }
    sleep 1000 & old=$!
    begun=$(ticks $old)
    printf '%s' "$PLAN" | sed "s/\"pid\":1,/\"pid\":$old,/; s/\"start_ticks\":1\b/\"start_ticks\":$begun/" >"$FILE"
    "$NSLENS" __planned "$FILE" || exit 90
    { kill $old; wait $old; } 2>/dev/null
    until [ "$new" = $old ] && [ "$(ticks $new)" != $begun ]; do
        if [ -n "$new" ]; then kill $new; wait $new; fi 2>/dev/null
        echo $((old - 1)) >/proc/sys/kernel/ns_last_pid
        sleep 1000 & new=$!
    done
    exec "$NSLENS" __planned "$FILE"
"#;

#[test]
fn a_pid_that_is_used_again_is_noticed() {
    if !require_root() {
        return;
    }
    let process = Unshared::new(&["--net"]);
    let mut plan = plan(&process, &["true"]);
    plan.namespaces = nslens::model::PerKind::default();
    plan.door = Door::Process {
        pid: 1,
        start_ticks: 1,
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut unshare = std::process::Command::new("unshare");
    unshare
        .args([
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "sh",
            "-c",
            REUSE,
        ])
        .env("PLAN", serde_json::to_string(&plan).unwrap())
        .env("FILE", file.path())
        .env("NSLENS", binary());
    let ran = finish(unshare, b"").ended(1);
    let told = "nslens: the target has ended, and another process has its pid ";
    assert!(ran.complaint().starts_with(told), "{}", ran.stderr);
}

#[test]
fn a_process_that_went_elsewhere_is_not_followed() {
    if !require_root() {
        return;
    }
    // It goes on to another network when it reads a line.
    let script = format!("echo $$; read -r line; exec unshare --net sh -c '{WAIT}'");
    let mut child = std::process::Command::new("unshare")
        .args(["--net", "sh", "-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let pid = child.id();
    let home = inode_of(std::process::id(), "net");
    let first = eventually("its first network", || {
        inode_of(pid, "net").filter(|inode| Some(*inode) != home)
    });
    let plan = {
        let twin = Unshared::new(&["--net"]);
        let mut plan = plan(&twin, &["true"]);
        let stat = procfs::process::Process::new(i32::try_from(pid).unwrap());
        plan.door = Door::Process {
            pid,
            start_ticks: stat.unwrap().stat().unwrap().starttime,
        };
        plan.namespaces.set(Kind::Net, first);
        plan
    };
    planned(&plan).ended(0);
    stdin.write_all(b"go\n").unwrap();
    let second = eventually("its second network", || {
        inode_of(pid, "net").filter(|inode| *inode != first)
    });
    let told = format!(
        "nslens: the net namespace of the target was net:[{first}] and is now net:[{second}]"
    );
    assert_eq!(refused(&plan), told);
    drop(stdin);
    child.wait().unwrap();
}

#[test]
fn a_file_that_leads_elsewhere_is_not_entered() {
    if !require_root() {
        return;
    }
    let process = Unshared::new(&["--net"]);
    let mut plan = plan(&process, &["true"]);
    let other = tempfile::NamedTempFile::new().unwrap();
    let inode = process.inode(Kind::Net);
    for (path, is_it) in [
        (format!("/proc/{}/ns/net", process.pid), true),
        ("/proc/self/ns/net".to_owned(), false),
        (other.path().display().to_string(), false),
    ] {
        plan.door = Door::File(path.clone().into());
        if is_it {
            planned(&plan).ended(0);
        } else {
            let told = format!("nslens: {path} does not lead to the target any more");
            assert_eq!(refused(&plan), told);
        }
    }
    // The right number on another file system.
    plan.namespaces
        .set(Kind::Net, Inode(inode_number(other.path())));
    plan.door = Door::File(other.path().to_owned());
    assert!(refused(&plan).contains("does not lead"));
    assert_ne!(inode, Inode(0));
}

fn inode_number(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    u32::try_from(fs::metadata(path).unwrap().ino()).unwrap()
}

#[test]
fn who_has_ended_or_is_the_kernel_is_refused() {
    if !require_root() {
        return;
    }
    // A child that has ended and that nobody waits for.
    let script = "$| = 1; my $pid = fork; exit unless $pid; print \"$pid\\n\"; <STDIN>";
    let mut perl = std::process::Command::new("perl");
    perl.args(["-e", script]);
    let zombie = Unshared::command(perl);
    eventually("the zombie", || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", zombie.pid)).unwrap();
        stat.contains(") Z ").then_some(())
    });
    let ran = enter(&[&zombie.pid.to_string(), "--", "true"]).ended(1);
    let told = format!(
        "nslens: the process {} (perl) has ended and only waits for its parent: it is in no namespaces any more",
        zombie.pid
    );
    assert_eq!(ran.complaint(), told);
    if require(inode_of(2, "net").is_some(), "the sight of kthreadd") {
        let ran = enter(&["2", "--", "true"]).ended(1);
        let told = "nslens: the process 2 (kthreadd) is a thread of the kernel: it has no files to run anything from";
        assert_eq!(ran.complaint(), told);
    }
}

#[test]
fn nobody_is_1_and_several_are_2() {
    if !require_root() {
        return;
    }
    for word in ["no-such-name", "4294967295", "netns:no-such-name"] {
        let ran = enter(&[word, "--", "true"]).ended(1);
        assert!(
            ran.complaint().contains("nothing here is called"),
            "{}",
            ran.stderr
        );
    }
    let ran = enter(&["net:[1]", "--", "true"]).ended(1);
    assert_eq!(
        ran.complaint(),
        "nslens: nothing that can be seen is in net:[1] or keeps it: no process, mount or descriptor"
    );
    // Two groups of the same name.
    let twins = [Unshared::new(&["--net"]), Unshared::new(&["--net"])];
    let ran = enter(&["cat", "--", "true"]).ended(2);
    let candidates = ran.complaint().matches("the group cat (").count();
    assert!(candidates >= twins.len(), "{}", ran.stderr);
}
