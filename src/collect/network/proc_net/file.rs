//! The files themselves: reading them whole, their lines, and the numbers in these.

use std::ffi::CStr;
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::{Errno, read, retry_on_intr};

use crate::collect::error::Failure;
use crate::collect::network::Part;
use crate::collect::observation::{Miss, Reading};

/// Some 100,000 sockets; what is beyond is left unread.
const CAP: usize = 16 * 1024 * 1024;
/// The kernel gives a page at a time.
const STEP: usize = 64 * 1024;

/// A file, as far as it was read.
pub(super) struct Text {
    /// Its lines; the last one whole.
    pub(super) bytes: Vec<u8>,
    /// Whether there was more.
    pub(super) cut: bool,
}

/// Reads the file `name` below `directory`.
pub(super) fn text(directory: BorrowedFd<'_>, name: &CStr) -> Reading<Text> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = openat(directory, name, flags, Mode::empty()).map_err(miss)?;
    whole(file.as_fd())
}

/// Reads an open file.
pub(super) fn whole(file: BorrowedFd<'_>) -> Reading<Text> {
    read_all(file).map_err(miss)
}

/// What is not there because its process is not, is not there.
fn miss(errno: Errno) -> Miss {
    match errno.into() {
        Failure::Missed(miss) => miss,
        Failure::Gone => Miss::Absent,
    }
}

fn read_all(file: BorrowedFd<'_>) -> Result<Text, Errno> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    loop {
        bytes.resize(bytes.len().max(length + STEP), 0);
        // These files come in pieces that end where they like; only nothing is the end.
        let got = retry_on_intr(|| read(file, &mut bytes[length..]))?;
        length += got;
        if got == 0 || length >= CAP {
            bytes.truncate(length);
            return Ok(Text::of(bytes, got != 0));
        }
    }
}

impl Text {
    /// Drops a last line that is not whole.
    fn of(mut bytes: Vec<u8>, cut: bool) -> Self {
        if cut {
            let end = bytes.iter().rposition(|byte| *byte == b'\n');
            bytes.truncate(end.map_or(0, |at| at + 1));
        }
        Self { bytes, cut }
    }

    /// What `parse` makes of each line but the first `header` ones.
    pub(super) fn rows<T>(&self, header: usize, parse: impl Fn(&[u8]) -> Option<T>) -> Part<T> {
        let mut part = Part {
            list: Vec::new(),
            miss: self.cut.then_some(Miss::Truncated),
        };
        for line in lines(&self.bytes).skip(header) {
            match parse(line) {
                Some(row) => part.list.push(row),
                None => part.miss = Some(Miss::Malformed),
            }
        }
        part
    }
}

/// The lines of a text that have something in them.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = text.split(|byte| *byte == b'\n');
    lines.filter(|line| !line.is_empty())
}

/// The words of a line. Names of interfaces hold no space.
pub(super) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = line.split(u8::is_ascii_whitespace);
    words.filter(|word| !word.is_empty())
}

/// A number in decimal digits.
pub(super) fn decimal<N: std::str::FromStr>(digits: &[u8]) -> Option<N> {
    digits.first().filter(|byte| byte.is_ascii_digit())?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// A number in hexadecimal digits.
pub(super) fn hex(digits: &[u8]) -> Option<u32> {
    digits.first().filter(|byte| byte.is_ascii_hexdigit())?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// An address written as words in the byte order of the machine, as the files of sockets and routes have them.
pub(super) fn words<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != N * 2 {
        return None;
    }
    for (word, digits) in bytes.chunks_exact_mut(4).zip(digits.chunks_exact(8)) {
        word.copy_from_slice(&hex(digits)?.to_ne_bytes());
    }
    Some(bytes)
}

/// An address of IPv6 written byte by byte without colons.
pub(super) fn plain_v6(digits: &[u8]) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if digits.len() != 32 {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::try_from(hex(digits)?).ok()?;
    }
    Some(bytes)
}

/// A word of the host, as text.
pub(super) fn owned(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};

    #[test]
    fn a_file_is_read_to_its_end_and_one_that_is_too_long_up_to_a_line() {
        let directory = tempfile::tempdir().unwrap();
        let line = b"0123456789abcde\n";
        fs::write(directory.path().join("short"), line).unwrap();
        fs::write(directory.path().join("long"), line.repeat(CAP / 16 + 5000)).unwrap();
        let fd = File::open(directory.path()).unwrap();
        let short = text(fd.as_fd(), c"short").unwrap();
        assert_eq!((&*short.bytes, short.cut), (&line[..], false));
        let long = text(fd.as_fd(), c"long").unwrap();
        assert!(long.cut && long.bytes.ends_with(line));
        assert_eq!(long.rows(0, |_| Some(())).miss, Some(Miss::Truncated));
        let none = text(fd.as_fd(), c"none").map(|text| text.cut);
        assert_eq!(none, Err(Miss::Absent));
    }

    #[test]
    fn lines_that_make_no_sense_are_noticed() {
        let text = Text::of(b"head\n1\n\nx\n3\n".to_vec(), false);
        let part = text.rows(1, decimal::<u8>);
        assert_eq!((part.list, part.miss), (vec![1, 3], Some(Miss::Malformed)));
    }

    #[test]
    fn numbers_have_no_sign_and_no_space() {
        assert_eq!((decimal::<u8>(b"7"), decimal::<u8>(b"+7")), (Some(7), None));
        assert_eq!((decimal::<u8>(b""), decimal::<u8>(b"256")), (None, None));
        assert_eq!(
            (hex(b"fF"), hex(b"+1"), hex(b"123456789")),
            (Some(255), None, None)
        );
        let loopback = u32::from_ne_bytes([127, 0, 0, 1]);
        let digits = format!("{loopback:08X}");
        assert_eq!(words::<4>(digits.as_bytes()), Some([127, 0, 0, 1]));
        assert_eq!(words::<4>(b"123"), None);
        assert_eq!(plain_v6(b"fe80"), None);
        let one = [b"0".repeat(31).as_slice(), b"1"].concat();
        assert_eq!(plain_v6(&one).unwrap()[15], 1);
    }
}
