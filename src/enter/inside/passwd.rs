//! `/etc/passwd` of the files that we see: who a user is.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use super::short_file;

/// A longer file is a trap.
const CAP: u64 = 1024 * 1024;

/// What the file tells about a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// The name to log in by.
    pub(super) name: OsString,
    /// The home directory; empty where none is given.
    pub(super) home: OsString,
    /// The shell; empty where none is given.
    pub(super) shell: OsString,
}

impl Account {
    /// The user `uid`; `None` where the file does not tell. It is of the target's making, so nothing in it is a failure.
    pub(super) fn of(uid: u32) -> Option<Self> {
        parse(&short_file::whole(Path::new("/etc/passwd"), CAP).ok()?, uid)
    }
}

/// The first line of the user `uid`: name, password, uid, gid, comment, home, shell.
fn parse(text: &[u8], uid: u32) -> Option<Account> {
    let mut lines = text.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
        let [name, _, number, _, _, home, shell] = fields[..] else {
            return None;
        };
        let number = std::str::from_utf8(number).ok()?.parse::<u32>().ok()?;
        let field = |field: &[u8]| OsString::from_vec(field.to_vec());
        // No variable can hold such a byte.
        let is_whole = !line.contains(&0) && !name.is_empty();
        (number == uid && is_whole).then(|| Account {
            name: field(name),
            home: field(home),
            shell: field(shell),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"root:x:0:0:root:/root:/bin/bash\nbroken:x:7\n:x:8:8::/:/bin/sh\nd\xff:x:33:33::/var/d\xfe:\n\
        again:x:0:0::/other:/bin/false\nx:y:9:9:a\0b:/h:/bin/sh";

    #[test]
    fn the_first_line_of_a_user_counts_whatever_bytes_it_has() {
        let root = parse(TEXT, 0).unwrap();
        assert_eq!((root.name, root.home), ("root".into(), "/root".into()));
        let other = parse(TEXT, 33).unwrap();
        assert_eq!(other.name, OsString::from_vec(b"d\xff".to_vec()));
        assert_eq!(other.home, OsString::from_vec(b"/var/d\xfe".to_vec()));
        assert_eq!(other.shell, "");
    }

    #[test]
    fn what_is_no_account_is_nobody() {
        for uid in [7, 8, 9, 1] {
            assert_eq!(parse(TEXT, uid), None, "{uid}");
        }
    }
}
