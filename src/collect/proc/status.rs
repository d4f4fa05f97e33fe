//! `/proc/PID/status`: lines of `Name:<tab>value`.

use super::root::decimal;
use crate::collect::observation::Status;

/// Parses the file. `NSpid` is missing on kernels before 4.1 and those without pid namespaces.
pub(super) fn parse(text: &[u8]) -> Option<Status> {
    let (mut uid, mut ns_pids) = (None, Box::default());
    for line in text.split(|byte| *byte == b'\n') {
        if let Some(ids) = line.strip_prefix(b"Uid:") {
            // Real, effective, saved, file system.
            uid = words(ids).nth(1).and_then(decimal);
        } else if let Some(pids) = line.strip_prefix(b"NSpid:") {
            ns_pids = words(pids).map(decimal).collect::<Option<_>>()?;
            break;
        }
    }
    Some(Status { uid: uid?, ns_pids })
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_effective_uid_and_nested_pids() {
        let text =
            b"Name:\tx\\nUid:\t9\nPid:\t7\nUid:\t0\t1000\t0\t0\nNSpid:\t2962\t1\nThreads:\t1\n";
        assert_eq!(
            parse(text),
            Some(Status {
                uid: 1000,
                ns_pids: [2962, 1].into()
            })
        );
    }

    #[test]
    fn old_kernels_have_no_nested_pids() {
        assert_eq!(
            parse(b"Uid:\t1\t2\t3\t4\n"),
            Some(Status {
                uid: 2,
                ns_pids: [].into()
            })
        );
    }

    #[test]
    fn rubbish_is_refused() {
        for text in [
            &b""[..],
            b"Uid:\n",
            b"Uid:\t1\n",
            b"Uid:\ta\tb\n",
            b"Uid:\t1\t1\t1\t1\nNSpid:\tx\n",
        ] {
            assert_eq!(parse(text), None);
        }
    }

    #[test]
    fn agrees_with_the_procfs_crate() {
        let theirs = procfs::process::Process::myself()
            .unwrap()
            .status()
            .unwrap();
        let ours = parse(&std::fs::read("/proc/self/status").unwrap()).unwrap();
        assert_eq!(ours.uid, theirs.euid);
        let pids: Vec<_> = ours
            .ns_pids
            .iter()
            .map(|pid| i32::try_from(*pid).unwrap())
            .collect();
        assert_eq!(Some(pids), theirs.nspid);
    }
}
