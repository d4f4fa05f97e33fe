//! What keeps a namespace alive.

use crate::model::Holder;

/// What `holder` is, and where.
pub(crate) fn kept_by(holder: &Holder) -> String {
    match holder {
        Holder::Process { pid } => format!("process {pid}, the lowest of its members"),
        Holder::Thread { pid, tid } => format!("thread {tid} of process {pid}"),
        Holder::ForChildren { pid } => format!("process {pid}, whose next child will be in it"),
        Holder::Fd { pid, fd } => format!("descriptor {fd} of process {pid}"),
        Holder::Socket { pid, fd } => {
            format!("a socket made in it, descriptor {fd} of process {pid}")
        }
        Holder::BindMount {
            path,
            mnt_ns: Some(mnt),
        } => format!("bind mount {path} in mnt:[{mnt}]"),
        Holder::BindMount { path, mnt_ns: None } => format!("bind mount {path}"),
        Holder::Child { kind, inode } => format!("{kind}:[{inode}], which lies below it"),
    }
}
