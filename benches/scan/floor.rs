//! The least work that learns the namespaces of every process: eight links each, read by two threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::fs::{CWD, Mode, OFlags, RawDir, openat, readlinkat_raw};

const KINDS: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
const THREADS: usize = 2;
const CHUNK: usize = 64;

/// Reads all links and prints how many there were, so that none is left out by cleverness.
pub(crate) fn run() {
    let proc = openat(
        CWD,
        "/proc",
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .unwrap();
    let pids = pids();
    let next = AtomicUsize::new(0);
    let read = thread::scope(|scope| {
        let work = || {
            let (mut path, mut buffer) = (String::new(), [0_u8; 64]);
            let mut sum = 0_u64;
            loop {
                let start = next.fetch_add(CHUNK, Ordering::Relaxed);
                let Some(chunk) = pids.get(start..).filter(|rest| !rest.is_empty()) else {
                    return sum;
                };
                for pid in chunk.iter().take(CHUNK) {
                    for kind in KINDS {
                        path.clear();
                        path.extend([pid, "/ns/", kind, "\0"]);
                        let name = std::ffi::CStr::from_bytes_with_nul(path.as_bytes()).unwrap();
                        if let Ok(length) = readlinkat_raw(&proc, name, &mut buffer[..]) {
                            sum += u64::from(inode(&buffer[..length]) != 0);
                        }
                    }
                }
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum::<u64>()
    });
    println!("{read}");
}

/// The number in `net:[4026531992]`.
fn inode(link: &[u8]) -> u32 {
    let digits = link.iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

/// The process ids that `/proc` lists.
pub(crate) fn pids() -> Vec<String> {
    let proc = openat(
        CWD,
        "/proc",
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .unwrap();
    let mut buffer = Vec::with_capacity(1 << 16);
    let mut entries = RawDir::new(&proc, buffer.spare_capacity_mut());
    let mut pids = Vec::new();
    while let Some(entry) = entries.next() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_bytes();
        if name[0].is_ascii_digit() {
            pids.push(String::from_utf8(name.to_vec()).unwrap());
        }
    }
    pids
}
