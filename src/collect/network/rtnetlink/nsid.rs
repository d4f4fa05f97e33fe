//! `RTM_GETNSID`: the number that one network namespace has for another.

use std::os::fd::{AsRawFd as _, BorrowedFd};

use super::super::values::i32;
use super::super::wire::{Line, attributes_after};
use crate::collect::observation::Reading;

/// `NETNSA_*` of the kernel's `net_namespace.h`.
const NSID: u16 = 1;
const FD: u16 = 3;
/// `struct rtgenmsg` with its padding.
const HEADER: usize = 4;

/// The number that the line's namespace has for the one that `namespace` is open on; `None` where it has none. The
/// kernel gives a number when it first has to tell of an interface's other end, so links are to be asked before.
pub(in crate::collect::network) fn nsid_of(
    line: &mut Line<'_>,
    namespace: BorrowedFd<'_>,
) -> Reading<Option<i32>> {
    let mut body = [0; HEADER + 8];
    body[HEADER..HEADER + 2].copy_from_slice(&8_u16.to_ne_bytes());
    body[HEADER + 2..HEADER + 4].copy_from_slice(&FD.to_ne_bytes());
    body[HEADER + 4..].copy_from_slice(&namespace.as_raw_fd().to_ne_bytes());
    let number = line.ask(libc::RTM_GETNSID, &body, |message| {
        let mut all = attributes_after(message, HEADER);
        all.find(|(kind, _)| *kind == NSID)
            .and_then(|(_, value)| i32(value))
    })?;
    Ok((number >= 0).then_some(number))
}
