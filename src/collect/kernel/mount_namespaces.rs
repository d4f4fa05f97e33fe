//! Mount namespaces, which the kernel can go through one by one, and what is mounted in those that no process is in.
//!
//! Nothing is entered: listmount(2) and statmount(2) tell of the mounts in another mount namespace (Linux 6.11).

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd as _;

use rustix::io::Errno;

use crate::collect::error::Failure;
use crate::collect::holders::ancestors::{Key, climb, kinship};
use crate::collect::nsfs;
use crate::collect::observation::{HeldBy, HolderRecord, HoldersRecord, Kinship, Miss};
use crate::collect::proc::{ProcRoot, named};
use crate::collect::syscall::{Direction, NSFS, NsFile, Relative, list_mounts, stat_mount};
use crate::model::{Inode, Kind};

/// So many are gone through in each direction: someone may make them as fast as we go.
const MOST: usize = 1 << 16;
/// So many mounts are listed at once.
const MOUNTS: usize = 512;

/// `STATMOUNT_SB_BASIC`: which file system it is.
const FILE_SYSTEM: u64 = 0x1;
/// `STATMOUNT_MNT_ROOT`: what of the file system is mounted.
const ROOT: u64 = 0x8;
/// `STATMOUNT_MNT_POINT`: where.
const POINT: u64 = 0x10;
/// Size of the numbers of an answer, behind which its texts are.
const TEXTS: usize = 512;
/// Room for an answer: a path that is used has no more than 4,096 bytes.
const ANSWER: usize = TEXTS + 2 * 4096;

/// A mount namespace, with the kernel's number for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Numbered {
    /// Its number in nsfs.
    pub(super) inode: Inode,
    /// The kernel's number, which no other one ever has.
    pub(super) id: u64,
}

/// All mount namespaces but our own; those that could be gone through where the kernel stops us.
pub(super) fn all(root: &ProcRoot) -> HashSet<Numbered> {
    let mut all = HashSet::new();
    // A kernel before 6.12 cannot go through them.
    let _ = each(root, |_, one| all.extend([one]));
    all
}

/// Looks into those of `wanted` that are still there.
pub(super) fn look_into(
    root: &ProcRoot,
    wanted: &HashSet<Numbered>,
    into: &mut HoldersRecord,
) -> HashMap<Key, Kinship> {
    let mut kinships = HashMap::new();
    if wanted.is_empty() {
        return kinships;
    }
    let _ = each(root, |namespace, one| {
        if wanted.contains(&one) {
            into.mount_namespaces.push(one.inode);
            into.found.extend(mounted(one));
            kinships.insert((Kind::Mnt, one.inode), kinship(namespace, Kind::Mnt));
            if let Ok((owner, inode)) = nsfs::relative(namespace, Relative::Owner) {
                kinships.extend(climb(owner, (Kind::User, inode), |_| false));
            }
        }
    });
    kinships
}

/// Goes through all mount namespaces but our own. No more than two are open at once.
fn each(root: &ProcRoot, mut visit: impl FnMut(&NsFile, Numbered)) -> Result<(), Failure> {
    for direction in [Direction::Next, Direction::Previous] {
        let mut at = nsfs::open_own(root.as_fd(), Kind::Mnt)?;
        for _ in 0..MOST {
            let (file, id) = match at.neighbour(direction) {
                Ok(neighbour) => neighbour,
                Err(Errno::NOENT) => break,
                Err(errno) => return Err(errno.into()),
            };
            let inode = nsfs::number(file.as_fd())?;
            at = NsFile::new(file)?.ok_or(Miss::Malformed)?;
            visit(&at, Numbered { inode, id });
        }
    }
    Ok(())
}

/// The namespaces that are mounted in a mount namespace; none where the kernel does not tell.
fn mounted(place: Numbered) -> Vec<HolderRecord> {
    let mut found = Vec::new();
    let (mut after, mut mounts) = (0, [0; MOUNTS]);
    let mut answer = vec![0; ANSWER];
    while let Ok(count) = list_mounts(place.id, after, &mut mounts) {
        for mount in mounts.iter().take(count) {
            found.extend(namespace_at(place, *mount, &mut answer));
            after = *mount;
        }
        if count < MOUNTS {
            break;
        }
    }
    found
}

/// The namespace that is mounted there, if any is.
fn namespace_at(place: Numbered, mount: u64, answer: &mut [u8]) -> Option<HolderRecord> {
    stat_mount(place.id, mount, FILE_SYSTEM, answer).ok()?;
    if number::<8>(answer, 24).map(u64::from_ne_bytes) != Some(NSFS) {
        return None;
    }
    stat_mount(place.id, mount, ROOT | POINT, answer).ok()?;
    let told = u64::from_ne_bytes(number(answer, 8)?);
    if told & (ROOT | POINT) != ROOT | POINT {
        return None;
    }
    let (kind, inode) = named(text(answer, 104)?)?;
    let by = HeldBy::BindMount {
        path: text(answer, 108)?.into(),
        mnt_ns: Some(place.inode),
        through: None,
    };
    Some(HolderRecord { kind, inode, by })
}

/// The bytes of a number in the kernel's `statmount`.
fn number<const N: usize>(answer: &[u8], offset: usize) -> Option<[u8; N]> {
    answer.get(offset..)?.first_chunk().copied()
}

/// The text whose place behind the numbers stands at `offset`.
fn text(answer: &[u8], offset: usize) -> Option<&[u8]> {
    let place = u32::from_ne_bytes(number(answer, offset)?);
    let text = answer.get(TEXTS..)?.get(usize::try_from(place).ok()?..)?;
    text.split(|byte| *byte == 0).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_behind_the_numbers() {
        let mut answer = vec![0; TEXTS];
        answer.extend_from_slice(b"net:[7]\0/a b\0");
        answer[104..108].copy_from_slice(&0_u32.to_ne_bytes());
        answer[108..112].copy_from_slice(&8_u32.to_ne_bytes());
        assert_eq!(text(&answer, 104), Some(&b"net:[7]"[..]));
        assert_eq!(text(&answer, 108), Some(&b"/a b"[..]));
        answer[108..112].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(text(&answer, 108), None);
        assert_eq!(text(&answer[..100], 104), None);
    }

    #[test]
    fn a_folder_of_files_lists_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = ProcRoot::open(folder.path()).unwrap();
        assert!(all(&root).is_empty());
    }
}
