//! listns(2): the numbers of all namespaces that are in use by a process, a descriptor, a mount or one below them. It
//! does not say which they are, so it finds nothing; it tells how much was not found.

use rustix::io::Errno;

use crate::collect::syscall::list_namespaces;

/// So many are listed at once.
const AT_ONCE: usize = 4096;
/// So many are listed in all.
const MOST: usize = 1 << 20;

/// All of them; `None` where the kernel does not list them.
pub(super) fn all() -> Option<Vec<u64>> {
    let (mut all, mut part) = (Vec::new(), vec![0; AT_ONCE]);
    loop {
        let after = all.last().copied().unwrap_or_default();
        let count = match list_namespaces(after, &mut part) {
            Ok(count) => count,
            // None has a higher number.
            Err(Errno::NOENT) if after > 0 => return Some(all),
            Err(_) => return None,
        };
        all.extend_from_slice(part.get(..count)?);
        if count < AT_ONCE {
            return Some(all);
        }
        if all.len() > MOST {
            return None;
        }
    }
}
