//! What a target prepares to get out to the host by the one who enters it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::enter::{copy_program, enter};
use crate::support::program::{binary, finish};
use crate::support::unshared::Unshared;
use crate::support::{eventually, require, require_root};

/// A process with a pid and a mount namespace of its own, whose root is a folder with busybox and a `/proc`.
struct Trap {
    folder: TempDir,
    process: Unshared,
}

impl Trap {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["bin", "etc", "lib64", "proc"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        copy_program("busybox", &root.join("bin/busybox"));
        let root = root.display();
        let script = format!(
            "read -r pid rest </proc/self/stat; mount -t proc proc {root}/proc; exec chroot {root} \
             /bin/busybox sh -c \"echo $pid && exec /bin/busybox cat >/out\""
        );
        let flags = ["--mount", "--pid", "--fork", "--kill-child"];
        let process = Unshared::shell("unshare", &flags, &script);
        Self { folder, process }
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn pid(&self) -> String {
        self.process.pid.to_string()
    }
}

/// Makes a program of a text in C.
#[track_caller]
fn compile(text: &str, options: &[&str], program: &Path) {
    let source = program.with_extension("c");
    fs::write(&source, text).unwrap();
    let mut cc = Command::new("cc");
    cc.args(options).arg("-o").arg(program).arg(&source);
    assert!(cc.status().unwrap().success(), "{cc:?}");
}

/// A loader that keeps what it is to load open as 9, and gives it to another program.
const LOADER: &str = r#"
static long call(long n, long a, long b, long c) {
    long result;
    asm volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}
void _start(void) {
    long self = call(2, (long)"/proc/self/exe", 0, 0);
    if (call(57, 0, 0, 0) == 0) {
        char *words[] = {"/bin/over", 0}, *variables[] = {0};
        call(33, self, 9, 0);
        call(59, (long)"/bin/over", (long)words, (long)variables);
    }
    call(231, 0, 0, 0);
}"#;

/// Writes over what is open as 9, as soon as it does not run any more, and tells what came of it.
const OVER: &str = "#!/bin/busybox sh
exec </dev/null >/result.new 2>&1
until (echo overwritten >/proc/self/fd/9) 2>/said && echo overwritten || ! /bin/busybox grep -q busy /said; do
    /bin/busybox usleep 10000
done
/bin/busybox cat /said
/bin/busybox mv /result.new /result
";

#[test]
fn the_program_itself_cannot_be_written_to_from_inside() {
    let is_known = cfg!(all(target_arch = "x86_64", target_env = "gnu"));
    if !require_root() || !require(is_known, "x86_64 and its loader") {
        return;
    }
    let trap = Trap::new();
    fs::create_dir(trap.path("dev")).unwrap();
    fs::write(trap.path("dev/null"), "").unwrap();
    let options = ["-static", "-nostdlib", "-fno-stack-protector"];
    compile(LOADER, &options, &trap.path("lib64/ld-linux-x86-64.so.2"));
    trap.write("bin/over", OVER);
    trap.write("bin/bash", "#!/proc/self/exe\n");
    // One that may be lost.
    let copied = tempfile::tempdir().unwrap();
    let program = copied.path().join("nslens");
    let status = Command::new("cp").arg(binary()).arg(&program).status();
    assert!(status.unwrap().success());
    let before = fs::metadata(&program).unwrap();
    let mut nslens = Command::new(&program);
    nslens.args(["--no-docker", "enter", &trap.pid()]);
    finish(nslens, b"");
    let result = eventually("the attempt", || {
        fs::read_to_string(trap.path("result")).ok()
    });
    assert!(result.contains("not permitted"), "{result}");
    let after = fs::metadata(&program).unwrap();
    assert_eq!(
        (after.len(), after.modified().unwrap()),
        (before.len(), before.modified().unwrap())
    );
}

/// Wherever it is run.
const ESCAPED: &str = r#"#include <unistd.h>
int main(void) { return write(1, "escaped", 7) == 7 ? 0 : 1; }"#;

#[test]
fn no_path_inside_leads_out_by_a_descriptor() {
    if !require_root() {
        return;
    }
    let trap = Trap::new();
    let host = tempfile::tempdir().unwrap();
    let program = host.path().join("program");
    compile(ESCAPED, &["-static"], &program);
    // One that whoever started nslens left open.
    let script = "exec 9</; exec \"$0\" --no-docker enter \"$@\"";
    for number in 3..20 {
        let up = "../".repeat(12);
        let link = format!("/proc/self/fd/{number}/{up}{}", program.display());
        let name = format!("bin/h{number}");
        symlink(link, trap.path(&name)).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(binary());
        shell.args([&trap.pid(), "--", &format!("/{name}")]);
        let ran = finish(shell, b"");
        assert_eq!(ran.text(), "", "{number}");
        let told = format!("nslens: cannot run /{name}: ");
        assert!(ran.complaint().starts_with(&told), "{}", ran.stderr);
    }
    // The way is one for what does exist inside.
    symlink("/proc/self/root/bin/busybox", trap.path("bin/echo")).unwrap();
    let ran = enter(&[&trap.pid(), "--", "/bin/echo", "inside"]).ended(0);
    assert_eq!(ran.text(), "inside\n");
}

#[test]
fn a_working_directory_outside_of_the_root_is_not_taken() {
    if !require_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    copy_program("busybox", &folder.path().join("busybox"));
    let gone = folder.path().join("gone");
    for prepare in ["", "rmdir '/gone';"] {
        fs::create_dir_all(&gone).unwrap();
        let place = if prepare.is_empty() { "/" } else { "gone" };
        let script = format!(
            "$| = 1; chdir $ARGV[0]; chdir '{place}'; chroot $ARGV[0]; {prepare} print \"$$\\n\"; <STDIN>"
        );
        let mut perl = Command::new("unshare");
        perl.args(["--mount", "perl", "-e", &script])
            .arg(folder.path());
        let process = Unshared::command(perl);
        let ran = enter(&[&process.pid.to_string(), "--", "/busybox", "ls"]).ended(0);
        assert!(ran.text().starts_with("busybox\n"), "{}", ran.text());
        let told = "nslens: the target's working directory is gone or outside of its root, so the command starts at the root";
        assert_eq!(ran.complaint(), told);
    }
}

#[test]
fn files_that_never_answer_end_a_look_around() {
    if !require_root() || !require(Path::new("/dev/fuse").exists(), "/dev/fuse") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("etc")).unwrap();
    copy_program("busybox", &root.join("busybox"));
    let root = root.display();
    // A file system that nobody serves, as long as the process lives.
    let script = format!(
        "exec 3<>/dev/fuse; mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 dead {root}/etc; \
         read -r pid rest </proc/self/stat; exec chroot {root} /busybox sh -c \
         \"echo $pid && exec /busybox cat >/out\""
    );
    let process = Unshared::shell("unshare", &["--mount"], &script);
    let ran = enter(&["--print", &process.pid.to_string()]).ended(1);
    let told = "its files have not answered for 5 s";
    assert!(ran.complaint().ends_with(told), "{}", ran.stderr);
}
