//! The root file system of a guest, as the archive that its kernel unpacks: cpio in its "newc" form.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const CHARACTER_DEVICE: u32 = 0o020_600;

/// An archive in the making. A folder is made with the first that lies in it.
#[derive(Debug, Default)]
pub(super) struct Archive {
    bytes: Vec<u8>,
    entries: u32,
    folders: BTreeSet<String>,
}

impl Archive {
    /// Adds an empty folder; `path` is without a slash at its beginning, here and below.
    pub(super) fn folder(&mut self, path: &str) {
        let all = Path::new(path).ancestors();
        let mut all: Vec<&str> = all.filter_map(Path::to_str).collect();
        all.reverse();
        for folder in all {
            if !folder.is_empty() && self.folders.insert(folder.to_owned()) {
                self.entry(folder, FOLDER, (0, 0), &[]);
            }
        }
    }

    /// Adds a file that may be executed.
    pub(super) fn file(&mut self, path: &str, content: &[u8]) {
        self.folder_of(path);
        self.entry(path, PROGRAM, (0, 0), content);
    }

    /// Adds a character device.
    pub(super) fn device(&mut self, path: &str, number: (u32, u32)) {
        self.folder_of(path);
        self.entry(path, CHARACTER_DEVICE, number, &[]);
    }

    /// The finished archive.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, (0, 0), &[]);
        self.bytes
    }

    fn folder_of(&mut self, path: &str) {
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.folder(folder);
        }
    }

    fn entry(&mut self, path: &str, mode: u32, device: (u32, u32), content: &[u8]) {
        self.entries += 1;
        let size = u32::try_from(content.len()).unwrap();
        let name_size = u32::try_from(path.len() + 1).unwrap();
        // inode, mode, uid, gid, links, mtime, size, device (2), device it is (2), size of name, checksum
        let inode = self.entries;
        let head = [inode, mode, 0, 0, 1, 0, size, 0, 0];
        let tail = [device.0, device.1, name_size, 0];
        write!(self.bytes, "070701").unwrap();
        for number in head.into_iter().chain(tail) {
            write!(self.bytes, "{number:08x}").unwrap();
        }
        self.bytes.extend_from_slice(path.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    /// Both what precedes the content and the content end on a multiple of four.
    fn pad(&mut self) {
        let padded = self.bytes.len().next_multiple_of(4);
        self.bytes.resize(padded, 0);
    }
}
