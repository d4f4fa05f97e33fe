//! A made-up `/proc`: plain files, and namespace links that dangle, since only their text is read.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nslens::model::Kind;
use tempfile::TempDir;

/// The host's namespaces in every made-up `/proc`: what the kernel has since 6.17.
pub(crate) const HOST: [(&str, u32); 8] = [
    ("cgroup", 4_026_531_835),
    ("ipc", 4_026_531_839),
    ("mnt", 4_026_531_832),
    ("net", 4_026_531_833),
    ("pid", 4_026_531_836),
    ("time", 4_026_531_834),
    ("user", 4_026_531_837),
    ("uts", 4_026_531_838),
];

/// The pid of the viewer in every made-up `/proc`.
pub(crate) const VIEWER: u32 = 900;

/// A 64-digit container id whose digits are all `digit`.
pub(crate) fn id(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// The host's namespace of `kind`.
pub(crate) fn host_inode(kind: Kind) -> u32 {
    HOST[kind as usize].1
}

/// A made-up `/proc`, removed when dropped.
#[derive(Debug)]
pub(crate) struct FakeProc {
    dir: TempDir,
}

impl FakeProc {
    /// A host with `systemd`, `kthreadd` and the viewer, all in the host's namespaces.
    pub(crate) fn new() -> Self {
        let fake = Self::inside();
        fake.add(&FakeProcess::new(1).comm("systemd"));
        fake.add(&FakeProcess::new(2).kernel_thread().comm("kthreadd"));
        fake.add(&FakeProcess::new(VIEWER).comm("nslens"));
        fake
    }

    /// A `/proc` without any process, whose `self` is [`VIEWER`].
    pub(crate) fn inside() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let fake = Self { dir };
        fake.write("sys/kernel/hostname", b"db01\n");
        fake.write("sys/kernel/osrelease", b"6.18.44\n");
        let boot_id = b"0f3c2a1e-1111-2222-3333-444455556666\n";
        fake.write("sys/kernel/random/boot_id", boot_id);
        fake.write("sys/kernel/pid_max", b"32768\n");
        fake.write(
            "stat",
            b"cpu  1 2 3 4 5 6 7 8 9 0\nbtime 1795456800\nprocesses 1000\n",
        );
        symlink(VIEWER.to_string(), fake.path().join("self")).unwrap();
        fake
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The arguments that make the program read it, and ask no engine.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let path = self.path().to_str().unwrap().to_owned();
        vec!["--proc".to_owned(), path, "--no-docker".to_owned()]
    }

    /// As [`FakeProc::arguments`], with `more` behind them.
    pub(crate) fn with(&self, more: &[&str]) -> Vec<String> {
        let mut arguments = self.arguments();
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        arguments
    }

    /// Adds a process.
    pub(crate) fn add(&self, process: &FakeProcess) {
        let dir = process.pid.to_string();
        self.write(&format!("{dir}/stat"), &process.stat());
        self.write(&format!("{dir}/status"), &process.status());
        self.write(&format!("{dir}/cgroup"), &process.cgroup);
        self.write(&format!("{dir}/cmdline"), &process.cmdline);
        self.write(&format!("{dir}/mountinfo"), b"");
        self.write(
            &format!("{dir}/uid_map"),
            b"         0          0 4294967295\n",
        );
        process.link_namespaces(&self.path().join(&dir).join("ns"));
        let task = self.path().join(&dir).join("task").join(&dir);
        fs::create_dir_all(&task).unwrap();
        process.link_namespaces(&task.join("ns"));
        fs::write(task.join("stat"), process.stat()).unwrap();
        fs::write(task.join("status"), process.status()).unwrap();
    }

    /// Adds a thread of the process `pid`, told by its own pid.
    pub(crate) fn add_thread(&self, pid: u32, thread: &FakeProcess) {
        let task = self.path().join(format!("{pid}/task/{}", thread.pid));
        fs::create_dir_all(&task).unwrap();
        thread.link_namespaces(&task.join("ns"));
        fs::write(task.join("stat"), thread.stat()).unwrap();
        fs::write(task.join("status"), thread.status()).unwrap();
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Removes a file or link.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).unwrap();
    }

    /// Puts a link in the place of what is at `path`.
    pub(crate) fn relink(&self, path: &str, target: &[u8]) {
        self.remove(path);
        symlink(std::ffi::OsStr::from_bytes(target), self.path().join(path)).unwrap();
    }

    /// Puts a folder in the place of what is at `path`: something that can be neither read nor followed.
    pub(crate) fn spoil(&self, path: &str) -> PathBuf {
        self.remove(path);
        let path = self.path().join(path);
        fs::create_dir(&path).unwrap();
        path
    }
}

