//! `/proc/PID/stat`: one line of numbers after a name that may hold anything.

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use super::root::{decimal, read_file};
use crate::collect::error::Failure;
use crate::collect::observation::{Miss, Stat};

/// Reads the file at `path` below `directory`.
pub(in crate::collect) fn read_stat(
    directory: BorrowedFd<'_>,
    path: &CStr,
) -> Result<Stat, Failure> {
    let mut buffer = Vec::new();
    let text = read_file(directory, path, &mut buffer)?;
    parse(text).ok_or(Failure::Missed(Miss::Malformed))
}

/// Parses the file. The name ends at the *last* `)`: a process may put brackets, spaces and newlines into its own.
pub(super) fn parse(text: &[u8]) -> Option<Stat> {
    let open = text.iter().position(|byte| *byte == b'(')?;
    let close = text.iter().rposition(|byte| *byte == b')')?;
    let mut fields = text
        .get(close + 1..)?
        .split(u8::is_ascii_whitespace)
        .filter(|f| !f.is_empty());
    // Numbers in proc(5): state 3, ppid 4, flags 9, num_threads 20, starttime 22.
    Some(Stat {
        comm: text.get(open + 1..close)?.into(),
        state: *fields.next()?.first()?,
        ppid: decimal(fields.next()?)?,
        flags: decimal(fields.nth(4)?)?,
        threads: decimal(fields.nth(10)?)?,
        start_ticks: decimal(fields.nth(1)?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = " S 1 2 3 0 -1 4194304 5 6 7 8 9 10 11 12 20 0 3 0 91011 13 14";

    fn comm(name: &str) -> Option<Box<[u8]>> {
        parse(format!("42 ({name}){TAIL}").as_bytes()).map(|stat| stat.comm)
    }

    #[test]
    fn reads_the_fields() {
        let stat = parse(format!("42 (httpd){TAIL}").as_bytes()).unwrap();
        let seen = (
            &*stat.comm,
            stat.state,
            stat.ppid,
            stat.flags,
            stat.threads,
            stat.start_ticks,
        );
        assert_eq!(seen, (&b"httpd"[..], b'S', 1, 4_194_304, 3, 91_011));
        assert!(!stat.is_kernel_thread());
    }

    #[test]
    fn a_name_may_hold_brackets_spaces_and_newlines() {
        for name in ["a) R 9 (b", ") S 0 0", "", "((", "x\ny", "(sd-pam)"] {
            assert_eq!(comm(name).as_deref(), Some(name.as_bytes()), "{name:?}");
        }
    }

    #[test]
    fn rubbish_is_refused() {
        for text in [
            "",
            "42",
            "42 (a",
            "42 (a)",
            "42 (a) S",
            "42 (a) S x 2 3",
            ") 1 (",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn agrees_with_the_procfs_crate() {
        let theirs = procfs::process::Process::myself().unwrap().stat().unwrap();
        let ours = parse(&std::fs::read("/proc/self/stat").unwrap()).unwrap();
        assert_eq!(ours.comm, theirs.comm.as_bytes().into());
        assert_eq!(
            (i64::from(ours.ppid), ours.start_ticks),
            (theirs.ppid.into(), theirs.starttime)
        );
        assert_eq!(ours.flags, theirs.flags);
    }
}
