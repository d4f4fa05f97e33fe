//! What is run inside: its input, its output, its end.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use nslens::model::Kind;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::enter::enter;
use crate::support::program::{command, run_with_input};
use crate::support::unshared::{Unshared, inode_of};
use crate::support::{eventually, require_root};

/// One that is entered in our place, and one that has to be waited for since it is in a pid namespace.
fn both() -> [Unshared; 2] {
    [
        Unshared::new(&["--net"]),
        Unshared::new(&["--net", "--pid", "--fork", "--kill-child"]),
    ]
}

#[test]
fn the_status_is_that_of_the_command_as_a_shell_gives_it() {
    if !require_root() {
        return;
    }
    for process in both() {
        let pid = process.pid.to_string();
        let status = |command: &[&str]| {
            let words = [&[&pid, "--"][..], command].concat();
            enter(&words).status
        };
        let script = |script: &str| status(&["sh", "-c", script]);
        assert_eq!(script("exit 0"), Some(0));
        assert_eq!(script("exit 7"), Some(7));
        assert_eq!(script("exit 255"), Some(255));
        assert_eq!(script("kill -TERM $$"), Some(128 + 15));
        assert_eq!(script("kill -KILL $$"), Some(128 + 9));
        assert_eq!(status(&["no-such-program"]), Some(127));
        assert_eq!(status(&["/no/such/program"]), Some(127));
        assert_eq!(status(&["/etc/passwd"]), Some(126));
        assert_eq!(status(&["/etc"]), Some(126));
    }
}

#[test]
fn what_cannot_be_run_is_told_with_its_reason() {
    if !require_root() {
        return;
    }
    for process in both() {
        let pid = process.pid.to_string();
        for (program, fate) in [
            ("no-such-program", "not found in PATH"),
            ("/no/such/program", "not there"),
            ("/etc/passwd", "may not be run"),
        ] {
            let ran = enter(&[&pid, "--", program]);
            let told = format!("nslens: cannot run {program}: {fate}");
            assert_eq!(ran.complaint(), told);
        }
    }
}

#[test]
fn a_million_bytes_go_through_unchanged() {
    if !require_root() {
        return;
    }
    // Every byte, and no period that a buffer could have.
    let bytes: Vec<u8> = (0..1_000_003_u32)
        .map(|at| u8::try_from((at ^ (at >> 7)) % 256).unwrap())
        .collect();
    for process in both() {
        let pid = process.pid.to_string();
        let words = ["--no-docker", "enter", &pid, "--", "cat"];
        let ran = run_with_input(&words, &bytes).ended(0);
        assert!(ran.stdout == bytes, "{} bytes", ran.stdout.len());
    }
}

#[test]
fn without_input_the_command_reads_its_end() {
    if !require_root() {
        return;
    }
    for process in both() {
        let ran = enter(&[&process.pid.to_string(), "--", "cat"]).ended(0);
        assert_eq!(ran.stdout, b"");
    }
}

/// The program with a command that says so when a signal reaches it, and ends with its stdin.
struct Listener {
    nslens: Child,
    said: BufReader<ChildStdout>,
}

const LISTEN: &str = r#"$| = 1;
    for my $name (qw(HUP INT QUIT TERM USR1 USR2)) { $SIG{$name} = sub { print "$name\n" } }
    print "ready\n";
    while (1) { my $got = sysread(STDIN, my $byte, 1); last if defined $got and $got == 0 }
    print "end\n"; exit 3"#;

impl Listener {
    fn new(target: &Unshared) -> Self {
        let pid = target.pid.to_string();
        let words = ["--no-docker", "enter", &pid, "--", "perl", "-e", LISTEN];
        let mut nslens = command(&words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(nslens.stdout.take().unwrap());
        let mut listener = Self { nslens, said };
        assert_eq!(listener.line(), "ready");
        listener
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Ends it by its input; what it had left to say, and its status.
    fn end(mut self) -> (String, Option<i32>) {
        drop(self.nslens.stdin.take());
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (rest, self.nslens.wait().unwrap().code())
    }
}

/// Of the process that supervises, the one that walked in; of that one, the command.
fn only_child(pid: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.trim().parse().unwrap()
}

fn send(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// The letter of its state.
fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[test]
fn each_signal_reaches_the_command_once() {
    if !require_root() {
        return;
    }
    for target in both() {
        let mut listener = Listener::new(&target);
        for (name, signal) in [
            ("HUP", Signal::HUP),
            ("INT", Signal::INT),
            ("QUIT", Signal::QUIT),
            ("TERM", Signal::TERM),
            ("USR1", Signal::USR1),
            ("USR2", Signal::USR2),
        ] {
            send(listener.nslens.id(), signal);
            assert_eq!(listener.line(), name);
        }
        assert_eq!(listener.end(), ("end\n".to_owned(), Some(3)));
    }
}

#[test]
fn a_command_that_somebody_stopped_stays_so_until_it_is_continued() {
    if !require_root() {
        return;
    }
    let [_, target] = both();
    let listener = Listener::new(&target);
    let child = only_child(only_child(listener.nslens.id()));
    send(child, Signal::STOP);
    eventually("the command to stop", || {
        (state(child) == Some('T')).then_some(())
    });
    send(child, Signal::CONT);
    assert_eq!(listener.end(), ("end\n".to_owned(), Some(3)));
}

#[test]
fn the_end_of_nslens_hangs_up_the_command() {
    if !require_root() {
        return;
    }
    for target in both() {
        let pid = target.pid.to_string();
        let words = ["--no-docker", "enter", &pid, "--", "sh", "-c"];
        let script = "read -r pid rest </proc/self/stat; echo $pid; exec sleep 1000";
        let mut nslens = command(&[&words[..], &[script]].concat())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(nslens.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let sleep: u32 = line.trim().parse().unwrap();
        assert!(state(sleep).is_some());
        nslens.kill().unwrap();
        nslens.wait().unwrap();
        eventually("the end of the command", || {
            let left = state(sleep);
            left.is_none_or(|state| state == 'Z').then_some(())
        });
    }
}

#[test]
fn in_a_pid_namespace_whose_first_process_has_ended_nothing_can_be_started() {
    if !require_root() {
        return;
    }
    // It holds the namespace by what its children would be in; the first of them has ended.
    let script = format!("true & wait; {}", crate::support::unshared::WAIT);
    let holder = Unshared::shell("unshare", &["--pid"], &script);
    let inode = inode_of(holder.pid, "pid_for_children").unwrap();
    let target = format!("pid:[{inode}]");
    for command in [&["true"][..], &[]] {
        let words = [&[&target, "--"][..], command].concat();
        let ran = enter(&words).ended(1);
        let told = format!(
            "nslens: the first process of the pid namespace of the namespace {target} has ended, so nothing can be started in it"
        );
        assert_eq!(ran.complaint(), told);
    }
    assert_ne!(inode, holder.inode(Kind::Pid));
    // As nsenter finds.
    let theirs = Command::new("nsenter")
        .arg(format!("--pid=/proc/{}/ns/pid_for_children", holder.pid))
        .arg("true")
        .output()
        .unwrap();
    assert!(!theirs.status.success());
}