/// A process of a made-up `/proc`.
#[derive(Clone, Debug)]
pub(crate) struct FakeProcess {
    pid: u32,
    ppid: u32,
    comm: Vec<u8>,
    state: char,
    flags: u32,
    threads: u32,
    start_ticks: u64,
    uid: u32,
    ns_pids: Vec<u32>,
    cgroup: Vec<u8>,
    cmdline: Vec<u8>,
    namespaces: Vec<(&'static str, u32)>,
}

impl FakeProcess {
    /// A process of root in the host's namespaces.
    pub(crate) fn new(pid: u32) -> Self {
        Self {
            pid,
            ppid: u32::from(pid != 1),
            comm: b"sleep".to_vec(),
            state: 'S',
            flags: 0x0040_0100,
            threads: 1,
            start_ticks: u64::from(pid) * 10,
            uid: 0,
            ns_pids: vec![pid],
            cgroup: b"0::/\n".to_vec(),
            cmdline: b"/bin/sleep\x00infinity\x00".to_vec(),
            namespaces: HOST.to_vec(),
        }
    }

    /// With another parent.
    pub(crate) fn ppid(mut self, ppid: u32) -> Self {
        self.ppid = ppid;
        self
    }

    /// With a name.
    pub(crate) fn comm(mut self, comm: impl AsRef<[u8]>) -> Self {
        self.comm = comm.as_ref().to_vec();
        self
    }

    /// With another state letter.
    pub(crate) fn state(mut self, state: char) -> Self {
        self.state = state;
        self
    }

    /// With so many threads.
    pub(crate) fn threads(mut self, threads: u32) -> Self {
        self.threads = threads;
        self
    }

    /// Of another user.
    pub(crate) fn uid(mut self, uid: u32) -> Self {
        self.uid = uid;
        self
    }

    /// With these pids, outermost first.
    pub(crate) fn ns_pids(mut self, pids: &[u32]) -> Self {
        self.ns_pids = pids.to_vec();
        self
    }

    /// In the control group `path` of the unified hierarchy.
    pub(crate) fn cgroup(mut self, path: &str) -> Self {
        self.cgroup = format!("0::{path}\n").into_bytes();
        self
    }

    /// With a command line whose arguments end with NUL.
    pub(crate) fn cmdline(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.cmdline = bytes.as_ref().to_vec();
        self
    }

    /// In another namespace of `kind`.
    pub(crate) fn ns(mut self, kind: &'static str, inode: u32) -> Self {
        self.namespaces.retain(|(name, _)| *name != kind);
        self.namespaces.push((kind, inode));
        self
    }

    /// Without a namespace of `kind`, as on a kernel that lacks it.
    pub(crate) fn without(mut self, kind: &str) -> Self {
        self.namespaces.retain(|(name, _)| *name != kind);
        self
    }

    /// A thread of the kernel.
    pub(crate) fn kernel_thread(mut self) -> Self {
        self.ppid = if self.pid == 2 { 0 } else { 2 };
        self.flags = 0x0020_8040;
        self.cmdline.clear();
        self
    }

    /// A member of the docker container `id`, with namespaces of its own numbered from `inodes`, but the host's
    /// cgroup, time and user namespaces.
    pub(crate) fn in_docker(self, id: &str, inodes: u32) -> Self {
        let pid = self.pid;
        self.cgroup(&format!("/docker/{id}"))
            .ns_pids(&[pid, 1])
            .ns("ipc", inodes)
            .ns("mnt", inodes + 1)
            .ns("net", inodes + 2)
            .ns("pid", inodes + 3)
            .ns("uts", inodes + 4)
    }

    fn stat(&self) -> Vec<u8> {
        let mut line = format!("{} (", self.pid).into_bytes();
        line.extend(&self.comm);
        let rest = format!(
            ") {} {} {} {} 0 -1 {} 100 0 0 0 1 2 0 0 20 0 {} 0 {} 2531328 152 18446744073709551615 1 1 0 0 0 0 0 0 0 0 \
             0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
            self.state, self.ppid, self.pid, self.pid, self.flags, self.threads, self.start_ticks
        );
        line.extend(rest.bytes());
        line
    }

    fn status(&self) -> Vec<u8> {
        let name = String::from_utf8_lossy(&self.comm).replace('\n', "\\n");
        let pids: Vec<_> = self.ns_pids.iter().map(u32::to_string).collect();
        let pids = pids.join("\t");
        format!(
            "Name:\t{name}\nUmask:\t0022\nState:\t{state} (sleeping)\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t{ppid}\n\
             TracerPid:\t0\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t0 \n\
             NStgid:\t{pids}\nNSpid:\t{pids}\nNSpgid:\t{pids}\nNSsid:\t{pids}\nVmPeak:\t    2472 kB\nThreads:\t{threads}\n",
            state = self.state,
            pid = self.pid,
            ppid = self.ppid,
            uid = self.uid,
            threads = self.threads,
        )
        .into_bytes()
    }

    /// Links for every namespace and for the two that children get.
    fn link_namespaces(&self, dir: &Path) {
        fs::create_dir_all(dir).unwrap();
        for (kind, inode) in &self.namespaces {
            let gone = self.state == 'Z' && !["pid", "user"].contains(kind);
            if gone {
                continue;
            }
            let target = format!("{kind}:[{inode}]");
            symlink(&target, dir.join(kind)).unwrap();
            if ["pid", "time"].contains(kind) && self.state != 'Z' {
                symlink(&target, dir.join(format!("{kind}_for_children"))).unwrap();
            }
        }
    }
}
