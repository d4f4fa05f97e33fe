//! `/proc/PID/uid_map` and `gid_map`: which numbers of a user namespace are which of ours.

use std::io;
use std::os::fd::BorrowedFd;

use super::file;

/// How a user namespace numbers users and groups.
#[derive(Debug)]
pub(super) struct Maps {
    /// `uid_map`.
    pub(super) users: IdMap,
    /// `gid_map`.
    pub(super) groups: IdMap,
}

impl Maps {
    /// The maps of the user namespace of the process whose directory this is.
    pub(super) fn read(process: BorrowedFd<'_>) -> io::Result<Self> {
        let map = |name: &str| {
            let bytes = file::read(process, name)?;
            let map = IdMap::parse(&String::from_utf8_lossy(&bytes));
            map.ok_or_else(|| io::Error::other(format!("its {name} is not understood")))
        };
        Ok(Self {
            users: map("uid_map")?,
            groups: map("gid_map")?,
        })
    }
}

/// Ranges of numbers: the first inside, the first as the reader sees it, how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IdMap(Vec<(u32, u32, u32)>);

impl IdMap {
    /// Parses the file, which has no lines before the map is written; `None` where it is malformed.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let range = |line: &str| {
            let mut words = line.split_whitespace().map(|word| word.parse().ok());
            Some((words.next()??, words.next()??, words.next()??))
        };
        text.lines().map(range).collect::<Option<_>>().map(Self)
    }

    /// The number inside of what the reader sees as `outside`; `None` where it has none there.
    pub(super) fn inside(&self, outside: u32) -> Option<u32> {
        self.0.iter().find_map(|(inside, first, count)| {
            let distance = outside.checked_sub(*first)?;
            (distance < *count).then(|| inside.checked_add(distance))?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_moved_inside() {
        let map =
            IdMap::parse("         0     100000      1000\n      1000       1000          1\n")
                .unwrap();
        for (outside, inside) in [
            (100_000, Some(0)),
            (100_999, Some(999)),
            (101_000, None),
            (99_999, None),
            (1000, Some(1000)),
            (1001, None),
            (0, None),
        ] {
            assert_eq!(map.inside(outside), inside, "{outside}");
        }
    }

    #[test]
    fn the_whole_range_fits_and_no_map_maps_nobody() {
        let all = IdMap::parse("0 0 4294967295\n").unwrap();
        assert_eq!(all.inside(u32::MAX - 1), Some(u32::MAX - 1));
        let none = IdMap::parse("").unwrap();
        assert_eq!(none.inside(0), None);
        assert_eq!(IdMap::parse("0 0\n"), None);
        assert_eq!(IdMap::parse("0 x 1\n"), None);
        let beyond = IdMap::parse("4294967295 0 5\n").unwrap();
        assert_eq!(beyond.inside(3), None);
    }
}
