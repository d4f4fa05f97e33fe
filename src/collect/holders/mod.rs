//! What keeps a namespace alive besides the processes in it, and so the namespaces that no process shows.
//!
//! Each source has a file. Bind mounts are read at every full look; descriptors and threads of all processes only where
//! that was asked for (`--deep`), and sockets, whose namespace can only be learned from a duplicate, only of those that no
//! namespace lists. Nothing that is opened outlives the question.

pub(super) mod ancestors;
mod bind_mounts;
pub(super) mod descriptors;
pub(super) mod sockets;
mod threads;
pub(super) mod way;

use std::collections::HashSet;
use std::os::fd::AsFd as _;
use std::thread;

use super::observation::{HeldBy, HoldersRecord, Miss, ProcessRecord};
use super::proc::ProcRoot;
use crate::model::Inode;
use descriptors::{Held, Sockets, Wanted, holders};

/// Below this number of things to look at a second thread costs more than it gains.
const WORTH_A_THREAD: usize = 64;

/// Looks for bind mounts in the mount namespaces of `processes`, as far as their links were read, and in our own, `home`.
pub(super) fn look(
    root: &ProcRoot,
    home: Option<Inode>,
    processes: &[ProcessRecord],
) -> HoldersRecord {
    let mut record = HoldersRecord::default();
    bind_mounts::find(root, home, processes, &mut record);
    record
}

/// Looks into all processes too: for their threads, and for all that is open. What of the latter concerns namespaces is
/// in `record` afterwards, the rest is the answer.
pub(super) fn look_deep(
    root: &ProcRoot,
    processes: &[ProcessRecord],
    record: &mut HoldersRecord,
) -> Held {
    threads::find(root.as_fd(), processes, record);
    let wanted = Wanted {
        sockets: Sockets::All,
        tuns: true,
        namespaces: Some(paths(record)),
    };
    let suspects = processes.iter().map(Into::into);
    let mut held = holders(root.as_fd(), suspects, &wanted);
    record.found.append(&mut held.namespaces);
    let what = "descriptors of processes, which tell who holds a socket or a namespace";
    record.missed.extend([
        (what, Miss::Denied, held.denied),
        (what, Miss::Failed, held.failed),
    ]);
    held
}

/// Where namespaces are mounted.
fn paths(record: &HoldersRecord) -> HashSet<Box<[u8]>> {
    let mounts = record.found.iter().filter_map(|one| match &one.by {
        HeldBy::BindMount { path, .. } => Some(path.clone()),
        _ => None,
    });
    mounts.collect()
}

/// Works through `items` from both halves at once, where that is worth it.
fn in_two<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> Vec<R> + Sync) -> Vec<R> {
    if items.len() < WORTH_A_THREAD {
        return work(items);
    }
    let (first, second) = items.split_at(items.len() / 2);
    thread::scope(|scope| {
        let other = scope.spawn(|| work(second));
        let mut done = work(first);
        match other.join() {
            Ok(other) => done.extend(other),
            // Only a defect of ours ends it early; it must not look as if there were nothing.
            Err(panic) => std::panic::resume_unwind(panic),
        }
        done
    })
}
